/**
 * What outlives Temporal's retention. It is opened when it is first needed, and again when that failed: a worker whose store
 * is away goes on with all else. Every member throws {@link StoreAway} when the store cannot be asked, or does not keep.
 */
import { hostname } from 'node:os';
import type { Kysely } from 'kysely';
import type {
  DrilledUnit,
  DrilledUnits,
  Evidence,
  EvidenceOf,
  KeptActs,
  KeptNotes,
  KeptPlan,
  KeptRun,
  KeptRuns,
  KeptVms,
  RunsBefore,
  UnitsAsked,
} from '../contract/evidence.js';
import type { Moved, MovedBeforeInput } from '../contract/questions.js';
import type { VmReport } from '../contract/report.js';
import type { StoreSettings } from '../plan/types.js';
import { OtherStore, StoreAway } from './away.js';
import { openDatabase } from './database.js';
import { drilledSince, notesOf } from './drill-readers.js';
import { GroupCommit } from './group-commit.js';
import { idOf, migrate } from './migrations.js';
import { actsAfter, durationsAt, movedFrom, planFrom, reportsOf, runOf, runsBefore, vmsFrom } from './readers.js';
import type { Tables } from './tables.js';
import { writeEvidence } from './writers.js';

export interface StoreOptions {
  /** version of this Drover, kept with what it writes */
  drover?: string;
  /**
   * asked once the store answers, and before anything is read or written, whether it is the one of this installation
   * @throws OtherStore when it is not
   */
  admit?: (store: { id: string; where: string }) => Promise<void>;
  /** takes secrets out of what its server says; default: nothing */
  scrub?: (text: string) => string;
}

interface Opened {
  id: string;
  db: Kysely<Tables>;
  writes: GroupCommit;
}

export class Store {
  readonly #settings: StoreSettings;
  readonly #options: StoreOptions;
  #opening: Promise<Opened> | null = null;
  #db: Kysely<Tables> | null = null;

  constructor(settings: StoreSettings, options: StoreOptions = {}) {
    this.#settings = settings;
    this.#options = options;
  }

  /** Where it is, for people, without its password. */
  get where(): string {
    if (this.#settings.kind === 'sqlite') return `SQLite ${this.#settings.file} on ${hostname()}`;
    const { protocol, username, host, pathname } = new URL(this.#settings.url);
    return `PostgreSQL ${protocol}//${username === '' ? '' : `${username}@`}${host}${pathname}`;
  }

  /** Opens it, brings its schema up to date, and returns its id. @throws OtherStore */
  async open(): Promise<string> {
    return (await this.#opened()).id;
  }

  /** Whether it keeps what it is given, tried. */
  probe(): Promise<void> {
    return this.#write((trx) =>
      trx
        .insertInto('meta')
        .values({ key: 'probe', value: new Date().toISOString() })
        .onConflict((oc) => oc.column('key').doUpdateSet((eb) => ({ value: eb.ref('excluded.value') })))
        .execute()
        .then(() => {}),
    );
  }

  keepEvidence(evidence: Evidence): Promise<void> {
    return this.#write((trx) => writeEvidence(trx, evidence, this.#options.drover ?? null));
  }

  movedFrom(question: MovedBeforeInput): Promise<Moved[]> {
    return this.#read((db) => movedFrom(db, question));
  }

  run(run: string): Promise<KeptRun | null> {
    return this.#read((db) => runOf(db, run));
  }

  runs(before: RunsBefore | null, limit: number): Promise<KeptRuns> {
    return this.#read((db) => runsBefore(db, before, limit));
  }

  vms(asked: UnitsAsked): Promise<KeptVms> {
    return this.#read((db) => vmsFrom(db, asked));
  }

  plan(asked: UnitsAsked): Promise<KeptPlan> {
    return this.#read((db) => planFrom(db, asked));
  }

  acts(of: EvidenceOf, after: string | null): Promise<KeptActs> {
    return this.#read((db) => actsAfter(db, of, after));
  }

  notes(runs: string[], after: string | null): Promise<KeptNotes> {
    return this.#read((db) => notesOf(db, runs, after));
  }

  drilled(since: string, after: DrilledUnit | null): Promise<DrilledUnits> {
    return this.#read((db) => drilledSince(db, since, after));
  }

  reportsOf(workflowId: string, limit: number): Promise<VmReport[]> {
    return this.#read((db) => reportsOf(db, workflowId, limit));
  }

  durations(site: string, kind: string, limit: number): Promise<number[]> {
    return this.#read((db) => durationsAt(db, site, kind, limit));
  }

  async close(): Promise<void> {
    await this.#opening?.catch(() => {});
    await this.#db?.destroy();
    this.#db = null;
  }

  #read<T>(read: (db: Kysely<Tables>) => Promise<T>): Promise<T> {
    return this.#asked(async ({ db }) => read(db));
  }

  #write(write: Parameters<GroupCommit['keep']>[0]): Promise<void> {
    return this.#asked(({ writes }) => writes.keep(write));
  }

  async #asked<T>(ask: (opened: Opened) => Promise<T>): Promise<T> {
    try {
      return await ask(await this.#opened());
    } catch (error) {
      throw error instanceof StoreAway
        ? error
        : new StoreAway(this.where, error, this.#options.scrub ?? ((text) => text));
    }
  }

  async #opened(): Promise<Opened> {
    this.#opening ??= this.#openNow();
    try {
      return await this.#opening;
    } catch (error) {
      this.#opening = null;
      throw error instanceof OtherStore
        ? error
        : new StoreAway(this.where, error, this.#options.scrub ?? ((text) => text));
    }
  }

  async #openNow(): Promise<Opened> {
    this.#db ??= openDatabase(this.#settings);
    const db = this.#db;
    await migrate(db, this.#settings.kind);
    const id = await idOf(db);
    await this.#options.admit?.({ id, where: this.where });
    return { id, db, writes: new GroupCommit(db) };
  }
}
