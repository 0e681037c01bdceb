/** How often and when something is looked at again. */
import { describe, expect, it } from '@jest/globals';
import { growing } from '../../../contract/growing.js';
import { inTime, lookUntil, Patience } from '../../../workflows/vm/steps/look-until.js';

const NO_PAUSE = [0, 0, 0];

/** Shows 1, 2, 3 and so on, one a look. */
function counter() {
  let looks = 0;
  return async () => {
    looks += 1;
    return looks;
  };
}

describe('pauses', () => {
  it('double, and are as many as wanted', () => {
    expect([...growing({ first: 4_000, times: 4 })]).toEqual([4_000, 8_000, 16_000, 32_000]);
  });

  it('grow by another factor, up to the longest, which stays', () => {
    expect([...growing({ first: 5, factor: 4, longest: 60, times: 4 })]).toEqual([5, 20, 60, 60]);
  });

  it('never end where nobody says how many', () => {
    let count = 0;
    for (const pause of growing({ first: 1, longest: 8 })) {
      if (pause === 8) count += 1;
      if (count === 50) break;
    }
    expect(count).toBe(50);
  });
});

describe('pauses in time', () => {
  it('are cut to what there is of it, and none follows the look that is made when it is over', () => {
    const stop = { timeLeft: 10 };
    const made: number[] = [];
    for (const pause of inTime({ stop }, growing({ first: 4 }))) {
      made.push(pause);
      stop.timeLeft -= pause;
    }
    expect(made).toEqual([4, 6]);
    expect([...inTime({ stop: { timeLeft: -1 } }, growing({ first: 4 }))]).toEqual([0]);
    expect([...inTime({}, growing({ first: 4, times: 3 }))]).toEqual([4, 8, 16]);
  });
});

describe('looking', () => {
  it('ends with the first look that is enough', async () => {
    expect(await lookUntil(counter(), (seen) => seen === 1, NO_PAUSE)).toBe(1);
    expect(await lookUntil(counter(), (seen) => seen === 3, NO_PAUSE)).toBe(3);
  });

  it('ends one look after the last pause, with what was seen then', async () => {
    expect(await lookUntil(counter(), () => false, NO_PAUSE)).toBe(4);
  });

  it('lets an error of a look out', async () => {
    const broken = () => Promise.reject(new Error('broken'));
    await expect(lookUntil(broken, () => true, NO_PAUSE)).rejects.toThrow('broken');
  });
});

describe('patience', () => {
  it('begins with the given time and grows to a day', () => {
    const patience = new Patience(3_600_000);
    const day = 24 * 3_600_000;
    expect([1, 2, 3, 4, 5].map(() => patience.next())).toEqual([3_600_000, 4 * 3_600_000, 16 * 3_600_000, day, day]);
  });
});
