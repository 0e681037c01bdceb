/**
 * One turn over all that is waited for at a site: what ended since the last one in a single question where the site answers it,
 * else by ids; and only what is due.
 */
import type { OperationKind } from '../contract/operation.js';
import type { Watch } from '../contract/watch.js';
import { type CallOptions, plausibleTime, type Site, type Task, taskEnd, VcdaError } from '../vcda/index.js';
import { EndedSince, OVERLAP } from './ended-since.js';
import { unextended } from './extension.js';
import { isRefusedLogin } from './failures.js';
import { passingOver } from './passed-over.js';
import { BY_HUNDRED, lengthOf, PollTurns } from './poll-turns.js';
import { UsualLengths } from './usual-lengths.js';

/** After a site was found not to tell what ended, in intervals. */
const PATIENCE = 60;
/** Lengths that are taken over from the store. */
const REMEMBERED = 20;

/** What an inspection tells, as far as it matters for what is asked next. */
interface Seen {
  ended: { watch: Watch }[];
  /** could not be judged this time */
  unheard: Watch[];
  /** something is odd about these, or their end is to be confirmed */
  restless: Watch[];
  /** by their ids */
  tasks: Map<string, Task>;
}

/** @param told tasks that need not be asked for; @param isAll whether nothing else of the site has answered in this turn */
export type Inspect<T extends Seen> = (watches: Watch[], told: Map<string, Task>, isAll: boolean) => Promise<T>;

/** What a worker knows of the polls of one site. */
export class SitePoll {
  readonly turns: PollTurns;
  readonly #ends: EndedSince;
  readonly #lengths = new UsualLengths();
  readonly #remembered = new Set<OperationKind>();
  readonly #now: () => number;

