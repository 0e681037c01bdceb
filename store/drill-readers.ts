/** What is read of drills that are over: what persons have added to them, and which VMs they have had. */
import type { Kysely } from 'kysely';
import { NOTES } from '../contract/drill-note.js';
import type { DrilledUnit, DrilledUnits, KeptNotes } from '../contract/evidence.js';
import type { VmReport, VmState } from '../contract/report.js';
import { ACT_COLUMNS, actOf } from './readers.js';
import type { Tables } from './tables.js';

/** A page of them fits into an answer, long as they may be. */
const MOST_NOTES = 100;
/** Rows whose reports are read at once; little of each is answered. */
const MOST_UNITS = 500;

export async function notesOf(db: Kysely<Tables>, runs: string[], after: string | null): Promise<KeptNotes> {
  if (runs.length === 0) return { notes: [], next: null };
  const rows = await db
    .selectFrom('act')
    .select([...ACT_COLUMNS, 'run', 'execution'])
    .where('run', 'in', runs)
    .where('act', 'in', NOTES)
    .$if(after !== null, (q) => q.where('id', '>', after ?? ''))
    .orderBy('id')
    .limit(MOST_NOTES + 1)
    .execute();
  const shown = rows.slice(0, MOST_NOTES);
  return {
    notes: shown.map(({ run, execution, ...row }) => ({ ...actOf(row), run, execution })),
    next: rows.length > shown.length ? (shown.at(-1)?.id ?? null) : null,
  };
}

/** @param since ISO 8601 in UTC, of their ends */
export async function drilledSince(
  db: Kysely<Tables>,
  since: string,
  after: DrilledUnit | null,
): Promise<DrilledUnits> {
  const rows = await db
    .selectFrom('unit')
    .innerJoin('run', (join) => join.onRef('run.run', '=', 'unit.run').onRef('run.execution', '=', 'unit.execution'))
    .select(['unit.run', 'unit.execution', 'unit.vm', 'unit.state', 'unit.finished_at', 'unit.report'])
    .where('run.kind', '=', 'drill')
    .where('unit.finished_at', '>=', since)
    .$if(after !== null, (q) =>
      q.where(({ eb, refTuple, tuple }) =>
        eb(
          refTuple('unit.finished_at', 'unit.run', 'unit.vm'),
          '>',
          tuple(after?.finishedAt ?? '', after?.run ?? '', after?.vm ?? ''),
        ),
      ),
    )
    .orderBy('unit.finished_at')
    .orderBy('unit.run')
    .orderBy('unit.vm')
    .limit(MOST_UNITS + 1)
    .execute();
  const units = rows.slice(0, MOST_UNITS).map(
    ({ run, execution, vm, state, finished_at, report }): DrilledUnit => ({
      run,
      execution,
      vm,
      replicationId: (JSON.parse(report) as VmReport).replicationId,
      state: state as VmState,
      finishedAt: finished_at ?? '',
    }),
  );
  return { units, next: rows.length > units.length ? (units.at(-1) ?? null) : null };
}
