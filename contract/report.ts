/** The evidence of a run, as `drover report --format json` prints it: programs rely on these members. Moments are ISO 8601, UTC. */

import type { RunKind } from '../plan/types.js';
import type { ActRecord } from './act.js';
import type { Finding, SignOff } from './drill-note.js';
import type { HookRecord } from './hook-record.js';
import type { Expected } from './lengths.js';
import type { TaskWarning } from './notice.js';
import type { OperationKind, Owner } from './operation.js';
import { vmsIn } from './vapp.js';

export type RunState = 'succeeded' | 'failed' | 'cancelled' | 'running' | 'paused';
export const VM_STATES = ['waiting', 'running', 'succeeded', 'failed', 'cancelled', 'skipped'] as const;
export type VmState = (typeof VM_STATES)[number];
export type WaitingFor =
  | 'approval'
  | 'window'
  | 'dependency'
  | 'capacity'
  | 'brake'
  | 'claim'
  | 'pause'
  | 'hold'
  | 'until'
  | 'store';
export type VmStep =
  | 'queued'
  | 'look'
  | 'start'
  | 'initial-sync'
  | 'gate'
  | 'sync'
  | 'migrate'
  | 'failover'
  | 'reverse'
  | 'resync'
  | 'verify'
  | 'delete-replication'
  | 'ready'
  | 'failover-test'
  | 'checks'
  | 'hold'
  | 'clean-up'
  | 'failover-back'
  | 'done';

export interface OperationRecord {
  kind: OperationKind;
  operationId: string;
  /** where it was sent; absent in what was recorded before */
  site?: string;
  /** null: found by the replication's own state, its task being unknown */
  taskId: string | null;
  /** true: found at the site instead of sent by this attempt */
  adopted: boolean;
  /** of a start that took over a replication: who had made it */
  owner?: Owner;
  submittedAt: string;
  finishedAt: string | null;
  result: 'succeeded' | 'failed' | null;
  /** of a sync: what it has sent; absent: the site does not tell, or it has sent nothing anew */
  bytes?: number;
  /** what its task warned of; absent: of nothing */
  warnings?: TaskWarning[];
}

/** What keeps an open VM from going on though it may by itself: a step that is done again, or something waited for. */
export interface Retrying {
  code: string;
  message: string;
  /** the next step for a person; null: there is none */
  advice: string | null;
  since: string;
  /** how often the step was tried; null: it is not tried again but waited for */
  tries: number | null;
  /** when it is given up; null: never */
  until: string | null;
}

/** Why a VM failed or waits, in parts: whoever shows it to a person puts them into one text, and nobody before. */
export interface VmError {
  /** VCDA's code, or Drover's own for what VCDA did not say */
  code: string;
  /** what happened; names the VM */
  message: string;
  /** what failed, or what a question that failed was asked for; null: nothing was to be done at a site */
  operation: OperationKind | null;
  taskId: string | null;
  /** where it was sent, or would have been; null: no site had a part in it. Absent in what 0.1 recorded */
  site: string | null;
  /** the next step for a person; null: there is none. Absent in what 0.1 recorded */
  advice: string | null;
}

/** Details of an activity's failure: what a report says of it. */
export interface FailureDetails extends VmError {
  site: string;
  /** what its site calls a VM that the plan gives no name; absent: it was not asked, or does not tell */
  vmName?: string;
  /** given up after the time that the error table allows, not refused */
  expired?: boolean;
  /** of what is tried again: ISO times when it first failed so, and when it is given up */
  since?: string;
  until?: string;
  /** of a submission: nothing can have reached the site */
  unsent?: true;
  /** of a start that may have: the VM was seen without a replication before */
  absent?: true;
  /** of a submission: it was looked for in vain after its last try that may have arrived, so that what is there since is not surely its own */
  cleared?: true;
  /** of a submission: epoch ms by which its last try that may have arrived was over; absent: not known */
  triedUntil?: number;
  /** of a hold: it cannot be told whose something is, so that a stop leaves it as it is */
  leaves?: true;
  /** of such a hold of a start: the replication that a person is shown, and may decide on */
  shown?: string;
}

/** Networks of test copies: named in the drill or by their replications; `production`: what is not named, the site chooses. */
export interface UsedNetworks {
  from: 'file' | 'replication' | 'production';
  names: string[];
}

/** A VM of a vApp that was moved as one; what is not said here is as of its vApp. */
export interface MemberReport {
  id: string;
  name: string;
  replicationId: string | null;
  /** id that it got where it was recovered, the last of them; absent: it was not */
  recoveredAs?: string;
  /** its own, where what was recovered of it was seen; absent: it was not */
  power?: 'on' | 'off' | 'unknown';
}

