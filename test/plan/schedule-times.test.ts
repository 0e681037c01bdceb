import { describe, expect, it } from '@jest/globals';
import { clockChangeWarnings, shortestGap } from '../../plan/drill/schedule-times.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const at = (cron: string, timezone: string) => ({ cron: [cron], timezone });
const from = new Date('2026-11-22T12:00:00Z');

describe('the next times of a schedule', () => {
  it('are as close as a clock that is never changed has them', () => {
    expect(shortestGap(at('0 3 * * *', 'Europe/Paris'), new Date('2027-03-20T00:00:00Z'))).toBe(DAY);
    expect(shortestGap({ cron: ['0 3 * * *', '0 4 1 1 *'], timezone: 'UTC' }, from)).toBe(HOUR);
    expect(shortestGap(at('0 3 1 * *', 'UTC'), from)).toBe(28 * DAY);
  });

  it('are those of all its expressions, each once', () => {
    expect(shortestGap({ cron: ['0 3 * * *', '0 3,15 * * SUN'], timezone: 'UTC' }, from)).toBe(12 * HOUR);
  });

  it('match both day fields: the first Monday of the month', () => {
    expect(shortestGap(at('0 3 1-7 * MON', 'UTC'), from)).toBe(28 * DAY);
  });
});

describe('times at which clocks are changed', () => {
  const warnings = (cron: string, timezone: string) => clockChangeWarnings(at(cron, timezone), from);
  const nights = (zone: string, dates: string) => [
    `the clocks of ${zone} are changed in the night to ${dates}: times near it may be skipped, or run twice`,
  ];

  it('are warned of: those that do not exist, or come twice', () => {
    expect(warnings('30 2 * * *', 'Europe/Paris')).toEqual(nights('Europe/Paris', '2027-03-28 and 2027-10-31'));
    expect(warnings('30 1 * * *', 'America/New_York')).toEqual(nights('America/New_York', '2027-03-14 and 2027-11-07'));
  });

  it('are warned of: those that Temporal takes twice just before', () => {
    expect(warnings('0 0 * 10 *', 'Europe/London')).toEqual(nights('Europe/London', '2027-10-31'));
  });

  it('are warned of once where a schedule has many', () => {
    expect(warnings('*/15 * * * *', 'Europe/Paris')).toHaveLength(1);
  });

  it('are no matter for other hours, other months and zones that never change', () => {
    expect(warnings('0 4 * * *', 'Europe/Paris')).toEqual([]);
    expect(warnings('30 2 * 1,6 *', 'Europe/Paris')).toEqual([]);
    expect(warnings('30 2 * * *', 'UTC')).toEqual([]);
  });
});
