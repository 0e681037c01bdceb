/** What two worker processes send to a site together, as the simulated site counts it. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { type Lab, withLab } from '../support/lab.js';
import { describe, it } from '../support/side-by-side.js';
import { until } from '../support/until.js';
import { spawnWorker } from '../support/worker-process.js';

const RATE = 10;
const SYNCS = { syncs: 20, cutovers: 20 };
/** s; long beside what a busy machine holds back for a moment, and short beside the run */
const WINDOW = 4;

interface Sample {
  at: number;
  count: number;
}

const countOf = ({ simulator }: Lab, site: string): number =>
  simulator.control
    .stats()
    .requests.filter((it) => it.site === site)
    .reduce((sum, { count }) => sum + count, 0);

/** ms; the simulator is of this process, which counts what has come while it stood still once it goes on */
const STILL = 250;

/** Since when samples were taken as they should: what had come before them was counted before them. */
const isSteady = (samples: Sample[], n: number): boolean =>
  samples.slice(Math.max(0, n - 10), n + 1).every(({ at }, m, some) => m === 0 || at - (some[m - 1]?.at ?? 0) < STILL);

/** The most that came within so many seconds from one of these samples on. */
function mostWithin(samples: Sample[], firsts: Sample[], seconds: number): number {
  const within = (first: Sample) => samples.filter(({ at }) => at >= first.at && at - first.at <= seconds * 1_000);
  return Math.max(0, ...firsts.map((first) => (within(first).at(-1)?.count ?? first.count) - first.count));
}

describe('requestsPerSecond', () => {
  it.concurrent('is what all workers send together: one alone, two when another comes, and the one that is left when one is killed', () =>
    withLab({ vms: 12, workers: 0, site: { limits: { ...SYNCS, requestsPerSecond: RATE } } }, async (lab) => {
      const samples: Sample[] = [];
      const sent = () => countOf(lab, lab.destination);
      const over = new AbortController();
      const sampling = (async () => {
        while (!over.signal.aborted) {
          samples.push({ at: Date.now(), count: sent() });
          await delay(50);
        }
      })();
      const first = await spawnWorker(lab);
      const { result } = await lab.start(lab.plan());
      const sentAfter = (more: number, since = sent()) =>
        until(
          async () => sent() - since,
          (count) => count >= more,
        );
      await sentAfter(2 * RATE);
      const second = await spawnWorker(lab);
      try {
        await sentAfter(8 * RATE);
        await first.kill();
        const report = await result();
        expect(report.state).toBe('succeeded');
        expect(lab.wrongWith(report)).toEqual([]);
      } finally {
        over.abort();
        await sampling;
        await first.kill();
        await second.stop();
      }
      // What leaves at the begin and at the end of a window may have been held back by a busy machine.
      const steady = samples.filter((_, n) => isSteady(samples, n));
      expect(mostWithin(samples, steady, WINDOW)).toBeLessThanOrEqual(RATE * (WINDOW + 1));
      expect(mostWithin(samples, samples, WINDOW)).toBeGreaterThan(RATE);
    }));
});
