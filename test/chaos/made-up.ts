/** Evidence as a chaos run would gather it, small and made up. */
import type { Evidence } from '../../chaos/evidence.js';
import { type OperationRecord, type RunReport, untouched, type VmReport } from '../../contract/report.js';
import type { LedgerEntry, LedgerKind } from '../../simulator/index.js';

export interface MadeUp {
  kind?: LedgerKind;
  attempt?: number;
  at?: number;
  endedAt?: number;
  outcome?: LedgerEntry['outcome'];
}

export function accepted({ kind = 'start', attempt = 1, at = 10, ...end }: MadeUp): LedgerEntry {
  return {
    seq: at,
    at,
    simulatedAt: at,
    site: 'lyon',
    kind,
    operationId: `run/vm-1/${kind}/${attempt}`,
    user: 'ops@acme',
    vmId: 'vm-1',
    vmName: 'web1',
    replicationId: 'C4-1',
    taskId: `task-${at}`,
    outcome: end.outcome ?? 'succeeded',
    endedAt: end.endedAt ?? at + 5,
  };
}

type Site = Evidence['world']['sites'][string];

const site = (...vms: Pick<Site['vms'][number], 'id' | 'powerState' | 'origin'>[]): Site => ({
  url: '',
  up: true,
  licensed: true,
  clock: { offsetMs: 0, unit: 'ms' },
  storageProfiles: [],
  vms: vms.map((vm) => ({
    name: 'web1',
    computerName: 'web1',
    powerSince: { simulated: 0, wall: 0 },
    org: 'acme',
    vdcId: '',
    vappId: '',
    usedBytes: 1,
    changeRate: 0,
    tools: 'none',
    disks: [],
    testCopy: false,
    replicationId: null,
    ...vm,
  })),
});

export const SITES = {
  empty: site(),
  before: site({ id: 'vm-1', powerState: 'POWERED_ON', origin: null }),
  left: site({ id: 'vm-1', powerState: 'POWERED_OFF', origin: null }),
  arrived: site({ id: 'vm-2', powerState: 'POWERED_ON', origin: 'vm-1' }),
};

export function vmReport(change: Partial<VmReport> = {}): VmReport {
  return {
    ...untouched({ id: 'vm-1', name: 'web1' }, 'all'),
    state: 'succeeded',
    step: 'done',
    replicationId: 'C4-1',
    startedAt: new Date(0).toISOString(),
    finishedAt: new Date(100).toISOString(),
    outageSeconds: 1,
    ...change,
  };
}

const recordOf = ({ kind, operationId, taskId, at, endedAt }: LedgerEntry): OperationRecord => ({
  kind: kind as OperationRecord['kind'],
  operationId: operationId ?? '',
  taskId,
  adopted: false,
  submittedAt: new Date(at).toISOString(),
  finishedAt: new Date(endedAt ?? at).toISOString(),
  result: 'succeeded',
});

/** Nothing has happened yet. */
export function evidence(): Evidence {
  const report: Partial<RunReport> = { run: 'run', vms: [] };
  return {
    vms: [{ id: 'vm-1', name: 'web1', wave: 'all' }],
    sites: { source: 'paris', destination: 'lyon' },
    report: report as RunReport,
    ledger: [],
    world: { sites: { paris: SITES.before, lyon: SITES.empty } },
    approvedAt: null,
    window: null,
    held: [],
    isBlind: false,
    openWorkflows: [],
    leftProcesses: [],
    bugs: [],
    incomplete: [],
    events: [],
    requests: [],
  };
}

/** One VM was moved, as it should be. */
export function migrated(): Evidence {
  const ledger = [accepted({ at: 10 }), accepted({ kind: 'migrate', at: 30 }), accepted({ kind: 'delete', at: 50 })];
  const empty = evidence();
  return {
    ...empty,
    ledger,
    report: empty.report && { ...empty.report, vms: [vmReport({ operations: ledger.map(recordOf) })] },
    world: { sites: { paris: SITES.left, lyon: SITES.arrived } },
  };
}
