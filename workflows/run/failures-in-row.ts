/** Cutovers that failed one after the other with the same code, by the order in which they ended: pure. */
import { CODES } from '../../contract/codes.js';
import type { FailuresInRow } from '../../contract/inputs.js';
import { DONE_BY_OTHERS } from '../../contract/names.js';
import { isCutover } from '../../contract/operation.js';
import type { VmReport } from '../../contract/report.js';
import type { CutoverEnd } from '../../contract/shard.js';

/** Codes of cutovers to which nothing was done: nothing is learnt from them about the next. */
const NOT_TRIED = new Set<string>([CODES.windowMissed, CODES.alreadyRecovered, CODES.replicationGone, DONE_BY_OTHERS]);

/** The sync right before a cutover is part of it: what keeps that from its end keeps the next one's from it. */
const isOfCutover = ({ error, step }: Pick<VmReport, 'error' | 'step'>): boolean =>
  isCutover(error?.operation ?? null) || (error?.operation === 'sync' && step === 'sync');

/** The row once one more cutover has ended. They are told later than they ended, and in another order: a success counts where it ended. */
export function withEnded(row: FailuresInRow | null, end: CutoverEnd): FailuresInRow | null {
  if (end.at < (row?.after ?? 0)) return row;
  const before = (row?.ends ?? []).map((one): CutoverEnd => ({ ...one, code: row?.code ?? null }));
  const all = [...before, end].sort((a, b) => a.at - b.at);
  const code = all.at(-1)?.code ?? null;
  const broken = all.findLastIndex((one) => one.code === null || one.code !== code);
  const ends = all.slice(broken + 1).map(({ id, name, at }) => ({ id, name, at }));
  return { code: code ?? '', ends, after: all[broken]?.at ?? row?.after ?? 0 };
}

/** How the cutover of a VM that has ended went; null: it was not cut over. */
export function endOf(report: VmReport): CutoverEnd | null {
  const { id, name, state, error, operations, finishedAt } = report;
  const last = operations.findLast(({ kind }) => isCutover(kind));
  const at = Date.parse(last?.finishedAt ?? finishedAt ?? '') || 0;
  if (state === 'failed' && error !== null && isOfCutover(report)) {
    return NOT_TRIED.has(error.code) ? null : { id, name, at, code: error.code };
  }
  return last?.result === 'succeeded' ? { id, name, at, code: null } : null;
}
