/**
 * What a run and its shards tell each other. A run is a tree: shards of at most {@link MOST_IN_SHARD} VMs, each a workflow with
 * units of its own. What is asked of a shard, and what it says, is the whole truth with a number that grows, so that it may come
 * twice, late or out of order. Plain JSON; times are epoch ms.
 */
import type { Plan, PlanVm } from '../plan/types.js';
import type { Scope, Validity } from './act.js';
import type { VmChange } from './amend.js';
import type { Hold, RunTotals, WaitingFor } from './report.js';
import type { LiveSettings } from './run-settings.js';

/** VMs; Temporal advises at most about as many open children of one workflow. */
export const MOST_IN_SHARD = 500;

/** Of a run of so many VMs, each moved by itself. */
export const shardsOf = (vms: number): number => Math.max(1, Math.ceil(vms / MOST_IN_SHARD));

/** A plan but for its VMs: what all shards know. */
export interface PlanHead extends Omit<Plan, 'waves'> {
  waves: PlanHeadWave[];
}

export interface PlanHeadWave {
  name: string;
  vms: number;
  /** of how many units these are; absent: of as many */
  units?: number;
}

/** The VMs of one shard, in the plan's order. */
export interface Piece {
  /** place of its first VM in the plan */
  first: number;
  /** `at`: index of the wave in the plan */
  waves: { at: number; vms: PlanVm[] }[];
  /** those of its VMs that VMs of other pieces come after, and of which pieces, by index */
  awaited: { id: string; by: number[] }[];
}

/** VMs that are to be of a run that goes on. */
export interface AddVms extends Validity {
  /** of the plan that has them; its waves by their names, with at most so many VMs as a shard has */
  plan: PlanHead;
  waves: { name: string; vms: PlanVm[] }[];
  /** of that plan: one that comes again adds nothing */
  digest: string;
}

/** Why a run starts nothing more, and the next step for a person. */
export interface Pause {
  message: string;
  advice: string | null;
}

/** What a person wants of some VMs, wherever they are: each is done once by each shard. */
export interface ShardAct {
  /** counts the acts of the run */
  number: number;
  /** `find` does nothing: it asks which VMs are meant by an id or a name; nor does `judge`, which asks whether one may move */
  act: 'approve' | 'cancel' | 'change' | 'find' | 'judge' | 'move' | 'remove' | 'retry' | 'skip' | 'undo';
  scope: Scope;
  /** of `change` */
  change?: VmChange;
  /** of `move`, which does nothing where `judge` was refused: index of the wave */
  to?: number;
  /** of `judge`: what the VM comes after, wherever that is */
  after?: string[];
  /** epoch ms from which on it is refused; absent: it holds for ever */
  validUntil?: number;
}

/** What an act says beside whom it is for. */
export type ActDetails = Pick<ShardAct, 'change' | 'to' | 'after'>;

/** How many units of a shard may be open at once. */
export interface Room {
  all: number;
  /** a copy is begun while no more than these are open */
  copies: number;
}

/** How a unit that units of other shards come after has ended. */
export interface Outcome {
  id: string;
  name: string;
  state: 'succeeded' | 'failed' | 'cancelled' | 'skipped';
  /** migrated, by this run or an earlier one */
  isGood: boolean;
  /** shards that wait for it */
  by: number[];
}

/** A wave that a hook before it has refused. */
export interface WaveRefused extends Pause {
  /** its index in the plan */
  at: number;
}

/** What hooks have said of waves. */
export interface WaveHooks {
  /** indexes of those that may go on; null: all, none stands before them */
  passed: number[] | null;
  refused: WaveRefused[];
}

