/** What persons have said to a run: kept with it for its report, and in the store from the moment it was done. */
import { CancellationScope, workflowInfo } from '@temporalio/workflow';
import { type ActRecord, type Author, isAuthor, type Validity } from '../../contract/act.js';
import type { Evidence } from '../../contract/evidence.js';
import { innermost } from '../../contract/innermost-error.js';
import { isMembers } from '../../contract/members.js';
import type { Steered } from '../../contract/messages.js';
import { iso } from '../../contract/moment.js';
import { keepEvidenceInOrder } from '../activities.js';
import { isKept } from '../evidence/patience.js';
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

  constructor(of: Pick<Evidence, 'run' | 'kind'>, state: Acted) {
    this.#of = { ...of, execution: workflowInfo().firstExecutionRunId };
    this.#state = state;
  }

  /** Counts an act that begins now. @param told what came with it */
  hear(act: string, told?: Told): Heard {
    this.#state.acted();
    const number = String(this.#state.acts).padStart(6, '0');
    return { id: `${this.#of.execution}/${number}`, at: iso(Date.now()), act, ...readTold(told) };
  }

  /** Keeps an act once its effect is known. @param answer as the person gets it */
  tell(heard: Heard, answer: Steered | Promise<Steered>): void {
    Promise.resolve(answer).then(
      (after) => this.#keep({ ...heard, after, refused: null }),
      (error: unknown) => this.#keep({ ...heard, after: null, refused: innermost(error).message }),
    );
  }

  /** Tried once: what is not kept now is kept with the run's end. */
  async #keep(record: ActRecord): Promise<void> {
    const { actsTold } = this.#state;
    actsTold.add(record);
    const evidence = { ...this.#of, at: record.at, units: [], acts: [record] };
    if (await CancellationScope.nonCancellable(() => isKept(evidence, keepEvidenceInOrder))) actsTold.isKept(record.id);
  }
}

function readTold(told: Told | undefined): Omit<Heard, 'id' | 'at' | 'act'> {
  const { by, wave, vm, reason }: Told = isMembers(told) ? told : {};
  const { actor, command } = isAuthor(by) ? by : NOBODY;
  const target = typeof vm === 'string' ? `vm:${vm}` : typeof wave === 'string' ? `wave:${wave}` : null;
  const note = typeof reason === 'string' ? reason : null;
  return {
    actor: cut(actor),
    proof: 'claimed',
    command: command === null ? null : cut(command),
    target: target === null ? null : cut(target),
    note: note === null ? null : cut(note),
    reference: null,
    before: null,
  };
}

const cut = (text: string): string => text.slice(0, MOST_OF_TEXT);