export interface VmReport {
  id: string;
  name: string;
  /** of a vApp: its VMs; absent: it is a VM */
  vms?: MemberReport[];
  wave: string;
  state: VmState;
  step: VmStep;
  waitingFor: WaitingFor | null;
  /** ISO; absent: it waits for nothing, or since when is not known */
  waitingSince?: string;
  /** when its wait ends by time alone, or its window is over: ISO; absent: never, or it waits for nothing */
  waitingUntil?: string;
  /** what it waits for, of a `dependency`: `wave pilot`, `db1 (…)`, `hook beforeWave of wave core` */
  waitingOn?: string;
  replicationId: string | null;
  /** ids that the VM got where it was recovered, by which a reverse knows it; absent: it was not */
  recoveredAs?: string[];
  startedAt: string | null;
  finishedAt: string | null;
  /** when its first full copy was seen to be complete; absent: it was not, or an earlier Drover has not recorded it */
  copiedAt?: string;
  /**
   * at most so long it was down: seconds from the first submission of its cutover that the site accepted, over all attempts,
   * to the end of the task that brought it up. null: it was not cut over, was off before, or is down still
   */
  outageSeconds: number | null;
  /** since when it may be down by its cutover; null: it is not, as far as is known. Absent in what 0.1 recorded */
  downSince?: string | null;
  /** the VM where it ran; absent: it was not asked for yet */
  source?: {
    power: 'on' | 'off' | 'unknown';
    /** when that was first seen */
    since: string;
    /** by what, or why it is not known */
    known: string;
    /** its power before the first cutover was sent */
    before: 'on' | 'off' | 'unknown';
  };
  /** of its test copy */
  networks?: UsedNetworks[];
  /** what went otherwise than a person may expect; absent: nothing */
  notes?: string[];
  /** seconds from the trigger until it was recovered and its checks had passed; null: it was not */
  rtoSeconds: number | null;
  /** age of the recovered instance at the trigger, in seconds; null: the site's clock, or the instance's time, is not known */
  rpoSeconds: number | null;
  /** `rpoSeconds` is off by this much at most: how exactly the clock of the site is known */
  rpoUncertaintySeconds?: number | null;
  checks: CheckResult[];
  error: VmError | null;
  /** absent or null: nothing is in its way */
  retrying?: Retrying | null;
  /** refused in a way that only a person can lift, as its run was told; absent or null: it is not */
  hold?: Hold | null;
  /** how far its site is with its step, by the figures of its replication or task; absent: not known */
  progress?: {
    percent: number | null;
    bytes: number | null;
    bytesTotal: number | null;
    /** bytes a second, lately */
    rate: number | null;
    /** at that rate; null: not known */
    etaSeconds: number | null;
    /** ISO */
    seenAt: string;
  };
  /** since when it is on its step, as its site has it: ISO; absent: not known */
  stepSince?: string;
  /** it is on its way, and this is what was known of it then: ISO; absent: it is so now */
  asOf?: string;
  /** its copy, as it was seen while it waits at its gate; absent: it was not looked at there yet, or does not wait any more */
  copy?: {
    /** how old what it holds was at most; null: not known, or its source is off */
    lagSeconds: number | null;
    /** what it was sent last, beyond its first copy; absent: not known */
    delta?: { bytes: number; seconds: number };
    /** ISO; what is amiss with it stands in `retrying` */
    seenAt: string;
  };
  /** what a drill has made of it is being undone, and given up then: ISO; absent: it is not */
  undoneBy?: string;
  operations: OperationRecord[];
  /** hooks that were sent for it, the newest; absent: none */
  hooks?: HookRecord[];
  /** how much of it its run has left out, which the store has; absent: it is whole */
  cut?: { operations: number; warnings: number };
}

export interface CheckResult {
  name: string;
  ok: boolean;
  /** what was seen at the last attempt */
  detail: string;
  /** the next step for a person, where the check could not be made; absent: none */
  advice?: string;
  attempts: number;
  startedAt: string;
  finishedAt: string;
}

