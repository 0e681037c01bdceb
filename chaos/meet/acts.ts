/** What persons do to runs that meet, made from the seed alone: any of them to any run, at any moment. */
import { RandomStream } from '../../simulator/random.js';

export type Act = 'approve' | 'pause' | 'resume' | 'cancel' | 'terminate';

export interface PlannedAct {
  /** ms after the one before it */
  after: number;
  act: Act;
  /** index of the run; a number that the run's VMs are chosen by, and whether one VM is meant, or all */
  run: number;
  vm: number;
  isWhole: boolean;
}

/** Of twenty: mostly what a run goes on after. */
const SHARES: [Act, number][] = [
  ['approve', 6],
  ['pause', 4],
  ['resume', 6],
  ['cancel', 3],
  ['terminate', 1],
];
const PAUSE = { least: 300, most: 4_000 };
/** share of cancellations that are for all of a run */
const WHOLE = 0.15;

export function plannedActs(seed: number, many: number, runs: number): PlannedAct[] {
  const random = new RandomStream(seed, 'chaos:meet');
  const below = (most: number): number => Math.floor(random.next() * most);
  return Array.from({ length: many }, () => ({
    after: PAUSE.least + below(PAUSE.most - PAUSE.least),
    act: drawn(below(SHARES.reduce((sum, [, share]) => sum + share, 0))),
    run: below(runs),
    vm: below(1_000_000),
    isWhole: random.next() < WHOLE,
  }));
}

function drawn(ticket: number): Act {
  let rest = ticket;
  for (const [act, share] of SHARES) {
    if (rest < share) return act;
    rest -= share;
  }
  return 'resume';
}
