/**
 * What people and workflows may say to a run, a shard, a VM and a site, and what they may ask of it: each signal, update and
 * query by its name.
 */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Logins } from '../plan/types.js';
import type { Author, Scope, Validity } from './act.js';
import type { AlikeInput, AlikeVm } from './alike.js';
import type { MoveVm, RemoveVm, VmChange } from './amend.js';
import type { ClaimRequest, ClaimsOver, ClaimsWord, HeldClaims, MoreNames, Standings } from './claims.js';
import type { ReportHead } from './evidence.js';
import type { LoginMemory, LoginTurnAsked, LoginTurnOver } from './login-turn.js';
import type { Needs } from './needs.js';
import type { Notice, OperationTrouble } from './notice.js';
import type { SlotKind } from './operation.js';
import type { TestCopy } from './questions.js';
import type { Hold, RunReport, VmReport } from './report.js';
import type { SetRun, Share } from './run-settings.js';
import type { AddVms, Piece, PlanHead, ShardHeld, ShardOrders, ShardWord } from './shard.js';
import type { CarriedSite, SiteChange, SiteLimits, SiteStatus, SlotRequest } from './site.js';
import type { SiteShown } from './site-shown.js';
import type { UnderWay } from './under-way.js';
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
  /** where its units work; absent in what an earlier Drover began */
  sites?: string[];
  /** of a run that has ended: its plan, as persons have changed it, so that evidence depends on no worker. Absent: an earlier Drover's */
  plan?: PlanHead;
}

/** What a steering message did, in words for the person who sent it. */
export interface Steered {
  /** VMs that the act was for, those aside that had ended already */
  affected: number;
  message: string;
  /** as of when, by the run's own clock: ISO; absent in what an earlier Drover answers */
  at?: string;
  /** who has said it; absent as above */
  by?: string;
  /** what it has changed, as it was; absent: it was no change, or it is known by the act itself */
  before?: unknown;
}

/**
 * The report of a drill. `isHead`: without its VMs, which it answers in pages as a shard does; an earlier Drover gives them all the
 * same.
 */
export const runReportQuery = defineQuery<RunReport, [{ isHead?: boolean }?]>('runReport');
export const runHeadQuery = defineQuery<RunHead>('runHead');
/** The plan of a run but for its VMs, which its shards have: so that a person can fail over or reverse what a run did. */
export const runPlanQuery = defineQuery<PlanHead>('runPlan');
export const approveUpdate = defineUpdate<Steered, [Scope & Validity]>('approve');
export const pauseUpdate = defineUpdate<Steered, [{ reason: string } & Validity]>('pause');
export const resumeUpdate = defineUpdate<Steered, [Validity]>('resume');
export const cancelUpdate = defineUpdate<Steered, [Scope & Validity]>('cancel');
/** To a drill in its hold: it cleans up now, and what it has proved counts. */
export const finishUpdate = defineUpdate<Steered, [Validity]>('finish');
/** VMs that have not begun, or are on their way, are left out with what was copied of them. */
export const skipUpdate = defineUpdate<Steered, [Scope & Validity]>('skip');
/** Nothing more is begun, and what the run has made of VMs that it has not begun to cut over goes. */
export const undoUpdate = defineUpdate<Steered, [Validity]>('undo');
/** VMs that have failed are tried again; one may be changed with it, and then also where it merely waits. */
export const retryUpdate = defineUpdate<Steered, [Scope & { change?: VmChange } & Validity]>('retry');
/** A VM that has not begun its cutover goes into another wave. */
export const moveUpdate = defineUpdate<Steered, [MoveVm]>('move');
/** A VM that has not begun is taken out. */
export const removeUpdate = defineUpdate<Steered, [RemoveVm]>('remove');
/** VMs of a further plan become VMs of the run, in waves that it has. */
export const addUpdate = defineUpdate<Steered, [AddVms]>('add');
/** Changes the window, the limits or `stopAfter` of a run that goes on. */
export const setRunUpdate = defineUpdate<Steered, [SetRun]>('setRun');
/** How many acts of persons were done, which tells one that is typed again from one that is meant anew. */
export const runActsQuery = defineQuery<{ done: number }>('runActs');

/** A unit's workflow has come to its end, or to its gate; repeated notices are harmless. */
/** Whoever says it wants no longer wait: it begins at once. */
export const tidyNowSignal = defineSignal<[Author]>('tidyNow');

