/** What a case finds, and how it says so. */

export type Outcome =
  | { result: 'conforms' | 'differs' | 'not checked'; seen: string }
  /** of an assumed case: which of the alternatives the server shows */
  | { result: 'shows'; seen: string };

/** Ends a case with its outcome from however deep. */
export class Finding extends Error {
  readonly outcome: Outcome;

  constructor(outcome: Outcome) {
    super(outcome.seen);
    this.outcome = outcome;
  }
}

/** What the case is about. */
export function must(holds: boolean, seen: string): asserts holds {
  if (!holds) throw new Finding({ result: 'differs', seen });
}

/** What the case needs in order to be checked, and other cases are about. */
export function need(holds: boolean, why: string): asserts holds {
  if (!holds) throw new Finding({ result: 'not checked', seen: why });
}

export const shows = (value: string | boolean | number | null): Outcome => ({ result: 'shows', seen: String(value) });
