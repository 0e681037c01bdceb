/** What an attempt of a submission leaves for the next one, and for the workflow where there is none. */
import type { OperationRequest } from '../contract/operation.js';
import type { FailureDetails } from '../contract/report.js';

/** As heartbeat details. */
export interface Trail {
  attempt: number;
  /** whether this attempt may have been acted on */
  acted: 'no' | 'unknown';
  /** a start: the VM was seen without a replication before anything was sent, so that what it has since may be Drover's */
  absent?: boolean;
  /** it was looked for in vain after the last try that may have arrived */
  cleared?: boolean;
  /** epoch ms by which the last try that may have arrived was over; told at the end of an attempt, which one that died has not */
  triedUntil?: number;
  /** it was answered in a way that may ask for the session's extension, so the next sends with it from the first */
  extend?: boolean;
}

/** The trail of the attempt of that number; null: it has left none. */
export function trailOf(details: unknown, attempt: number): Partial<Trail> | null {
  const trail = details as Partial<Trail> | null | undefined;
  return trail?.attempt === attempt ? trail : null;
}

export const wasAbsent = (details: unknown): boolean => (details as Partial<Trail> | null | undefined)?.absent === true;

export const wasNotActedOn = (details: unknown, attempt: number): boolean => trailOf(details, attempt)?.acted === 'no';

interface Begun {
  /** number of the attempt that begins */
  attempt: number;
  heartbeatDetails?: unknown;
  /** when Temporal gave it to the workers, for which the one before was over */
  currentAttemptScheduledTimestampMs: number;
}

/** Whether the tries before this attempt, of which one may have arrived, were looked for in vain since. */
export function isCleared({ mayBeSent }: OperationRequest, { attempt, heartbeatDetails }: Begun): boolean {
  return attempt > 1 ? trailOf(heartbeatDetails, attempt - 1)?.cleared === true : mayBeSent?.cleared === true;
}

/** By when the tries before this attempt were over; undefined: it is not known. */
export function triedBefore({ mayBeSent }: OperationRequest, begun: Begun): number | undefined {
  const { attempt, heartbeatDetails, currentAttemptScheduledTimestampMs: scheduled } = begun;
  if (attempt === 1) return mayBeSent?.triedUntil;
  return trailOf(heartbeatDetails, attempt - 1)?.triedUntil ?? scheduled;
}

export type Left = Pick<FailureDetails, 'unsent' | 'absent' | 'cleared' | 'triedUntil'>;

/** What a workflow must know before it submits anew what has failed. */
export function leftBy({ acted, absent, cleared, triedUntil }: Omit<Trail, 'attempt'>): Left {
  if (acted === 'no') return { unsent: true };
  return {
    ...(absent === true ? { absent } : {}),
    ...(cleared === true ? { cleared } : {}),
    ...(triedUntil === undefined ? {} : { triedUntil }),
  };
}
