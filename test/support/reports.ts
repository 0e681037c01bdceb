import { documentOf, type ReportDocument } from '../../cli/report/document.js';
import { REPORT_FORMATS, type ReportFormat } from '../../cli/report/index.js';
import type { LiveReport } from '../../client/live-report.js';
import type { RunFacts } from '../../client/run-facts.js';
import { type DrillResult, type RunReport, totalsOf, untouched, type VmReport } from '../../contract/report.js';

export function vm(name: string, change: Partial<VmReport> = {}): VmReport {
  return { ...untouched({ id: `id-of-${name}`, name }, 'pilot'), ...change };
}

export function report(vms: VmReport[], change: Partial<LiveReport> = {}): LiveReport {
  return {
    run: 'exit-1',
    plan: 'exit',
    kind: 'migrate',
    state: 'running',
    startedAt: '2026-12-05T21:00:00.000Z',
    finishedAt: null,
    totals: totalsOf(vms),
    pausedBecause: null,
    pausedAdvice: null,
    sitesAway: [],
    drill: null,
    vms,
    attention: [],
    forecast: null,
    ...change,
  };
}

export function drillResult(change: Partial<DrillResult> = {}): DrillResult {
  return {
    mode: 'test',
    phase: 'done',
    triggeredAt: '2026-12-05T21:00:05.000Z',
    heldUntil: null,
    objectives: { rtoSeconds: null, rpoSeconds: null },
    rtoSeconds: null,
    rpoSeconds: null,
    groups: [],
    missed: [],
    left: [],
    swept: [],
    ...change,
  };
}

/** The document of a report, written at a fixed moment. */
export const documented = (of: RunReport, facts: RunFacts | null = null): ReportDocument =>
  documentOf(of, { facts, by: '0.1.0', at: new Date('2026-12-06T06:00:00Z') });

/** A report in a format. */
export const formatted = (format: ReportFormat, of: RunReport, facts: RunFacts | null = null): string =>
  [...REPORT_FORMATS[format](documented(of, facts))].join('');

export const facts = (change: Partial<RunFacts> = {}): RunFacts => ({
  planDigest: `sha256:${'a'.repeat(64)}`,
  source: 'paris',
  destination: 'lyon',
  logins: {},
  plan: null,
  versions: { drover: '0.1.0', temporal: '1.29.1' },
  isWhole: true,
  environment: { namespace: 'default', taskQueue: 'drover' },
  ...change,
});
