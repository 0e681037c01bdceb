/** Drills and reports of VMs without a Temporal, for tests of the pure parts of workflows. */

import type { DrillProgress } from '../../../contract/inputs.js';
import { untouched, type VmReport } from '../../../contract/report.js';
import type { Drill, PlanVm } from '../../../plan/types.js';

export const madeUpVm = (id: string): PlanVm => ({ id, name: `vm-${id}`, after: [] });

/** `groups`: ids of VMs in recovery order; the groups are called g1, g2, … */
export const madeUpDrill = (groups: string[][], change: Partial<Drill> = {}): Drill => ({
  name: 'crm',
  mode: 'test',
  source: { site: 'paris' },
  destination: { site: 'lyon' },
  groups: groups.map((ids, n) => ({ name: `g${n + 1}`, vms: ids.map(madeUpVm) })),
  recovery: { instance: 'latest', powerOn: true, consolidate: false, sync: false },
  checks: [],
  hold: 60_000,
  objectives: { rto: null, rpo: null },
  limits: {},
  waitForVms: 300_000,
  timeout: 3_600_000,
  confirm: null,
  schedule: null,
  ...change,
});

/** One for each VM of the drill, with what is said of it by id. */
export const reportsOf = (drill: Drill, changes: Record<string, Partial<VmReport>> = {}): VmReport[] =>
  drill.groups.flatMap(({ name, vms }) => vms.map((vm) => ({ ...untouched(vm, name), ...changes[vm.id] })));

export const progressAt = (change: Partial<DrillProgress> = {}): DrillProgress => ({
  phase: 'done',
  triggeredAt: null,
  heldUntil: null,
  group: 0,
  swept: [],
  timedOut: false,
  ...change,
});

export const inUse = (holder: string): Partial<VmReport> => ({
  state: 'waiting',
  waitingFor: 'dependency',
  error: {
    code: 'VmInUse',
    message: `waits for run ${holder}, which has this VM`,
    operation: null,
    taskId: null,
    site: null,
    advice: null,
  },
});
