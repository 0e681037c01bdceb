/** What becomes of what a person typed: done, kept for a worker, or nothing; by text, document and exit code. */
import { describe, expect, it } from '@jest/globals';
import { CancelPending, CancelUnknown, NotApplied } from '../../cli/errors.js';
import { exitCodeOfError } from '../../cli/exit-codes.js';
import { errorDocument, errorLines } from '../../cli/text/render-error.js';
import {
  ActPending,
  NotInRun,
  NoWorker,
  Refused,
  RunEnded,
  SweepPending,
  WorkflowFailing,
} from '../../client/errors.js';
import { TemporalUnreachable } from '../../temporal/unreachable.js';

const until = new Date('2026-12-05T22:00:00Z');
const away = new TemporalUnreachable({ address: 'localhost:1', namespace: 'default' }, 'does not answer', 'Look');
const failing = new WorkflowFailing('run/exit-1', 9, 'TypeError: boom');
const noWorker = new NoWorker('q');

function seen(error: unknown) {
  const { effect, until: limit } = errorDocument(error).error;
  return { exit: exitCodeOfError(error), effect, until: limit };
}

describe('what is kept for a worker', () => {
  it.each([
    [
      'an act',
      new ActPending('exit-1', 'approve', until, null),
      until.toISOString(),
      /applied if .* before 2026-12-05/,
    ],
    ['an act while the code fails', new ActPending('exit-1', 'approve', until, failing), until.toISOString(), /boom/],
    ['a cancellation', new CancelPending('exit-1', noWorker), null, /takes effect later/],
    ['a sweep', new SweepPending('lyon'), null, /will be done when a worker comes/],
  ])('is told by exit 4, and until when it holds (%s)', (_, error, limit, says) => {
    expect(seen(error)).toEqual({ exit: 4, effect: 'pending', until: limit });
    expect(errorLines(error).join('\n')).toMatch(says);
    expect(errorLines(error).join('\n')).not.toMatch(/nothing was sent/);
  });

  it.each([
    [
      'an act',
      new ActPending('exit-1', 'approve', until, null, away),
      /has reached Temporal is not known.* before 2026/,
    ],
    ['a cancellation', new CancelUnknown('exit-1', away), /has reached Temporal is not known/],
  ])('is not taken for kept while Temporal has not said so (%s)', (_, error, says) => {
    expect(seen(error)).toMatchObject({ exit: 4, effect: 'unknown' });
    expect(errorLines(error).join('\n')).toMatch(says);
    expect(errorLines(error).join('\n')).not.toMatch(/No worker has acted/);
  });
});

describe('what is not applied, now or later', () => {
  it.each([
    ['since no worker answers', noWorker],
    ['since the code fails', failing],
    ['since Temporal does not answer', away],
  ])('was not sent, and is to be typed again: exit 3 (%s)', (_, why) => {
    const error = new NotApplied(why);
    expect(seen(error)).toEqual({ exit: 3, effect: 'none', until: undefined });
    expect(errorLines(error).join('\n')).toMatch(/\n {2}next: nothing was sent; .*then type the command again$/);
    expect(errorLines(error).join('\n')).toContain(why.message);
  });

  it.each([
    ['the run declined it', new Refused('exit-1', 'no wave waits for an approval')],
    ['the run has ended', new RunEnded('exit-1')],
    ['it names nothing of the run', new NotInRun('exit-1', 'wavf1', ['wave1'], 'wave')],
  ])('was refused: exit 2 (%s)', (_, why) => {
    const error = new NotApplied(why);
    expect(seen(error)).toEqual({ exit: 2, effect: 'none', until: undefined });
    expect(errorLines(error).join('\n')).toBe(errorLines(why).join('\n'));
  });
});
