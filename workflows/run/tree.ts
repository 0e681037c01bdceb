/**
 * What a run knows of its shards, and what it wants of them: pure. Its shards have the VMs; the run decides what holds for all of
 * them: when it pauses itself, which wave's turn it is, how many units each may have open.
 */

import type { Scope } from '../../contract/act.js';
import type { ReportHead } from '../../contract/evidence.js';
import type { CarriedTree, RunInput } from '../../contract/inputs.js';
import type { Expected } from '../../contract/lengths.js';
import type { RunHead } from '../../contract/messages.js';
import { iso } from '../../contract/moment.js';
import type { RunState, RunTotals } from '../../contract/report.js';
import type { LiveSettings } from '../../contract/run-settings.js';
import {
  type ActDetails,
  MOST_IN_SHARD,
  type Outcome,
  type Pause,
  type Piece,
  type Room,
  type ShardAct,
  type ShardOrders,
  type ShardWord,
  shardsOf,
} from '../../contract/shard.js';
import { ActsTold } from './acts-told.js';
import { withPiece, wordOf } from './added-piece.js';
import { HookTurns } from './hook-turns.js';
import { ALL_ROOM, divided } from './room.js';
import { finalState } from './shown.js';
import { SitesAway } from './sites-away.js';
import { StopAfter } from './stop-after.js';
import { Wants } from './wants.js';

/** So many ends are told again and again before they are confirmed, unless somebody waits for it. */
const MOST_UNCONFIRMED = 50;

const NO_TOTALS: RunTotals = {
  vms: 0,
  succeeded: 0,
  failed: 0,
  cancelled: 0,
  skipped: 0,
  running: 0,
  waiting: 0,
  warnings: 0,
};

interface Shard {
  /** of the last orders that it was sent */
  revision: number;
  /** those orders, to be compared */
  sent: string;
  /** what persons want of all VMs, as it was sent last, and the first orders with it: a shard answers those, and not all others */
  told: { word: string; since: number };
  word: ShardWord | null;
  /** the last of its words that was confirmed */
  decided: number;
  /** number of the last end that was counted */
  lastEnd: number;
  /** its workflow is gone without a last word */
  isLost: boolean;
  /** its workflow is not known to have been begun: nobody can tell it anything, nor miss it */
  isStarting?: true;
}

/** See {@link ShardState.obey}, which answers when this has changed. */
const toldBy = ({ paused, resumedAt, set }: CarriedTree['orders']): string =>
  JSON.stringify([paused?.message, resumedAt, set]);

export class Tree {
  readonly #run: string;
  /** of the plan, with what was added since; `set` goes before it */
  #head: RunInput['plan'];
  readonly #added: string[];
  #adding = false;
  #isClosed = false;
  readonly #startedAt: number;
  readonly #shards: Shard[];
  readonly #stopAfter: StopAfter;
  readonly #away: SitesAway;
  readonly #wants: Wants;
  /** of the run and its waves */
  readonly hooks: HookTurns;
  #common: CarriedTree['orders'];
  #room: Room[] = [];
  #acts: number;
  readonly actsTold: ActsTold;
  #expected: Omit<Expected, 'share'> | null;
  #isKept = true;
  #finishedAt: number | null = null;

