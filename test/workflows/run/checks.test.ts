/** When it is asked what nobody tells: ever more seldom, and soon where somebody waits for the answer. */
import { describe, expect, it } from '@jest/globals';
import { Check } from '../../../workflows/run/checks.js';

const MINUTE = 60_000;
const aCheck = () => new Check({ first: MINUTE, longest: 10 * MINUTE });

/** The moments at which it is asked until `end`. */
function asked(check: Check, from: number, end: number): number[] {
  const moments: number[] = [];
  for (let now = from; ; ) {
    now += check.wait(1, now);
    if (now > end) return moments;
    if (check.isDue(1, now)) moments.push(now);
  }
}

describe('what nobody tells', () => {
  it('is asked ever more seldom, and not while there is nobody to ask about', () => {
    const check = aCheck();
    expect(check.wait(0, 1)).toBe(Number.POSITIVE_INFINITY);
    expect(asked(check, 1, 16 * MINUTE)).toEqual([1, 3, 7, 15].map((minute) => minute * MINUTE + 1));
  });

  it('is asked within moments when somebody waits for it, whether it was to be asked soon or late', () => {
    for (const after of [0, 1, 50 * MINUTE]) {
      const check = aCheck();
      asked(check, 1, after);
      const now = after + MINUTE;
      check.hasten(now);
      expect(check.wait(1, now)).toBeLessThanOrEqual(5_000);
    }
  });

  it('is asked no oftener by that than once in the time after which it is asked first', () => {
    const check = aCheck();
    const moments: number[] = [];
    for (let now = 1; now <= 10 * MINUTE; now += 500) {
      if (check.isDue(1, now)) moments.push(now);
      check.hasten(now);
    }
    expect(moments.length).toBeGreaterThanOrEqual(9);
    expect(moments.length).toBeLessThanOrEqual(10);
  });
});
