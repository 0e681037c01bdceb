/**
 * Copies that wait at their gates are looked at from time to time, many with one activity: a person hears of what is amiss before
 * the night, and none of the units has an event of it.
 */
import { CancellationScope, log } from '@temporalio/workflow';
import { lookAtCopies } from '../activities.js';
import { Check } from './checks.js';
import { pagesOf } from './copy-pages.js';
import type { RunProgress } from './run-state.js';

/** At most so long between two looks: ms. */
const EVERY = 15 * 60_000;

type Waiting = Pick<RunProgress, 'copiesAtGate' | 'sawCopy' | 'resumedAt'>;

export class CopyRounds {
  readonly #units: Waiting;
  readonly #patience: () => number | undefined;
  readonly #scope = new CancellationScope();
  #check: Check | null = null;
  #isUnderWay = false;

  /**
   * @param patience ms without news after which a VM asks its site itself: who waits for longer is looked at; undefined: not
   * known before the sites are met
   */
  constructor(units: Waiting, patience: () => number | undefined) {
    this.#units = units;
    this.#patience = patience;
  }

  /** ms until copies are to be looked at; infinite: none waits */
  wakeIn(now: number): number {
    return this.#every.wait(this.#units.copiesAtGate.length, now);
  }

  /** Not waited for: what may begin meanwhile begins. */
  lookIfDue(now: number): void {
    if (!this.#every.isDue(this.#units.copiesAtGate.length, now) || this.#isUnderWay) return;
    this.#isUnderWay = true;
    void this.#look().finally(() => {
      this.#isUnderWay = false;
    });
  }

  get #every(): Check {
    const patience = this.#patience();
    const every = Math.min(patience ?? EVERY, EVERY);
    const check = this.#check ?? new Check({ first: every, longest: every });
    // Nothing waits before the sites are met.
    if (patience !== undefined) this.#check = check;
    return check;
  }

  /** Nobody wants to know any more. */
  stop(): void {
    this.#scope.cancel();
  }

  async #look(): Promise<void> {
    const { resumedAt } = this.#units;
    for (const question of pagesOf(this.#units.copiesAtGate)) {
      try {
        const seen = await this.#scope.run(() => lookAtCopies({ ...question, resumedAt }));
        for (const copy of seen) this.#units.sawCopy(copy, Date.now());
      } catch (error) {
        if (this.#scope.consideredCancelled) return;
        // What was seen last stands, with its time; who is cut over is looked at anew.
        log.warn('the copies that wait could not be looked at', { site: question.site, error });
      }
    }
  }
}
