import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Circuit } from '../../vcda/http/circuit.js';
import { Limiter } from '../../vcda/http/limiter.js';
import { VcdaError } from '../../vcda/index.js';
import { until } from '../support/until.js';
import { failureOf, withFake } from './support/client.js';
import { anyTask, before, type Handler, refuse, startFakeSite } from './support/fake-site.js';

describe('connections', () => {
  // A second one is opened when a call follows before the first is known to be free.
  it('are kept: a hundred calls one after the other use one or two', async () => {
    await withFake(anyTask, async ({ fake, lyon }) => {
      for (let n = 0; n < 100; n += 1) await lyon.task(`t${n}`);
      expect(fake.connections()).toBeLessThanOrEqual(2);
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
        expect(fake.connections()).toBeLessThanOrEqual(2);
      },
    );
  });
});

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
      const unasked = await failureOf(lyon.deleteReplication('C4-1', { operationId: 'one' }));
      expect(unasked).toMatchObject({ code: 'Unreachable', acted: 'no', operationId: 'one' });
      expect(unasked.detail).toContain('did not answer the last 5 calls');

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
      for (let n = 0; n < 5; n += 1) await failureOf(lyon.task('t1', { timeout: 30 }));
      const asked = fake.seen.length;
      expect(await failureOf(lyon.task('t2'))).toMatchObject({ code: 'Unreachable', acted: 'no' });
      expect(fake.seen).toHaveLength(asked);
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
