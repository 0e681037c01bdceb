/** Evidence as runs write it, for tests of the store. */
import type { Evidence, EvidenceUnit } from '../../contract/evidence.js';
import type { VmReport } from '../../contract/report.js';
import { report, vm } from './reports.js';

export const FIRST = { run: 'exit-1', execution: 'first' };

export function unit(name: string, change: Partial<EvidenceUnit> = {}, said: Partial<VmReport> = {}): EvidenceUnit {
  const one = vm(name, { state: 'succeeded', finishedAt: '2026-12-05T22:00:00.000Z', ...said });
  return {
    unit: one.id,
    position: 0,
    revision: 1,
    workflowId: `vm/paris/${one.id}`,
    report: one,
    durations: [],
    ...change,
  };
}

export function head(change: Parameters<typeof report>[1] = {}, revision = 1): NonNullable<Evidence['head']> {
  const { vms: _, attention: __, ...rest } = report([], change);
  return { revision, report: rest, planDigest: 'sha256:1' };
}

export const evidence = (change: Partial<Evidence> = {}): Evidence => ({
  ...FIRST,
  kind: 'migrate',
  at: '2026-12-05T22:00:00.000Z',
  units: [],
  ...change,
});
