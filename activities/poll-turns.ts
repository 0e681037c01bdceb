/**
 * What a poll asks a site next, so that each end is noticed in time by as few requests as that takes: what is waited for at
 * the moment, what was heard of each, and when. Pure.
 */
import { type Watch, watchKey } from '../contract/watch.js';
import { OVERLAP } from './ended-since.js';
import type { UsualLengths } from './usual-lengths.js';

/** An end may be noticed so late, as a part of how long it took. */
const LATE = 0.01;
/** What is told with others is asked for by its own id all the same: once in so many intervals, and in so many of its turns. */
const CHECKED = { intervals: 60, turns: 20 };
/** How many ids one request holds. */
export const BY_HUNDRED = 100;
/** What is left of a pause, as a part of it, at which one is asked for along with others. */
const SOON = 0.8;
/** A copy that stands still is seen within this part of the time after which that is said. */
const PART_OF_STALLED = 4;

interface Heard {
  /** ms since epoch, as are all of these: when it was asked for by its own id; null: never */
  askedAt: number | null;
  /** until when it is known to have gone on; null: not known */
  goneOnAt: number | null;
  /** something is odd about it, or its end is to be confirmed: it is asked for at each turn */
  isRestless: boolean;
}

/** What is due; nothing at all: the site is left alone this time. */
export interface Turn {
  /** the moment of our clock since which ends are asked for, all in one; null: they are not */
  endsSince: number | null;
  /** those that are asked for by their ids */
  ask: Watch[];
}

export class PollTurns {
  readonly #interval: number;
  readonly #lengths: UsualLengths;
  readonly #heard = new Map<string, Heard>();

  /** @param interval ms between two turns at least */
  constructor(interval: number, lengths: UsualLengths) {
    this.#interval = interval;
    this.#lengths = lengths;
  }

  /** Forgets all others: they are over. */
  follow(watches: Watch[]): void {
    const kept = new Set(watches.map(watchKey));
    for (const key of this.#heard.keys()) if (!kept.has(key)) this.#heard.delete(key);
  }

  /** @param listens whether the site tells what ended since a moment */
  next(watches: Watch[], now: number, listens: boolean): Turn {
    const { asks, ends } = this.#left(watches, now, listens);
    const ask = ['task', 'sync'].flatMap((phase) =>
      this.#filled(asks.filter(({ watch }) => watch.phase === phase)).map(({ watch }) => watch),
    );
    const areEndsDue = ends.some(({ left }) => this.#isDue(left));
    return { endsSince: areEndsDue ? Math.min(...ends.map(({ at }) => at)) : null, ask };
  }

  /** When the next turn is: epoch ms; infinite where nothing is waited for. */
  dueAt(watches: Watch[], now: number, listens: boolean): number {
    const { asks, ends } = this.#left(watches, now, listens);
    return Math.ceil(now + Math.min(...[...asks, ...ends].map(({ left }) => left)));
  }

  #left(watches: Watch[], now: number, listens: boolean) {
    const told = listens ? watches.filter(isTask) : [];
    for (const watch of told) this.#begin(watch, now);
    const isTold = new Set(told.filter((watch) => this.#of(watch).goneOnAt !== null && !this.#of(watch).isRestless));
    const asks = watches.map((watch) => {
      const { askedAt } = this.#of(watch);
      const pause = isTold.has(watch) ? this.#untilChecked(watch, now) : this.wait(watch, askedAt ?? now);
      return { watch, pause, left: askedAt === null ? 0 : askedAt + pause - now };
    });
    const ends = [...isTold].map((watch) => {
      const at = this.#of(watch).goneOnAt ?? now;
      return { at, left: at + this.wait(watch, at) - now };
    });
    return { asks, ends };
  }

  /** Those that are due, and along with them those that soon are, as far as the same requests hold them. */
  #filled<T extends { left: number; pause: number }>(asks: T[]): T[] {
    const due = asks.filter(({ left }) => this.#isDue(left));
    const room = Math.ceil(due.length / BY_HUNDRED) * BY_HUNDRED - due.length;
    const soon = asks.filter((one) => !this.#isDue(one.left) && one.left <= SOON * one.pause);
    return [...due, ...soon.toSorted((a, b) => a.left - b.left).slice(0, room)];
  }

  /** Until when it is known to have gone on; null: that is not known. */
  goneOnAt(watch: Watch): number | null {
    return this.#heard.get(watchKey(watch))?.goneOnAt ?? null;
  }

  /** It goes on by the answer about its own id, and is asked again at the next turn where something is odd about it. */
  asked(watch: Watch, at: number, isRestless: boolean): void {
    this.#heard.set(watchKey(watch), { askedAt: at, goneOnAt: at, isRestless });
  }

  /** None of these had ended when the site told what had. */
  goesOn(watches: Watch[], at: number): void {
    for (const watch of watches) {
      const heard = this.#of(watch);
      if (heard.goneOnAt !== null) heard.goneOnAt = Math.max(at, heard.goneOnAt);
    }
  }

  over(watch: Watch): void {
    this.#heard.delete(watchKey(watch));
  }

  /** Whether it was heard of lately: nobody need ask for it alone. */
  isHeard(watch: Watch, now: number): boolean {
    const { goneOnAt, isRestless } = this.#heard.get(watchKey(watch)) ?? { goneOnAt: null, isRestless: true };
    return goneOnAt !== null && !isRestless && now - goneOnAt <= 2 * this.wait(watch, goneOnAt);
  }

  /** ms from `at`, when it went on, until its end must be looked for: what has lasted long, or usually does, is looked at less often */
  wait(watch: Watch, at: number): number {
    if (this.#heard.get(watchKey(watch))?.isRestless === true) return this.#interval;
    const age = Math.max(0, at - watch.since);
    const usual = this.#lengths.next(lengthOf(watch), age) ?? 0;
    return Math.max(this.#interval, Math.min(LATE * Math.max(age, usual), this.#seenStalled(watch)));
  }

  /** @param left ms; timers may be a little early */
  #isDue(left: number): boolean {
    return left <= this.#interval / 20;
  }

  #untilChecked(watch: Watch, now: number): number {
    const often = Math.max(CHECKED.intervals * this.#interval, CHECKED.turns * this.wait(watch, now));
    return Math.max(this.#interval, Math.min(often, this.#seenStalled(watch)));
  }

  #seenStalled({ kind, phase, stalledAfter }: Watch): number {
    const shows = phase === 'sync' || kind === 'sync';
    return shows && stalledAfter !== undefined ? stalledAfter / PART_OF_STALLED : Number.POSITIVE_INFINITY;
  }

  /** What has just begun cannot have ended before the site is asked what has: it need not be asked for itself. */
  #begin(watch: Watch, now: number): void {
    const isNew = watch.adopted !== true && now - watch.since < OVERLAP / 2;
    if (isNew && !this.#heard.has(watchKey(watch)))
      this.#heard.set(watchKey(watch), { askedAt: watch.since, goneOnAt: watch.since, isRestless: false });
  }

  #of(watch: Watch): Heard {
    const known = this.#heard.get(watchKey(watch)) ?? { askedAt: null, goneOnAt: null, isRestless: false };
    this.#heard.set(watchKey(watch), known);
    return known;
  }
}

/** What is waited for, as lengths are told apart. */
export const lengthOf = ({ kind, phase }: Pick<Watch, 'kind' | 'phase'>): string => `${kind} ${phase}`;

const isTask = ({ phase, taskId }: Watch): boolean => phase === 'task' && taskId !== null;
