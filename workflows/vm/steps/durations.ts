import type { Duration } from '../../../contract/evidence.js';
import type { OperationRecord } from '../../../contract/report.js';

/** How long operations took, at the site of each; of one that was found there nobody knows. Pure. */
export function durationsOf(operations: OperationRecord[], siteOf: (operationId: string) => string): Duration[] {
  return operations.flatMap(({ operationId, kind, adopted, submittedAt, finishedAt, result }) => {
    if (adopted || finishedAt === null || result !== 'succeeded') return [];
    const seconds = (Date.parse(finishedAt) - Date.parse(submittedAt)) / 1000;
    if (seconds <= 0) return [];
    return [{ operationId, site: siteOf(operationId), kind, seconds, finishedAt }];
  });
}
