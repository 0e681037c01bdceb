import type { DrillSchedule } from '../types.js';
import { wallTimes } from './cron.js';
import { hourOf, type Run, runs } from './cron-runs.js';
import { type ZoneClock, zoneClock } from './zone-clock.js';

/** When a schedule runs: its cron expressions are wall times of its zone. */
export type Times = Pick<DrillSchedule, 'cron' | 'timezone'>;

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const TWO_YEARS = 730 * DAY;

/** More than an expression has in the few hours that clocks skip. */
const SPARE = 400;

/** More odd times at one change of the clocks are only counted. */
const NAMED = 3;

/**
 * The next times at which Temporal runs a schedule, after `from` and without its jitter, as ISO 8601 in UTC. Fewer than `count`
 * when there are no more.
 */
export function nextTimes({ cron, timezone }: Times, count: number, from = new Date()): string[] {
  const clock = zoneClock(timezone);
  const since = hourOf(clock.wall(from.getTime())) - 1;
  const walls = cron.map((one) => wallTimes(one, since, { count: count + SPARE }));
  const times: string[] = [];
  for (const { at } of runs(walls, clock, from.getTime())) {
    if (times.length === count) break;
    times.push(new Date(at).toISOString());
  }
  return times;
}

/** The shortest time between two of the next times of a schedule, in ms, by a clock that is never changed; null: it runs at most once. */
export function shortestGap({ cron, timezone }: Times, from = new Date()): number | null {
  const since = zoneClock(timezone).wall(from.getTime());
  const walls = cron.flatMap((one) => wallTimes(one, since, { count: SPARE }));
  const ordered = [...new Set(walls)].sort((a, b) => a - b);
  const gaps = ordered.slice(1).map((wall, index) => wall - (ordered[index] ?? wall));
  return gaps.length > 0 ? Math.min(...gaps) : null;
}

/**
 * Sentences about the times of a schedule within two years that its zone's clocks skip, that they show twice, or that Temporal runs
 * twice because the clocks are put back; each says what Temporal does then.
 */
export function clockChangeWarnings(times: Times, from = new Date()): string[] {
  const clock = zoneClock(times.timezone);
  const warnings: string[] = [];
  for (let at = from.getTime(); at < from.getTime() + TWO_YEARS; at += DAY) {
    if (clock.wall(at + DAY) - clock.wall(at) === DAY) continue;
    const odd = oddTimes(times, clock, at);
    const night = `${odd[0]?.date} in ${times.timezone}`;
    if (odd.length > NAMED)
      warnings.push(`${odd.length} times around the change of the clocks on ${night} are skipped or run twice`);
    else
      warnings.push(...odd.map(({ time, why, started }) => `${time} on ${night} ${why}: Temporal starts ${started}`));
  }
  return warnings;
}

interface OddTime {
  date: string;
  time: string;
  why: string;
  started: string;
}

/** Those of the day that begins at a moment, in which the clocks are changed. */
function oddTimes({ cron }: Times, clock: ZoneClock, day: number): OddTime[] {
  // What is repeated may lie a little before or after that day.
  const [begin, end] = [day - 3 * HOUR, day + DAY + 3 * HOUR];
  const walls = cron.map((one) =>
    wallTimes(one, clock.wall(begin), { count: Number.POSITIVE_INFINITY, end: clock.wall(end) }),
  );
  const started = new Map<number, Run[]>();
  for (const run of runs(walls, clock, begin)) started.set(run.wall, [...(started.get(run.wall) ?? []), run]);
  return [...new Set(walls.flat())]
    .sort((a, b) => a - b)
    .flatMap((wall) => {
      const shown = clock.moments(wall).length;
      const at = started.get(wall) ?? [];
      if (shown === 1 && at.length < 2) return [];
      const why = ['does not exist', 'comes just before the clocks are put back', 'comes twice'][shown] ?? '';
      const [date = '', time = ''] = new Date(wall).toISOString().split('T');
      return [{ date, time: time.slice(0, 5), why, started: drillsAt(at) }];
    });
}

function drillsAt(started: Run[]): string {
  const times = started.map(({ at }) => `${new Date(at).toISOString().slice(11, 16)}Z`);
  if (times.length === 0) return 'no drill';
  return times.length === 1 ? `one drill, at ${times[0]}` : `${times.length} drills, at ${times.join(' and ')}`;
}
