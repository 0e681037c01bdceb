/** Everything that the verdict is made from. */

import type { RunReport } from '../contract/report.js';
import type { LedgerEntry, RequestCount, WorldView } from '../simulator/index.js';
import type { ChaosEvent } from './journal.js';
import type { Window } from './plan-files.js';
import type { HeldVm } from './steering.js';

export interface Evidence {
  /** what the plan names */
  vms: { id: string; name: string; wave: string }[];
  sites: { source: string; destination: string };
  /** the last one that could be read; null: none at all */
  report: RunReport | null;
  ledger: LedgerEntry[];
  world: Pick<WorldView, 'sites'>;
  /** when each wave's cutovers were allowed; null: no approval was needed */
  approvedAt: Map<string, number> | null;
  window: Window | null;
  held: HeldVm[];
  /** the site does not tell which task was sent under which operation id */
  isBlind: boolean;
  /** workflows of runs and VMs that are open though the run is over */
  openWorkflows: string[];
  /** processes that outlived the run, in words */
  leftProcesses: string[];
  /** errors inside the simulator, which would make it a bad judge */
  bugs: string[];
  /** what kept the run from being judged as ordered: a bound, an interruption, kills that were not carried out */
  incomplete: string[];
  events: ChaosEvent[];
  requests: RequestCount[];
}

export const ITEMS = {
  duplicate: 'duplicate submissions',
  lost: 'VMs lost',
  stuck: 'VMs stuck',
  failed: 'VMs failed for no lasting reason',
  leave: 'cutovers without leave',
  report: 'report ≠ ledger',
  workflow: 'workflows left open',
  process: 'processes left behind',
  recovery: 'slow recovery',
  simulator: 'errors of the simulator',
  incomplete: 'not carried out as ordered',
} as const;

export type Item = keyof typeof ITEMS;

export interface Violation {
  item: Item;
  /** null: it concerns no VM in particular */
  vmId: string | null;
  message: string;
}
