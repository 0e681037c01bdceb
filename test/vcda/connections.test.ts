import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Circuit } from '../../vcda/http/circuit.js';
import { Limiter } from '../../vcda/http/limiter.js';
import { VcdaError } from '../../vcda/index.js';
import { until } from '../support/until.js';
import { failureOf, withFake } from './support/client.js';
import { anyTask, before, type Handler, refuse, startFakeSite } from './support/fake-site.js';

describe('connections', () => {
  // A second one is opened when a call follows before the first is known to be free, and another after seconds without a call.
  it('are kept: a hundred calls one after the other use one or two', async () => {
    await withFake(anyTask, async ({ fake, lyon }) => {
      for (let n = 0; n < 100; n += 1) await lyon.task(`t${n}`);
      expect(fake.connections()).toBeLessThanOrEqual(10);
    });
  });

  it('are bounded: two hundred calls at once use no more than 32', async () => {
    await withFake(anyTask, async ({ fake, lyon }) => {
      await Promise.all(Array.from({ length: 200 }, (_, n) => lyon.task(`t${n}`)));
      expect(fake.connections()).toBeLessThanOrEqual(32);
    });
  });

  it('are kept after refusals as well', async () => {
    await withFake(
      () => null,
      async ({ fake, lyon }) => {
        for (let n = 0; n < 20; n += 1) await failureOf(lyon.task('t1'));
        expect(fake.connections()).toBeLessThanOrEqual(5);
      },
    );
  });
});

function held() {
  let end: () => void = Object;
  const over = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { over, end };
}

/** When each call left: ms. */
const departures = (calls: number, leave: () => Promise<void>): Promise<number[]> =>
  Promise.all(Array.from({ length: calls }, () => leave().then(() => performance.now())));

/** Timers may end a millisecond early. */
const mostInASecond = (moments: number[]): number =>
  Math.max(...moments.map((from) => moments.filter((at) => at >= from && at < from + 995).length));