/** What a drill proved. */
export interface DrillResult {
  mode: 'test' | 'roundtrip';
  /** as its file says, as the next three; absent: it does not */
  scenario?: string;
  lead?: string;
  observers?: string[];
  reference?: string;
  phase: 'claim' | 'recover' | 'hold' | 'clean-up' | 'done';
  /** when recovery began: all VMs were claimed and their replications looked at */
  triggeredAt: string | null;
  /** until when what was recovered stays up */
  heldUntil: string | null;
  objectives: { rtoSeconds: number | null; rpoSeconds: number | null };
  /** of the slowest VM; null while not all are recovered, or when one was not */
  rtoSeconds: number | null;
  /** of the VM that lost most */
  rpoSeconds: number | null;
  /** no VM's RPO is off by more: how exactly the sites' clocks are known */
  rpoUncertaintySeconds?: number | null;
  /** of the test copies, each once; absent: none was made ready */
  networks?: UsedNetworks[];
  groups: {
    name: string;
    rtoSeconds: number | null;
    rpoSeconds: number | null;
    rpoUncertaintySeconds?: number | null;
  }[];
  /** each objective that was missed or cannot be shown to be met, and by how much */
  missed: string[];
  /** names of VMs that are not as they were: a copy that could not be removed yet, a round trip that did not come home */
  left: string[];
  /** test copies that earlier drills had left and this one removed */
  swept: { vm: string; run: string }[];
  /** those that still stand, and why: a person's, or one that Drover cannot remove. Absent in what was recorded before */
  notSwept?: { vm: string; run: string; reason: string }[];
  /** what persons have noted after its end; absent, as the next: it was not asked for */
  findings?: Finding[];
  /** null: nobody has */
  signedBy?: SignOff | null;
}

/** Why a run or VM sends nothing more until a person acts. */
export interface Hold {
  site: string;
  code: string;
  /** what happened */
  message: string;
  /** what a person must do before `drover resume`; null: nothing more is known */
  advice: string | null;
}

export interface RunTotals {
  vms: number;
  succeeded: number;
  failed: number;
  cancelled: number;
  skipped: number;
  running: number;
  waiting: number;
  /** what tasks warned of, over all VMs. Absent in what 0.1 recorded */
  warnings?: number;
}

export interface RunReport {
  run: string;
  plan: string;
  kind: RunKind | 'drill';
  state: RunState;
  startedAt: string;
  finishedAt: string | null;
  totals: RunTotals;
  /** set while the run is paused: by a person, by `stopAfter`, or by a site that refuses */
  pausedBecause: string | null;
  /** the next step for a person while it is paused; null: none is known, or it is not paused */
  pausedAdvice: string | null;
  /** it is over, and stays open until the store has kept its evidence; absent: it does not wait for it */
  waitingFor?: 'store';
  /** sites that do not answer at the moment; the run goes on by itself when they do */
  sitesAway: { site: string; since: string; message: string }[];
  /** null for a run of a plan */
  drill: DrillResult | null;
  /**
   * what persons have told it, oldest first: a run carries the newest 100, of earlier ones the store tells; absent: nothing, or
   * an earlier Drover began it
   */
  acts?: ActRecord[];
  /** hooks that were sent for it or its waves, the newest; absent: none */
  hooks?: HookRecord[];
  /** how long its cutovers were expected to take; absent: too few were measured, or it makes none */
  expected?: Expected;
  vms: VmReport[];
}

/** A VM, or a vApp, with which nothing has begun. */
export const untouched = (
  { id, name, vms }: { id: string; name: string; vms?: { id: string; name: string }[] },
  wave: string,
): VmReport => ({
  id,
  name,
  ...(vms === undefined ? {} : { vms: vms.map((vm) => ({ id: vm.id, name: vm.name, replicationId: null })) }),
  wave,
  state: 'waiting',
  step: 'queued',
  waitingFor: null,
  replicationId: null,
  startedAt: null,
  finishedAt: null,
  outageSeconds: null,
  downSince: null,
  rtoSeconds: null,
  rpoSeconds: null,
  rpoUncertaintySeconds: null,
  checks: [],
  error: null,
  operations: [],
});

export function isFinal(state: VmState): boolean {
  return state !== 'waiting' && state !== 'running';
}

/** A vApp counts as many as it has VMs. */
export function totalsOf(
  units: Iterable<Pick<VmReport, 'state'> & Partial<Pick<VmReport, 'operations' | 'cut' | 'vms'>>>,
): RunTotals {
  const totals = { vms: 0, succeeded: 0, failed: 0, cancelled: 0, skipped: 0, running: 0, waiting: 0, warnings: 0 };
  for (const { state, operations = [], cut, vms } of units) {
    const count = vmsIn({ vms });
    totals.vms += count;
    totals[state] += count;
    totals.warnings += cut?.warnings ?? 0;
    for (const { warnings = [] } of operations) totals.warnings += warnings.length;
  }
  return totals;
}
