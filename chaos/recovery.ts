/** How soon VMs move again after the death of all workers. */

import type { RunReport } from '../contract/report.js';
import type { LedgerEntry } from '../simulator/index.js';
import type { ChaosEvent } from './journal.js';
import { isOperation } from './ledger-tail.js';

export interface Recovery {
  /** ms from the first restart of a worker until the next operation was accepted or VM was over, for each such death */
  times: number[];
  median: number | null;
  max: number | null;
}

/** What a person may expect, as the median: ms. */
export const RECOVERS_WITHIN = 30_000;

export function measureRecovery(events: ChaosEvent[], ledger: LedgerEntry[], report: RunReport | null): Recovery {
  const moves = [
    ...ledger.filter(isOperation).map(({ at }) => at),
    ...(report?.vms ?? []).flatMap(({ finishedAt }) => (finishedAt === null ? [] : [Date.parse(finishedAt)])),
  ].sort((a, b) => a - b);
  const times = restartsAfterDeath(events).flatMap((restart) => {
    const next = moves.find((at) => at > restart);
    return next === undefined ? [] : [next - restart];
  });
  const sorted = [...times].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const median =
    sorted.length === 0 ? null : ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
  return { times, median, max: sorted.at(-1) ?? null };
}

/** When the first worker was started after nobody had been alive; a death before it had moved anything counts as the same. */
function restartsAfterDeath(events: ChaosEvent[]): number[] {
  const restarts: number[] = [];
  let dead = false;
  for (const { kind, alive, at } of events) {
    if (alive === 0) dead = true;
    if (kind === 'worker-started' && dead) {
      dead = false;
      restarts.push(at);
    }
  }
  return restarts;
}
