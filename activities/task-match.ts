/** By what a task of a site is told from those of other operations, beside what it is about: pure. */
import { isOwnOperationId } from '../contract/names.js';
import type { OperationRequest } from '../contract/operation.js';
import type { Task } from '../vcda/index.js';

/** A clock that is further off is none; see contract/site-clock.ts: ms. */
const UNMEASURED = 24 * 3_600_000;
/** Of a clock that was measured, which may have been set since: ms. */
export const MEASURED = 60_000;
/** What is over began at most so long before it was asked for, by a clock that was not measured: ms. */
const OVER = 10 * 60_000;

/** The operation ids that a task was sent under, as far as its site shows any. */
export const operationIdsOf = ({ operationID, operationId }: Task): string[] =>
  [operationID, operationId].filter((id) => typeof id === 'string');

/** What a task says of the operation id that it was sent under, where the site shows it at all. */
export function told(task: Task, operationId: string): 'same' | 'other' | 'unknown' {
  const ids = operationIdsOf(task);
  if (ids.includes(operationId)) return 'same';
  return ids.some(isOwnOperationId) ? 'other' : 'unknown';
}

type Asked = Pick<OperationRequest, 'requestedAt' | 'clock'>;

/** Before which, by the site's clock, no task of an operation can have begun. */
export const earliestStart = ({ requestedAt, clock }: Asked): number =>
  clock == null ? requestedAt - UNMEASURED : requestedAt + clock.least - MEASURED;

/** Whether a task began after an operation was asked for, as far as the site's clock tells. */
export function mayHaveBegunAfter({ startTime }: Task, { requestedAt, clock }: Asked): boolean {
  const from = clock == null ? requestedAt - OVER : earliestStart({ requestedAt, clock });
  return typeof startTime === 'number' && startTime > from;
}
