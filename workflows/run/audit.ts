/** What persons have said to a run: kept with it for its report, and in the store from the moment it was done. */
import { CancellationScope, workflowInfo } from '@temporalio/workflow';
import { type ActRecord, type Author, actId, executionOfAct, isAuthor, type Validity } from '../../contract/act.js';
import type { Evidence } from '../../contract/evidence.js';
import { innermost } from '../../contract/innermost-error.js';
import { isMembers } from '../../contract/members.js';
import type { Steered } from '../../contract/messages.js';
import { iso } from '../../contract/moment.js';
import { keepEvidenceInOrder } from '../activities.js';
import { isKept, whenKept } from '../evidence/patience.js';
import type { ActsTold } from './acts-told.js';

/** Of a text that a person has typed: characters. */
const MOST_OF_TEXT = 300;

/** Nobody has said who it is: a client of an earlier Drover, or Temporal's own means. */
const NOBODY: Author = { actor: 'unknown', command: null };

/** What an act may be for, and why, beside who says it. */
interface Told extends Validity {
  wave?: unknown;
  vm?: unknown;
  reason?: unknown;
}

/** What the act itself does not say in a way that people read. */
export type About = Partial<Pick<ActRecord, 'act' | 'target' | 'before'>>;

/** Counts the acts that were done, and knows the newest. */
export interface Acted {
  readonly acts: number;
  readonly actsTold: ActsTold;
  acted(): void;
}

/** An act whose effect is not known yet. */
type Heard = Omit<ActRecord, 'after' | 'refused'>;

export class Audit {
  readonly #of: Pick<Evidence, 'run' | 'execution' | 'kind'>;
  readonly #state: Acted;
  readonly #hasEnd: boolean;

  /**
   * @param of which run; of a site, the id of its workflow
   * @param hasEnd what is not kept at once is kept with its end; else the store is waited for
   */
  constructor(of: Pick<Evidence, 'run' | 'kind'>, state: Acted, hasEnd = true) {
    this.#of = { ...of, execution: workflowInfo().firstExecutionRunId };
    this.#state = state;
    this.#hasEnd = hasEnd;
  }

  /** What executions before this one have not kept; not waited for. */
  keepRest(): void {
    for (const { act, isKept: isDone } of this.#state.actsTold.all) if (!isDone) void this.#keep(act);
  }

  /** Counts an act that begins now. @param told what came with it */
  hear(act: string, told?: Told, about: About = {}): Heard {
    this.#state.acted();
    const id = actId(this.#of.execution, this.#state.acts);
    return { id, at: iso(Date.now()), act, ...readTold(told), ...about };
  }

  /** Keeps an act once its effect is known. @param answer as the person gets it */
  tell(heard: Heard, answer: Steered | Promise<Steered>): void {
    Promise.resolve(answer).then(
      ({ before = heard.before, ...after }) => this.#add({ ...heard, before, after, refused: null }),
      (error: unknown) => this.#add({ ...heard, after: null, refused: innermost(error).message }),
    );
  }

  async #add(record: ActRecord): Promise<void> {
    this.#state.actsTold.add(record);
    await this.#keep(record);
  }

  /** Of a run tried once: what is not kept now is kept with its end. */
  async #keep(record: ActRecord): Promise<void> {
    const evidence = { ...this.#of, execution: executionOfAct(record), at: record.at, units: [], acts: [record] };
    async function keep(hasEnd: boolean): Promise<boolean> {
      if (hasEnd) return isKept(evidence, keepEvidenceInOrder);
      await whenKept(evidence, keepEvidenceInOrder);
      return true;
    }
    if (await CancellationScope.nonCancellable(() => keep(this.#hasEnd))) this.#state.actsTold.isKept(record.id);
  }
}

function readTold(told: Told | undefined): Omit<Heard, 'id' | 'at' | 'act'> {
  const { by, wave, vm, reason, note: own, reference }: Told = isMembers(told) ? told : {};
  const said: unknown = own ?? reason;
  const { actor, command } = isAuthor(by) ? by : NOBODY;
  const target = typeof vm === 'string' ? `vm:${vm}` : typeof wave === 'string' ? `wave:${wave}` : null;
  const note = typeof said === 'string' ? said : null;
  return {
    actor: cut(actor),
    proof: 'claimed',
    command: command === null ? null : cut(command),
    target: target === null ? null : cut(target),
    note: note === null ? null : cut(note),
    reference: typeof reference === 'string' ? cut(reference) : null,
    before: null,
  };
}

const cut = (text: string): string => text.slice(0, MOST_OF_TEXT);
