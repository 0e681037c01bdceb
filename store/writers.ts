/** What is written, each row by its revision: a repeat, or an older write that comes late, changes nothing. */
import { sql, type Transaction } from 'kysely';
import type { ActRecord } from '../contract/act.js';
import type { Evidence, EvidenceHead, EvidenceOf, EvidenceUnit } from '../contract/evidence.js';
import { plainName } from '../contract/vm-identity.js';
import type { Tables } from './tables.js';

export async function writeEvidence(
  trx: Transaction<Tables>,
  evidence: Evidence,
  drover: string | null,
): Promise<void> {
  const { run, execution, kind, at, head, units, acts = [] } = evidence;
  const of = { run, execution };
  if (head !== undefined) await writeHead(trx, of, at, head, drover);
  for (const unit of units) {
    await writeUnit(trx, of, at, unit);
    if (unit.moved !== undefined) await writeMoved(trx, of, { kind, at }, unit, unit.moved);
    await writeDurations(trx, of, unit);
  }
  await writeActs(trx, of, acts);
}

async function writeHead(
  trx: Transaction<Tables>,
  of: EvidenceOf,
  at: string,
  { revision, report, planDigest, plan: planHead }: EvidenceHead,
  drover: string | null,
): Promise<void> {
  const { plan, kind, state, startedAt, finishedAt } = report;
  const row = {
    plan,
    kind,
    plan_digest: planDigest,
    plan_head: jsonOf(planHead),
    state,
    started_at: startedAt,
    finished_at: finishedAt,
    head: JSON.stringify(report),
    drover,
    revision,
    revised_at: at,
  };
  await trx
    .insertInto('run')
    .values({ ...of, ...row })
    .onConflict((oc) => oc.columns(['run', 'execution']).doUpdateSet(row).where(isNewer('run')))
    .execute();
}

async function writeUnit(
  trx: Transaction<Tables>,
  of: EvidenceOf,
  at: string,
  { unit, position, revision, workflowId, report, planned }: EvidenceUnit,
): Promise<void> {
  const { id, name, wave, state, finishedAt } = report;
  const row = {
    position,
    workflow_id: workflowId,
    vm: id,
    name: plainText(name),
    wave: plainText(wave),
    state,
    finished_at: finishedAt,
    report: JSON.stringify(report),
    planned: jsonOf(planned),
    revision,
    revised_at: at,
  };
  await trx
    .insertInto('unit')
    .values({ ...of, unit, ...row })
    .onConflict((oc) => oc.columns(['run', 'execution', 'unit']).doUpdateSet(row).where(isNewer('unit')))
    .execute();
}

async function writeMoved(
  trx: Transaction<Tables>,
  of: EvidenceOf,
  { kind, at }: Pick<Evidence, 'kind' | 'at'>,
  { revision, report }: EvidenceUnit,
  { source, destination }: NonNullable<EvidenceUnit['moved']>,
): Promise<void> {
  const { vms = [], finishedAt } = report;
  const members = vms.map(({ recoveredAs, ...vm }) => ({
    ...vm,
    recoveredAs: recoveredAs === undefined ? [] : [recoveredAs],
  }));
  // Whoever is to move a VM of a vApp by itself asks for that VM.
  for (const { id, name, recoveredAs = [] } of [report, ...members]) {
    const row = {
      kind,
      name: plainText(name),
      plain_name: plainText(plainName(name)),
      destination,
      recovered_as: JSON.stringify(recoveredAs),
      moved_at: finishedAt ?? '',
      revision,
      revised_at: at,
    };
    await trx
      .insertInto('moved')
      .values({ ...of, source, vm: id, ...row })
      .onConflict((oc) => oc.columns(['source', 'vm', 'run', 'execution']).doUpdateSet(row).where(isNewer('moved')))
      .execute();
  }
}

async function writeDurations(
  trx: Transaction<Tables>,
  { run, execution }: EvidenceOf,
  unit: EvidenceUnit,
): Promise<void> {
  if (unit.durations.length === 0) return;
  const rows = unit.durations.map(({ operationId, site, kind, seconds, finishedAt }) => ({
    operation_id: operationId,
    execution,
    run,
    site,
    kind,
    seconds,
    finished_at: finishedAt,
  }));
  await trx
    .insertInto('duration')
    .values(rows)
    .onConflict((oc) => oc.columns(['operation_id', 'execution']).doNothing())
    .execute();
}

const isNewer = (table: 'run' | 'unit' | 'moved') =>
  sql<boolean>`${sql.ref(`${table}.revision`)} < ${sql.ref('excluded.revision')} or
    (${sql.ref(`${table}.revision`)} = ${sql.ref('excluded.revision')} and
    ${sql.ref(`${table}.revised_at`)} < ${sql.ref('excluded.revised_at')})`;

const jsonOf = (value: unknown): string | null =>
  value === undefined || value === null ? null : JSON.stringify(value);

/** PostgreSQL keeps no NUL in a text; in JSON it is written otherwise. */
const plainText = (text: string): string => text.replaceAll('\0', '');

async function writeActs(trx: Transaction<Tables>, of: EvidenceOf, acts: ActRecord[]): Promise<void> {
  if (acts.length === 0) return;
  const rows = acts.map((act) => ({ ...of, ...act, before: jsonOf(act.before), after: jsonOf(act.after) }));
  await trx
    .insertInto('act')
    .values(rows)
    .onConflict((oc) => oc.column('id').doNothing())
    .execute();
}