export const unitSaidSignal = defineSignal<[UnitWord]>('unitSaid');
export interface UnitHeld {
  run: string;
  unit: string;
  hold: Hold;
  askedAt: number;
  /** the others need not wait for it, unless the run is to stop before its cutovers; absent: they do */
  isAlone?: true;
}

/**
 * A unit met a refusal that only a person can lift. `askedAt`: the last `resume` that the site was asked after, epoch ms, since a
 * refusal from before a `resume` may be told after it; of what nobody can have decided by then, the moment it was met.
 */
export const unitHeldSignal = defineSignal<[UnitHeld]>('unitHeld');
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
export const shardRowsQuery = defineQuery<ShardRows, [RowsAsked]>('shardRows');
/** null: it is not loaded */
export const shardPieceQuery = defineQuery<Piece | null>('shardPiece');
/** Those of its VMs that are meant; none before it is loaded. */
export const shardAlikeQuery = defineQuery<AlikeVm[], [AlikeInput]>('shardAlike');
/** As {@link shardRowsQuery}, of those that are meant and have not ended. */
export const shardWantedQuery = defineQuery<VmReport[], [WantedInput]>('shardWanted');

/** How many of its VMs wait for a person, and for what. */
export const shardNeedsQuery = defineQuery<Needs>('shardNeeds');

export interface RowsAsked {
  /** index of the first */
  from: number;
  /** how many at most; absent: as many as fit */
  most?: number;
  /** each without what takes the most room, as `briefOf` has it */
  isBrief?: boolean;
}

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

/** Of a run: holds for whoever waits there already, or asks with an older one. */
export const shareSignal = defineSignal<[Share]>('share');
export const watchSignal = defineSignal<[Watch]>('watch');
export const requestSlotSignal = defineSignal<[SlotRequest]>('requestSlot');
export const releaseSlotSignal = defineSignal<[{ slot: SlotKind; workflowId: string }]>('releaseSlot');
/** Kept until {@link testCopyGoneSignal}, whatever becomes of the drill. */
export const testCopySignal = defineSignal<[TestCopy]>('testCopy');
export const testCopyGoneSignal = defineSignal<[{ replicationId: string }]>('testCopyGone');
export const siteResumeSignal = defineSignal<[{ at: number; logins?: Logins }]>('siteResume');
/** A worker cannot reach the site, since `at`. */
export const unreachableSignal = defineSignal<[{ at: number; message: string }]>('unreachable');
export const reachableSignal = defineSignal('reachable');
export const siteWatchesQuery = defineQuery<SiteWatchList, [{ version: number; logins?: Logins }]>('siteWatches');
/** The limits that a person has set: for workers that do not poll the site at the moment. */
export const siteLimitsQuery = defineQuery<SiteLimits>('siteLimits');
/** Of one run. */
export const siteUnderWayQuery = defineQuery<UnderWay[], [{ run: string }]>('siteUnderWay');
export const siteStatusQuery = defineQuery<SiteStatus>('siteStatus');
/** For the workflow that takes the place of one that was terminated. */
export const siteCarriedQuery = defineQuery<CarriedSite>('siteCarried');
/** The turn to send the site's login; ended by {@link loginTurnOverSignal}. */
export const loginTurnUpdate = defineUpdate<LoginMemory, [LoginTurnAsked]>('loginTurn');
export const loginTurnOverSignal = defineSignal<[LoginTurnOver]>('loginTurnOver');
/** As people see it, however much it keeps. */
export const siteShownQuery = defineQuery<SiteShown>('siteShown');
/** For whoever is about to begin new work there; `unknown`: it has not found out yet what the one before it knew. */
export const siteBrakeQuery = defineQuery<'on' | 'off' | 'unknown'>('siteBrake');
/** As {@link runActsQuery}. */
export const siteActsQuery = defineQuery<{ done: number }>('siteActs');
export const setSiteUpdate = defineUpdate<Steered, [SiteChange]>('setSite');

/* ── claims ──────────────────────────────────────────────────────────────── */

export const claimSignal = defineSignal<[ClaimRequest]>('claim');
export const claimMoreSignal = defineSignal<[{ claims: MoreNames[] }]>('claimMore');
export const claimsOverSignal = defineSignal<[ClaimsOver]>('claimsOver');
export const standingsQuery = defineQuery<Standings, [{ run: string; units: string[] }]>('standings');
/** To a shard or drill. */
export const claimsToldSignal = defineSignal<[ClaimsWord]>('claimsTold');
/** Of a shard or drill. */
export const heldClaimsQuery = defineQuery<HeldClaims>('heldClaims');
