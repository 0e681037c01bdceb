import type { LiveReport } from '../../client/live-report.js';
import { type DrillResult, totalsOf, untouched, type VmReport } from '../../contract/report.js';

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
