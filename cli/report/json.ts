import type { RunReport } from '../../contract/report.js';

/** The report as a document: the members that design.md fixes, whatever else the value at hand carries. */
export function reportDocument(report: RunReport): RunReport {
  const {
    waitingFor,
    run,
    plan,
    kind,
    state,
    startedAt,
    finishedAt,
    totals,
    pausedBecause,
    pausedAdvice,
    sitesAway,
    drill,
    vms,
  } = report;
  const held = waitingFor === undefined ? {} : { waitingFor };
  return {
    run,
    plan,
    kind,
    state,
    startedAt,
    finishedAt,
    totals,
    pausedBecause,
    pausedAdvice,
    ...held,
    sitesAway,
    drill,
    vms,
  };
}

export function jsonReport(report: RunReport): string {
  return JSON.stringify(reportDocument(report), null, 2);
}
