/** What is read, never more at once than Temporal carries with ease. */
import type { Kysely, Selectable } from 'kysely';
import type { ActRecord } from '../contract/act.js';
import type {
  EvidenceOf,
  KeptActs,
  KeptPlan,
  KeptRun,
  KeptRuns,
  KeptVms,
  PageStart,
  RunsBefore,
  UnitsAsked,
} from '../contract/evidence.js';
import type { Moved, MovedBeforeInput } from '../contract/questions.js';
import type { VmReport } from '../contract/report.js';
import type { PlanHead } from '../contract/shard.js';
import { plainName } from '../contract/vm-identity.js';
import type { PlanVm } from '../plan/types.js';
import type { Tables } from './tables.js';

/** Characters of JSON in one page; a page holds at least one row. */
export const PAGE = 160 * 1024;
/** Rows in one page, and names in one question. */
const MOST_ROWS = 200;

/** Acts that come with a run, or in one page. */
const MOST_ACTS = 100;

export const ACT_COLUMNS = [
  'id',
  'at',
  'actor',
  'proof',
  'command',
  'act',
  'target',
  'note',
  'reference',
  'before',
  'after',
  'refused',
] as const;
const RUN_COLUMNS = ['run', 'execution', 'head', 'plan_digest', 'drover'] as const;

/** Migrations from a site that succeeded: of these VMs, or of others that bear their names. */
export async function movedFrom(db: Kysely<Tables>, { source, vms }: MovedBeforeInput): Promise<Moved[]> {
  const found: Moved[] = [];
  for (let at = 0; at < vms.length; at += MOST_ROWS) {
    const some = vms.slice(at, at + MOST_ROWS);
    const rows = await db
      .selectFrom('moved')
      .select(['vm', 'name', 'destination', 'run'])
      .where('source', '=', source)
      .where('kind', '=', 'migrate')
      .where((eb) =>
        eb.or([
          eb(
            'vm',
            'in',
            some.map(({ id }) => id),
          ),
          eb(
            'plain_name',
            'in',
            some.map(({ name }) => plainName(name).replaceAll('\0', '')),
          ),
        ]),
      )
      .orderBy('moved_at', 'desc')
      .execute();
    found.push(...rows.map(({ vm, name, destination, run }) => ({ vmId: vm, name, to: destination, run })));
  }
  return found;
}