  /** @param interval ms between two turns at least; @param now epoch ms */
  constructor(interval: number, now: () => number = Date.now) {
    this.#now = now;
    this.turns = new PollTurns(interval, this.#lengths);
    this.#ends = new EndedSince(PATIENCE * interval);
  }

  /** Takes over how long what is waited for took before. @param lengths newest first, seconds */
  async remember(watches: Watch[], lengths: (kind: OperationKind, most: number) => Promise<number[]>): Promise<void> {
    for (const kind of new Set(watches.map((watch) => watch.kind))) {
      if (this.#remembered.has(kind)) continue;
      this.#remembered.add(kind);
      for (const seconds of (await lengths(kind, REMEMBERED)).toReversed())
        this.#lengths.add(lengthOf({ kind, phase: 'task' }), seconds * 1_000);
    }
  }

  /** When there is something to be asked: epoch ms. */
  dueAt(watches: Watch[]): number {
    return this.turns.dueAt(watches, this.#now(), this.#ends.isProven);
  }

  /**
   * @returns null when nothing was due, and so nothing was asked
   * @throws VcdaError as `inquire` does
   */
  async inspect<T extends Seen>(
    site: Site,
    watches: Watch[],
    options: CallOptions,
    inquire: Inspect<T>,
  ): Promise<T | 'told' | null> {
    const began = this.#now();
    this.turns.follow(watches);
    const { endsSince, ask } = this.turns.next(watches, began, this.#ends.isProven);
    const tasks = watches.filter(({ phase, taskId }) => phase === 'task' && taskId !== null);
    const told = endsSince === null ? null : await this.#endedSince(site, tasks, endsSince, options);
    if (told instanceof Map)
      this.turns.goesOn(
        tasks.filter(({ taskId }) => !told.has(taskId ?? '')),
        began,
      );
    const ended = told instanceof Map ? tasks.filter(({ taskId }) => told.has(taskId ?? '')) : [];
    const asked = new Set(endsSince === null || told instanceof Map ? ask : [...ask, ...tasks]);
    const some = [...new Set([...asked, ...ended])];
    if (some.length === 0) return told === null ? null : 'told';
    const isAll = some.length === watches.length && !(told instanceof Map);
    const known = told instanceof Map ? told : new Map<string, Task>();
    const claims = new Map([...asked].map((watch) => [watch, this.turns.goneOnAt(watch)]));
    const seen = await inquire(some, known, isAll);
    // It answers everything else.
    if (told === 'failed') this.#ends.failed(this.#now());
    await this.#learn(site, { some, began, known, claims, seen }, options);
    return seen;
  }

  /** null: not in as few pages as ids would take; `failed`: the site did not answer, or nothing that can be used */
  async #endedSince(
    site: Site,
    tasks: Watch[],
    since: number,
    options: CallOptions,
  ): Promise<Map<string, Task> | null | 'failed'> {
    const moment = this.#ends.momentFor(since);
    if (moment === null) return 'failed';
    try {
      const answer = await askEnded(site, tasks, moment, options);
      if (answer.is !== 'told') return answer.is === 'many' ? null : 'failed';
      const own = new Set(tasks.map(({ taskId }) => taskId));
      return new Map(answer.tasks.filter(({ id }) => own.has(id)).map((task) => [task.id, task]));
    } catch (error) {
      if (!(error instanceof VcdaError) || isRefusedLogin(error)) throw error;
      return 'failed';
    }
  }

  async #learn(
    site: Site,
    turn: {
      some: Watch[];
      began: number;
      known: Map<string, Task>;
      claims: Map<Watch, number | null>;
      seen: Seen;
    },
    options: CallOptions,
  ): Promise<void> {
    const { some, began, known, claims, seen } = turn;
    const now = this.#now();
    const [unheard, restless] = [new Set(seen.unheard), new Set(seen.restless)];
    const over = new Set(seen.ended.map(({ watch }) => watch));
    let isHidden = false;
    let newest: Task | null = null;
    for (const watch of some) {
      if (unheard.has(watch)) continue;
      const task = watch.phase === 'task' && watch.taskId !== null ? seen.tasks.get(watch.taskId) : undefined;
      const claimed = claims.get(watch) ?? null;
      if (task !== undefined && taskEnd(task) !== null && !known.has(task.id)) {
        isHidden ||= this.#ends.isProven && claimed !== null && this.#ends.hid(task.endTime, claimed);
        if (isSound(task, watch, now) && (newest?.endTime ?? 0) < (task.endTime ?? 0)) newest = task;
      }
      if (!over.has(watch)) this.turns.asked(watch, began, restless.has(watch));
      else this.#isOver(watch, task, now);
    }
    if (isHidden) this.#ends.failed(now);
    if (newest === null || !this.#ends.mayProve(now)) return;
    this.#ends.saw(newest.endTime, now);
    await this.#prove(site, some, newest, options);
  }

  #isOver(watch: Watch, task: Task | undefined, now: number): void {
    this.turns.over(watch);
    if (watch.adopted !== true) this.#lengths.add(lengthOf(watch), now - watch.since);
    if (task !== undefined && this.#ends.isProven && isSound(task, watch, now)) this.#ends.saw(task.endTime, now);
  }

  /** By an end that is known already: the site must tell it, and nothing that ended before. */
  async #prove(site: Site, watches: Watch[], { id, endTime }: Task, options: CallOptions): Promise<void> {
    try {
      const answer = await askEnded(site, watches, (endTime ?? 0) - 1, options);
      if (answer.is === 'told' && answer.tasks.some((task) => task.id === id)) this.#ends.proven();
      else this.#ends.failed(this.#now());
    } catch (error) {
      if (!(error instanceof VcdaError)) throw error;
      this.#ends.failed(this.#now());
    }
  }
}

/** Reads no more pages than asking for each by its id would take. */
function askEnded(site: Site, watches: Watch[], moment: number, options: CallOptions) {
  const peer = watches[0]?.peer;
  const most = 1 + Math.ceil(watches.length / BY_HUNDRED);
  return unextended({ ...options, peer }, (use) =>
    site.tasksEndedAfter(moment, most, { ...use, unreadable: passingOver(site) }),
  );
}

/** Whether its times may be those of a clock: it has not taken longer there than it was waited for here. */
function isSound({ startTime, endTime }: Task, { since, adopted }: Watch, now: number): boolean {
  const [began, ended] = [plausibleTime(startTime), plausibleTime(endTime)];
  if (began === null || ended === null || ended < began || adopted === true) return false;
  return ended - began <= now - since + OVERLAP;
}
