import type { Duration } from '../../../contract/evidence.js';
import type { OperationRecord } from '../../../contract/report.js';

/**
 * How long operations took, at the site of each; of one that was found there nobody knows. Pure.
 * @param siteNow of those whose record names none
 */
export function durationsOf(operations: OperationRecord[], siteNow: string): Duration[] {
  return operations.flatMap(({ operationId, site = siteNow, kind, adopted, submittedAt, finishedAt, result }) => {
    if (adopted || finishedAt === null || result !== 'succeeded') return [];
    const seconds = (Date.parse(finishedAt) - Date.parse(submittedAt)) / 1000;
    if (seconds <= 0) return [];
    return [{ operationId, site, kind, seconds, finishedAt }];
  });
}
