/** What a person may tell a run: refused once it no longer holds, counted once it was done. */
import type { UpdateDefinition } from '@temporalio/common';
import { ApplicationFailure, setHandler } from '@temporalio/workflow';
import { ACT_TOO_LATE, type Scope, type Validity } from '../../contract/act.js';
import { isTold } from '../../contract/guards.js';
import { runActsQuery, type Steered } from '../../contract/messages.js';
import { iso } from '../../contract/moment.js';
import type { Group } from '../../contract/shard.js';
import type { About, Acted, Audit } from './audit.js';
import { named } from './named.js';

interface Act<T> {
  /** as people are told of it; default: as it is called, for whom it is, and nothing of what was before */
  about?: (told: T) => About;
  /** what it says is no such act. @throws ApplicationFailure; then it is no act, and nobody hears of it */
  malformed?: (told: T) => void;
  /** on its merits: that it was refused is kept. @throws ApplicationFailure why; then nothing was done */
  refuse?: (told: T) => void;
  /** @throws ApplicationFailure what nobody has */
  perform: (told: T) => Steered | Promise<Steered>;
}

/** `told` is absent where a person may say nothing beside the act itself. */
export function handleAct<T extends Validity>(
  audit: Audit,
  update: UpdateDefinition<Steered, [T]>,
  { about, malformed, refuse, perform }: Act<T>,
): void {
  async function attempt(told: T): Promise<Steered> {
    refuse?.(told);
    return perform(told);
  }
  setHandler(
    update,
    async (told) => {
      const heard = audit.hear(update.name, told, about?.(told));
      const answer = attempt(told);
      audit.tell(heard, answer);
      return { ...(await answer), at: heard.at, by: heard.actor };
    },
    {
      validator: (told) => {
        refuseMalformed(told);
        refuseTooLate(told);
        malformed?.(told);
      },
    },
  );
}

/** What this kind of run does not do is refused in words. @param why what it is instead, and what to type */
export function refuseActs(audit: Audit, updates: UpdateDefinition<Steered, [Validity]>[], why: string): void {
  for (const update of updates) {
    handleAct(audit, update, {
      perform: () => {
        throw ApplicationFailure.nonRetryable(why, 'NotItsAct');
      },
    });
  }
}

/** How many acts were done: what was typed again before one was done is the same act. */
export function answerActs(state: Pick<Acted, 'acts'>, query = runActsQuery): void {
  setHandler(query, () => ({ done: state.acts }));
}

function refuseMalformed(told: unknown): void {
  if (told === undefined || isTold(told)) return;
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

export function refuseUnlessTexts(...told: unknown[]): void {
  if (!told.every((one) => typeof one === 'string' && one !== ''))
    throw ApplicationFailure.nonRetryable('it does not say whom it means; nothing was done', 'Malformed');
}

export const PAUSED = 'Paused: no VM is started or cut over until drover resume';

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
    ...(done.count > 0 ? [`Not started and cancelled: ${named(done)}`] : []),
    ...(asked.count > 0 ? [`${done.count > 0 ? 'asked' : 'Asked'} to stop: ${named(asked)}; ${first}`] : []),
  ];
  const affected = done.count + asked.count;
  return { affected, message: affected === 0 ? 'Nothing to cancel: all of it has ended' : parts.join('; ') };
}

/** Which of these a person means must be said. @throws ApplicationFailure */
export function refuseWhole(told: Scope | undefined): void {
  if (told?.vm !== undefined || told?.wave !== undefined) return;
  throw ApplicationFailure.nonRetryable('it says neither a VM nor a wave; nothing was done', 'Malformed');
}

/** What a person has left out, for the person who said it. */
export function skipped({ done, asked }: { done: Group; asked: Group }): Steered {
  const parts = [
    ...(done.count > 0 ? [`Left out, with what was copied: ${named(done)}`] : []),
    ...(asked.count > 0
      ? [`${done.count > 0 ? 'asked' : 'Asked'} to stop where they are: ${named(asked)}; ${FINISHED_FIRST}`]
      : []),
  ];
  const affected = done.count + asked.count;
  return { affected, message: affected === 0 ? 'Nothing to skip: all of it has ended' : parts.join('; ') };
}

/** What is tried again, for the person who said it. */
export function retried({ done, left }: { done: Group; left: Group }, isPaused: boolean): Steered {
  const alone = left.count === 0 ? '' : `; left alone, since they may have been cut over: ${named(left)}`;
  const waits = isPaused && done.count > 0 ? ', once drover resume is said' : '';
  const message =
    done.count === 0
      ? `Nothing to retry: none of it has failed${left.count === 0 ? '' : ' otherwise'}${alone}`
      : `Tried again with what was copied${waits}: ${named(done)}${alone}`;
  return { affected: done.count, message };
}

/** What was taken back, for the person who said it. */
export function undone({ done, asked }: { done: Group; asked: Group }): Steered {
  const parts = [
    ...(done.count > 0 ? [`not started and cancelled: ${named(done)}`] : []),
    ...(asked.count > 0
      ? [`taken back, as far as this run has made it: ${named(asked)}; ${FINISHED_FIRST}, and stays`]
      : []),
  ];
  const affected = done.count + asked.count;
  const what = affected === 0 ? 'nothing is left to be taken back' : parts.join('; ');
  return { affected, message: `Nothing more begins: ${what}` };
}
