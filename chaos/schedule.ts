/**
 * When what is killed, made from the seed alone. Moments are shares of the work done, not of time: a slow machine is struck
 * at the same points of the run as a fast one.
 */
import { RandomStream } from '../simulator/random.js';

export interface Strike {
  /** share of all operations that had been accepted when it is due */
  at: number;
  victims: number[];
  /** ms until each victim is started again */
  pauses: number[];
}

export interface ServerStrike {
  at: number;
  /** ms until it is started again */
  pause: number;
}

export interface SessionLoss {
  at: number;
  /** only what the sessions were extended to, or all sessions */
  extensionsOnly: boolean;
}

export interface Schedule {
  strikes: Strike[];
  serverStrikes: ServerStrike[];
  sessionLosses: SessionLoss[];
}

/** Not before anything has been sent, and early enough that there is something left to lose. */
const FIRST = 0.01;
const LAST = 0.85;
/** share of strikes that leave no worker alive */
const ALL = 0.35;

const SHORTEST_PAUSE = 200;
const LONGEST_PAUSE = 4_000;

export function makeSchedule(options: {
  seed: number;
  kills: number;
  serverKills: number;
  faults: number;
  workers: number;
}): Schedule {
  const { seed, kills, serverKills, faults, workers } = options;
  const random = new RandomStream(seed, 'chaos:schedule');
  const moments = (many: number): number[] =>
    Array.from({ length: many }, () => FIRST + random.next() * (LAST - FIRST)).sort((a, b) => a - b);
  const pause = (): number => Math.round(SHORTEST_PAUSE + random.next() * (LONGEST_PAUSE - SHORTEST_PAUSE));

  // One strike at least takes all of them, since recovery is measured after those.
  const total = Math.floor(random.next() * Math.max(1, kills));
  const strikes = moments(kills).map((at, n) => {
    const victims = n === total || random.next() < ALL ? everyone(workers) : some(workers, random);
    return { at, victims, pauses: victims.map(pause) };
  });
  const serverStrikes = moments(serverKills).map((at) => ({ at, pause: pause() }));
  const losses = faults === 0 ? 0 : Math.ceil((kills + serverKills) / 2);
  const sessionLosses = moments(losses).map((at) => ({ at, extensionsOnly: random.next() < 0.7 }));
  return { strikes, serverStrikes, sessionLosses };
}

export function scheduleText({ strikes, serverStrikes, sessionLosses }: Schedule, workers: number): string[] {
  const percent = (at: number): string => `${(at * 100).toFixed(1)} %`;
  const who = ({ victims }: Strike): string =>
    victims.length === workers ? 'all' : victims.map((one) => one + 1).join('+');
  return [
    `workers killed at   ${strikes.map((one) => `${percent(one.at)} (${who(one)})`).join(', ') || 'never'}`,
    `server killed at    ${serverStrikes.map(({ at }) => percent(at)).join(', ') || 'never'}`,
    `sessions lost at    ${sessionLosses.map((one) => percent(one.at) + (one.extensionsOnly ? ' (extensions)' : '')).join(', ') || 'never'}`,
  ];
}

const everyone = (workers: number): number[] => Array.from({ length: workers }, (_, index) => index);

/** At least one, and one survivor where there can be one. */
function some(workers: number, random: RandomStream): number[] {
  const many = 1 + Math.floor(random.next() * Math.max(1, workers - 1));
  const left = everyone(workers);
  const chosen = Array.from({ length: many }, () => left.splice(Math.floor(random.next() * left.length), 1)).flat();
  return chosen.sort((a, b) => a - b);
}
