/** The two databases behind one query builder. */
import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { Kysely, PostgresDialect, SqliteDialect, type SqliteStatement } from 'kysely';
import Database from 'libsql';
import pg from 'pg';
import type { StoreSettings } from '../plan/types.js';
import type { Tables } from './tables.js';

/** How long a writer waits for another process that writes: ms. It blocks this one meanwhile, so it is short. */
const BUSY = 250;
/** A connection, or one statement, that takes longer counts as no answer: ms */
const PATIENCE = 5_000;
const CONNECTIONS = 5;

const IN_MEMORY = ':memory:';

/** Nothing is connected yet for PostgreSQL; a SQLite file is there afterwards, for its owner alone. @throws what the system says */
export function openDatabase(settings: StoreSettings): Kysely<Tables> {
  return new Kysely<Tables>({
    dialect: settings.kind === 'sqlite' ? sqlite(settings.file) : postgres(settings),
  });
}

function sqlite(file: string): SqliteDialect {
  if (file !== IN_MEMORY) keepToOwner(file);
  const database = new Database(file);
  database.pragma('journal_mode = WAL');
  database.pragma(`busy_timeout = ${BUSY}`);
  // What is said to be kept is on the disk, also when the power fails.
  database.pragma('synchronous = FULL');
  return new SqliteDialect({
    database: {
      prepare: (text) => transactionWord(database, text) ?? prepared(database.prepare(text)),
      close: () => database.close(),
    },
  });
}

const prepared = (statement: Database.Statement): SqliteStatement => ({
  reader: statement.reader,
  all: (parameters) => statement.all(parameters),
  run: (parameters) => statement.run(parameters),
  iterate: (parameters) => statement.iterate(parameters),
});

/**
 * libsql does not reset a prepared statement that another process's lock has stopped, and then its connection can commit
 * nothing any more; what is executed at once is. So a transaction takes the lock when it begins, and no later statement can
 * meet one.
 */
function transactionWord(database: Database.Database, text: string): SqliteStatement | null {
  const word = text === 'begin' ? 'begin immediate' : text;
  if (!['begin immediate', 'commit', 'rollback'].includes(word)) return null;
  return {
    reader: false,
    all: () => [],
    run: () => {
      database.exec(word);
      return { changes: 0, lastInsertRowid: 0 };
    },
    iterate: () => [][Symbol.iterator](),
  };
}

/** SQLite gives the files beside it the rights of this one. */
function keepToOwner(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  closeSync(openSync(file, 'a', 0o600));
  chmodSync(file, 0o600);
}

function postgres({ url, password }: Extract<StoreSettings, { kind: 'postgres' }>): PostgresDialect {
  const address = new URL(url);
  if (password !== undefined) address.password = encodeURIComponent(password.reveal());
  const pool = new pg.Pool({
    connectionString: address.href,
    max: CONNECTIONS,
    connectionTimeoutMillis: PATIENCE,
    query_timeout: PATIENCE,
    statement_timeout: PATIENCE,
    idleTimeoutMillis: 60_000,
    allowExitOnIdle: true,
    application_name: 'drover',
  });
  // A connection that breaks while nobody uses it is made anew; unheard, the event would end the process.
  pool.on('error', () => {});
  return new PostgresDialect({ pool });
}
