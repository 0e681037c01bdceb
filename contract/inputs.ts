/**
 * The workflows of Drover by their types: what each is begun with, what it hands over by continue-as-new, and what its end says.
 * Plain JSON; times are epoch ms.
 */
import type { Drill, Hooks, Plan, PlanVm } from '../plan/types.js';
import type { Author, CarriedAct, Grounds } from './act.js';
import type { Claimant, UnitClaim } from './claims.js';
import type { HookRecord } from './hook-record.js';
import type { SitePair } from './inspection.js';
import type { Expected } from './lengths.js';
import type { TestCopy } from './questions.js';
import type { DrillResult, Hold, RunReport, VmReport, WaitingFor } from './report.js';
import type { CutoverEnd, Pause, Piece, PlanHead, ShardAct, ShardOrders, ShardWord, WaveRefused } from './shard.js';
import type { CarriedSite } from './site.js';
import type { Known, Orders, Phase, UnitMemory } from './unit.js';

/* ── run ─────────────────────────────────────────────────────────────────── */

export const PLAN_RUN = 'planRun';

export interface RunInput {
  run: string;
  plan: PlanHead;
  /** of how many shards it is; each is loaded with its piece of the plan */
  shards: number;
  /** all copies are made, and no cutover begins before a person says `resume` */
  until?: 'synced';
  /** the act of a person that has begun it in place of a run that is over; absent: a start, which is none */
  begunBy?: BegunBy;
  /** state handed over by continue-as-new; absent in the first execution */
  carried?: CarriedTree;
}

/** A retry of what failed in a run that is over, which can take down nothing more. */
export interface BegunBy extends Grounds {
  by: Author;
  /** that run */
  of: string;
}

/** What a run hands over by continue-as-new: its shards keep the rest. */
export interface CarriedTree {
  startedAt: number;
  orders: Pick<
    ShardOrders,
    'begin' | 'paused' | 'resumedAt' | 'cancelling' | 'untilSynced' | 'set' | 'turn' | 'longest'
  >;
  /** acts of persons that were done */
  acts: number;
  /** the newest of them; absent: none */
  actsTold?: CarriedAct[];
  /** what was known of its cutovers when it began; absent: nothing */
  expected?: Omit<Expected, 'share'>;
  /** what was wanted of VMs, and how often */
  wanted: { number: number; pending: (ShardAct & { missing: number[] })[] };
  /** failures that had happened when a person last resumed the run */
  accepted: number;
  inRow: FailuresInRow | null;
  /** absent: its plan has no hooks of the run or of waves */
  hooks?: CarriedHooks;
  sitesAway: RunReport['sitesAway'];
  /** digests of the plans that were added; absent: none */
  added?: string[];
  shards: { revision: number; decided: number; lastEnd: number; word: ShardWord | null; isLost: boolean }[];
}

/** What became of the hooks of a run and of its waves, by their indexes. */
export interface CarriedHooks {
  /** how often each was asked */
  numbers: Record<string, number>;
  /** what precedes this one goes on: the run, `null`, or a wave */
  passed: (number | null)[];
  refused: WaveRefused[];
  /** those after which it was told */
  told: number[];
  records: HookRecord[];
}

/** Cutovers that failed one after the other with the same code, since a person last resumed the run. */
export interface FailuresInRow {
  code: string;
  /** in the order of their ends */
  ends: Pick<CutoverEnd, 'id' | 'name' | 'at'>[];
  /** nothing that ended before counts any more */
  after: number;
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
  /** of one that was added to a run that goes on; absent: it is loaded with it */
  piece?: Piece;
  carried?: CarriedShard;
}

export interface CarriedShard extends CarriedRun {
  piece: Piece;
  /** VMs that persons have changed since, or moved to another wave, by its index; absent: none */
  amended?: { id: string; at: number; vm: PlanVm }[];
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

/** What the units of a run or drill hand over with it by continue-as-new. */
export interface CarriedRun {
  startedAt: number;
  resumedAt: number;
  paused: Pause | null;
  cancelling: boolean;
  /** acts of persons that were done */
  acts: number;
  /** the newest of them; absent: none */
  actsTold?: CarriedAct[];
  /** `all`: the run as a whole; absent: it is not */
  approved: { waves: string[]; vms: string[]; all?: true };
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
  /** of VMs that wait at their gates: their ids, for what, and since when; absent: none does */
  waits?: [string, WaitingFor, number][];
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
  /** a person wants it left out, with what was copied */
  skipped?: true;
  /** of one that has ended and has not succeeded */
  left?: LeftUnit;
  /** of one that is tried again from its start: what its first workflow must know */
  again?: UnitMemory;
  /** of one that is open: it goes on to its cutover by itself */
  passes?: true;
  /** of one that is open: when the last was heard of it */
  heardAt?: number;
  /** of one that is open; absent: it is not held */
  held?: Held;
}

/** What a unit that has ended leaves for the case that a person has it tried again. */
export interface LeftUnit {
  memory: UnitMemory;
  /** its copy was complete: it goes on from its gate; absent: from its start */
  atGate?: true;
}

/** What only a person can lift. */
export interface Held {
  hold: Hold;
  /** a `resume` from after it lifts it */
  askedAt: number;
}

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

/** Removes the test copies that drills have left at a site, and ends; its result names them. */
export const SWEEP = 'sweep';

export interface SweepInput {
  site: string;
}

export interface SweepResult {
  /** cleaned up by the sweep */
  removed: { vm: string; run: string }[];
  /** somebody else had removed them */
  gone: { vm: string; run: string }[];
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
  /** of the run against others; absent: `normal` */
  priority?: Plan['priority'];
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
  /** those of its plan; absent: none */
  hooks?: Hooks;
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
  /** whose the replication is to be, `org@site`; absent: whose it is */
  owner?: string;
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

/* ── site ────────────────────────────────────────────────────────────────── */

export const SITE = 'site';

export interface SiteInput {
  site: string;
  carried?: CarriedSite;
  /** Temporal's id of the execution whose place it takes, since that was ended from outside; absent: it takes nobody's */
  after?: string;
}

/* ── claims ──────────────────────────────────────────────────────────────── */

export const CLAIMS = 'claims';

export interface ClaimsInput {
  sites: [string, string];
  /** absent: what is claimed already is asked of those who hold it */
  carried?: CarriedClaims;
}

export interface CarriedClaims {
  held: (Claimant & { claims: UnitClaim[] })[];
  /** in the order in which they came */
  queue: (Claimant & { claims: UnitClaim[] })[];
}

/* ── doctor ──────────────────────────────────────────────────────────────── */

/** A short workflow that checks sites from a worker; its result is `SiteInspection[]`. `sites: null`: every configured one. */
export const INSPECT_SITES = 'inspectSites';

export interface InspectSitesInput {
  sites: string[] | null;
  /** those that a person named; absent, as before there were any: no session is extended */
  pairs?: SitePair[];
  /** by all logins that the workers have; absent: by one */
  everyLogin?: true;
}
