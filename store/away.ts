/** Why the store gives no answer, in words for a person; nothing of it is a secret. */

/** Of what a server says: characters. */
const LONGEST = 500;

/** The store could not be asked, or could not keep what it was given: the question may be asked again. */
export class StoreAway extends Error {
  override readonly name = 'StoreAway';
  /** the next step for a person */
  readonly advice: string;

  /** Without a cause: what a server of a database says may hold what it was sent. */
  constructor(where: string, cause: unknown, scrub: (text: string) => string) {
    super(`The store (${where}) does not answer: ${scrub(wordsOf(cause)).slice(0, LONGEST)}.`);
    this.advice = adviceFor(codeOf(cause));
  }
}

/** The workers of this installation remember in another store. */
export class OtherStore extends Error {
  override readonly name = 'OtherStore';
  /** the next step for a person; null: there is none */
  readonly advice: string | null;

  constructor(message: string, advice: string | null = null) {
    super(message);
    this.advice = advice;
  }
}

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Of a host with several addresses, each of which refused.
  const [first] = error instanceof AggregateError ? error.errors : [];
  const text = error.message || (first instanceof Error ? first.message : '') || error.name;
  return text.replace(/\.$/, '');
}

function adviceFor(code: string): string {
  if (code === '28P01' || code === '28000') return 'Correct the user or the password of the store in the config.';
  if (code === '3D000') return 'Create the database that the url of the store names.';
  if (code === '42501') return 'Let the user of the store create tables in its database.';
  if (code === 'SQLITE_FULL' || code === '53100') return 'Make room on the disk of the store.';
  if (code.startsWith('SQLITE_') || code.startsWith('E'))
    return 'Look at where the store is, and whether it may be written.';
  return 'Look at the database of the store; what waits for it goes on by itself.';
}
