/** What a shard tells its run, and takes from it, beside what it remembers of its units: pure. */
import type { CarriedShard, ShardInput, Undecided } from '../../contract/inputs.js';
import { totalsOf, type VmReport } from '../../contract/report.js';
import type {
  Found,
  Group,
  Outcome,
  Piece,
  PlanHead,
  ShardAct,
  ShardAnswer,
  ShardOrders,
  ShardWord,
} from '../../contract/shard.js';
import { allVmsIn, vmsIn } from '../../contract/vapp.js';
import { listed } from '../../contract/words.js';
import { endOf } from './failures-in-row.js';
import { endedWell, hasSucceeded } from './has-succeeded.js';
import { longestCutover } from './longest-cutover.js';
import { RunProgress } from './run-state.js';

/** Names of a group that are told; the rest is a number. */
const MOST_NAMES = 11;

/** What follows from new orders for others. */
export interface Consequences {
  /** units that are open and must be told */
  ordered: string[];
  /** units whose place at the sites is free again */
  freed: string[];
}

export class ShardState {
  readonly #input: ShardInput;
  readonly #piece: Piece;
  readonly #units: RunProgress;
  /** shards that wait for a unit, by its id */
  readonly #awaited: Map<string, number[]>;
  #orders: ShardOrders;
  #acted: number;
  #answers: ShardAnswer[];
  #undecided: Undecided[];
  /** places of units that are tried again */
  #freed: string[] = [];
  #ends: number;
  #said: number;
  /** what the last word said, to be compared */
  #lastSaid = '';
  #mustSay = true;
  #waitsForStore = false;
  #isOver = false;

