/** The acts of persons that a run tells of in its report. Pure. */
import type { ActRecord, CarriedAct } from '../../contract/act.js';

/** What the store has is let go beyond so many, since a run must carry the rest. */
const MOST = 100;

export class ActsTold {
  readonly #acts: CarriedAct[];

  constructor(carried: CarriedAct[] = []) {
    this.#acts = carried.map((one) => ({ ...one }));
  }

  /** As a run, or its report, has them: as nothing where nobody has said anything. */
  get told(): { acts?: ActRecord[] } {
    return this.#acts.length === 0 ? {} : { acts: this.#acts.map(({ act }) => act) };
  }

  /** As {@link told}. */
  get carried(): { actsTold?: CarriedAct[] } {
    return this.#acts.length === 0 ? {} : { actsTold: this.#acts };
  }

  /** In their order, with whether the store has them. */
  get all(): readonly CarriedAct[] {
    return [...this.#acts];
  }

  /** In their order. */
  add(act: ActRecord): void {
    this.#acts.push({ act, isKept: false });
    this.#letGo();
  }

  /** What another knew whose place this one takes: it came before. */
  recall(acts: CarriedAct[] = []): void {
    this.#acts.unshift(...acts.map((one) => ({ ...one })));
    this.#letGo();
  }

  /** The store has it. */
  isKept(id: string): void {
    const its = this.#acts.find(({ act }) => act.id === id);
    if (its !== undefined) its.isKept = true;
    this.#letGo();
  }

  #letGo(): void {
    while (this.#acts.length > MOST && this.#acts[0]?.isKept === true) this.#acts.shift();
  }
}
