/** Watching for hours costs no memory: nothing is kept for each look until the end. */
import { describe, expect, it } from '@jest/globals';
import { follow } from '../../client/follow.js';
import { looksAt } from '../../client/watch.js';
import { report, vm } from '../support/reports.js';

const LOOKS = 20;
const open = report([vm('a', { state: 'running' })]);
const final = report([vm('a', { state: 'succeeded' })], { finishedAt: '2026-12-05T22:00:00.000Z', state: 'succeeded' });

/** Counts those who wait for it, or for what follows from it. */
class Counted<T> extends Promise<T> {
  static waiting = 0;

  // oxlint-disable-next-line unicorn/no-thenable -- it is a promise
  override then<A = T, B = never>(
    done?: ((value: T) => A | PromiseLike<A>) | null,
    failed?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    Counted.waiting += 1;
    // oxlint-disable-next-line promise/no-callback-in-promise -- handed on
    return super.then(done, failed);
  }
}

describe('however many looks there are', () => {
  it('few wait for the end of a run', async () => {
    Counted.waiting = 0;
    const closed = new Counted<null>(() => {});
    let looks = 0;
    const read = async () => ((looks += 1) > LOOKS ? final : open);
    expect(await follow({ read, closed: () => closed }, { interval: 1, restFactor: 0 })).toBe(final);
    expect(Counted.waiting).toBeLessThan(5);
  });

  it('few wait for the end of the looking', async () => {
    Counted.waiting = 0;
    let end: ((last: typeof final) => void) | undefined;
    const ended = new Counted<typeof final>((resolve) => {
      end = resolve;
    });
    let show: ((one: typeof open) => void) | undefined;
    const looks = looksAt((options) => {
      show = options.onChange;
      return ended;
    }, {});
    for (let n = 0; n < LOOKS; n++) {
      const next = looks.next();
      show?.(open);
      expect((await next).value).toBe(open);
    }
    const last = looks.next();
    end?.(final);
    expect((await last).value).toBe(final);
    expect((await looks.next()).done).toBe(true);
    expect(Counted.waiting).toBeLessThan(5);
  });
});
