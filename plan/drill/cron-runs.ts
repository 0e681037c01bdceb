import type { ZoneClock } from './zone-clock.js';

const HOUR = 3_600_000;

/** A run of a schedule: the wall time that is meant, and the moment at which Temporal runs it. */
export interface Run {
  wall: number;
  at: number;
}

/** The runs after `from`, given the wall times of each expression in their order from before the hour of `from` on. */
export function* runs(walls: number[][], clock: ZoneClock, from: number): Generator<Run> {
  for (let after = from; ; ) {
    const next = walls.flatMap((of) => nextRun(of, clock, after) ?? []).sort((a, b) => a.at - b.at)[0];
    if (!next) return;
    yield next;
    after = next.at;
  }
}

/**
 * As `compiledCalendar.next` of Temporal's server (1.29) finds it, where clocks are changed too: it leaves out what they skip. When
 * it comes to the end of an hour and finds the next one two hours later, it takes that hour once more. In the west that is the
 * hour that clocks show twice; elsewhere it is the one before, and of the two it then knows only the second.
 *
 * One thing is left out: where the clocks skip midnight (Havana, Santiago), the server finds no day of the week for that day.
 */
function nextRun(walls: number[], clock: ZoneClock, after: number): Run | undefined {
  const now = clock.wall(after);
  const hour = hourOf(now);
  const again = hourOf(clock.wall(after - HOUR)) === hour;
  const inHour = walls.filter((wall) => hourOf(wall) === hour);
  const later = inHour.find((wall) => wall > now);
  if (later !== undefined && exists(later, clock)) {
    return { wall: later, at: clock.moment(later) + (again ? HOUR : 0) };
  }
  const [first] = inHour;
  if (first !== undefined && later === undefined && !again) {
    if (clock.moment(hour + HOUR) - clock.moment(hour) > HOUR) return { wall: first, at: clock.moment(first) + HOUR };
  }
  const next = walls.find((wall) => wall >= hour + HOUR && exists(wall, clock));
  return next === undefined ? undefined : { wall: next, at: clock.moment(next) };
}

const exists = (wall: number, clock: ZoneClock): boolean => hourOf(clock.wall(clock.moment(wall))) === hourOf(wall);

/** The hour that a wall time is in. */
export const hourOf = (wall: number): number => Math.floor(wall / HOUR) * HOUR;
