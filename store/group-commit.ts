/**
 * Writes that come at once go to the disk at once: each waits for its transaction, and a thousand that end together cost a
 * few. When a transaction fails, each of its writes is tried alone, so that one alone fails.
 */
import type { Kysely, Transaction } from 'kysely';
import type { Tables } from './tables.js';

export type Write = (trx: Transaction<Tables>) => Promise<void>;

interface Pending {
  write: Write;
  done: () => void;
  failed: (error: unknown) => void;
}

/** Of one transaction. */
const MOST = 200;

export class GroupCommit {
  readonly #db: Kysely<Tables>;
  readonly #pending: Pending[] = [];
  #isRunning = false;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  /** Resolves when the write is kept. @throws what the database says */
  keep(write: Write): Promise<void> {
    return new Promise((done, failed) => {
      this.#pending.push({ write, done, failed });
      if (this.#isRunning) return;
      this.#isRunning = true;
      setImmediate(() => void this.#run());
    });
  }

  async #run(): Promise<void> {
    for (let some = this.#pending.splice(0, MOST); some.length > 0; some = this.#pending.splice(0, MOST)) {
      await this.#commit(some);
    }
    this.#isRunning = false;
  }

  async #commit(some: Pending[]): Promise<void> {
    try {
      await this.#db.transaction().execute(async (trx) => {
        for (const { write } of some) await write(trx);
      });
      for (const { done } of some) done();
    } catch (error) {
      if (some.length === 1) some[0]?.failed(error);
      else for (const one of some) await this.#commit([one]);
    }
  }
}
