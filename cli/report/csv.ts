import { stringify } from 'csv-stringify/sync';
import { advised } from '../../client/advised.js';
import type { DocumentVm, ReportDocument } from './document.js';

/** What a column of a VM's row holds; null is an empty cell. */
type Column = (vm: DocumentVm, document: ReportDocument) => string | number | boolean | null;

/** Moments are ISO 8601 in UTC, spans are seconds. */
const COLUMNS: Record<string, Column> = {
  run: (_, { run }) => run,
  plan: (_, { plan }) => plan,
  kind: (_, { kind }) => kind,
  name: ({ name }) => name,
  id: ({ id }) => id,
  unit: ({ unit }) => unit,
  vapp: ({ vapp }) => vapp?.name ?? null,
  wave: ({ wave }) => wave,
  state: ({ state }) => state,
  step: ({ step }) => step,
  waitingFor: ({ waitingFor }) => waitingFor,
  replicationId: ({ replicationId }) => replicationId,
  sourceSite: ({ source }) => source.site,
  powerBefore: ({ source }) => source.before ?? null,
  destinationSite: ({ destination }) => destination.site,
  destinationVdc: (_, { destination }) => destination.vdc,
  destinationVmId: ({ destination }) => destination.vmId,
  startedAt: ({ startedAt }) => startedAt,
  finishedAt: ({ finishedAt }) => finishedAt,
  outageSeconds: ({ outageSeconds }) => outageSeconds,
  downSince: ({ downSince }) => downSince ?? null,
  rtoSeconds: ({ rtoSeconds }) => rtoSeconds,
  rpoSeconds: ({ rpoSeconds }) => rpoSeconds,
  checksPassed: ({ checks }) => checks.filter(({ ok }) => ok).length,
  checksMade: ({ checks }) => checks.length,
  operations: ({ operations }) => operations.map(({ kind, result }) => `${kind} ${result ?? 'open'}`).join(', '),
  taskIds: ({ operations }) => operations.flatMap(({ taskId }) => taskId ?? []).join(' '),
  warnings: ({ operations }) =>
    operations.flatMap(({ warnings = [] }) => warnings.map(({ code, message }) => `${code}: ${message}`)).join(' | '),
  errorCode: ({ error }) => error?.code ?? null,
  error: ({ error }) => error?.message ?? null,
  nextStep: ({ error, hold }) => error?.advice ?? hold?.advice ?? null,
  errorOperation: ({ error }) => error?.operation ?? null,
  errorTaskId: ({ error }) => error?.taskId ?? null,
  errorSite: ({ error }) => error?.site ?? null,
  retrying: ({ retrying }) => (retrying == null ? null : `${retrying.code}: ${advised(retrying)}`),
  notes: ({ notes = [] }) => notes.join(' | '),
};

const NAMES = Object.keys(COLUMNS);
const ROWS_AT_ONCE = 500;

/** One row per VM, whatever its state; the head is there without any. */
export function* csvReport(document: ReportDocument): Generator<string> {
  yield stringify([NAMES]);
  for (let at = 0; at < document.vms.length; at += ROWS_AT_ONCE) {
    const some = document.vms.slice(at, at + ROWS_AT_ONCE);
    yield stringify(some.map((vm) => NAMES.map((name) => COLUMNS[name]?.(vm, document) ?? null)));
  }
}