/** What a run wants of a shard: the whole truth, the newest of which holds. */
export interface ShardOrders {
  run: string;
  shard: number;
  revision: number;
  /** null: the sites were not met yet, or not all of the plan is loaded, so nothing begins */
  begin: { selfCheck: number; missingFor: number } | null;
  paused: Pause | null;
  /** when a person last said `resume`; 0: never */
  resumedAt: number;
  /** everything is cancelled */
  cancelling: boolean;
  /** stops before the cutovers */
  untilSynced: boolean;
  /** what persons have set since; absent: nothing */
  set?: LiveSettings;
  /** index of the first wave of the run that is not over */
  turn: number;
  /** ms; of the cutovers of the run that have succeeded */
  longest: number | null;
  room: Room;
  /** of units in other shards that have ended, and that units of this one may come after */
  outcomes: Outcome[];
  /** absent: no hook has anything to say */
  hooks?: WaveHooks;
  /** acts that the shard has not answered yet */
  acts: ShardAct[];
  /** the run has decided what follows from this word of the shard, and from those before; not each word is confirmed */
  decided: number;
}

/** How a cutover ended: by these a run knows when to pause itself. */
export interface CutoverEnd {
  id: string;
  name: string;
  at: number;
  /** null: it succeeded */
  code: string | null;
}

/** Of some VMs that an act was for: how many, and the names of the first. */
export interface Group {
  count: number;
  names: string[];
}

/** A VM that is meant by what a person says. */
export interface Found {
  id: string;
  /** the person has said its id, so that it is this one whatever others are called */
  isById: boolean;
  /** ids of VMs that it comes after; absent: none */
  after?: string[];
}

/** Where VMs stand before their cutover: how many by what each waits for first; `now`: it can go on, `copying`: its copy is not complete. */
export type Standing = Partial<Record<'now' | 'copying' | 'missed' | WaitingFor, number>>;

export interface ShardAnswer {
  number: number;
  /** an approval: those that it holds for; a cancellation: those that have ended with it */
  done: Group;
  /** a cancellation: those that were asked to stop */
  asked: Group;
  /** what an approval was for, in words; absent: it was none */
  target?: string;
  /** where those stand that it holds for; absent as above */
  standing?: Standing;
  /** a retry: those that were left alone, since they may have been cut over; absent: none */
  left?: Group;
  /** VMs that are meant; absent: nobody asked */
  found?: Found[];
  /** why nothing was done, on its merits; absent: it was, or somebody else has the VM */
  refused?: string;
  /** what was changed, as it was; absent: nothing */
  before?: unknown;
  /** it came too late, and nothing was done */
  isLate?: true;
}

/** Units of a shard. */
export interface Wanted {
  open: number;
  /** would be open if there were room: their gate is open, or they are to be taken back */
  others: number;
  /** would be copied */
  copies: number;
}

/** What a shard says of itself. */
export interface ShardWord {
  run: string;
  shard: number;
  revision: number;
  /** revision of the orders that are done in it */
  obeyed: number;
  loaded: boolean;
  totals: RunTotals;
  /** VMs that were migrated, by this run or an earlier one, or that a person has left out */
  good: number;
  /** of each wave that has some: its index, and how many VMs of it have not ended */
  unfinished: [number, number][];
  wanted: Wanted;
  /** indexes of waves of which some unit waits for a hook alone; absent: none */
  asks?: number[];
  longest: number | null;
  /** cutovers that have ended, but for those on which the run has decided; numbered over all of the shard */
  ends: (CutoverEnd & { number: number })[];
  /** places of cutovers that failed are kept until the run has decided what follows */
  keepsPlaces: boolean;
  /** of its units that other shards wait for, those that have ended */
  outcomes: Outcome[];
  answers: ShardAnswer[];
  /** its units have ended, and the store does not keep their evidence yet */
  waitsForStore: boolean;
  /** all has ended, and its evidence is kept: its workflow ends */
  isOver: boolean;
}

/** A unit of the shard met a refusal that only a person can lift; see `unitHeld`. */
export interface ShardHeld {
  run: string;
  shard: number;
  hold: Pick<Hold, 'message' | 'advice'>;
  askedAt: number;
}
