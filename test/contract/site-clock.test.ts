/** What is known of a site's clock, from the tasks that Drover has sent there. */
import { describe, expect, it } from '@jest/globals';
import { narrowed, offsetFrom, onOurClock } from '../../contract/site-clock.js';

const SENT = Date.parse('2026-12-05T22:00:00Z');
const AHEAD = 12 * 60_000;

describe("the offset of a site's clock", () => {
  it('holds the true one, whenever between sending and answer the task was stamped', () => {
    for (const after of [0, 40, 100]) {
      const offset = offsetFrom(SENT + after + AHEAD, SENT, SENT + 100);
      expect(offset?.least).toBeLessThanOrEqual(AHEAD);
      expect(offset?.most).toBeGreaterThanOrEqual(AHEAD);
    }
  });

  it.each([
    ['nothing', null],
    ['seconds', SENT / 1000],
    ['nanoseconds', SENT * 1e6],
    ['no number', Number.NaN],
    ['-1', -1],
  ])('is unknown, not 0, when the site stamps a task with %s', (_, stamp) => {
    expect(offsetFrom(stamp, SENT, SENT + 100)).toBeNull();
  });

  it('gets tighter with each task', () => {
    const wide = { least: -500, most: 500 };
    expect(narrowed(wide, { least: -20, most: 900 })).toEqual({ least: -20, most: 500 });
    expect(narrowed(null, wide)).toEqual(wide);
    expect(narrowed(wide, null)).toEqual(wide);
  });

  it('is the last one seen when the clock was set in between', () => {
    expect(narrowed({ least: 0, most: 100 }, { least: 5_000, most: 5_100 })).toEqual({ least: 5_000, most: 5_100 });
  });

  it("puts a site's time on our clock, with how far it may be off; without an offset there is no such time", () => {
    expect(onOurClock(SENT + AHEAD, { least: AHEAD - 50, most: AHEAD + 50 })).toEqual({ at: SENT, within: 50 });
    expect(onOurClock(SENT, null)).toBeNull();
    expect(onOurClock(null, { least: 0, most: 0 })).toBeNull();
  });
});