describe('the rate of requests', () => {
  it('holds over HTTP, logins included', async () => {
    await withFake(
      anyTask,
      async ({ fake, lyon }) => {
        const began = Date.now();
        const times: number[] = [];
        fake.answer((seen) => {
          times.push(Date.now() - began);
          return anyTask(seen);
        });
        await Promise.all(Array.from({ length: 24 }, (_, n) => lyon.task(`t${n}`)));
        expect(times).toHaveLength(25);
        // Sent at most 10 in any second; what was delayed on the way may come closer together.
        expect(Date.now() - began).toBeGreaterThanOrEqual(1_950);
      },
      { lyon: { limits: { syncs: 1, cutovers: 1, requestsPerSecond: 10 } } },
    );
  });

  it('is never exceeded in any second, whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.double({ min: 20, max: 400, noNaN: true }), async (rate) => {
        const limiter = new Limiter(rate);
        const calls = Math.ceil(rate) + 5;
        // From before the first was asked for: on a busy machine the first to leave may be seen late.
        const began = Date.now();
        await Promise.all(Array.from({ length: calls }, () => limiter.turn()));
        const window = (1000 * Math.ceil(rate)) / rate;
        // Timers may fire a millisecond early.
        expect(Date.now() - began).toBeGreaterThanOrEqual(window - 5);
      }),
      { numRuns: 2 },
    );
  });

  it('below one a second is kept too, and calls that wait follow a change', async () => {
    const limiter = new Limiter(0.01);
    await limiter.turn();
    const waiting = limiter.turn();
    const second = limiter.turn();
    limiter.setRate(1_000);
    await Promise.all([waiting, second]);
  });

  it('is changed live', async () => {
    await withFake(
      anyTask,
      async ({ lyon }) => {
        const calls = Promise.all(Array.from({ length: 20 }, (_, n) => lyon.task(`t${n}`)));
        lyon.setRate(1_000);
        await calls;
      },
      { lyon: { limits: { syncs: 1, cutovers: 1, requestsPerSecond: 0.1 } } },
    );
  });

  it('is divided among those who share it, in whole calls, and never more than their part leaves in a second', async () => {
    const limiter = new Limiter(200);
    limiter.divide(() => Promise.resolve({ count: 3, place: 0 }));
    const began = Date.now();
    await Promise.all(Array.from({ length: 67 }, () => limiter.turn()));
    // 66 of the 67 are its part.
    expect(Date.now() - began).toBeGreaterThanOrEqual(995);
  });

  it('is not exceeded by more than may send in a second: they take turns', async () => {
    const [rate, count] = [4, 10];
    const left: number[] = [];
    const over = new AbortController();
    const all = Array.from({ length: count }, async (_, place) => {
      const limiter = new Limiter(rate);
      limiter.divide(() => Promise.resolve({ count, place }));
      for (;;) {
        await limiter.turn(AbortSignal.any([over.signal]));
        left.push(performance.now());
      }
    });
    const ended = Promise.allSettled(all);
    await until(
      async () => left.length,
      (length) => length >= 3 * rate,
    );
    over.abort();
    await ended;
    // Each may leave within half of its turn, so that this many may stand that much closer together.
    const within = (first: number) => left.filter((at) => at >= first && at - first < 1_000 - 125).length;
    expect(Math.max(...left.map(within))).toBeLessThanOrEqual(rate);
    expect(left.length).toBeGreaterThan(rate);
  });

  it('lets a call leave that takes longer to be ready than its turn among many lasts', async () => {
    const limiter = new Limiter(10);
    limiter.divide(() => Promise.resolve({ count: 11, place: 3 }));
    // A tenth of a second for each of eleven, half of it kept free.
    await limiter.turn(undefined, () => delay(150));
  });

  it('is given first to a call that has taken a turn already, and was ready too late', async () => {
    const limiter = new Limiter(50);
    let others = 0;
    const crowd = (count: number) =>
      Array.from({ length: count }, async () => {
        await limiter.turn();
        others += 1;
      });
    const line: Promise<void>[] = [];
    let whenReady = 0;
    await limiter.turn(undefined, async () => {
      if (line.length > 0) return;
      // As a last look at the site does, which leaves as the last of a second here, with many behind it.
      line.push(...crowd(148));
      const look = limiter.turn();
      line.push(...crowd(100));
      await look;
      whenReady = others;
    });
    expect(others - whenReady).toBeLessThan(10);
    limiter.setRate(10_000);
    await Promise.all(line);
  });

  it('is followed anew by those who wait, when one more comes to share it', async () => {
    const limiter = new Limiter(100);
    let count = 1;
    limiter.divide(() => Promise.resolve({ count, place: 0 }));
    const left: number[] = [];
    let changed = 0;
    async function call(): Promise<void> {
      await limiter.turn();
      left.push(Date.now());
      if (left.length < 100 || count > 1) return;
      changed = Date.now();
      count = 4;
    }
    await Promise.all(Array.from({ length: 150 }, call));
    const within = (from: number, to: number) => left.filter((at) => at > from && at <= to).length;
    // Its former part has left in the second before.
    expect(within(changed, changed + 900)).toBe(0);
    expect(within(changed, changed + 1_900)).toBeLessThanOrEqual(25);
  });

  it('is kept by calls that waited for a long count together', async () => {
    const limiter = new Limiter(20);
    const count = held();
    let counting = Promise.resolve();
    limiter.divide(() => counting.then(() => ({ count: 1, place: 0 })));
    const calls = departures(60, () => limiter.turn());
    counting = count.over;
    // So long that each has had its turn, but for the count.
    await delay(2_200);
    count.end();
    expect(mostInASecond(await calls)).toBeLessThanOrEqual(20);
  });

  it('is kept by calls that waited together until they were ready', async () => {
    const limiter = new Limiter(20);
    const readiness = held();
    const calls = departures(60, () => limiter.turn(undefined, () => readiness.over));
    await delay(2_200);
    readiness.end();
    expect(mostInASecond(await calls)).toBeLessThanOrEqual(20);
  });

  it('lets a call leave that takes long to be ready, however low it is', async () => {
    const limiter = new Limiter(0.001);
    await limiter.turn(undefined, () => delay(300));
  });

  it('waits for whoever counts, unless the caller gives up', async () => {
    const limiter = new Limiter(100);
    limiter.divide(() => new Promise(() => {}));
    const control = new AbortController();
    const waiting = limiter.turn(control.signal);
    control.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });

  it('does not hold back a caller who gives up', async () => {
    const limiter = new Limiter(0.01);
    await limiter.turn();
    const control = new AbortController();
    const waiting = limiter.turn(control.signal);
    control.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await expect(limiter.turn(control.signal)).rejects.toThrow('enough');
    // Takes the timers of those who wait with it.
    limiter.setRate(1_000);
  });
});

