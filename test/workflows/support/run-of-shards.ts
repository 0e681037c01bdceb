/** A run and its shards, each told at once what the others say: what a run does with its VMs, without a clock or a server. */
import type { Scope } from '../../../contract/act.js';
import type { VmChange } from '../../../contract/amend.js';
import type { CarriedShard, CarriedTree } from '../../../contract/inputs.js';
import type { RowsAsked, ShardRows } from '../../../contract/messages.js';
import { headOf, piecesOf, planOfVms } from '../../../contract/pieces.js';
import { type RunReport, totalsOf, type VmReport } from '../../../contract/report.js';
import {
  type ActDetails,
  MOST_IN_SHARD,
  type Pause,
  type Piece,
  type PlanHead,
  type ShardAct,
  type ShardOrders,
} from '../../../contract/shard.js';
import type { Orders, Phase, UnitWord } from '../../../contract/unit.js';
import type { SeenCopy } from '../../../contract/waiting-copies.js';
import type { Plan } from '../../../plan/types.js';
import { endedWell } from '../../../workflows/run/has-succeeded.js';
import type { Begin } from '../../../workflows/run/next-units.js';
import { pageOf } from '../../../workflows/run/pages.js';
import type { RunProgress } from '../../../workflows/run/run-state.js';
import { ShardState } from '../../../workflows/run/shard-state.js';
import { finalState } from '../../../workflows/run/shown.js';
import { Tree } from '../../../workflows/run/tree.js';

/** A moment that no plan of a test means. */
const NEVER = 0;

interface Carried {
  tree: CarriedTree;
  head: PlanHead;
  shards: CarriedShard[];
}

export class RunOfShards {
  readonly #tree: Tree;
  readonly #shards: ShardState[];
  /** VMs whose place was given back */
  readonly freed: string[] = [];
  /** orders and words, over all shards */
  messages = 0;

