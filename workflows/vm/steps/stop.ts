/** When a VM's workflow ends before its steps do: a person wants it, or a time is over; and what neither of them breaks off. */
import { CancellationScope, sleep } from '@temporalio/workflow';
import { iso } from '../../../contract/moment.js';
import type { VmReport } from '../../../contract/report.js';

/** The VM, as far as its end needs it. */
interface Undone {
  report: Pick<VmReport, 'undoneBy'>;
}

/** How long a VM whose time is over is looked at still, so that a person is told what stands: ms, and at most a share of that time. */
const LAST_LOOKS = { most: 30_000, share: 1 / 4 };

export class Stop {
  readonly #vm: Undone;
  readonly #listeners = new Set<() => void>();
  readonly #lookers = new Set<() => void>();
  #isAsked: boolean;
  #ignored: 'no' | 'unless-held' | 'always' = 'no';
  /** when no end of an operation is awaited any more, and when nothing is: epoch ms */
  #until = Number.POSITIVE_INFINITY;
  #looksUntil = Number.POSITIVE_INFINITY;

  /** @param isAsked a person had said so before the workflow was begun */
  constructor(vm: Undone, isAsked: boolean) {
    this.#vm = vm;
    this.#isAsked = isAsked;
  }

  /** A person wants its end. */
  ask(): void {
    this.#isAsked = true;
    // What is being undone, or brought to its end, is not broken off, however often it is said.
    if (this.isRequested) this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  get isRequested(): boolean {
    return (this.#isAsked && this.#ignored === 'no') || (this.isUndone && this.isTimeOver);
  }

  /** Neither a stop nor a pause ends or delays anything. */
  get isIgnored(): boolean {
    return this.#ignored !== 'no';
  }

  /** No end of an operation is awaited any more; what is under way goes on at its site. */
  get isTimeOver(): boolean {
    return Date.now() >= this.#until;
  }

  /** ms until then; Infinity: it is awaited for as long as it takes */
  get timeLeft(): number {
    return this.#until - Date.now();
  }

  /** ms for looks, which are worth most when all else is over; 0: none is made any more; Infinity: as long as they take */
  get lookLeft(): number {
    return Math.max(0, this.#looksUntil - Date.now());
  }

  /** Whether a stop ends even the wait for a person. */
  get endsHold(): boolean {
    return this.isRequested || (this.#isAsked && !this.isUndone);
  }

  /** The steps undo by themselves what they have begun, as those of a drill do, or have done so. */
  get isUndone(): boolean {
    return this.#ignored === 'always';
  }

  /** Calls back once when a stop is asked for; returns the undoing. */
  on(listener: () => void): () => void {
    this.#listeners.add(listener);
    // What was asked for before anybody listened is not asked for again.
    if (this.isRequested) listener();
    return () => this.#listeners.delete(listener);
  }

  /** Calls back once no look is made any more; returns the undoing. */
  onNoLooks(listener: () => void): () => void {
    this.#lookers.add(listener);
    return () => this.#lookers.delete(listener);
  }

  /**
   * From now on neither a stop nor a pause ends or delays anything: what has begun is brought to its end. `unless-held`: a
   * stop still ends the wait for a person; `always`: not even that.
   */
  ignore(how: 'unless-held' | 'always'): void {
    this.#ignored = how;
  }

  /** What a stop or a pause must not leave half done; it ends or delays what comes afterwards. */
  async ignoreFor<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#ignored;
    if (before === 'no') this.#ignored = 'unless-held';
    try {
      return await work();
    } finally {
      this.#ignored = before;
    }
  }

  /** @param until the end of what it has under way is not awaited for longer: epoch ms */
  endBy(until: number): void {
    this.#until = until;
    this.#looksUntil = until + LAST_LOOKS.most;
  }

  /** From now on what was begun is undone: no stop reaches that. @param until it is given up then, as by a stop: epoch ms */
  async undoBy<T>(until: number, undo: () => Promise<T>): Promise<T> {
    const { report } = this.#vm;
    this.ignore('always');
    const left = until - Date.now();
    this.#until = until - Math.min(LAST_LOOKS.most, left * LAST_LOOKS.share);
    this.#looksUntil = until;
    report.undoneBy = iso(until);
    const over = new CancellationScope();
    const given = over.run(async () => {
      await sleep(Math.max(1, this.timeLeft));
      this.#tell();
      await sleep(Math.max(1, this.lookLeft));
      for (const looker of this.#lookers) looker();
    });
    given.catch(() => {});
    try {
      return await undo();
    } finally {
      over.cancel();
      delete report.undoneBy;
      this.endBy(Number.POSITIVE_INFINITY);
    }
  }
}
