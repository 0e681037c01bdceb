/**
 * The schema, step by step. A migration that was shipped is never changed: a new one follows it. Any number of workers may
 * start at once.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Kysely, type Migration, Migrator, sql } from 'kysely';
import type { Tables } from './tables.js';

/** For others to make the schema: about ten seconds. */
const MOST_TRIES = 40;
/** ms, beside what SQLite itself waits */
const BETWEEN_TRIES = 50;

const first: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('meta')
      .addColumn('key', 'text', (c) => c.primaryKey())
      .addColumn('value', 'text', (c) => c.notNull())
      .execute();
    await (db as Kysely<Tables>).insertInto('meta').values({ key: 'id', value: randomUUID() }).execute();
    await db.schema
      .createTable('run')
      .addColumn('run', 'text', (c) => c.notNull())
      .addColumn('execution', 'text', (c) => c.notNull())
      .addColumn('plan', 'text', (c) => c.notNull())
      .addColumn('kind', 'text', (c) => c.notNull())
      .addColumn('plan_digest', 'text')
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('started_at', 'text', (c) => c.notNull())
      .addColumn('finished_at', 'text')
      .addColumn('head', 'text', (c) => c.notNull())
      .addColumn('drover', 'text')
      .addColumn('revision', 'integer', (c) => c.notNull())
      .addColumn('revised_at', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('run_key', ['run', 'execution'])
      .execute();
    await db.schema.createIndex('run_started').on('run').columns(['started_at', 'run']).execute();
    await db.schema
      .createTable('unit')
      .addColumn('run', 'text', (c) => c.notNull())
      .addColumn('execution', 'text', (c) => c.notNull())
      .addColumn('unit', 'text', (c) => c.notNull())
      .addColumn('position', 'integer', (c) => c.notNull())
      .addColumn('workflow_id', 'text', (c) => c.notNull())
      .addColumn('vm', 'text', (c) => c.notNull())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('wave', 'text', (c) => c.notNull())
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('finished_at', 'text')
      .addColumn('report', 'text', (c) => c.notNull())
      .addColumn('size', 'integer', (c) => c.notNull())
      .addColumn('revision', 'integer', (c) => c.notNull())
      .addColumn('revised_at', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('unit_key', ['run', 'execution', 'unit'])
      .execute();
    await db.schema.createIndex('unit_place').on('unit').columns(['run', 'execution', 'position', 'unit']).execute();
    await db.schema.createIndex('unit_workflow').on('unit').columns(['workflow_id', 'finished_at']).execute();
    await db.schema
      .createTable('moved')
      .addColumn('source', 'text', (c) => c.notNull())
      .addColumn('vm', 'text', (c) => c.notNull())
      .addColumn('run', 'text', (c) => c.notNull())
      .addColumn('execution', 'text', (c) => c.notNull())
      .addColumn('kind', 'text', (c) => c.notNull())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('plain_name', 'text', (c) => c.notNull())
      .addColumn('destination', 'text', (c) => c.notNull())
      .addColumn('recovered_as', 'text', (c) => c.notNull())
      .addColumn('moved_at', 'text', (c) => c.notNull())
      .addColumn('revision', 'integer', (c) => c.notNull())
      .addColumn('revised_at', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('moved_key', ['source', 'vm', 'run', 'execution'])
      .execute();
    await db.schema.createIndex('moved_name').on('moved').columns(['source', 'plain_name']).execute();
    await db.schema
      .createTable('duration')
      .addColumn('operation_id', 'text', (c) => c.notNull())
      .addColumn('execution', 'text', (c) => c.notNull())
      .addColumn('run', 'text', (c) => c.notNull())
      .addColumn('site', 'text', (c) => c.notNull())
      .addColumn('kind', 'text', (c) => c.notNull())
      .addColumn('seconds', 'double precision', (c) => c.notNull())
      .addColumn('finished_at', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('duration_key', ['operation_id', 'execution'])
      .execute();
    await db.schema.createIndex('duration_site').on('duration').columns(['site', 'kind', 'finished_at']).execute();
    await db.schema
      .createTable('act')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('run', 'text', (c) => c.notNull())
      .addColumn('at', 'text', (c) => c.notNull())
      .addColumn('actor', 'text', (c) => c.notNull())
      .addColumn('proof', 'text', (c) => c.notNull())
      .addColumn('act', 'text', (c) => c.notNull())
      .addColumn('target', 'text')
      .addColumn('note', 'text')
      .addColumn('reference', 'text')
      .addColumn('before', 'text')
      .addColumn('after', 'text')
      .addColumn('refused', 'text')
      .execute();
    await db.schema.createIndex('act_run').on('act').columns(['run', 'at']).execute();
  },
};

/** The plan of a run, to fail over or reverse what it did. */
const plans: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable('run').addColumn('plan_head', 'text').execute();
    await db.schema.alterTable('unit').addColumn('planned', 'text').execute();
    // The length of the report, which is read with it.
    await db.schema.alterTable('unit').dropColumn('size').execute();
  },
};

/** Nothing was written to it before. */
const acts: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .alterTable('act')
      .addColumn('execution', 'text', (c) => c.notNull().defaultTo(''))
      .execute();
    await db.schema.alterTable('act').addColumn('command', 'text').execute();
  },
};

const MIGRATIONS: Record<string, Migration> = { '001-first': first, '002-plans': plans, '003-acts': acts };

/** @throws what the database says; then nothing of the step that failed is there */
export async function migrate(db: Kysely<Tables>, kind: 'sqlite' | 'postgres'): Promise<void> {
  if (kind === 'postgres') return toLatest(db);
  // Who has nothing to do needs no lock.
  if (await isLatest(db)) return;
  // Kysely takes no lock there, since one connection is all that it knows of: other processes have theirs.
  await db.connection().execute(async (connection) => {
    await beginAlone(connection);
    try {
      await toLatest(connection);
      await sql`commit`.execute(connection);
    } catch (error) {
      await sql`rollback`.execute(connection);
      throw error;
    }
  });
}

async function isLatest(db: Kysely<Tables>): Promise<boolean> {
  const names = Object.keys(MIGRATIONS);
  const done = await sql<{ name: string }>`select name from kysely_migration`.execute(db).catch(() => ({ rows: [] }));
  return done.rows.length === names.length && done.rows.every(({ name }) => names.includes(name));
}

/** Waits for others that start as well, without standing in the way of what this process does meanwhile. */
async function beginAlone(connection: Kysely<Tables>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await sql`begin immediate`.execute(connection);
      return;
    } catch (error) {
      if (tries === MOST_TRIES || !isBusy(error)) throw error;
      await delay(BETWEEN_TRIES);
    }
  }
}

const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY');

async function toLatest(db: Kysely<Tables>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}

/** The store's own id, made with it. */
export async function idOf(db: Kysely<Tables>): Promise<string> {
  const { value } = await db.selectFrom('meta').select('value').where('key', '=', 'id').executeTakeFirstOrThrow();
  return value;
}
