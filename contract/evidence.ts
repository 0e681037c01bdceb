/**
 * What outlives Temporal's retention, as it crosses processes: plain JSON. Every message states the whole truth with a
 * revision, so that it may come twice or late: an older one changes nothing.
 */
import type { PlanVm } from '../plan/types.js';
import type { ActRecord } from './act.js';
import type { OperationKind } from './operation.js';
import type { RunReport, VmReport, VmState } from './report.js';
import type { PlanHead } from './shard.js';
import type { UnitWord } from './unit.js';

/** Types of failures that are never a site's word. */
export const STORE_AWAY = 'StoreAway';

/** Which execution of which run: an id may be used again once Temporal has forgotten it. */
export interface EvidenceOf {
  run: string;
  /** Temporal's id of the first execution of the run's workflow, the same over continue-as-new */
  execution: string;
}

/** A report but for its VMs, which are read in pages. */
export type ReportHead = Omit<RunReport, 'vms'> & {
  /** of how many shards it is; absent: of as many as its VMs need */
  shards?: number;
};

/** What the workflow of a unit leaves when it is over. */
export interface LastWord {
  /** null: the unit has not ended */
  evidence: Evidence | null;
  /** workflow that hears the word */
  parent: string;
  word: Omit<UnitWord, 'kept'>;
}

export interface EvidenceHead {
  revision: number;
  report: ReportHead;
  /** null: it was started without */
  planDigest: string | null;
  /** what the run was started with, but for its VMs; absent: a drill has none */
  plan?: PlanHead;
}

/** How long one operation took at a site. */
export interface Duration {
  operationId: string;
  site: string;
  kind: OperationKind;
  seconds: number;
  finishedAt: string;
}

/** A VM that a migration has moved. */
export interface MovedVm {
  source: string;
  destination: string;
}

export interface EvidenceUnit {
  /** what the plan moves as one; a VM is its own */
  unit: string;
  /** place in the plan, by which a report is ordered */
  position: number;
  revision: number;
  /** of the workflow that worked on it */
  workflowId: string;
  report: VmReport;
  /** as the plan says it; absent in what an earlier Drover kept */
  planned?: PlanVm;
  /** absent: it was not moved */
  moved?: MovedVm;
  durations: Duration[];
}

export interface Evidence extends EvidenceOf {
  /** `site`: acts on a site alone, under the id of its workflow */
  kind: RunReport['kind'] | 'site';
  /**
   * when it was said, ISO 8601, by the workflow's own clock: of two words with one revision the later is true, since the first
   * was said in a workflow task that came to nothing
   */
  at: string;
  /** absent: the run has nothing new to say of itself */
  head?: EvidenceHead;
  units: EvidenceUnit[];
  /** of persons; absent: none is told */
  acts?: ActRecord[];
}

/** A run that the store remembers. */
export interface KeptRun extends EvidenceOf {
  head: ReportHead;
  planDigest: string | null;
  /** of the worker that kept it; null: unknown */
  drover: string | null;
}

export interface KeptRuns {
  /** newest first */
  runs: KeptRun[];
  /** whether older ones were left out */
  more: boolean;
}

/** The run that the page before ended with. */
export interface RunsBefore {
  startedAt: string;
  run: string;
}

/** VMs of a run in the order of its plan. */
export interface KeptVms {
  vms: VmReport[];
  /** where the next page begins; null: there is none */
  next: PageStart | null;
}

/** The plan of a run, its VMs in pages. */
export interface KeptPlan {
  /** null: it was kept without */
  head: PlanHead | null;
  /** those that were kept, in the plan's order */
  vms: PlanVm[];
  next: PageStart | null;
}

/** What persons have told a run, in its order. */
export interface KeptActs {
  acts: ActRecord[];
  /** id of the last, after which the next page begins; null: there is none */
  next: string | null;
}

export interface PageStart {
  position: number;
  unit: string;
}

/** What `drover doctor` says of the store. */
export interface StoreState {
  /** where it is, without any secret */
  where: string;
  ok: boolean;
  detail: string;
  /** the next step for a person; null: there is nothing to fix */
  fix: string | null;
}

/* ── reading it from a client: a short workflow on a worker ──────────────── */

export const READ_STORE = 'readStore';
/** Its memo says which store the workers of a queue share: `store`, `where`. */
export const STORE_KEEPER = 'storeKeeper';

export type StoreQuestion =
  | { ask: 'state' }
  | { ask: 'run'; run: string }
  | { ask: 'runs'; before: RunsBefore | null; limit: number }
  | ({ ask: 'vms' } & UnitsAsked)
  | ({ ask: 'plan' } & UnitsAsked)
  | { ask: 'acts'; of: EvidenceOf; after: string | null }
  /** what persons have added to drills that are over */
  | { ask: 'notes'; runs: string[]; after: string | null }
  | { ask: 'drilled'; since: string; after: DrilledUnit | null };

/** A page of the units of a run. */
export interface UnitsAsked {
  of: EvidenceOf;
  /** null: the first */
  from: PageStart | null;
  /** place in the plan of the first that is not meant any more; absent: all are */
  until?: number;
}

export interface StoreAnswer {
  state?: StoreState;
  /** null: it has none of this id */
  run?: KeptRun | null;
  runs?: KeptRuns;
  vms?: KeptVms;
  plan?: KeptPlan;
  acts?: KeptActs;
  notes?: KeptNotes;
  drilled?: DrilledUnits;
}

/** In the order of their ids, not of their runs. */
export interface KeptNotes {
  notes: (ActRecord & EvidenceOf)[];
  /** as of {@link KeptActs} */
  next: string | null;
}

/** A VM of a drill that is over. */
export interface DrilledUnit extends EvidenceOf {
  vm: string;
  replicationId: string | null;
  state: VmState;
  finishedAt: string;
}

/** In the order of their ends. */
export interface DrilledUnits {
  units: DrilledUnit[];
  /** after which the next page begins; null: there is none */
  next: DrilledUnit | null;
}
