import type { ErrorBody } from '../errors.js';

export type LedgerKind =
  | 'start'
  | 'sync'
  | 'migrate'
  | 'failover'
  | 'failover-test'
  | 'cleanup'
  | 'reverse'
  | 'pause'
  | 'resume'
  | 'delete'
  | 'reconfigure'
  | 'storage-profile'
  | 'power-off'
  | 'power-on'
  | 'recovered'
  | 'removed';

/** One accepted operation, or one thing that happened in the world because of it. */
export interface LedgerEntry {
  seq: number;
  /** wall ms */
  at: number;
  /** simulated ms */
  simulatedAt: number;
  site: string;
  kind: LedgerKind;
  operationId: string | null;
  user: string;
  vmId: string | null;
  vmName: string | null;
  replicationId: string | null;
  /** the accepted task; of an event of the world: the task that caused it, null when the control endpoint did */
  taskId: string | null;
  outcome: 'running' | 'succeeded' | 'failed';
  error?: ErrorBody;
  endedAt?: number;
  /** `recovered` and `removed` of a test copy */
  testCopy?: boolean;
  /** operations on whole vApps */
  vappId?: string;
  /** of an accepted operation: the body of the request, as it came */
  body?: unknown;
}

/** The simulator's evidence: written by the world alone, in order, never rewritten except for the end of an operation. */
export class Ledger {
  readonly entries: LedgerEntry[] = [];

  add(entry: Omit<LedgerEntry, 'seq'>): LedgerEntry {
    const added = { seq: this.entries.length + 1, ...entry };
    this.entries.push(added);
    return added;
  }
}
