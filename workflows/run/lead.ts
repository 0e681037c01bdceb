/** What holds for all units of a run or drill, as a person, or the run that leads this shard, has said it last. Pure. */
import type { CarriedRun } from '../../contract/inputs.js';
import type { VmReport } from '../../contract/report.js';
import type { Outcome, Pause, Room, ShardOrders, WaveRefused } from '../../contract/shard.js';
import type { Orders } from '../../contract/unit.js';
import type { Plan } from '../../plan/types.js';
import { lastMomentOf } from './gates.js';
import { longestCutover } from './longest-cutover.js';

/** What a run decides for its shards; nothing else tells units of a plan when to begin. */
export type LeadOrders = Pick<
  ShardOrders,
  | 'begin'
  | 'paused'
  | 'resumedAt'
  | 'cancelling'
  | 'untilSynced'
  | 'set'
  | 'turn'
  | 'longest'
  | 'room'
  | 'outcomes'
  | 'hooks'
>;

type CarriedLead = Pick<CarriedRun, 'resumedAt' | 'paused' | 'cancelling' | 'wave' | 'ordered' | 'untilSynced'>;

const NO_ROOM: Room = { all: 0, copies: 0 };

export class Lead {
  #window: Plan['cutover']['window'];
  /** a person has moved it */
  #isMoved = false;
  #wave: number;
  #paused: Pause | null;
  #cancelling: boolean;
  #resumedAt: number;
  #ordered: number;
  #untilSynced: boolean;
  /** ms; of the cutovers that have succeeded */
  #longest: number | null;
  #room: Room = NO_ROOM;
  #hooks: ShardOrders['hooks'];
  /** units of other shards that have ended */
  #elsewhere = new Map<string, Outcome>();

  constructor(window: Plan['cutover']['window'], reports: VmReport[], carried: CarriedLead | undefined) {
    this.#window = window;
    this.#wave = carried?.wave ?? 0;
    this.#paused = carried?.paused ?? null;
    this.#cancelling = carried?.cancelling ?? false;
    this.#resumedAt = carried?.resumedAt ?? 0;
    this.#ordered = carried?.ordered ?? 0;
    this.#untilSynced = carried?.untilSynced ?? false;
    this.#longest = longestCutover(reports);
  }

  get carried(): CarriedLead {
    return {
      resumedAt: this.#resumedAt,
      paused: this.#paused,
      cancelling: this.#cancelling,
      wave: this.#wave,
      ordered: this.#ordered,
      untilSynced: this.#untilSynced,
    };
  }

  get paused(): Pause | null {
    return this.#paused;
  }

  get isCancelling(): boolean {
    return this.#cancelling;
  }

  /** The run stops before the cutovers until a person says `resume`. */
  get isUntilSynced(): boolean {
    return this.#untilSynced;
  }

  /** index of the first wave that is not over */
  get wave(): number {
    return this.#wave;
  }

  get resumedAt(): number {
    return this.#resumedAt;
  }

  /** how many units may be open */
  get room(): Room {
    return this.#room;
  }

  /** ms; null: no cutover has succeeded */
  get longest(): number | null {
    return this.#longest;
  }

  /** Whether units may be begun at all, but for what is taken back. */
  get begins(): boolean {
    return this.#paused === null && !this.#cancelling;
  }

  /** As it is by now; null: there is none. */
  get window(): Plan['cutover']['window'] {
    return this.#window;
  }

  /** epoch ms from which on it is too late for a cutover; null: it never is */
  get lastMoment(): number | null {
    return lastMomentOf(this.#window, this.#longest);
  }

  /** Whether what is wanted of open units changes with how long cutovers take. */
  get isTimed(): boolean {
    return this.#window?.mustEnd === true;
  }

  /** Whether no hook stands before a wave any more. @param at its index */
  isPassed(at: number): boolean {
    return this.#hooks === undefined || this.#hooks.passed === null || this.#hooks.passed.includes(at);
  }

  /** Waves that a hook has refused. */
  get refused(): WaveRefused[] {
    return this.#hooks?.refused ?? [];
  }

  /** How a unit of another shard has ended; undefined: it has not, as far as is known. */
  outcomeOf(id: string): Outcome | undefined {
    return this.#elsewhere.get(id);
  }

  /** What the run says now. @returns whether units that are open must be told */
  take(lead: LeadOrders): boolean {
    const { begin, paused, resumedAt, cancelling, untilSynced, set, turn, longest, room, outcomes, hooks } = lead;
    const before = this.#told;
    if (set?.window !== undefined) {
      this.#window = set.window;
      this.#isMoved = true;
    }
    this.#paused = paused;
    this.#resumedAt = Math.max(this.#resumedAt, resumedAt);
    this.#cancelling ||= cancelling;
    this.#untilSynced = untilSynced;
    this.#wave = turn;
    this.#longest = longest;
    this.#room = begin === null ? NO_ROOM : room;
    this.#hooks = hooks;
    this.#elsewhere = new Map(outcomes.map((outcome) => [outcome.id, outcome]));
    const isNews = this.#told !== before;
    if (isNews) this.#ordered += 1;
    return isNews;
  }

  /** What open units are told of the run, to be compared. */
  get #told(): string {
    const moved = this.#isMoved ? [this.#window] : [];
    return JSON.stringify([this.#paused !== null, this.#resumedAt, this.lastMoment, ...moved]);
  }

  /** What every unit is told. */
  get orders(): Pick<Orders, 'revision' | 'paused' | 'resumedAt' | 'window' | 'notAfter'> {
    return {
      revision: this.#ordered,
      paused: this.#paused !== null,
      resumedAt: this.#resumedAt,
      ...(this.#isMoved && this.#window !== null ? { window: this.#window } : {}),
      notAfter: this.lastMoment,
    };
  }

  pause(reason: Pause): void {
    this.#paused ??= reason;
    this.#ordered += 1;
  }

  resume(now: number): void {
    this.#paused = null;
    this.#ordered += 1;
    this.#resumedAt = now;
  }

  cancel(): void {
    this.#cancelling = true;
  }

  /** Something is wanted of some unit alone. */
  orderAnew(): void {
    this.#ordered += 1;
  }

  /** A unit has ended. */
  ended(report: VmReport): void {
    const longest = longestCutover([report]);
    if (longest === null || longest <= (this.#longest ?? 0)) return;
    this.#longest = longest;
    this.#ordered += 1;
  }
}