  /** @param now epoch ms */
  constructor(input: RunInput, now: number) {
    const { carried, until, shards, plan } = input;
    this.#run = input.run;
    this.#head = plan;
    this.#added = [...(carried?.added ?? [])];
    this.#startedAt = carried?.startedAt ?? now;
    this.#shards = Array.from({ length: shards }, (_, n) => {
      const kept = carried?.shards[n] ?? { revision: 0, word: null, decided: 0, lastEnd: 0, isLost: false };
      return { ...kept, sent: '', told: { word: carried === undefined ? '' : toldBy(carried.orders), since: 0 } };
    });
    const { stopAfter = plan.stopAfter } = carried?.orders.set ?? {};
    this.#stopAfter = new StopAfter(stopAfter, carried);
    this.#away = new SitesAway(carried?.sitesAway);
    this.#common = carried?.orders ?? {
      begin: null,
      paused: null,
      resumedAt: 0,
      cancelling: false,
      untilSynced: until === 'synced',
      turn: 0,
      longest: null,
    };
    this.#acts = carried?.acts ?? 0;
    this.#expected = carried?.expected ?? null;
    this.actsTold = new ActsTold(carried?.actsTold);
    this.#wants = new Wants(carried?.wanted);
    this.hooks = new HookTurns(plan.hooks, plan.waves.length, carried?.hooks);
    this.#divide();
  }

  get carried(): CarriedTree {
    return {
      startedAt: this.#startedAt,
      orders: this.#common,
      acts: this.#acts,
      ...(this.#expected && { expected: this.#expected }),
      ...this.actsTold.carried,
      wanted: this.#wants.carried,
      ...this.#stopAfter.carried,
      ...this.hooks.carried,
      sitesAway: this.#away.all,
      ...(this.#added.length === 0 ? {} : { added: this.#added }),
      shards: this.#shards.map(({ revision, decided, lastEnd, word, isLost }) => {
        return { revision, decided, lastEnd, word: word && this.#stillNeeded(word), isLost };
      }),
    };
  }

  /** Its ends are counted, and a shard that is over waits for none. */
  #stillNeeded(word: ShardWord): ShardWord {
    const isOver = (n: number): boolean => this.#shards[n]?.word?.isOver === true;
    return { ...word, ends: [], outcomes: word.outcomes.filter(({ by }) => !by.every(isOver)) };
  }

  /** Acts of persons that were done, over all executions of the run. */
  get acts(): number {
    return this.#acts;
  }

  acted(): void {
    this.#acts += 1;
  }

  /** What cutovers were measured to take, as it is told to people. */
  expect(usual: Omit<Expected, 'share'> | null): void {
    this.#expected = usual;
  }

  /** None is begun that could not be expected to end in the window. */
  endBy(usual: Omit<Expected, 'share'> | null): void {
    const ms = usual === null ? null : usual.p95Seconds * 1_000;
    this.#common = { ...this.#common, longest: longest(this.#common.longest, ms) };
  }

  get startedAt(): number {
    return this.#startedAt;
  }

  get paused(): Pause | null {
    return this.#common.paused;
  }

  get resumedAt(): number {
    return this.#common.resumedAt;
  }

  get isCancelling(): boolean {
    return this.#common.cancelling;
  }

  /** The sites were met. */
  get isBegun(): boolean {
    return this.#common.begin !== null;
  }

  get isUntilSynced(): boolean {
    return this.#common.untilSynced;
  }

  /** All its shards are over, and none is being added. */
  get isDone(): boolean {
    return this.open.length === 0 && !this.#adding;
  }

  /** Of what it is begun anew by continue-as-new. */
  get extent(): Pick<RunInput, 'plan' | 'shards'> {
    return { plan: this.#head, shards: this.#shards.length };
  }

  /** Shards whose workflow runs, as far as is known; by index. */
  get open(): number[] {
    return this.#indexes(({ word, isLost }) => !isLost && word?.isOver !== true);
  }

  /** Those of them that can be told, or missed. */
  get begun(): number[] {
    return this.open.filter((n) => this.#shards[n]?.isStarting === undefined);
  }

  get isLoaded(): boolean {
    return this.#shards.every(({ word, isLost }) => isLost || word?.loaded === true);
  }

  /** VMs that have not ended. */
  get unfinished(): number {
    const { running, waiting } = this.totals;
    return running + waiting;
  }

  #indexes(isSuch: (shard: Shard) => boolean): number[] {
    return this.#shards.flatMap((shard, n) => (isSuch(shard) ? [n] : []));
  }

  /* ── what the shards say ──────────────────────────────────────────────── */

  /** @returns false when it was known, or is of a stranger */
  said(word: ShardWord): boolean {
    const shard = this.#shards[word.shard];
    if (word.run !== this.#run || shard === undefined || word.revision <= (shard.word?.revision ?? 0)) return false;
    shard.word = word;
    // Its workflow may have been thought to be gone.
    shard.isLost = false;
    for (const end of word.ends.filter(({ number }) => number > shard.lastEnd)) {
      this.#stopAfter.ended(end);
      shard.lastEnd = end.number;
      this.#pauseItself();
    }
    // Of what a person has seen to fail, some is tried again.
    this.#stopAfter.seen(this.totals);
    for (const answer of word.answers) this.#wants.answered(word.shard, answer);
    if (word.isOver) this.#wants.dismiss(word.shard);
    this.#common = { ...this.#common, longest: longest(this.#common.longest, word.longest) };
    this.#pauseItself();
    if (word.keepsPlaces || word.ends.length >= MOST_UNCONFIRMED) shard.decided = word.revision;
    this.#advance();
    this.#divide();
    return true;
  }

  /** Its workflow was terminated: nobody brings its units to their end any more. */
  lost(n: number): void {
    const shard = this.#shards[n];
    if (shard === undefined) return;
    shard.isLost = true;
    this.#wants.dismiss(n);
    this.#advance();
    this.#divide();
  }

  #pauseItself(): void {
    const message = this.#common.paused === null ? this.#stopAfter.reached(this.totals) : null;
    if (message === null) return;
    this.pause({ message, advice: `Look at them, then drover resume ${this.#run} or drover cancel ${this.#run}.` });
  }

  /** The first wave that is not over has its turn. */
  #advance(): void {
    if (!this.isLoaded) return;
    const open = this.#shards.flatMap(({ word, isLost }) => (isLost ? [] : (word?.unfinished ?? [])));
    const first = Math.min(...open.map(([at]) => at), this.#head.waves.length);
    this.#common = { ...this.#common, turn: Math.max(this.#common.turn, first) };
  }

  /** Sites that do not answer. */
  get away(): SitesAway {
    return this.#away;
  }

  /* ── what it wants of them ────────────────────────────────────────────── */

  begin(patience: ShardOrders['begin']): void {
    this.#common = { ...this.#common, begin: patience };
  }

  pause(reason: Pause): void {
    this.#common = { ...this.#common, paused: this.#common.paused ?? reason };
  }

  resume(now: number): void {
    const { paused, untilSynced } = this.#common;
    // What has paused it is lifted first: whoever said that has not said that the cutovers may begin.
    this.#common = { ...this.#common, paused: null, resumedAt: now, untilSynced: untilSynced && paused !== null };
    this.#stopAfter.accept(this.totals);
  }

  /** The plan's head, as persons have changed it since. */
  get plan(): RunInput['plan'] {
    const plan = this.#head;
    const { window, limits, stopAfter, priority } = this.#common.set ?? {};
    return {
      ...plan,
      ...(window === undefined ? {} : { cutover: { ...plan.cutover, window } }),
      ...(limits === undefined ? {} : { limits }),
      ...(stopAfter === undefined ? {} : { stopAfter }),
      ...(priority === undefined ? {} : { priority }),
    };
  }

  set(settings: LiveSettings): void {
    this.#common = { ...this.#common, set: { ...this.#common.set, ...settings } };
    if (settings.stopAfter !== undefined) this.#stopAfter.set(settings.stopAfter);
    this.#pauseItself();
  }

  /**
   * @param scope nothing: all of it, or for an approval the wave whose turn it is, unless the plan wants one for the run
   * @returns its number
   */
  want(act: ShardAct['act'], scope: Scope, validUntil?: number, details: ActDetails = {}): number {
    const isWhole = scope.vm === undefined && scope.wave === undefined;
    if ((act === 'cancel' || act === 'undo') && isWhole) this.#common = { ...this.#common, cancelling: true };
    if (act === 'retry') this.hooks.retry();
    const { turn } = this.#common;
    const wave = this.#head.waves[turn]?.name ?? '';
    const isOfTurn = act === 'approve' && isWhole && this.#head.cutover.approval !== 'run';
    const meant = isOfTurn ? { wave } : scope;
    const until = validUntil === undefined ? {} : { validUntil };
    return this.#wants.add({ act, scope: meant, ...details, ...until }, this.open);
  }

  /** What persons want of VMs, and what came of it. */
  get wants(): Pick<Wants, 'isAnswered' | 'answerTo'> {
    return this.#wants;
  }

  /** Every open shard does what is wanted by now, or more. */
  get isObeyed(): boolean {
    return this.open.every((n) => {
      const shard = this.#shards[n];
      if (shard === undefined || shard.word === null || shard.told.word !== toldBy(this.#common)) return false;
      return (shard.word.obeyed ?? 0) >= shard.told.since;
    });
  }

  /** New orders for those shards whose orders have changed; they count as sent. */
  get news(): ShardOrders[] {
    return this.begun.flatMap((n) => {
      const shard = this.#shards[n];
      if (shard === undefined || shard.sent === this.#wanted(n)) return [];
      return [this.ordersFor(n)];
    });
  }

  /** They count as sent. */
  ordersFor(n: number): ShardOrders {
    const wanted = this.#wanted(n);
    const shard = this.#shards[n];
    if (shard !== undefined) {
      shard.revision += 1;
      shard.sent = wanted;
      const word = toldBy(this.#common);
      if (shard.told.word !== word) shard.told = { word, since: shard.revision };
    }
    return { ...(JSON.parse(wanted) as ShardOrders), revision: shard?.revision ?? 0 };
  }

  #wanted(n: number): string {
    const orders: Omit<ShardOrders, 'revision'> = {
      run: this.#run,
      shard: n,
      ...this.#common,
      begin: this.isLoaded ? this.#common.begin : null,
      ...this.hooks.orders,
      room: this.#room[n] ?? ALL_ROOM,
      outcomes: this.#outcomesFor(n),
      acts: this.#wants.of(n),
      decided: this.#shards[n]?.decided ?? 0,
    };
    return JSON.stringify(orders);
  }

  #divide(): void {
    if (this.#shards.length === 1) return;
    this.#room = divided(
      this.#shards.map(({ word, isLost }) => (isLost ? null : (word?.wanted ?? null))),
      this.#room,
    );
  }

  #outcomesFor(n: number): Outcome[] {
    return this.#shards.flatMap(({ word }) => word?.outcomes ?? []).filter(({ by }) => by.includes(n));
  }

  /* ── what is added to it ──────────────────────────────────────────────── */

  /** Nothing can be added any more. */
  close(): void {
    this.#isClosed = true;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** While something is added it is not done. */
  add(isAdding: boolean): void {
    this.#adding = isAdding;
  }

  /** @param digest of a plan */
  hasAdded(digest: string): boolean {
    return this.#added.includes(digest);
  }

  /** A shard more, whose workflow is to be begun with the piece; it counts from now on. @param digest of the plan that it is of */
  grow(waves: Piece['waves'], digest: string): { shard: number; piece: Piece } {
    const shard = this.#shards.length;
    const piece = { first: shard * MOST_IN_SHARD, waves, awaited: [] };
    const word = wordOf(this.#run, shard, piece);
    const told = { word: '', since: 0 };
    this.#shards.push({ revision: 0, sent: '', told, word, decided: 0, lastEnd: 0, isLost: false, isStarting: true });
    this.#head = withPiece(this.#head, piece);
    this.#added.push(digest);
    const { turn } = this.#common;
    // Where all was over, what comes now has its turn.
    const first = Math.min(...waves.map(({ at }) => at));
    if (turn >= this.#head.waves.length) this.#common = { ...this.#common, turn: first };
    this.#divide();
    return { shard, piece };
  }

  /** Its workflow runs. */
  started(shard: number): void {
    delete this.#shards[shard]?.isStarting;
  }

  /* ── what it says of itself ───────────────────────────────────────────── */

  /** The store has not kept what the run leaves. */
  awaitStore(isWaiting: boolean): void {
    this.#isKept = !isWaiting;
  }

  finish(now: number): void {
    this.#finishedAt = now;
  }

  get #waitsForStore(): boolean {
    return !this.#isKept || (this.unfinished === 0 && this.#shards.some(({ word }) => word?.waitsForStore === true));
  }

  get head(): RunHead {
    const plan = this.#head;
    return {
      report: this.report,
      shards: this.#begunShards,
      loaded: this.#indexes(({ word }) => word?.loaded === true),
      lost: this.#indexes(({ isLost }) => isLost),
      sites: [plan.destination.site, plan.source.site],
    };
  }

  /** One that is being added is the last. */
  get #begunShards(): number {
    return this.#shards.filter(({ isStarting }) => isStarting === undefined).length;
  }

  get report(): ReportHead {
    const [run, plan] = [this.#run, this.#head];
    const { paused } = this.#common;
    return {
      run,
      plan: plan.name,
      kind: plan.kind,
      state: this.#state(),
      startedAt: iso(this.#startedAt),
      finishedAt: this.#finishedAt === null || this.#waitsForStore ? null : iso(this.#finishedAt),
      ...(this.#waitsForStore ? { waitingFor: 'store' } : {}),
      totals: this.totals,
      ...(this.#begunShards === shardsOf(this.totals.vms) ? {} : { shards: this.#begunShards }),
      pausedBecause: paused?.message ?? null,
      pausedAdvice: paused?.advice ?? null,
      sitesAway: this.#away.all,
      drill: null,
      ...this.actsTold.told,
      ...this.hooks.told,
      ...(this.#expected && { expected: { ...this.#expected, share: this.plan.limits.cutovers ?? null } }),
    };
  }

  /** Waves of which some VM waits for a hook alone, and those that are over: by their indexes. */
  get hookFacts(): { asks: number[]; over: number[] } {
    // Before it is begun nothing of it is asked but whether it may begin.
    if (!this.isLoaded || !this.isBegun) return { asks: [], over: [] };
    const words = this.#shards.flatMap(({ word, isLost }) => (isLost || word === null ? [] : [word]));
    const unfinished = new Set(words.flatMap((word) => word.unfinished.map(([at]) => at)));
    const waves = this.#head.waves.map((_, at) => at);
    return {
      asks: [...new Set(words.flatMap(({ asks = [] }) => asks))],
      over: waves.filter((at) => !unfinished.has(at)),
    };
  }

  /** Of shards that have not spoken yet, all VMs wait; of those that are lost, what had not ended has failed. */
  get totals(): RunTotals {
    const totals = { ...NO_TOTALS };
    for (const { word, isLost } of this.#shards) {
      if (word === null || !word.loaded) continue;
      const of = word.totals;
      for (const key of Object.keys(totals) as (keyof RunTotals)[]) totals[key] = (totals[key] ?? 0) + (of[key] ?? 0);
      if (!isLost) continue;
      totals.failed += of.running + of.waiting;
      totals.running -= of.running;
      totals.waiting -= of.waiting;
    }
    const missing = this.#head.waves.reduce((sum, { vms }) => sum + vms, 0) - totals.vms;
    totals.vms += missing;
    if (this.isDone) totals.cancelled += missing;
    else totals.waiting += missing;
    return totals;
  }

  #state(): RunState {
    const { totals } = this;
    if (!this.isDone || this.#waitsForStore) return this.#common.paused === null ? 'running' : 'paused';
    const good = this.#shards.reduce((sum, { word }) => sum + (word?.good ?? 0), 0);
    return finalState(totals, good, this.#common.cancelling);
  }
}

function longest(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.max(one, other);
}
