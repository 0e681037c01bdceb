/** What persons add to a drill once it is over: kept with the acts of its run, by the store alone. Plain JSON, and pure. */
import type { ActRecord } from './act.js';
import { isMembers } from './members.js';

/** A short workflow on a worker, which alone has the store's password. */
export const NOTE_DRILL = 'noteDrill';

/** Characters of a finding. */
export const MOST_OF_FINDING = 1_000;

export interface DrillNote {
  run: string;
  act: ActRecord;
}

/** What is to be mended, as a person has seen it. */
export interface Finding {
  /** ISO 8601, UTC */
  at: string;
  by: string;
  text: string;
  /** who mends it; null: nobody is named */
  owner: string | null;
  /** day, such as 2026-12-31; null: none is named */
  due: string | null;
}

export interface SignOff {
  at: string;
  by: string;
  note: string | null;
  reference: string | null;
}

const [FINDING, SIGN] = ['finding', 'sign'];
/** The acts that are told of a drill after its end. */
export const NOTES: string[] = [FINDING, SIGN];

const isDone = ({ refused }: ActRecord): boolean => refused === null;

/** In the order in which they were made. */
export const findingsOf = (acts: ActRecord[]): Finding[] =>
  acts
    .filter((act) => act.act === FINDING && isDone(act))
    .map(({ at, actor, note, after }) => ({ at, by: actor, text: note ?? '', ...assigned(after) }))
    .sort((a, b) => a.at.localeCompare(b.at));

function assigned(after: unknown): Pick<Finding, 'owner' | 'due'> {
  const { owner, due } = isMembers(after) ? after : {};
  return { owner: typeof owner === 'string' ? owner : null, due: typeof due === 'string' ? due : null };
}

/** The last; null: nobody has signed. */
export function signOffOf(acts: ActRecord[]): SignOff | null {
  const [last] = acts.filter((act) => act.act === SIGN && isDone(act)).sort((a, b) => b.at.localeCompare(a.at));
  return last === undefined ? null : { at: last.at, by: last.actor, note: last.note, reference: last.reference };
}

/** @param key the same for the same words, so that what is said twice is kept once */
export const noteId = (execution: string, key: string): string => `${execution}/note-${key}`;

export const isDrillNote = (value: unknown): value is DrillNote =>
  isMembers(value) && typeof value.run === 'string' && isMembers(value.act) && isAct(value.act);

const isAct = (act: Record<string, unknown>): boolean =>
  ['id', 'at', 'actor', 'act', 'proof'].every((key) => typeof act[key] === 'string') &&
  // What no row takes would be written again and again.
  ['command', 'target', 'note', 'reference', 'refused'].every(
    (key) => act[key] === null || typeof act[key] === 'string',
  ) &&
  NOTES.includes(String(act.act)) &&
  /^[^/]+\/./.test(String(act.id));
