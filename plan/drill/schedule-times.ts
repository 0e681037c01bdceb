import { wallTimes } from './cron.js';

/** When a schedule runs: its cron expressions are wall times of its zone. */
export interface Times {
  cron: string[];
  timezone: string;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** So many times of each expression are looked at for the shortest gap. */
const LOOKED_AT = 400;

/** The shortest time between two of the next times of a schedule, in ms, by a clock that is never changed; null: it runs at most once. */
export function shortestGap({ cron }: Pick<Times, 'cron'> & Partial<Times>, from = new Date()): number | null {
  const walls = cron.flatMap((one) => wallTimes(one, from.getTime(), { count: LOOKED_AT }));
  const ordered = [...new Set(walls)].sort((a, b) => a - b);
  const gaps = ordered.slice(1).map((wall, index) => wall - (ordered[index] ?? wall));
  return gaps.length > 0 ? Math.min(...gaps) : null;
}

/**
 * Says on which nights of the coming year a schedule has times near a change of its zone's clocks. What Temporal does then
 * depends on the zone, and only its own next times tell.
 */
export function clockChangeWarnings({ cron, timezone }: Times, from = new Date()): string[] {
  const nights = clockChanges(timezone, from).filter((midnight) => {
    const [begin, end] = [midnight - 2 * HOUR - 1, midnight + 4 * HOUR];
    return cron.some((one) => wallTimes(one, begin, { count: 1, end }).length > 0);
  });
  if (nights.length === 0) return [];
  const dates = nights.map((midnight) => new Date(midnight).toISOString().slice(0, 10)).join(' and ');
  return [`the clocks of ${timezone} are changed in the night to ${dates}: times near it may be skipped, or run twice`];
}

/** The midnights, as wall times, of the nights of the coming year in which the clocks of a zone are changed. */
function clockChanges(timezone: string, from: Date): number[] {
  // The Swedish write dates as ISO 8601 has them.
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: timezone, dateStyle: 'short', timeStyle: 'medium' });
  const wall = (moment: number): number => Date.parse(`${format.format(moment).replace(' ', 'T')}Z`);
  const now = from.getTime();
  const noon = now - (wall(now) % DAY) + DAY / 2 - DAY;
  const noons = Array.from({ length: 367 }, (_, day) => noon + day * DAY);
  return noons.filter((at) => wall(at + DAY) - wall(at) !== DAY).map((at) => Math.floor(wall(at + DAY) / DAY) * DAY);
}
