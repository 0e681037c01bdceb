/** Cutovers that failed one after the other with the same code, by the order in which they ended: pure. */
import type { VmReport } from '../../contract/report.js';

export interface FailuresInRow {
  code: string;
  /** in the order of their ends; ids of the VMs */
  vms: string[];
  /** ends of these: epoch ms */
  ends: number[];
  /** nothing that ended before counts any more: epoch ms */
  after: number;
}

/** Codes of cutovers to which nothing was done: nothing is learnt from them about the next. */
const NOT_TRIED = new Set(['WindowMissed', 'AlreadyRecovered', 'ReplicationGone']);

const isCutover = (kind: string | null): boolean => kind === 'migrate' || kind === 'failover';

/**
 * The row once the report of one more VM has come. Reports come later than the cutovers ended, and in another order: a
 * success counts where it ended. One that was not cut over changes nothing.
 */
export function withEnded(row: FailuresInRow | null, vm: VmReport): FailuresInRow | null {
  const end = endOf(vm);
  if (end === null || end.at < (row?.after ?? 0)) return row;
  const before = (row?.vms ?? []).map((id, n) => ({ id, at: row?.ends[n] ?? 0, code: row?.code ?? null }));
  const all = [...before, { id: vm.id, ...end }].sort((a, b) => a.at - b.at);
  const code = all.at(-1)?.code ?? null;
  const broken = all.findLastIndex((one) => one.code === null || one.code !== code);
  const tail = all.slice(broken + 1);
  const after = all[broken]?.at ?? row?.after ?? 0;
  return { code: code ?? '', vms: tail.map(({ id }) => id), ends: tail.map(({ at }) => at), after };
}

/** null: it was not cut over. `code` null: it succeeded */
function endOf({ state, error, operations, finishedAt }: VmReport): { at: number; code: string | null } | null {
  const last = operations.findLast(({ kind }) => isCutover(kind));
  const at = Date.parse(last?.finishedAt ?? finishedAt ?? '') || 0;
  if (state === 'failed' && error !== null && isCutover(error.operation)) {
    return NOT_TRIED.has(error.code) ? null : { at, code: error.code };
  }
  return last?.result === 'succeeded' ? { at, code: null } : null;
}
