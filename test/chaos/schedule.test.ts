import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseOptions } from '../../chaos/options.js';
import { makeSchedule } from '../../chaos/schedule.js';

const orders = fc.record({
  seed: fc.integer({ min: 0, max: 1_000_000 }),
  kills: fc.integer({ min: 0, max: 60 }),
  serverKills: fc.integer({ min: 0, max: 6 }),
  faults: fc.integer({ min: 0, max: 40 }),
  workers: fc.integer({ min: 1, max: 6 }),
});

describe('the schedule of a chaos run', () => {
  it('follows from the seed', () => {
    fc.assert(
      fc.property(orders, (order) => {
        expect(makeSchedule(order)).toEqual(makeSchedule(order));
      }),
    );
    const order = { kills: 10, serverKills: 2, faults: 5, workers: 3 };
    expect(makeSchedule({ ...order, seed: 1 })).not.toEqual(makeSchedule({ ...order, seed: 2 }));
  });

  it('holds what was ordered, in order, each on workers that exist, and leaves nobody alive at least once', () => {
    fc.assert(
      fc.property(orders, (order) => {
        const { strikes, serverStrikes } = makeSchedule(order);
        expect(strikes).toHaveLength(order.kills);
        expect(serverStrikes).toHaveLength(order.serverKills);
        const moments = strikes.map(({ at }) => at);
        expect(moments).toEqual([...moments].sort((a, b) => a - b));
        for (const { at, victims, pauses } of strikes) {
          expect(at).toBeGreaterThan(0);
          expect(at).toBeLessThan(0.9);
          expect(pauses).toHaveLength(victims.length);
          expect(new Set(victims).size).toBe(victims.length);
          expect(victims.length).toBeGreaterThan(0);
          expect(victims.every((one) => one >= 0 && one < order.workers)).toBe(true);
        }
        if (order.kills > 0) expect(strikes.some(({ victims }) => victims.length === order.workers)).toBe(true);
      }),
    );
  });
});

describe('the options of a chaos run', () => {
  it('reads assumptions as what they are', () => {
    const argv = ['--assume', 'operationIdFilter=ignored', 'tasksVisibleAfter=90000', 'startTaskNamesVm=false'];
    expect(parseOptions(argv).assumptions).toEqual({
      operationIdFilter: 'ignored',
      tasksVisibleAfter: 90_000,
      startTaskNamesVm: false,
    });
  });
});