describe('a site that is down', () => {
  it('is not asked any more after five failures in a row, and found again by a probe', async () => {
    await withFake(anyTask, async ({ fake, lyon }) => {
      await lyon.task('t1');
      await fake.close();
      for (let n = 0; n < 5; n += 1) expect((await failureOf(lyon.task('t1'))).detail).toMatch(/ECONN|closed|socket/);
      // A busy machine sleeps over the first pauses: then it is asked once more, and left alone for longer.
      const unasked = await until(
        () => failureOf(lyon.deleteReplication('C4-1', { operationId: 'one' })),
        ({ detail }) => detail.includes('did not answer the last 5 calls'),
      );
      expect(unasked).toMatchObject({ code: 'Unreachable', acted: 'no', operationId: 'one' });

      const again = await startFakeSite(anyTask, { port: Number(new URL(fake.url).port) });
      try {
        const ask = () => lyon.task('t1').catch((error: unknown) => (error instanceof VcdaError ? error.code : error));
        await until(ask, (answer) => typeof answer === 'object');
        expect((await lyon.task('t2')).id).toBe('t2');
      } finally {
        await again.close();
      }
    });
  });

  it('is noticed by time-outs as well', async () => {
    const silent: Handler = ({ path }) => (path === '/tasks/t1' ? () => undefined : null);
    await withFake(before(silent, anyTask), async ({ fake, lyon }) => {
      await lyon.task('t0');
      /** Null: it was asked, since a busy machine has slept over the pause. */
      async function unasked(): Promise<VcdaError | null> {
        for (let n = 0; n < 5; n += 1) await failureOf(lyon.task('t1', { timeout: 30 }));
        return lyon.task('t2').then(
          () => null,
          (error: VcdaError) => error,
        );
      }
      const failure = await until(unasked, (error) => error !== null);
      expect(failure).toMatchObject({ code: 'Unreachable', acted: 'no' });
      expect(failure?.detail).toContain('did not answer the last 5 calls');
      expect(fake.count('GET /tasks/t2')).toBeLessThan(5);
    });
  });

  it('is not one that refuses, nor one that answers now and then', async () => {
    const moody: Handler = ({ path }) => {
      if (path === '/tasks/silent') return () => undefined;
      return path === '/tasks/refused' ? refuse(500, 'Unreachable') : null;
    };
    await withFake(before(moody, anyTask), async ({ lyon }) => {
      for (let n = 0; n < 8; n += 1) await failureOf(lyon.task('refused'));
      for (let n = 0; n < 4; n += 1) await failureOf(lyon.task('silent', { timeout: 30 }));
      await failureOf(lyon.task('refused'));
      for (let n = 0; n < 4; n += 1) await failureOf(lyon.task('silent', { timeout: 30 }));
      expect((await lyon.task('t1')).id).toBe('t1');
    });
  });
});

describe('the circuit', () => {
  const away = () =>
    Promise.reject(
      new VcdaError({
        site: 'lyon',
        code: 'Unreachable',
        detail: 'away',
        status: null,
        method: 'GET',
        path: '/tasks',
        operationId: null,
        acted: 'no',
        retryAfter: null,
      }),
    );
  const down = (detail: string) =>
    new VcdaError({
      site: 'lyon',
      code: 'Unreachable',
      detail,
      status: null,
      method: 'GET',
      path: '/tasks',
      operationId: null,
      acted: 'no',
      retryAfter: null,
    });

  async function broken() {
    const circuit = new Circuit('lyon', { firstPause: 40, longestPause: 40 });
    for (let n = 0; n < 5; n += 1) await circuit.run(away, down).catch(() => undefined);
    /** Of many calls at once it lets none through, or one: the probe of a pause that a busy machine has slept over. */
    async function isOpen() {
      let probes = 0;
      async function probe() {
        probes += 1;
        return away();
      }
      const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => circuit.run(probe, down)));
      return probes <= 1 && outcomes.every(({ status }) => status === 'rejected');
    }
    return { circuit, isOpen };
  }

  it('lets one probe through at a time', async () => {
    const { circuit } = await broken();
    let running = 0;
    let most = 0;
    async function probe() {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return away();
    }
    await until(
      async () => {
        await Promise.allSettled(Array.from({ length: 10 }, () => circuit.run(probe, down)));
        return most;
      },
      (value) => value > 0,
    );
    expect(most).toBe(1);
  });

  it('is not closed by a probe that was withdrawn', async () => {
    const { circuit, isOpen } = await broken();
    const withdrawn = new Error('the worker stops');
    let probed = false;
    await until(
      () =>
        circuit
          .run(async () => {
            probed = true;
            throw withdrawn;
          }, down)
          .catch((error: unknown) => error),
      (outcome) => outcome === withdrawn,
    );
    expect(probed).toBe(true);
    expect(await isOpen()).toBe(true);
  });
});