  /** @param now epoch ms */
  constructor(input: ShardInput, piece: Piece, orders: ShardOrders, now: number) {
    const { run, plan, startedAt, carried } = input;
    this.#input = input;
    this.#piece = piece;
    const waves = plan.waves.map(({ name }, at) => ({
      name,
      vms: piece.waves.filter((one) => one.at === at).flatMap(({ vms }) => vms),
    }));
    const units = carried === undefined ? {} : { carried };
    this.#units = new RunProgress(
      { run, plan: { ...plan, waves, sync: syncOf(plan) }, first: piece.first, ...units },
      startedAt,
    );
    this.#units.amendments.recall(carried?.amended);
    this.#awaited = new Map(piece.awaited.map(({ id, by }) => [id, by]));
    this.#orders = carried?.orders ?? { ...input.orders, revision: 0, acts: [] };
    this.#acted = carried?.acted ?? 0;
    this.#answers = carried?.answers ?? [];
    this.#undecided = carried?.undecided ?? [];
    this.#ends = carried?.ends ?? 0;
    this.#said = carried?.said ?? 0;
    this.#units.lead(this.#orders);
    this.obey(orders, now);
  }

  get units(): RunProgress {
    return this.#units;
  }

  get carried(): CarriedShard {
    return {
      ...this.#units.carried,
      piece: this.#piece,
      ...this.#units.amendments.carried,
      said: this.#said,
      acted: this.#acted,
      answers: this.#answers,
      undecided: this.#undecided,
      ends: this.#ends,
      orders: this.#orders,
    };
  }

  /** Takes what the run wants by now. @param now epoch ms */
  obey(orders: ShardOrders, now: number): Consequences {
    const { run, shard } = this.#input;
    if (orders.run !== run || orders.shard !== shard || orders.revision <= this.#orders.revision)
      return { ordered: [], freed: [] };
    const isAnew =
      orders.paused?.message !== this.#orders.paused?.message ||
      orders.resumedAt !== this.#orders.resumedAt ||
      JSON.stringify(orders.set) !== JSON.stringify(this.#orders.set);
    this.#orders = orders;
    const isTold = this.#units.lead(orders);
    const stopped = orders.acts.filter(({ number }) => number > this.#acted).flatMap((act) => this.#do(act, now));
    const asked = new Set(orders.acts.map(({ number }) => number));
    this.#answers = this.#answers.filter(({ number }) => asked.has(number));
    const isDecided = ({ saidIn }: Undecided) => saidIn !== null && saidIn <= orders.decided;
    const freed = [...this.#freed, ...this.#undecided.filter(isDecided).flatMap(({ place }) => place ?? [])];
    this.#freed = [];
    this.#undecided = this.#undecided.filter((one) => !isDecided(one));
    this.#mustSay ||= isAnew || orders.acts.length > 0;
    return { ordered: isTold ? this.#units.open : stopped, freed };
  }

  /** @returns ids of those that must be told */
  #do(act: ShardAct, now: number): string[] {
    const { number, scope } = act;
    const { amendments } = this.#units;
    this.#acted = number;
    const none = groupOf([]);
    if (act.validUntil !== undefined && now >= act.validUntil) {
      this.#answers.push({ number, done: none, asked: none, isLate: true });
      return [];
    }
    if (act.act === 'find') {
      this.#answers.push({ number, done: none, asked: none, found: this.#find(scope.vm ?? '') });
      return [];
    }
    if (act.act === 'approve') {
      const approved = this.#units.approve(scope);
      const standing = this.#units.standing(approved?.vms ?? [], now);
      const target = approved === null ? {} : { target: approved.target, standing };
      this.#answers.push({ number, done: groupOf(approved?.vms ?? []), asked: none, ...target });
      return [];
    }
    if (act.act === 'judge') {
      const refused = amendments.judge(scope.vm ?? '', act.to ?? null, act.after ?? []);
      this.#answers.push({ number, done: none, asked: none, ...(refused === null ? {} : { refused }) });
      return [];
    }
    if (act.act === 'change' || act.act === 'move' || act.act === 'remove') {
      this.#answers.push({ number, asked: none, ...this.#amend(act, now) });
      return [];
    }
    if (act.act === 'retry') {
      const { again, left } = this.#units.retry(scope);
      this.#freeAtOnce(again.map(({ id }) => id));
      const alone = left.length === 0 ? {} : { left: groupOf(left) };
      this.#answers.push({ number, done: groupOf(again), asked: none, ...alone });
      return [];
    }
    if (act.act === 'undo') {
      const { ended, stopped, takenBack } = this.#units.undo(now);
      this.#freeAtOnce(takenBack.map(({ id }) => id));
      this.#answers.push({ number, done: groupOf(ended), asked: groupOf([...stopped, ...takenBack]) });
      return stopped.map(({ id }) => id);
    }
    const { ended, stopped } = act.act === 'skip' ? this.#units.skip(scope, now) : this.#units.cancel(scope, now);
    this.#answers.push({ number, done: groupOf(ended), asked: groupOf(stopped) });
    return stopped.map(({ id }) => id);
  }

  #amend({ act, scope, change = {}, to = 0 }: ShardAct, now: number): Omit<ShardAnswer, 'number' | 'asked'> {
    const { amendments } = this.#units;
    const id = scope.vm ?? '';
    if (!this.#units.has(id)) return { done: groupOf([]) };
    const done =
      act === 'change'
        ? amendments.change(id, change)
        : act === 'move'
          ? amendments.move(id, to)
          : amendments.remove(id, now);
    return 'refused' in done ? { done: groupOf([]), ...done } : { done: groupOf([done.vm]), before: done.before };
  }

  /** As persons have changed it since. */
  get piece(): Piece {
    const waves = this.#units.waves.map(({ vms }, at) => ({ at, vms })).filter(({ vms }) => vms.length > 0);
    return { ...this.#piece, waves };
  }

  /** Who is tried again asks for a place anew: what it had is given back before. */
  #freeAtOnce(ids: string[]): void {
    const again = new Set(ids);
    this.#undecided = this.#undecided.map((one) => {
      if (one.place === null || !again.has(one.place)) return one;
      this.#freed.push(one.place);
      return { ...one, place: null };
    });
  }

  #find(idOrName: string): Found[] {
    return this.#units.meant(idOrName).map((id) => {
      const { after } = this.#units.vmOf(id);
      return { id, isById: this.#units.has(idOrName), ...(after.length === 0 ? {} : { after }) };
    });
  }

  /** The run has decided what follows from all that has ended. */
  get isDecided(): boolean {
    return this.#undecided.every(({ place }) => place === null);
  }

  /** VMs whose place at the sites is kept. */
  get places(): string[] {
    return this.#undecided.flatMap(({ place }) => place ?? []);
  }

  /** A unit has ended. Where it failed its place is kept until the run has decided what follows. */
  ended(report: VmReport): void {
    const end = endOf(report);
    const place = report.state === 'failed' ? report.id : null;
    if (end === null && place === null) return;
    if (end !== null) this.#ends += 1;
    this.#undecided.push({ end: end === null ? null : { ...end, number: this.#ends }, place, saidIn: null });
  }

  /** All units have ended, and the store does not keep their evidence yet. */
  awaitStore(isWaiting: boolean): void {
    this.#waitsForStore = isWaiting;
  }

  /** All has ended, and its evidence is kept. */
  end(): void {
    this.#isOver = true;
    this.#mustSay = true;
  }

  /** What the run does not know yet; null: nothing. It counts as said. @param now epoch ms */
  news(now: number): ShardWord | null {
    const word = this.#word(now);
    return keyOf(word) === this.#lastSaid && !this.#mustSay ? null : this.#asSaid(word);
  }

  /** @param now epoch ms */
  say(now: number): ShardWord {
    return this.#asSaid(this.#word(now));
  }

  #asSaid(word: ShardWord): ShardWord {
    this.#said += 1;
    for (const one of this.#undecided) one.saidIn ??= this.#said;
    this.#mustSay = false;
    this.#lastSaid = keyOf(word);
    return { ...word, revision: this.#said };
  }

  #word(now: number): ShardWord {
    const { run, shard, plan } = this.#input;
    const { all, unfinished } = this.#units;
    const counts = new Map<string, number>();
    const asks = this.#units.asks(now);
    this.#units.noteWaits(now);
    for (const unit of unfinished) counts.set(unit.wave, (counts.get(unit.wave) ?? 0) + vmsIn(unit));
    return {
      run,
      shard,
      revision: this.#said,
      obeyed: this.#orders.revision,
      loaded: true,
      totals: totalsOf(all),
      good: allVmsIn(all.filter(endedWell)),
      unfinished: plan.waves.flatMap(({ name }, at): [number, number][] => {
        const count = counts.get(name);
        return count === undefined ? [] : [[at, count]];
      }),
      wanted: this.#units.wanted(now),
      ...(asks.length === 0 ? {} : { asks }),
      longest: longestCutover(all),
      ends: this.#undecided.flatMap(({ end }) => end ?? []),
      keepsPlaces: this.#undecided.some(({ place }) => place !== null),
      outcomes: all.flatMap((vm) => outcomeOf(vm, this.#awaited.get(vm.id))),
      answers: this.#answers,
      waitsForStore: this.#waitsForStore,
      isOver: this.#isOver,
    };
  }
}

/** What of a word is news, to be compared. */
function keyOf({ obeyed: _obeyed, revision: _revision, ...word }: ShardWord): string {
  return JSON.stringify(word);
}

function outcomeOf(vm: VmReport, by: number[] | undefined): Outcome[] {
  const { id, name, state } = vm;
  if (by === undefined || state === 'waiting' || state === 'running') return [];
  return [{ id, name, state, isGood: hasSucceeded(vm), by }];
}

/** Only copies are made ahead: a failover makes none, and a way home removes the VM that it turns round. */
const syncOf = ({ kind, sync }: PlanHead): PlanHead['sync'] => (kind === 'migrate' ? sync : 'wave');

const groupOf = (units: Pick<VmReport, 'name' | 'vms'>[]): Group => ({
  count: allVmsIn(units),
  names: units.slice(0, MOST_NAMES).map(calledUnit),
});

/** A vApp with its VMs: what is done is done to all of them. */
const calledUnit = ({ name, vms }: Pick<VmReport, 'name' | 'vms'>): string =>
  vms === undefined ? name : `${name} (${listed(vms.map((vm) => vm.name))})`;