  constructor(
    plan: Plan,
    { until, most = MOST_IN_SHARD, carried }: { until?: 'synced' | undefined; most?: number; carried?: Carried },
    now: number,
  ) {
    const own = piecesOf(plan, most);
    // What was added is with its shard alone.
    const isGrown = carried !== undefined && carried.shards.length > own.length;
    const pieces = isGrown ? carried.shards.map(({ piece }) => piece) : own;
    const head = isGrown ? carried.head : headOf(plan);
    const run = 'r1';
    const rest = {
      ...(until === undefined ? {} : { until }),
      ...(carried === undefined ? {} : { carried: carried.tree }),
    };
    this.#tree = new Tree({ run, plan: head, shards: pieces.length, ...rest }, now);
    this.#tree.begin({ selfCheck: 1, missingFor: 1 });
    this.#shards = pieces.map((piece: Piece, n) => {
      const orders: ShardOrders = carried?.shards[n]?.orders ?? this.#tree.ordersFor(n);
      const input = { run, shard: n, execution: 'x', startedAt: now, plan: head, orders };
      const kept = carried?.shards[n];
      return new ShardState(kept === undefined ? input : { ...input, carried: kept }, piece, orders, now);
    });
    this.settle(now);
  }

  /** Until nobody has anything new to say. */
  settle(now: number): void {
    for (let quiet = false; !quiet; ) {
      quiet = true;
      for (const shard of this.#shards) {
        const word = shard.news(now);
        if (word === null) continue;
        quiet = false;
        this.messages += 1;
        this.#tree.said(structuredClone(word));
      }
      for (const orders of this.#tree.news) {
        quiet = false;
        this.messages += 1;
        const { freed = [] } = this.#shards[orders.shard]?.obey(structuredClone(orders), now) ?? {};
        this.freed.push(...freed);
      }
      if (this.messages > 10_000) throw new Error('a run and its shards never come to rest');
    }
  }

  get carried(): Carried {
    return {
      tree: this.#tree.carried,
      head: this.#tree.extent.plan,
      shards: this.#shards.map(({ carried }) => carried),
    };
  }

  get tree(): Tree {
    return this.#tree;
  }

  #of(id: string): RunProgress {
    const shard = this.#shards.find(({ units }) => units.has(id)) ?? this.#shards[0];
    if (shard === undefined) throw new RangeError('a run has a shard');
    return shard.units;
  }

  next(now: number): Begin[] {
    const ask = () => this.#shards.flatMap(({ units }) => units.next(now));
    let all = ask();
    for (let before = ''; before !== JSON.stringify(all); ) {
      before = JSON.stringify(all);
      this.settle(now);
      all = ask();
    }
    return all;
  }

  /** Whether what was named is still to be begun so. */
  mayBegin(begin: Begin, now: number): boolean {
    return this.#of(begin.vm.id).mayBegin(begin, now);
  }

  /** How it would be over, if its shards ended now. */
  get endState(): RunReport['state'] {
    const vms = this.report(NEVER).vms;
    return finalState(totalsOf(vms), vms.filter(endedWell).length, false);
  }

  wakeIn(now: number): number | null {
    const all = this.#shards.flatMap(({ units }) => units.wakeIn(now) ?? []);
    return all.length === 0 ? null : Math.min(...all);
  }

  started(id: string, now: number, phase?: Phase): void {
    this.#of(id).started(id, now, phase);
    this.settle(now);
  }

  /** As {@link started}, without a word to anybody: of many VMs at once. */
  begun(id: string, now: number): void {
    this.#of(id).started(id, now);
  }

  blocked(id: string, holder: string, now: number): void {
    this.#of(id).blocked(id, holder, now);
    this.settle(now);
  }

  sawCopy(seen: SeenCopy, now: number): void {
    this.#of(seen.unit).sawCopy(seen, now);
    this.settle(now);
  }

  said(word: UnitWord, now: number): boolean {
    const shard = this.#shards.find(({ units }) => units.has(word.unit)) ?? this.#shards[0];
    const isNew = shard?.units.said(word, now) ?? false;
    if (isNew && word.memory === null) shard?.ended(word.report);
    this.settle(now);
    return isNew;
  }

  find(vm: string): string[] {
    return this.#want('find', { vm }, NEVER).found;
  }

  approve(scope: Scope, now = NEVER) {
    return this.#want('approve', scope, now);
  }

  cancel(scope: Scope, now: number) {
    return this.#want('cancel', scope, now);
  }

  lost(id: string, revision: number, now: number): void {
    this.#of(id).lost(id, revision, now);
    this.settle(now);
  }

  retry(scope: Scope, now: number) {
    return this.#want('retry', scope, now);
  }

  skip(scope: Scope, now: number) {
    return this.#want('skip', scope, now);
  }

  undo(now: number) {
    return this.#want('undo', {}, now);
  }

  change(vm: string, change: VmChange, now: number) {
    const [id = vm] = this.find(vm);
    return this.#want('change', { vm: id }, now, { change });
  }

  /** As a run does it, which asks all shards first. @param wave its index */
  move(vm: string, to: number, now: number) {
    return this.#judged('move', vm, { to }, now);
  }

  remove(vm: string, now: number) {
    return this.#judged('remove', vm, {}, now);
  }

  /** As a run does it, which has looked before whether it may. */
  add(waves: Piece['waves'], now: number): number {
    const { shard, piece } = this.#tree.grow(waves, 'sha256:of-these');
    const { plan, shards: _ } = this.#tree.extent;
    const input = {
      run: 'r1',
      shard,
      execution: 'x',
      startedAt: now,
      plan,
      orders: this.#tree.ordersFor(shard),
      piece,
    };
    this.#shards.push(new ShardState(input, piece, input.orders, now));
    this.#tree.started(shard);
    this.settle(now);
    return shard;
  }

  #judged(act: 'move' | 'remove', vm: string, details: ActDetails, now: number) {
    const { found, after } = this.#want('find', { vm }, now);
    const meant = { vm: found[0] ?? vm };
    const judged = this.#want('judge', meant, now, { ...details, after });
    return judged.refused === null ? this.#want(act, meant, now, details) : judged;
  }

  /** The plan as the shards have it by now, for whoever asks. */
  get plan(): Plan | null {
    const { plan } = this.#tree;
    const pieces = this.#shards.map(({ piece }) => piece);
    const vms = pieces.flatMap(({ waves }) =>
      waves.flatMap(({ at, vms: its }) => its.map((vm) => ({ wave: plan.waves[at]?.name ?? '', vm }))),
    );
    return planOfVms(plan, vms);
  }

  #want(act: ShardAct['act'], scope: Scope, now: number, details: ActDetails = {}) {
    const number = this.#tree.want(act, scope, undefined, details);
    this.settle(now);
    if (!this.#tree.wants.isAnswered(number)) throw new Error('nobody answered');
    const told = this.#tree.wants.answerTo(number);
    this.settle(now);
    return told;
  }

  pause(reason: Pause, now = NEVER): void {
    this.#tree.pause(reason);
    this.settle(now);
  }

  resume(now: number): void {
    this.#tree.resume(now);
    this.settle(now);
  }

  beginning(id: string) {
    return this.#of(id).beginning(id);
  }

  ordersFor(id: string): Orders {
    return this.#of(id).ordersFor(id);
  }

  isKept(id: string): boolean {
    return this.#of(id).isKept(id);
  }

  /** What a shard answers to whoever asks for its rows. */
  rows(shard: number, asked: RowsAsked, now: number): ShardRows {
    return pageOf(this.#shards[shard]?.units.report(now).vms ?? [], asked);
  }

  get open(): string[] {
    return this.#shards.flatMap(({ units }) => units.open);
  }

  get isDone(): boolean {
    return this.#shards.every(({ units }) => units.isDone);
  }

  report(now: number): RunReport {
    const vms: VmReport[] = this.#shards.flatMap(({ units }) => units.report(now).vms);
    return { ...this.#tree.report, vms };
  }
}
