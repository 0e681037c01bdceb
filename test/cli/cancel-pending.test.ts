/** A cancellation that Temporal keeps: what is said of it must not be what holds of acts that lapse. */
import { describe, expect, it } from '@jest/globals';
import { CancelPending } from '../../cli/errors.js';
import { errorLines } from '../../cli/text/render-error.js';
import { ActPending, NoWorker, WorkflowFailing } from '../../client/errors.js';

const until = new Date('2026-12-05T22:00:00Z');
const failing = new WorkflowFailing('run/exit-1', 9, 'TypeError: boom');

describe('a cancellation without a worker', () => {
  it.each([
    ['nobody listens', new NoWorker('q', 'No worker answers for run exit-1.', 'nothing was sent; start one')],
    ['nobody has acted on it', new ActPending('exit-1', 'cancel', until, null)],
    ['the code fails', new ActPending('exit-1', 'cancel', until, failing)],
    ['the code fails before it is asked', failing],
  ])('takes effect later, and nothing else is said of when (%s)', (_, why) => {
    const text = errorLines(new CancelPending('exit-1', why)).join('\n');
    expect(text).toContain('recorded with Temporal and takes effect later.');
    expect(text).not.toMatch(/nothing was sent|refused after|before 2026|type the command again|same act/);
    expect(text).toMatch(/\n {2}next: \S/);
  });
});
