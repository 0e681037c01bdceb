import type { RunReport } from '../../contract/report.js';

/** In the order in which a reader wants them. */
const MEMBERS = [
  'run',
  'plan',
  'kind',
  'state',
  'startedAt',
  'finishedAt',
  'totals',
  'pausedBecause',
  'pausedAdvice',
  'waitingFor',
  'sitesAway',
  'drill',
  'acts',
  'vms',
] as const satisfies (keyof RunReport)[];

/** The report as a document: the members that programs rely on, whatever else the value at hand carries. */
export function reportDocument(report: RunReport): RunReport {
  const entries = MEMBERS.filter((member) => report[member] !== undefined).map((member) => [member, report[member]]);
  return Object.fromEntries(entries) as RunReport;
}

export function jsonReport(report: RunReport): string {
  return JSON.stringify(reportDocument(report), null, 2);
}
