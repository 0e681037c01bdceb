import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { cronFault } from '../../plan/drill/cron.js';
import { clockChangeWarnings, nextTimes, shortestGap } from '../../plan/drill/schedule-times.js';
import { zoneClock } from '../../plan/drill/zone-clock.js';
import { until } from '../support/until.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const at = (cron: string, timezone: string) => ({ cron: [cron], timezone });
const from = new Date('2026-11-22T12:00:00Z');

describe('the next times of a schedule', () => {
  it('are those of its zone', () => {
    expect(nextTimes(at('0 3 1 * *', 'Europe/Paris'), 3, from)).toEqual([
      '2026-12-01T02:00:00.000Z',
      '2027-01-01T02:00:00.000Z',
      '2027-02-01T02:00:00.000Z',
    ]);
    expect(nextTimes(at('0 3 1 * *', 'Asia/Kolkata'), 1, from)).toEqual(['2026-11-30T21:30:00.000Z']);
  });

  it('are those of all its expressions, each once', () => {
    expect(nextTimes({ cron: ['0 3 * * *', '0 3,15 * * SUN'], timezone: 'UTC' }, 3, from)).toEqual([
      '2026-11-22T15:00:00.000Z',
      '2026-11-23T03:00:00.000Z',
      '2026-11-24T03:00:00.000Z',
    ]);
  });

  it('match both day fields: the first Monday of the month', () => {
    expect(nextTimes(at('0 3 1-7 * MON', 'UTC'), 2, from)).toEqual([
      '2026-12-07T03:00:00.000Z',
      '2027-01-04T03:00:00.000Z',
    ]);
  });

  it('are as close as a clock that is never changed has them', () => {
    expect(shortestGap(at('0 3 * * *', 'Europe/Paris'), new Date('2027-03-20T00:00:00Z'))).toBe(DAY);
    expect(shortestGap({ cron: ['0 3 * * *', '0 4 1 1 *'], timezone: 'UTC' }, from)).toBe(HOUR);
    expect(shortestGap(at('0 3 1 * *', 'UTC'), from)).toBe(28 * DAY);
  });
});

describe('times at which clocks are changed', () => {
  const warnings = (cron: string, timezone: string) => clockChangeWarnings(at(cron, timezone), from);

  it('are warned of: those that do not exist, or come twice', () => {
    expect(warnings('30 2 * * *', 'Europe/Paris').slice(0, 2)).toEqual([
      '02:30 on 2027-03-28 in Europe/Paris does not exist: Temporal starts no drill',
      '02:30 on 2027-10-31 in Europe/Paris comes twice: Temporal starts one drill, at 01:30Z',
    ]);
    expect(warnings('30 1 * * *', 'America/New_York')).toEqual([
      '01:30 on 2027-11-07 in America/New_York comes twice: Temporal starts 2 drills, at 05:30Z and 06:30Z',
      '01:30 on 2028-11-05 in America/New_York comes twice: Temporal starts 2 drills, at 05:30Z and 06:30Z',
    ]);
  });

  it('are warned of: those that Temporal takes twice just before', () => {
    expect(warnings('0 0 * * *', 'Europe/London')).toEqual([
      '00:00 on 2027-10-31 in Europe/London comes just before the clocks are put back: Temporal starts 2 drills, at 23:00Z and 00:00Z',
      '00:00 on 2028-10-29 in Europe/London comes just before the clocks are put back: Temporal starts 2 drills, at 23:00Z and 00:00Z',
    ]);
  });

  it('are counted where a schedule has many', () => {
    expect(warnings('*/15 * * * *', 'Europe/Paris')[0]).toBe(
      '4 times around the change of the clocks on 2027-03-28 in Europe/Paris are skipped or run twice',
    );
  });

  it('are no matter for other hours, other months and zones that never change', () => {
    expect(warnings('0 4 * * *', 'Europe/Paris')).toEqual([]);
    expect(warnings('30 2 * 1,6 *', 'Europe/Paris')).toEqual([]);
    expect(warnings('30 2 * * *', 'UTC')).toEqual([]);
  });
});

describe("Temporal's server", () => {
  let connection: Connection;
  beforeAll(async () => {
    connection = await Connection.connect({ address: process.env.DROVER_TEST_TEMPORAL ?? '' });
  });
  afterAll(async () => connection.close());

  /** The next ten times that the server itself tells of a schedule, from a moment that is to come. */
  async function timesAtServer(cron: string[], timezone: string, since: Date): Promise<string[]> {
    const schedule = await new Client({ connection }).schedule.create({
      scheduleId: `schedule-times-${randomUUID()}`,
      spec: { cronExpressions: cron, timezone, startAt: since },
      action: { type: 'startWorkflow', workflowType: 'none', taskQueue: 'none' },
      state: { paused: true },
    });
    try {
      const { info } = await until(
        () => schedule.describe(),
        (found) => found.info.nextActionTimes.length > 0,
      );
      return info.nextActionTimes.map((time) => time.toISOString());
    } finally {
      await schedule.delete();
    }
  }

  /** The mornings before the next two changes of the clocks of a zone. */
  function changes(timezone: string): Date[] {
    const clock = zoneClock(timezone);
    const noon = Math.floor(Date.now() / DAY) * DAY + DAY / 2;
    const days = Array.from({ length: 380 }, (_, index) => noon + (index + 2) * DAY);
    const before = days.filter((day) => clock.wall(day + DAY) - clock.wall(day) !== DAY);
    return before.slice(0, 2).map((day) => new Date(day - DAY));
  }

  it.each([
    ['Europe/Paris', '30 2 * * *'],
    ['Europe/Paris', '0 1,2,3 * * *'],
    ['Europe/London', '0 0 * * *'],
    ['America/New_York', '30 1,2 * * *'],
    ['Australia/Sydney', '*/30 1-3 * * *'],
    ['Asia/Kolkata', '30 2 8-14 * MON'],
  ])('runs a schedule in %s, "%s", at the times that are told', async (timezone, cron) => {
    expect(cronFault(cron)).toBeUndefined();
    const days = timezone === 'Asia/Kolkata' ? [new Date(Date.now() + DAY)] : changes(timezone);
    expect(days.length).toBeGreaterThan(0);
    for (const day of days) {
      const since = new Date(Math.floor(day.getTime() / 1000) * 1000);
      const told = nextTimes({ cron: [cron], timezone }, 10, new Date(since.getTime() - 1000));
      expect(await timesAtServer([cron], timezone, since)).toEqual(told);
    }
  });
});
