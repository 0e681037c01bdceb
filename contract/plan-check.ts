/** What `drover plan check` finds out about a plan before it is run. Plain JSON. */
import type { PlanVm } from '../plan/types.js';
import type { SiteInspection } from './inspection.js';
import type { Lengths } from './lengths.js';
import type { VmRef } from './operation.js';
import type { SourcePower } from './questions.js';
import type { PlanHead } from './shard.js';

/**
 * `error`: a run of the plan would fail, or wait for a person, over it. `warning`: it would go on, otherwise than somebody may
 * expect.
 */
export type Severity = 'error' | 'warning';

export interface PlanFinding {
  severity: Severity;
  /** stable; where a run fails for the same reason, its code */
  code: string;
  /** null: it holds of the plan as a whole */
  vm: VmRef | null;
  /** where it was seen; null: in the plan, or at Temporal */
  site: string | null;
  message: string;
  /** the next step for a person; null: there is nothing to do */
  advice: string | null;
}

/** Some VMs of a plan, at most as many as a shard has. */
export interface CheckPieceInput {
  /** the same for all pieces of one check, which share what was read of the sites */
  check: string;
  /** that the plan would get */
  run: string;
  plan: PlanHead;
  vms: PlanVm[];
  /** what holds of the plan as a whole is looked at with its first piece */
  isFirst: boolean;
}

/** What a failover would recover of a VM, as it was seen before it is begun. Moments in epoch ms. */
export interface RecoveryAhead {
  vm: VmRef;
  /** where it would run, and its replication there */
  site: string;
  replicationId: string;
  /** null: none that is as the plan wants it, or it was not asked for */
  instance: { key: string /** by the clock of its site; null: not told */; at: number | null } | null;
  /** the VM that it is replicated from: a failover does not touch it */
  source: { site: string; power: SourcePower['power'] /** by what, or why not, in words */; known: string };
  seenAt: number;
}

export interface PieceChecked {
  /** of the first piece; empty for the others */
  sites: SiteInspection[];
  /** as many as fit into one page */
  findings: PlanFinding[];
  /** how many more there are, by code */
  more: Record<string, number>;
  /** of kind `failover`; absent: of another, or asked of a worker of an earlier version */
  recoveries?: RecoveryAhead[];
  /** of the first piece: how long its cutovers have taken, and how many may run at once; null: not known */
  cutovers?: { each: Lengths; atOnce: number } | null;
  /** what the sites do not tell to these logins, in words */
  untold: string[];
  /** what the guests call themselves, where the source tells */
  guests: { id: string; name: string; computerName: string }[];
}
