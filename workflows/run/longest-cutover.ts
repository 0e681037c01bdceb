/** How long cutovers of a run take, as far as it has seen: pure. */
import { isCutover } from '../../contract/operation.js';
import type { VmReport } from '../../contract/report.js';

/** ms from the submission to the end of the longest that has succeeded; null: none has yet */
export function longestCutover(vms: Pick<VmReport, 'operations'>[]): number | null {
  const took = vms.flatMap(({ operations }) =>
    operations.flatMap(({ kind, result, submittedAt, finishedAt }) => {
      const isOne = isCutover(kind) && result === 'succeeded' && finishedAt !== null;
      return isOne ? [Date.parse(finishedAt) - Date.parse(submittedAt)].filter((ms) => ms > 0) : [];
    }),
  );
  return took.length === 0 ? null : Math.max(...took);
}
