/** For how long what a person typed holds: pure, since the run that is told and the client that tells it go by the same rule. */
import { isMembers } from './members.js';

/** Who says it, by their own word. */
export interface Author {
  /** `DROVER_ACTOR`, else user@host */
  actor: string;
  /** what was typed, such as `drover approve`; null: nothing was, it is a program's */
  command: string | null;
}

export const isAuthor = (told: unknown): told is Author =>
  isMembers(told) &&
  typeof told.actor === 'string' &&
  told.actor !== '' &&
  (told.command === null || typeof told.command === 'string');

/** What a person has told a run, and what came of it. */
export interface ActRecord {
  /** the same for the same act, however often it is written */
  id: string;
  /** when the run heard it, ISO 8601 */
  at: string;
  actor: string;
  /** how it is known that it was them: nothing but their own word */
  proof: 'claimed';
  /** null: no command, or it is not known */
  command: string | null;
  /** as it is typed: `approve`, `pause`, `resume`, `cancel`, `finish` and so on */
  act: string;
  /** `wave:NAME` or `vm:NAME` as it was said; null: the whole run */
  target: string | null;
  /** why, in the person's words */
  note: string | null;
  /** of a change, say, in another system */
  reference: string | null;
  /** what it changed, as it was */
  before: unknown;
  /** its effect; null: it was refused */
  after: unknown;
  /** why it was; null: it was done */
  refused: string | null;
}

/** An act as whoever heard it carries it on. */
export interface CarriedAct {
  act: ActRecord;
  /** the store has it */
  isKept: boolean;
}

/** Who has set something last. `at`: ISO 8601, UTC. */
export interface SetBy {
  at: string;
  by: string;
  note: string | null;
  reference: string | null;
}

/** @param number counts the acts of the run, from 1 on */
export const actId = (execution: string, number: number): string => `${execution}/${String(number).padStart(6, '0')}`;

/** Which act of its run it is, from 1 on. */
export const actNumber = ({ id }: Pick<ActRecord, 'id'>): number => Number(id.slice(id.lastIndexOf('/') + 1));

/** Temporal's id of the first execution of its run. */
export const executionOfAct = ({ id }: Pick<ActRecord, 'id'>): string => id.slice(0, id.lastIndexOf('/'));

/** How many acts of the run there were before these. */
export function actsBefore([first]: Pick<ActRecord, 'id'>[]): number {
  const number = first === undefined ? 1 : actNumber(first);
  return Number.isInteger(number) ? Math.max(0, number - 1) : 0;
}

/** Why a person acts: kept with the act, and shown with it. */
export interface Grounds {
  /** why, in the person's words; absent: not said */
  note?: string | undefined;
  /** of a change, say, in another system; absent: none */
  reference?: string | undefined;
}

/** What every act of a person carries beside its target. */
export interface Validity extends Grounds {
  /** absent: not said */
  by?: Author | undefined;
  /** epoch ms, from which on the run refuses the act; absent: it holds whenever it arrives */
  validUntil?: number | undefined;
}

/** Type of the refusal; its one detail is the run's own time, epoch ms. */
export const ACT_TOO_LATE = 'ActTooLate';

/** ms for which an act holds. Longer than a client waits for the answer, short enough for a person to remember what it was. */
export const ACT_HOLDS = 60_000;

/** Whom a steering message is for: a wave or a VM by id or name; neither means the whole run. */
export interface Scope {
  wave?: string;
  vm?: string;
}
