/** Every message of Drover's workflows, typed: what people and workflows may say to a run, a VM and a site. */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Drill, Plan, PlanVm } from '../plan/types.js';
import type { Scope, Validity } from './act.js';
import type { ReportHead } from './evidence.js';
import type { Notice, OperationTrouble, SiteHold, SiteWatchList, SlotKind, VmRef, Watch } from './operation.js';
import type { TestCopy } from './questions.js';
import type { DrillResult, Hold, RunReport, VmReport } from './report.js';
import type { CutoverEnd, Pause, Piece, PlanHead, ShardAct, ShardHeld, ShardOrders, ShardWord } from './shard.js';
import type { Known, Orders, Phase, UnitMemory, UnitWord } from './unit.js';

export type { TestCopy } from './questions.js';

/* ── run ─────────────────────────────────────────────────────────────────── */

export const PLAN_RUN = 'planRun';

export interface RunInput {
  run: string;
  plan: PlanHead;
  /** of how many shards it is; each is loaded with its piece of the plan */
  shards: number;
  /** all copies are made, and no cutover begins before a person says `resume` */
  until?: 'synced';
  /** state handed over by continue-as-new; absent in the first execution */
  carried?: CarriedTree;
}

/** What a run hands over by continue-as-new: its shards keep the rest. */
export interface CarriedTree {
  startedAt: number;
  orders: Pick<ShardOrders, 'begin' | 'paused' | 'resumedAt' | 'cancelling' | 'untilSynced' | 'turn' | 'longest'>;
  /** acts of persons that were done */
  acts: number;
  /** what was wanted of VMs, and how often */
  wanted: { number: number; pending: (ShardAct & { missing: number[] })[] };
  /** failures that had happened when a person last resumed the run */
  accepted: number;
  inRow: FailuresInRow | null;
  sitesAway: RunReport['sitesAway'];
  shards: { revision: number; decided: number; lastEnd: number; word: ShardWord | null; isLost: boolean }[];
}

/** Cutovers that failed one after the other with the same code, since a person last resumed the run. */
export interface FailuresInRow {
  code: string;
  /** in the order of their ends */
  ends: Pick<CutoverEnd, 'id' | 'name' | 'at'>[];
  /** nothing that ended before counts any more */
  after: number;
}

/** A report of a run but for its VMs, which its shards have, and how to come by them. */
export interface RunHead {
  report: ReportHead;
  shards: number;
  /** of those that have got their piece of the plan, by index */
  loaded: number[];
  /** of those that somebody has terminated, by index */
  lost: number[];
}

/* ── shard ───────────────────────────────────────────────────────────────── */

export const SHARD = 'shard';

export interface ShardInput {
  run: string;
  shard: number;
  /** Temporal's id of the first execution of the run */
  execution: string;
  startedAt: number;
  plan: PlanHead;
  /** as of its beginning; later ones come by signal */
  orders: ShardOrders;
  carried?: CarriedShard;
}

export interface CarriedShard extends CarriedRun {
  piece: Piece;
  /** revision of its last word */
  said: number;
  /** number of the last act that is done */
  acted: number;
  answers: ShardWord['answers'];
  undecided: Undecided[];
  /** how many cutovers have ended */
  ends: number;
  orders: ShardOrders;
}

/** An end on which the run has not decided. */
export interface Undecided {
  /** null: it was no end of a cutover */
  end: (CutoverEnd & { number: number }) | null;
  /** VM whose place is kept; null: none is */
  place: string | null;
  /** the word that said it first; null: none has */
  saidIn: number | null;
}

/** Gives a shard its piece of the plan, once; the same piece may come again. */
export const loadUpdate = defineUpdate<{ vms: number }, [Piece]>('load');
export const shardOrdersSignal = defineSignal<[ShardOrders]>('shardOrders');
export const shardSaidSignal = defineSignal<[ShardWord]>('shardSaid');
export const shardHeldSignal = defineSignal<[ShardHeld]>('shardHeld');
/** VMs of a shard in the plan's order, from an index on, as many as fit into an answer; none before it is loaded. */
export const shardRowsQuery = defineQuery<ShardRows, [{ from: number }]>('shardRows');
/** null: it is not loaded */
export const shardPieceQuery = defineQuery<Piece | null>('shardPiece');

export interface ShardRows {
  rows: VmReport[];
  /** index at which the next page begins; null: there is none */
  next: number | null;
}

/** What the units of a run or drill hand over with it by continue-as-new. */
export interface CarriedRun {
  startedAt: number;
  resumedAt: number;
  paused: Pause | null;
  cancelling: boolean;
  /** acts of persons that were done */
  acts: number;
  approved: { waves: string[]; vms: string[] };
  wave: number;
  /** ids of VMs whose child workflow has not reported */
  open: string[];
  /** of VMs whose workflow has been begun: how often, and what it has left for the next */
  units: CarriedUnit[];
  /** counts what the run's orders have said */
  ordered: number;
  /** stops before the cutovers, until a person says `resume` */
  untilSynced: boolean;
  sitesAway: RunReport['sitesAway'];
  /** ids of VMs that have ended and whose evidence is not kept */
  unkept: string[];
  vms: VmReport[];
}

