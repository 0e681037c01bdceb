/** What is known to exist and is not found is looked for a while before its absence is believed: it may come back. Pure. */
import { type ErrorRow, type ErrorRules, VcdaError } from '../vcda/index.js';
import type { Attempt } from './failures.js';

const NOT_FOUND = 'ReplicationNotFound';

/** The rules for calls that concern a replication which is known: that the site does not find it may pass. */
export const patientRules =
  (rules: ErrorRules, missingFor: number): ErrorRules =>
  (failure) => {
    const row = rules(failure);
    return failure.code === NOT_FOUND && row.call === 'fail' ? patient(row, missingFor) : row;
  };

const patient = (row: ErrorRow, missingFor: number): ErrorRow => ({
  ...row,
  call: 'retry',
  retry: { initial: Math.min(5_000, missingFor), max: 60_000, for: missingFor },
});

export interface Missing {
  site: string;
  replicationId: string;
  missingFor: number;
}

/**
 * For a well-formed answer without a replication that is known: returns once that has been so for long enough, over attempts.
 * @throws VcdaError before
 */
export function believeAbsence(
  { site, replicationId, missingFor }: Missing,
  attempt: Attempt,
  rules: ErrorRules,
): void {
  if (Date.now() - attempt.since(patientRules(rules, missingFor)({ code: NOT_FOUND })) >= missingFor) return;
  throw new VcdaError({
    site,
    code: NOT_FOUND,
    detail: `replication ${replicationId} is not to be found; it may come back`,
    method: 'GET',
    path: '/vm-replications',
    acted: 'no',
  });
}
