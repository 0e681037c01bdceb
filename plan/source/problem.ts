import { visible } from './visible.js';

/** Where something stands: lines and columns count from 1; null: the file as a whole, or data that is no file. */
export interface Place {
  /** path of the file; of data without one, the path of the key */
  file: string;
  line: number | null;
  column: number | null;
}

/** What is wrong, wherever it is. */
export interface Fault {
  /** what was found */
  message: string;
  expected?: string;
  hint?: string;
}

/** One thing wrong with what a person wrote. */
export interface Problem extends Place, Fault {}

/** A plan or config that cannot be used. Carries every problem found, and prints each on a line of its own. */
export class BadInput extends Error {
  override readonly name = 'BadInput';
  readonly problems: Problem[];

  constructor(problems: Problem[]) {
    super(problems.map(formatProblem).join('\n'));
    this.problems = problems;
  }
}

/** `file:line:column  message (expected …; hint …)`, on one line whatever the file or its name holds. */
export function formatProblem({ file, line, column, message, expected, hint }: Problem): string {
  const where = placeText({ file, line, column });
  const advice = [expected && `expected ${expected}`, hint && `hint: ${hint}`].filter(Boolean).join('; ');
  // A path that stands for the file is often the subject of the message too.
  const told = message.startsWith(`${where} `) ? message : `${where}  ${message}`;
  return visible(`${told}${advice ? ` (${advice})` : ''}`);
}

/** `file:line:column` */
export const placeText = ({ file, line, column }: Place): string =>
  [file, line, column].filter((part) => part !== null).join(':');

/** Of a file with more, nobody reads them all. */
const MOST_TOLD = 5_000;

/** Throws {@link BadInput} with the problems in reading order, each once; `main` is the file that named the others. */
export function throwProblems(problems: Problem[], main: string): void {
  if (problems.length === 0) return;
  const files = new Map([...new Set([main, ...problems.map(({ file }) => file)])].map((file, index) => [file, index]));
  const ordered = problems.toSorted(
    (a, b) =>
      (files.get(a.file) ?? 0) - (files.get(b.file) ?? 0) ||
      (a.line ?? 0) - (b.line ?? 0) ||
      (a.column ?? 0) - (b.column ?? 0),
  );
  const seen = new Set<string>();
  const told = ordered.slice(0, MOST_TOLD).filter((problem) => {
    const text = formatProblem(problem);
    return !seen.has(text) && seen.add(text);
  });
  const more = ordered.length - MOST_TOLD;
  if (more > 0) told.push({ file: main, line: null, column: null, message: `and about ${more} more problems` });
  throw new BadInput(told);
}
