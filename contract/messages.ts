/**
 * What people and workflows may say to a run, a shard, a VM and a site, and what they may ask of it: each signal, update and
 * query by its name.
 */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Scope, Validity } from './act.js';
import type { AlikeInput, AlikeVm } from './alike.js';
import type { ReportHead } from './evidence.js';
import type { Notice, OperationTrouble } from './notice.js';
import type { SlotKind, VmRef } from './operation.js';
import type { TestCopy } from './questions.js';
import type { Hold, RunReport, VmReport } from './report.js';
import type { Piece, PlanHead, ShardHeld, ShardOrders, ShardWord } from './shard.js';
import type { Orders, UnitWord } from './unit.js';
import type { WantedInput } from './wanted-units.js';
import type { SiteHold, SiteWatchList, Watch } from './watch.js';

/* ── run and drill ───────────────────────────────────────────────────────── */

/** A report of a run but for its VMs, which its shards have, and how to come by them. */
export interface RunHead {
  report: ReportHead;
  shards: number;
  /** of those that have got their piece of the plan, by index */
  loaded: number[];
  /** of those that somebody has terminated, by index */
  lost: number[];
}

/** What a steering message did, in words for the person who sent it. */
export interface Steered {
  /** VMs that the act was for, those aside that had ended already */
  affected: number;
  message: string;
}

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

/** A unit's workflow has come to its end, or to its gate; repeated notices are harmless. */
export const unitSaidSignal = defineSignal<[UnitWord]>('unitSaid');
/**
 * A unit met a refusal that only a person can lift. `askedAt`: the last `resume` that the site was asked after, epoch ms, since a
 * refusal from before a `resume` may be told after it; of what nobody can have decided by then, the moment it was met.
 */
export const unitHeldSignal = defineSignal<[{ run: string; unit: string; hold: Hold; askedAt: number }]>('unitHeld');
/** What the site calls a VM that the plan gives no name: said once, so that a person may name it so from then on. */
export const unitNamedSignal = defineSignal<[{ run: string; unit: string; name: string }]>('unitNamed');
/** A VM of a drill has come to the end of a phase, and waits there for the drill. */
export const unitReadySignal = defineSignal<[Pick<UnitWord, 'run' | 'unit' | 'revision' | 'report'>]>('unitReady');

/** A site refuses to be asked until a person acts, so what the run waits for there cannot be seen. */
export const siteHeldSignal = defineSignal<[Hold & Pick<SiteHold, 'askedAt'>]>('siteHeld');

/** A site does not answer, or answers again (`message: null`): for the run's report; the VMs retry by themselves. */
export const siteAwaySignal = defineSignal<[{ site: string; since: number; message: string | null }]>('siteAway');

/* ── shard ───────────────────────────────────────────────────────────────── */

/** Gives a shard its piece of the plan, once; the same piece may come again. */
export const loadUpdate = defineUpdate<{ vms: number }, [Piece]>('load');
export const shardOrdersSignal = defineSignal<[ShardOrders]>('shardOrders');
export const shardSaidSignal = defineSignal<[ShardWord]>('shardSaid');
export const shardHeldSignal = defineSignal<[ShardHeld]>('shardHeld');
/** VMs of a shard in the plan's order, from an index on, as many as fit into an answer; none before it is loaded. */
export const shardRowsQuery = defineQuery<ShardRows, [{ from: number }]>('shardRows');
/** null: it is not loaded */
export const shardPieceQuery = defineQuery<Piece | null>('shardPiece');
/** Those of its VMs that are meant; none before it is loaded. */
export const shardAlikeQuery = defineQuery<AlikeVm[], [AlikeInput]>('shardAlike');
/** As {@link shardRowsQuery}, of those that are meant and have not ended. */
export const shardWantedQuery = defineQuery<VmReport[], [WantedInput]>('shardWanted');

export interface ShardRows {
  rows: VmReport[];
  /** index at which the next page begins; null: there is none */
  next: number | null;
}

/* ── VM ──────────────────────────────────────────────────────────────────── */

/** The drill lets its VMs go on: to recover, and later to clean up. */
export type Proceed = { to: 'recover'; triggeredAt: number } | { to: 'clean-up' };

export const operationTroubledSignal = defineSignal<[OperationTrouble]>('operationTroubled');
export const operationEndedSignal = defineSignal<[Notice]>('operationEnded');
export const slotGrantedSignal = defineSignal<[{ run: string; slot: SlotKind }]>('slotGranted');
export const ordersSignal = defineSignal<[Orders]>('orders');
export const proceedSignal = defineSignal<[{ run: string; unit: string; proceed: Proceed }]>('proceed');
export const vmReportQuery = defineQuery<VmReport & { hold: Hold | null }>('vmReport');

/* ── site ────────────────────────────────────────────────────────────────── */

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
export const unreachableSignal = defineSignal<[{ at: number; message: string }]>('unreachable');
export const reachableSignal = defineSignal('reachable');
export const siteWatchesQuery = defineQuery<SiteWatchList, [{ version: number }]>('siteWatches');
export const siteStatusQuery = defineQuery<SiteStatus>('siteStatus');
export const setSiteUpdate = defineUpdate<SiteStatus, [{ brake?: boolean; limits?: Partial<SiteLimits> }]>('setSite');
