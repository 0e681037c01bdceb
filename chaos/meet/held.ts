/**
 * Whether each VM was only touched by a run that held it. What a run holds is told by two witnesses that know nothing of each
 * other: Temporal's workflows of the VM, of which one alone can be open, and the reports of when each run began and ended with it.
 */
import type { LedgerEntry } from '../../simulator/index.js';
import { isOperation } from '../ledger-tail.js';

/** An execution of a VM's workflow. Times are epoch ms. */
export interface Execution {
  run: string;
  /** id that the plan's VM has */
  vmId: string;
  from: number;
  /** null: it is open */
  to: number | null;
  /** by force: its last call may have been on its way */
  isTerminated: boolean;
}

/** Until when a run had a VM: its end in the report, or that of the run that was terminated. Infinity: it has it still. */
export type HadUntil = (run: string, vmId: string) => number;

export interface Broken {
  vmId: string;
  message: string;
}

/** A call that left a worker before its workflow was terminated may be accepted this much later: ms. */
const UNDER_WAY = 15_000;
/** What may use a copy that waits at another run's gate. */
const PASS_A_GATE = new Set(['failover-test', 'cleanup']);

interface Own extends LedgerEntry {
  run: string;
  /** the plan's id of the VM, from the operation id */
  unit: string;
}

/** Accepted operations with whose they are; what has no operation id of a run is nobody's. */
export function owned(ledger: LedgerEntry[]): { own: Own[]; foreign: LedgerEntry[] } {
  const own: Own[] = [];
  const foreign: LedgerEntry[] = [];
  for (const entry of ledger.filter(isOperation)) {
    const [, run, unit] = /^drover\/([^/]+)\/([^/]+)\//.exec(entry.operationId ?? '') ?? [];
    if (run === undefined || unit === undefined) foreign.push(entry);
    else own.push({ ...entry, run, unit });
  }
  return { own, foreign };
}

/** Each operation was accepted while the run's own workflow of the VM was open. */
export function outsideOfWorkflows(own: Own[], executions: Execution[]): Broken[] {
  return own
    .filter(({ run, unit, at }) => {
      const its = executions.filter((one) => one.run === run && one.vmId === unit);
      return !its.some(({ from, to, isTerminated }) => from <= at && at <= (to ?? at) + (isTerminated ? UNDER_WAY : 0));
    })
    .map((entry) => ({
      vmId: entry.unit,
      message: `${said(entry)} while run ${entry.run} had no workflow of the VM open`,
    }));
}

/** From its first operation for a VM to its end with it, no other run sent anything for it that does not pass a gate. */
export function betweenOthers(own: Own[], hadUntil: HadUntil): Broken[] {
  const began = new Map<string, Own>();
  for (const entry of own) {
    const key = `${entry.run} ${entry.unit}`;
    if (!PASS_A_GATE.has(entry.kind) && !began.has(key)) began.set(key, entry);
  }
  return own
    .filter(({ kind }) => !PASS_A_GATE.has(kind))
    .flatMap((entry) => {
      const holders = [...began.values()].filter(
        (first) =>
          first.unit === entry.unit &&
          first.run !== entry.run &&
          first.at < entry.at &&
          entry.at < hadUntil(first.run, first.unit),
      );
      return holders.map((first) => ({
        vmId: entry.unit,
        message: `${said(entry)} while run ${first.run} had the VM, since ${first.kind}`,
      }));
    });
}

/** Of no two runs were operations under way at once for one VM, rehearsals included. */
export function atOnce(own: Own[]): Broken[] {
  return own.flatMap((entry) => {
    const others = own.filter(
      (other) =>
        other.unit === entry.unit &&
        other.run !== entry.run &&
        other.at < entry.at &&
        entry.at < (other.endedAt ?? Number.POSITIVE_INFINITY),
    );
    return others.map((other) => ({
      vmId: entry.unit,
      message: `${said(entry)} while ${other.kind} of run ${other.run} was under way`,
    }));
  });
}

const said = ({ kind, vmName, operationId }: LedgerEntry): string =>
  `${kind} of ${vmName ?? 'a VM'} was accepted (${operationId ?? 'no operation id'})`;
