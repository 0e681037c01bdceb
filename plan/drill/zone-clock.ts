const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** What the clocks of a zone show. A wall time is in ms since the epoch as if the clocks showed UTC; moments are true epoch ms. */
export interface ZoneClock {
  wall(moment: number): number;
  /** when the clocks show a wall time: once, never when they skip it, twice when they are put back */
  moments(wall: number): number[];
  /** the one moment that Temporal's server takes a wall time for; of a skipped one, a moment at which the clocks show another */
  moment(wall: number): number;
}

/** @throws RangeError when there is no such zone */
export function zoneClock(timezone: string): ZoneClock {
  // The Swedish write dates as ISO 8601 has them.
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: timezone, dateStyle: 'short', timeStyle: 'medium' });
  const wall = (moment: number): number => Date.parse(`${format.format(moment).replace(' ', 'T')}Z`);
  const offset = (moment: number): number => wall(moment) - Math.floor(moment / 1000) * 1000;
  return {
    wall,
    moments(time) {
      const candidates = new Set([time - DAY, time + DAY].map((near) => time - offset(near)));
      return [...candidates].filter((moment) => wall(moment) === time).sort((a, b) => a - b);
    },
    // As Go's time.Date, which the server uses: of two it finds the first in the west, and the second elsewhere.
    moment(time) {
      const guess = time - offset(time);
      return time - offset(guess);
    },
  };
}