export interface CarriedUnit {
  id: string;
  revision: number;
  /** absent: nothing that the next workflow must know */
  memory?: UnitMemory;
  /** a person wants it no more */
  stopped?: true;
}

/** What a steering message did, in words for the person who sent it. */
export interface Steered {
  /** VMs that the act was for, those aside that had ended already */
  affected: number;
  message: string;
}

/** A unit's workflow has come to its end, or to its gate; repeated notices are harmless. */
export const unitSaidSignal = defineSignal<[UnitWord]>('unitSaid');
/**
 * A unit met a refusal that only a person can lift. `askedAt`: the last `resume` that the site was asked after, epoch ms, since a
 * refusal from before a `resume` may be told after it; of what nobody can have decided by then, the moment it was met.
 */
export const unitHeldSignal = defineSignal<[{ run: string; unit: string; hold: Hold; askedAt: number }]>('unitHeld');
/** What the site calls a VM that the plan gives no name: said once, so that a person may name it so from then on. */
export const unitNamedSignal = defineSignal<[{ run: string; unit: string; name: string }]>('unitNamed');

/** A site refuses to be asked until a person acts, so what the run waits for there cannot be seen. */
export const siteHeldSignal = defineSignal<[Hold & Pick<SiteHold, 'askedAt'>]>('siteHeld');

/** A site does not answer, or answers again (`message: null`): for the run's report; the VMs retry by themselves. */
export const siteAwaySignal = defineSignal<[{ site: string; since: number; message: string | null }]>('siteAway');

/** The report of a drill. */
export const runReportQuery = defineQuery<RunReport>('runReport');
export const runHeadQuery = defineQuery<RunHead>('runHead');
/** The plan of a run but for its VMs, which its shards have: so that a person can fail over or reverse what a run did. */
export const runPlanQuery = defineQuery<PlanHead>('runPlan');
export const approveUpdate = defineUpdate<Steered, [Scope & Validity]>('approve');
export const pauseUpdate = defineUpdate<Steered, [{ reason: string } & Validity]>('pause');
export const resumeUpdate = defineUpdate<Steered, [Validity]>('resume');
export const cancelUpdate = defineUpdate<Steered, [Scope & Validity]>('cancel');
/** How many acts of persons were done, which tells one that is typed again from one that is meant anew. */
export const runActsQuery = defineQuery<{ done: number }>('runActs');

/* ── drill ───────────────────────────────────────────────────────────────── */

/**
 * Steered and read as a run is. Its workflow id is that of a run; a schedule adds the moment to it, so the id is not part of
 * the input. Fails with {@link DRILL_FAILED} when the drill proved nothing or less than its objectives.
 */
export const DRILL = 'drill';
/** Type of the failure of a drill; its details hold the final {@link RunReport}. */
export const DRILL_FAILED = 'DrillFailed';

export interface DrillInput {
  drill: Drill;
  carried?: CarriedRun & { progress: DrillProgress };
}

/** What a drill hands over by continue-as-new beside its VMs; moments are epoch ms. */
export interface DrillProgress {
  phase: DrillResult['phase'];
  triggeredAt: number | null;
  heldUntil: number | null;
  /** index of the group that is being recovered */
  group: number;
  swept: DrillResult['swept'];
  /** absent in what was recorded before */
  notSwept?: SweepResult['left'];
  timedOut: boolean;
}

/** A VM of a drill has come to the end of a phase, and waits there for the drill. */
export const unitReadySignal = defineSignal<[Pick<UnitWord, 'run' | 'unit' | 'revision' | 'report'>]>('unitReady');

/** Removes the test copies that drills have left at a site, and ends; its result names them. */
export const SWEEP = 'sweep';

export interface SweepInput {
  site: string;
}

export interface SweepResult {
  removed: { vm: string; run: string }[];
  /** some other run has the VM, or the clean-up failed; the next sweep tries again */
  left: { vm: string; run: string; reason: string }[];
}

/* ── VM ──────────────────────────────────────────────────────────────────── */

/** Of workflows of a unit: only a migration that succeeded, or that waits at its gate again, closes this one as completed. */
export const MIGRATE_VM = 'migrateVm';
export const COPY_VM = 'copyVm';

/** In the memo of a workflow that has closed as completed though its unit waits at the gate again. */
export const AT_GATE_MEMO = 'atGate';

/** What the workflow of a VM needs of its run, whatever it does. */
export interface VmInput {
  run: string;
  /** workflow that began it, and hears what it says */
  parent: string;
  wave: string;
  vm: PlanVm;
  source: string;
  destination: { site: string };
  /** this run's share of the sites' slots */
  limits: { syncs?: number; cutovers?: number };
  /** ms without a byte after which a copy is said to be stalled; absent: an hour */
  stalledAfter?: number;
  /** ms without a notice after which the VM asks the site itself */
  selfCheck: number;
  /** ms for which a replication may be missing at the destination before it is believed to be gone */
  missingFor: number;
  /** under what the store keeps its evidence; absent: a sweep leaves none */
  evidence?: { execution: string; kind: RunReport['kind']; position: number };
  /** another VM of its name was migrated to the same site before; absent: none is known */
  movedAs?: { vmId: string; run: string };
  /** what is under way now; a drill's VM has but one phase */
  phase: Phase;
  /** counts the workflows that the run has begun for the unit: each word of one carries it */
  revision: number;
  /** what earlier workflows of the unit have left; absent: it is the first */
  known?: Known;
  /** as of its beginning; later ones come by signal */
  orders: Omit<Orders, 'unit'>;
}

