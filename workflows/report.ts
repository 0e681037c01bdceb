/** The evidence of a run, as `drover report --format json` prints it; design.md fixes these members. Moments are ISO 8601, UTC. */
import type { RunKind } from '../plan/types.js';

export type RunState = 'succeeded' | 'failed' | 'cancelled' | 'running' | 'paused';
export type VmState = 'waiting' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'skipped';
export type WaitingFor = 'approval' | 'window' | 'dependency' | 'capacity' | 'brake';
export type MigrationStep = 'queued' | 'start' | 'initial-sync' | 'gate' | 'migrate' | 'verify' | 'tidy' | 'done';

export interface OperationRecord {
  kind: string;
  operationId: string;
  /** null: found by the replication's own state, its task being unknown */
  taskId: string | null;
  /** true: found at the site instead of sent by this attempt */
  adopted: boolean;
  submittedAt: string;
  finishedAt: string | null;
  result: 'succeeded' | 'failed' | null;
}

export interface VmError {
  /** VCDA's code, or Drover's own for what VCDA did not say */
  code: string;
  /** names VM, site, operation and the next step for a person */
  message: string;
  operation: string | null;
  taskId: string | null;
}

export interface VmReport {
  id: string;
  name: string;
  wave: string;
  state: VmState;
  step: MigrationStep;
  waitingFor: WaitingFor | null;
  replicationId: string | null;
  startedAt: string | null;
  finishedAt: string | null;
  /** seconds from the cutover's submission until VCDA reported it done */
  outageSeconds: number | null;
  error: VmError | null;
  operations: OperationRecord[];
}

/** Why a run or VM sends nothing more until a person acts. */
export interface Hold {
  site: string;
  code: string;
  /** what happened and what a person must do before `drover resume` */
  message: string;
}

export interface RunTotals {
  vms: number;
  succeeded: number;
  failed: number;
  cancelled: number;
  skipped: number;
  running: number;
  waiting: number;
}

export interface RunReport {
  run: string;
  plan: string;
  kind: RunKind;
  state: RunState;
  startedAt: string;
  finishedAt: string | null;
  totals: RunTotals;
  /** set while the run is paused: by a person, by `stopAfter`, or by a site that refuses */
  pausedBecause: string | null;
  /** sites that do not answer at the moment; the run goes on by itself when they do */
  sitesAway: { site: string; since: string; message: string }[];
  vms: VmReport[];
}

export function isFinal(state: VmState): boolean {
  return state !== 'waiting' && state !== 'running';
}

export function totalsOf(vms: Iterable<Pick<VmReport, 'state'>>): RunTotals {
  const totals: RunTotals = { vms: 0, succeeded: 0, failed: 0, cancelled: 0, skipped: 0, running: 0, waiting: 0 };
  for (const { state } of vms) {
    totals.vms += 1;
    totals[state] += 1;
  }
  return totals;
}