/** The newest of this id, with what persons told it last; null: none. */
export async function runOf(db: Kysely<Tables>, run: string): Promise<KeptRun | null> {
  const row = await db
    .selectFrom('run')
    .select(RUN_COLUMNS)
    .where('run', '=', run)
    .orderBy('started_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (row === undefined) return null;
  const kept = keptRun(row);
  const acts = await actsOf(db, kept, MOST_ACTS);
  return acts.length === 0 ? kept : { ...kept, head: { ...kept.head, acts } };
}

/** @param before null: from the newest on */
export async function runsBefore(db: Kysely<Tables>, before: RunsBefore | null, limit: number): Promise<KeptRuns> {
  const most = Math.min(limit, MOST_ROWS);
  const rows = await db
    .selectFrom('run')
    .select(RUN_COLUMNS)
    .$if(before !== null, (q) =>
      q.where((eb) =>
        eb.or([
          eb('started_at', '<', before?.startedAt ?? ''),
          eb.and([eb('started_at', '=', before?.startedAt ?? ''), eb('run', '<', before?.run ?? '')]),
        ]),
      ),
    )
    .orderBy('started_at', 'desc')
    .orderBy('run', 'desc')
    .limit(most + 1)
    .execute();
  const shown = withinPage(rows.slice(0, most), ({ head }) => head.length);
  return { runs: shown.map(keptRun), more: rows.length > shown.length };
}

export async function vmsFrom(db: Kysely<Tables>, asked: UnitsAsked): Promise<KeptVms> {
  const { rows, next } = await unitsFrom(db, asked, 'report');
  return { vms: rows.map((text) => JSON.parse(text) as VmReport), next };
}

/** Of a run that is there. */
export async function planFrom(db: Kysely<Tables>, asked: UnitsAsked): Promise<KeptPlan> {
  const { of } = asked;
  const head = await db
    .selectFrom('run')
    .select('plan_head')
    .where('run', '=', of.run)
    .where('execution', '=', of.execution)
    .executeTakeFirst();
  const { rows, next } = await unitsFrom(db, asked, 'planned');
  return {
    head: head?.plan_head == null ? null : (JSON.parse(head.plan_head) as PlanHead),
    vms: rows.map((text) => JSON.parse(text) as PlanVm),
    next,
  };
}

/** What one column says of the units of a run, in the plan's order; those of which it says nothing are left out. */
async function unitsFrom(
  db: Kysely<Tables>,
  { of, from, until }: UnitsAsked,
  column: 'report' | 'planned',
): Promise<{ rows: string[]; next: PageStart | null }> {
  const rows = await db
    .selectFrom('unit')
    .select(['position', 'unit', `${column} as told`])
    .where('run', '=', of.run)
    .where('execution', '=', of.execution)
    .where(column, 'is not', null)
    .$if(until !== undefined, (q) => q.where('position', '<', until ?? 0))
    .$if(from !== null, (q) =>
      q.where((eb) =>
        eb.or([
          eb('position', '>', from?.position ?? 0),
          eb.and([eb('position', '=', from?.position ?? 0), eb('unit', '>=', from?.unit ?? '')]),
        ]),
      ),
    )
    .orderBy('position')
    .orderBy('unit')
    .limit(MOST_ROWS + 1)
    .execute();
  const shown = withinPage(rows.slice(0, MOST_ROWS), ({ told }) => told?.length ?? 0);
  const next = rows[shown.length];
  return {
    rows: shown.flatMap(({ told }) => told ?? []),
    next: next === undefined ? null : { position: next.position, unit: next.unit },
  };
}

/** Of the workflow of one VM, newest first, as each run left it. */
export async function reportsOf(db: Kysely<Tables>, workflowId: string, limit: number): Promise<VmReport[]> {
  const rows = await db
    .selectFrom('unit')
    .select('report')
    .where('workflow_id', '=', workflowId)
    .orderBy('finished_at', 'desc')
    .limit(limit)
    .execute();
  return rows.map(({ report }) => JSON.parse(report) as VmReport);
}

/** Seconds that the newest operations of a kind took at a site. */
export async function durationsAt(db: Kysely<Tables>, site: string, kind: string, limit: number): Promise<number[]> {
  const rows = await db
    .selectFrom('duration')
    .select('seconds')
    .where('site', '=', site)
    .where('kind', '=', kind)
    .orderBy('finished_at', 'desc')
    .limit(limit)
    .execute();
  return rows.map(({ seconds }) => seconds);
}

/** What persons have told a run, the newest, in their order. */
async function actsOf(db: Kysely<Tables>, { run, execution }: EvidenceOf, limit: number): Promise<ActRecord[]> {
  const rows = await db
    .selectFrom('act')
    .select(ACT_COLUMNS)
    .where('run', '=', run)
    .where('execution', '=', execution)
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.reverse().map(actOf);
}

/** All that persons have told a run, in its order. @param after id of the act that the page before ended with; null: from the first on */
export async function actsAfter(
  db: Kysely<Tables>,
  { run, execution }: EvidenceOf,
  after: string | null,
): Promise<KeptActs> {
  const rows = await db
    .selectFrom('act')
    .select(ACT_COLUMNS)
    .where('run', '=', run)
    .where('execution', '=', execution)
    .$if(after !== null, (q) => q.where('id', '>', after ?? ''))
    .orderBy('id')
    .limit(MOST_ACTS + 1)
    .execute();
  const shown = rows.slice(0, MOST_ACTS);
  return { acts: shown.map(actOf), next: rows.length > shown.length ? (shown.at(-1)?.id ?? null) : null };
}

export function actOf({
  proof,
  before,
  after,
  ...row
}: Pick<Selectable<Tables['act']>, (typeof ACT_COLUMNS)[number]>): ActRecord {
  return { ...row, proof: proof as ActRecord['proof'], before: parsed(before), after: parsed(after) };
}

const parsed = (text: string | null): unknown => (text === null ? null : JSON.parse(text));

function keptRun(row: Pick<Selectable<Tables['run']>, (typeof RUN_COLUMNS)[number]>): KeptRun {
  const { run, execution, head, plan_digest: planDigest, drover } = row;
  return { run, execution, head: JSON.parse(head), planDigest, drover };
}

/** The first of the rows, as many as fit; one does always. */
function withinPage<Row>(rows: Row[], sizeOf: (row: Row) => number): Row[] {
  let size = 0;
  const over = rows.findIndex((row, n) => {
    size += sizeOf(row);
    return n > 0 && size > PAGE;
  });
  return over === -1 ? rows : rows.slice(0, over);
}
