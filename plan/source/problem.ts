/** One thing wrong with a file that a person wrote. Lines and columns count from 1; null: the file as a whole. */
export interface Problem {
  file: string;
  line: number | null;
  column: number | null;
  /** what was found */
  message: string;
  expected?: string;
  hint?: string;
}

/** A problem whose place is not known yet. */
export type Fault = Pick<Problem, 'message' | 'expected' | 'hint'>;

/** Where something stands in a file, counted from 1. */
export interface Position {
  line: number;
  column: number;
}

/** A plan or config that cannot be used. Carries every problem found, and prints each on a line of its own. */
export class BadInput extends Error {
  override readonly name = 'BadInput';
  readonly problems: Problem[];

  constructor(problems: Problem[]) {
    super(problems.map(formatProblem).join('\n'));
    this.problems = problems;
  }
}

/** `file:line:column  message (expected …; hint …)` */
export function formatProblem({ file, line, column, message, expected, hint }: Problem): string {
  const where = [file, line, column].filter((part) => part !== null).join(':');
  const advice = [expected && `expected ${expected}`, hint && `hint: ${hint}`].filter(Boolean).join('; ');
  return `${where}  ${message}${advice ? ` (${advice})` : ''}`;
}

/** Throws {@link BadInput} with the problems in reading order, each once; `main` is the file that named the others. */
export function throwProblems(problems: Problem[], main: string): void {
  if (problems.length === 0) return;
  const files = [main, ...problems.map((problem) => problem.file)];
  const ordered = problems.toSorted(
    (a, b) =>
      files.indexOf(a.file) - files.indexOf(b.file) ||
      (a.line ?? 0) - (b.line ?? 0) ||
      (a.column ?? 0) - (b.column ?? 0),
  );
  const seen = new Set<string>();
  throw new BadInput(
    ordered.filter((problem) => {
      const text = formatProblem(problem);
      return !seen.has(text) && seen.add(text);
    }),
  );
}
