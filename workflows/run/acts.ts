/** What a person may tell a run: refused once it no longer holds, counted once it was done. */
import type { UpdateDefinition } from '@temporalio/common';
import { ApplicationFailure, setHandler } from '@temporalio/workflow';
import { ACT_TOO_LATE, type Validity } from '../../contract/act.js';
import { isMembers } from '../../contract/guards.js';
import { runActsQuery, type Steered } from '../../contract/messages.js';
import type { RunProgress } from './run-state.js';

interface Act<T> {
  /** @throws ApplicationFailure why it is refused; then nothing was done */
  refuse?: (told: T) => void;
  perform: (told: T) => Steered;
}

/** `told` is absent where a person may say nothing beside the act itself. */
export function handleAct<T extends Validity>(
  state: RunProgress,
  update: UpdateDefinition<Steered, [T]>,
  { refuse, perform }: Act<T>,
): void {
  setHandler(
    update,
    (told) => {
      state.acted();
      return perform(told);
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
export function answerActs(state: RunProgress): void {
  setHandler(runActsQuery, () => ({ done: state.acts }));
}

function refuseMalformed(told: unknown): void {
  if (told === undefined || isMembers(told)) return;
  throw ApplicationFailure.nonRetryable('it is no act; nothing was done', 'Malformed');
}

function refuseTooLate(told: Validity | undefined): void {
  const now = Date.now();
  if (told?.validUntil === undefined || now < told.validUntil) return;
  const [until, at] = [told.validUntil, now].map((time) => new Date(time).toISOString());
  throw ApplicationFailure.create({
    message: `it held until ${until} and arrived at ${at}; nothing was done`,
    type: ACT_TOO_LATE,
    nonRetryable: true,
    details: [now],
  });
}
