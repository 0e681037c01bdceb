/** Whether anything was submitted twice: the ledger alone tells. */
import type { LedgerEntry } from '../simulator/index.js';
import type { Evidence, Violation } from './evidence.js';
import { isOperation } from './ledger-tail.js';

/**
 * A duplicate is an accepted operation of a kind on a VM that had been accepted before, unless the one before it had FAILED by
 * then; and every second acceptance under one operation id, whatever came of the first. At a site that does not tell what was
 * sent under an id, one that failed leaves nothing by which it could be known: there it may be sent again as it was.
 */
export function duplicateSubmissions({
  ledger,
  held,
  isBlind = false,
}: Pick<Evidence, 'ledger' | 'held'> & Partial<Pick<Evidence, 'isBlind'>>): {
  violations: Violation[];
  /** duplicates of VMs for which a person decided in the dark: listed, not counted */
  decided: Violation[];
} {
  const decidedFor = new Set(held.map(({ vmId }) => vmId));
  const found = [...byVmAndKind(ledger).values()].flatMap(repetitions);
  const ids = sameOperationId(ledger, isBlind);
  const isDecided = ({ vmId }: Violation): boolean => vmId !== null && decidedFor.has(vmId);
  return { violations: [...found.filter((one) => !isDecided(one)), ...ids], decided: found.filter(isDecided) };
}

function byVmAndKind(ledger: LedgerEntry[]): Map<string, LedgerEntry[]> {
  const groups = new Map<string, LedgerEntry[]>();
  for (const entry of ledger.filter((one) => isOperation(one) && one.vmId !== null)) {
    const key = `${entry.vmId} ${entry.kind}`;
    groups.set(key, [...(groups.get(key) ?? []), entry]);
  }
  return groups;
}

function repetitions(entries: LedgerEntry[]): Violation[] {
  return entries.flatMap((entry, n) => {
    const before = entries[n - 1];
    if (before === undefined || entry.operationId === before.operationId || explained(before, entry)) return [];
    return [
      {
        item: 'duplicate' as const,
        vmId: entry.vmId,
        message: `${entry.kind} of ${entry.vmName} accepted again (${entry.operationId}) while ${before.operationId} was ${stateAt(before, entry.at)}`,
      },
    ];
  });
}

const explained = (before: LedgerEntry, entry: LedgerEntry): boolean => stateAt(before, entry.at) === 'failed';

function stateAt({ outcome, endedAt }: LedgerEntry, at: number): LedgerEntry['outcome'] {
  return endedAt !== undefined && endedAt <= at ? outcome : 'running';
}

/** Second acceptances under one operation id, whoever sent them. */
export function sameOperationId(ledger: LedgerEntry[], isBlind: boolean): Violation[] {
  const seen = new Map<string, LedgerEntry>();
  return ledger.filter(isOperation).flatMap((entry) => {
    if (entry.operationId === null) return [];
    const first = seen.get(entry.operationId);
    if (first === undefined || (isBlind && explained(first, entry))) {
      seen.set(entry.operationId, entry);
      return [];
    }
    const message = `${entry.kind} of ${entry.vmName} accepted twice under ${entry.operationId} (tasks ${first.taskId}, ${entry.taskId})`;
    return [{ item: 'duplicate' as const, vmId: entry.vmId, message }];
  });
}
