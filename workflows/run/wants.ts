/** What persons want of VMs wherever these are: each shard does it once, and answers. Pure. */
import type { CarriedTree } from '../../contract/inputs.js';
import type { Found, Group, ShardAct, ShardAnswer, Standing } from '../../contract/shard.js';
import { summed } from './standing.js';

interface Pending extends ShardAct {
  /** shards that have not answered */
  missing: Set<number>;
  answers: ShardAnswer[];
}

/** What came of it, in all shards. */
export interface Told {
  done: Group;
  asked: Group;
  /** what an approval was for, in words; null: nobody has it */
  target: string | null;
  /** a retry: those that were left alone */
  left: Group;
  /** where those stand that an approval holds for */
  standing: Standing;
  /** ids of the VMs that are meant */
  found: string[];
  /** ids of the VMs that they come after */
  after: string[];
  /** why nothing was done, on its merits; null: it was, or nobody has the VM */
  refused: string | null;
  /** what was changed, as it was; undefined: nothing */
  before: unknown;
  /** some shard heard of it too late */
  isLate: boolean;
}

export class Wants {
  readonly #pending: Map<number, Pending>;
  #last: number;

  constructor(carried: CarriedTree['wanted'] = { number: 0, pending: [] }) {
    this.#last = carried.number;
    this.#pending = new Map(
      carried.pending.map(({ missing, ...act }) => [act.number, { ...act, missing: new Set(missing), answers: [] }]),
    );
  }

  get carried(): CarriedTree['wanted'] {
    const pending = [...this.#pending.values()].map(({ missing, answers: _answers, ...act }) => {
      return { ...act, missing: [...missing] };
    });
    return { number: this.#last, pending };
  }

  /** @param of shards that are to do it @returns its number */
  add(act: Omit<ShardAct, 'number'>, of: number[]): number {
    this.#last += 1;
    this.#pending.set(this.#last, { ...act, number: this.#last, missing: new Set(of), answers: [] });
    return this.#last;
  }

  /** What a shard has not answered yet. */
  of(shard: number): ShardAct[] {
    const open = [...this.#pending.values()].filter(({ missing }) => missing.has(shard));
    return open.map(({ missing: _missing, answers: _answers, ...act }) => act);
  }

  answered(shard: number, answer: ShardAnswer): void {
    const pending = this.#pending.get(answer.number);
    if (pending?.missing.delete(shard)) pending.answers.push(answer);
  }

  /** It answers nothing more. */
  dismiss(shard: number): void {
    for (const { missing } of this.#pending.values()) missing.delete(shard);
  }

  /** Every shard that was to do it has. */
  isAnswered(number: number): boolean {
    return (this.#pending.get(number)?.missing.size ?? 0) === 0;
  }

  /** What came of it; it is forgotten then. */
  answerTo(number: number): Told {
    const answers = this.#pending.get(number)?.answers ?? [];
    this.#pending.delete(number);
    return {
      done: together(answers.map(({ done }) => done)),
      asked: together(answers.map(({ asked }) => asked)),
      target: answers.find(({ target }) => target !== undefined)?.target ?? null,
      left: together(answers.flatMap(({ left }) => left ?? [])),
      standing: summed(answers.map(({ standing = {} }) => standing)),
      found: meant(answers.flatMap(({ found = [] }) => found)),
      after: answers.flatMap(({ found = [] }) => found.flatMap(({ after = [] }) => after)),
      refused: answers.find(({ refused }) => refused !== undefined)?.refused ?? null,
      before: answers.find(({ before }) => before !== undefined)?.before,
      isLate: answers.some(({ isLate }) => isLate === true),
    };
  }
}

/** One that was named by its id is meant, whatever others are called. */
function meant(found: Found[]): string[] {
  const byId = found.filter(({ isById }) => isById);
  return (byId.length > 0 ? byId : found).map(({ id }) => id);
}

function together(groups: Group[]): Group {
  return {
    count: groups.reduce((sum, { count }) => sum + count, 0),
    names: groups.flatMap(({ names }) => names),
  };
}