/** A VM of a plan, of any kind. */
export interface PlanVmInput extends VmInput {
  destination: Plan['destination'];
  replication: Plan['replication'];
  adopt: Plan['adopt'];
  cutover: Plan['cutover'];
  recovery: Plan['recovery'];
  keepReplication: boolean;
  /** the VM, or one of its name, may have been migrated before, and the plan says that it is to be all the same */
  remigrate: boolean;
  /** when the run began, from which recovery times count */
  triggeredAt: number;
}

export interface DrillVmInput extends VmInput {
  mode: Drill['mode'];
  recovery: Drill['recovery'];
  checks: Drill['checks'];
  networks?: Drill['networks'];
  /** ms; after a hold the checks are asked once more */
  hold: number;
  /** when the drill's time is over: epoch ms; absent in what an earlier Drover began */
  until?: number;
  /** the drill's time as a whole: ms; absent as above */
  timeout?: number;
}

export interface SweepVmInput {
  copy: TestCopy;
  site: string;
  selfCheck: number;
  missingFor: number;
}

/** The drill lets its VMs go on: to recover, and later to clean up. */
export type Proceed = { to: 'recover'; triggeredAt: number } | { to: 'clean-up' };

export const operationTroubledSignal = defineSignal<[OperationTrouble]>('operationTroubled');
export const operationEndedSignal = defineSignal<[Notice]>('operationEnded');
export const slotGrantedSignal = defineSignal<[{ run: string; slot: SlotKind }]>('slotGranted');
export const ordersSignal = defineSignal<[Orders]>('orders');
export const proceedSignal = defineSignal<[{ run: string; unit: string; proceed: Proceed }]>('proceed');
export const vmReportQuery = defineQuery<VmReport & { hold: Hold | null }>('vmReport');

/* ── site ────────────────────────────────────────────────────────────────── */

export const SITE = 'site';

export interface SiteInput {
  site: string;
  carried?: CarriedSite;
}

export interface SiteLimits {
  syncs: number | null;
  cutovers: number | null;
  requestsPerSecond: number | null;
}

export interface SlotRequest {
  slot: SlotKind;
  workflowId: string;
  run: string;
  vm: VmRef;
  /** the run's own share of this kind of slot; null: only the site's limit holds */
  share: number | null;
}

/** A workflow that a site keeps something for, and the run that it is of: the same VM may be open for another by now. */
export interface Subject {
  workflowId: string;
  run: string;
}

export interface CarriedSite {
  watches: Watch[];
  holders: SlotRequest[];
  queue: SlotRequest[];
  brake: boolean;
  /** live overrides of the configured limits; null members fall back to the config */
  limits: SiteLimits;
  resumedAt: number;
  testCopies: TestCopy[];
}

export interface SiteStatus {
  site: string;
  brake: boolean;
  limits: SiteLimits;
  holders: SlotRequest[];
  queue: SlotRequest[];
  watches: Watch[];
  testCopies: TestCopy[];
  hold: SiteHold | null;
  /** since when it does not answer (epoch ms), and what happened then */
  away: { at: number; message: string } | null;
}

export const watchSignal = defineSignal<[Watch]>('watch');
export const requestSlotSignal = defineSignal<[SlotRequest]>('requestSlot');
export const releaseSlotSignal = defineSignal<[{ slot: SlotKind; workflowId: string }]>('releaseSlot');
/** Kept until {@link testCopyGoneSignal}, whatever becomes of the drill. */
export const testCopySignal = defineSignal<[TestCopy]>('testCopy');
export const testCopyGoneSignal = defineSignal<[{ replicationId: string }]>('testCopyGone');
export const siteResumeSignal = defineSignal<[{ at: number }]>('siteResume');
/** A worker cannot reach the site, since `at`. */
export const awaySignal = defineSignal<[{ at: number; message: string }]>('siteAway');
export const backSignal = defineSignal('siteBack');
export const siteWatchesQuery = defineQuery<SiteWatchList, [{ version: number }]>('siteWatches');
export const siteStatusQuery = defineQuery<SiteStatus>('siteStatus');
export const setSiteUpdate = defineUpdate<SiteStatus, [{ brake?: boolean; limits?: Partial<SiteLimits> }]>('setSite');

/* ── doctor ──────────────────────────────────────────────────────────────── */

/** A short workflow that checks sites from a worker; its result is `SiteInspection[]`. `sites: null`: every configured one. */
export const INSPECT_SITES = 'inspectSites';

export interface InspectSitesInput {
  sites: string[] | null;
}
