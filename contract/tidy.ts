/** Removing the replications that a run has kept for a while: how it is begun, and what came of it. Plain JSON. */
import type { Logins } from '../plan/types.js';
import type { Author } from './act.js';
import type { EvidenceOf, PageStart } from './evidence.js';
import type { VmReport } from './report.js';

/** One for each run, as `tidy/<run>`; it waits by Temporal's start delay, and a signal ends the wait. */
export const TIDY = 'tidy';

export interface TidyInput extends EvidenceOf {
  source: string;
  destination: string;
  /** how often the run was tidied before: no operation id is used twice */
  round: number;
  /** in the memo as well; null: a person began it */
  keptFor: number | null;
  /** handed over by continue-as-new */
  carried?: { from: PageStart; result: TidyResult };
}

/** VMs of the run that were moved, by what became of their replications. */
export interface TidyResult {
  removed: number;
  /** somebody else had removed it */
  gone: number;
  /** it stays, since it is used again, or is not this run's, or could not be removed */
  stays: number;
  /** of those that stay, the first hundred */
  which: { id: string; name: string; reason: string }[];
  /** persons who had it begin before its time */
  by: Author[];
}

export const NOTHING_TIDIED: TidyResult = { removed: 0, gone: 0, stays: 0, which: [], by: [] };
export const MOST_TOLD = 100;

/** What of one VM is removed, by the workflow that holds it meanwhile. */
export interface TidyVmInput extends Pick<TidyInput, 'run' | 'source' | 'destination' | 'round'> {
  /** as its run has left it */
  vm: VmReport;
  selfCheck: number;
  missingFor: number;
}

/** What a run asks for when it has ended. */
export interface TidyLater extends Omit<TidyInput, 'carried' | 'keptFor'> {
  /** of the run's; absent: the default ones */
  logins?: Logins;
  /** ms from now on */
  after: number;
}

/** A replication that this run has had a VM moved by. */
export const isTidied = ({ state, replicationId, operations }: VmReport): boolean =>
  state === 'succeeded' &&
  replicationId !== null &&
  operations.some(({ kind, result }) => kind === 'migrate' && result === 'succeeded') &&
  !operations.some(({ kind, result }) => kind === 'delete' && result === 'succeeded');
