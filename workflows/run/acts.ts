/** What a person may tell a run: refused once it no longer holds, counted once it was done. */
import type { UpdateDefinition } from '@temporalio/common';
import { ApplicationFailure, setHandler } from '@temporalio/workflow';
import { ACT_TOO_LATE, type Scope, type Validity } from '../../contract/act.js';
import { isMembers } from '../../contract/members.js';
import { runActsQuery, type Steered } from '../../contract/messages.js';
import { iso } from '../../contract/moment.js';
import type { Group } from '../../contract/shard.js';
import type { Acted, Audit } from './audit.js';
import { named } from './named.js';

interface Act<T> {
  /** @throws ApplicationFailure why it is refused; then nothing was done */
  refuse?: (told: T) => void;
  /** @throws ApplicationFailure what nobody has */
  perform: (told: T) => Steered | Promise<Steered>;
}

/** `told` is absent where a person may say nothing beside the act itself. */
export function handleAct<T extends Validity>(
  audit: Audit,
  update: UpdateDefinition<Steered, [T]>,
  { refuse, perform }: Act<T>,
): void {
  setHandler(
    update,
    (told) => {
      const heard = audit.hear(update.name, told);
      const answer = perform(told);
      audit.tell(heard, answer);
      return answer;
    },
    {
      validator: (told) => {
        refuseMalformed(told);
        refuseTooLate(told);
        refuse?.(told);
      },
    },
  );
}

/** How many acts were done: what was typed again before one was done is the same act. */
export function answerActs(state: Pick<Acted, 'acts'>): void {
  setHandler(runActsQuery, () => ({ done: state.acts }));
}

function refuseMalformed(told: unknown): void {
  if (told === undefined || isMembers(told)) return;
  throw ApplicationFailure.nonRetryable('it is no act; nothing was done', 'Malformed');
}

function refuseTooLate(told: Validity | undefined): void {
  const now = Date.now();
  if (told?.validUntil === undefined || now < told.validUntil) return;
  throw tooLate(told.validUntil, now);
}

/** @param validUntil, now epoch ms */
export function tooLate(validUntil: number, now: number): ApplicationFailure {
  const [until, at] = [validUntil, now].map(iso);
  return ApplicationFailure.create({
    message: `it held until ${until} and arrived at ${at}; nothing was done`,
    type: ACT_TOO_LATE,
    nonRetryable: true,
    details: [now],
  });
}

export function refuseWithoutReason(told: { reason?: unknown } | undefined): void {
  if (typeof told?.reason !== 'string')
    throw ApplicationFailure.nonRetryable('it says no reason; nothing was done', 'Malformed');
}

export const PAUSED = 'paused: no VM is started or cut over until drover resume';

/** Of the VMs that are meant by what a person says, the one. @throws ApplicationFailure `UnknownVm`, `AmbiguousVm` */
export function onlyOne(wanted: string, found: string[]): string {
  const [id, ...others] = found;
  if (id === undefined) throw ApplicationFailure.nonRetryable(`the run has no VM ${wanted}`, 'UnknownVm');
  if (others.length === 0) return id;
  throw ApplicationFailure.nonRetryable(
    `${found.length} VMs are named ${wanted}: use an id, one of ${found.join(', ')}`,
    'AmbiguousVm',
  );
}

/** @throws ApplicationFailure `UnknownWave` */
export function refuseUnknownWave(waves: { name: string }[], { wave }: Scope): void {
  if (wave === undefined || waves.some(({ name }) => name === wave)) return;
  throw ApplicationFailure.nonRetryable(`the run has no wave ${wave}`, 'UnknownWave');
}

const FINISHED_FIRST = 'a cutover that has begun is brought to its end';

/** What a cancellation did, for the person who said it. @param first what comes first all the same */
export function cancelled({ done, asked }: { done: Group; asked: Group }, first = FINISHED_FIRST): Steered {
  const parts = [
    ...(done.count > 0 ? [`not started and cancelled: ${named(done)}`] : []),
    ...(asked.count > 0 ? [`asked to stop: ${named(asked)}; ${first}`] : []),
  ];
  const affected = done.count + asked.count;
  return { affected, message: affected === 0 ? 'nothing to cancel: all of it has ended' : parts.join('; ') };
}
