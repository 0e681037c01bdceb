import { describe, expect, it } from '@jest/globals';
import { Interrupted, NoWorker, RunNotFound } from '../../client/errors.js';
import { follow, restAfter } from '../../client/follow.js';
import type { LiveReport } from '../../client/live-report.js';
import { report, vm } from '../support/reports.js';

const open = report([vm('a', { state: 'running' })]);
const final = report([vm('a', { state: 'succeeded' })], { finishedAt: '2026-12-05T22:00:00.000Z', state: 'succeeded' });
const never = () => new Promise<never>(() => {});

/** Answers one after the other; an error is thrown. */
function answering(...answers: (LiveReport | Error)[]) {
  return async (): Promise<LiveReport> => {
    const next = answers.shift() ?? final;
    if (next instanceof Error) {
      throw next;
    }
    return next;
  };
}

describe('following a run', () => {
  it('rests five times as long as the last look took, and never less than the interval', () => {
    expect([0, 100, 200, 3_000].map((took) => restAfter(took))).toEqual([1_000, 1_000, 1_000, 15_000]);
    expect(restAfter(10, 50, 1)).toBe(50);
  });

  it('hears every report and resolves with the final one', async () => {
    const heard: LiveReport[] = [];
    const onChange = (seen: LiveReport) => void heard.push(seen);
    await expect(follow({ read: answering(open, open), closed: never }, { interval: 1, onChange })).resolves.toBe(
      final,
    );
    expect(heard).toEqual([open, open, final]);
  });

  it('looks again at once when the run may be over, instead of resting', async () => {
    const began = Date.now();
    await follow({ read: answering(open), closed: async () => null }, { interval: 60_000 });
    expect(Date.now() - began).toBeLessThan(50_000);
  });

  it('outlasts a missing worker and says so once it is back', async () => {
    const troubles: (string | null)[] = [];
    const onTrouble = (trouble: Error | null) => void troubles.push(trouble?.name ?? null);
    await follow({ read: answering(new NoWorker('drover'), open), closed: never }, { interval: 1, onTrouble });
    expect(troubles).toEqual(['NoWorker', null]);
  });

  it('ends with what will not pass', async () => {
    const gone = follow({ read: answering(new RunNotFound('x', [])), closed: never }, { interval: 1 });
    await expect(gone).rejects.toThrow(RunNotFound);
  });

  it('ends when the watcher is interrupted, in the middle of a rest', async () => {
    const stop = new AbortController();
    const reason = new Interrupted('No longer watching', null);
    const onChange = () => stop.abort(reason);
    const watching = follow(
      { read: async () => open, closed: never },
      { interval: 60_000, signal: stop.signal, onChange },
    );
    await expect(watching).rejects.toBe(reason);
  });
});
