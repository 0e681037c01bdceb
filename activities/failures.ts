/** Turns what went wrong at a site into Temporal failures, once, by the error table. */
import { ApplicationFailure } from '@temporalio/common';
import { FAILURES } from '../contract/names.js';
import type { VmRef } from '../contract/operation.js';
import { type ErrorRules, OWN_CODES, pauseBefore, VcdaError } from '../vcda/index.js';

export interface FailureDetails {
  site: string;
  code: string;
  message: string;
  /** given up after the time that the table allows, not refused */
  expired?: boolean;
}

export interface Attempt {
  /** 1 for the first */
  number: number;
  /** epoch ms at which the activity was first scheduled */
  since: number;
}

/** What a call was made for. */
export interface Subject {
  /** kind of the operation, or what was asked: `locate` */
  kind: string;
  vm: VmRef;
  /** absent: nothing was to be changed */
  operationId?: string;
}

/**
 * The failure to throw for an error of a call made for a VM. Retryable ones carry the pause that the table or the
 * site asks for; once the row's time is over they become final.
 */
export function failureOf(
  error: unknown,
  { kind, vm, operationId }: Subject,
  attempt: Attempt,
  rules: ErrorRules,
  hint = '',
): unknown {
  if (!(error instanceof VcdaError)) return error;
  const rule = rules(error);
  const answer = error.status === null ? error.code : `${error.status} ${error.code}`;
  const message =
    `${kind} of ${vm.name} (${vm.id}) at ${error.site}: ${answer}: ${error.detail}${hint} ` +
    `[${error.method} ${error.path}${operationId === undefined ? '' : `, operation ${operationId}`}]. Next: ${rule.advice}`;
  const details: FailureDetails = { site: error.site, code: error.code, message };
  if (rule.call === 'hold')
    return ApplicationFailure.create({
      type: FAILURES.hold,
      message,
      nonRetryable: true,
      details: [details],
      cause: error,
    });
  const expired = Date.now() - attempt.since >= rule.retry.for;
  if (rule.call === 'fail' || expired) {
    const after =
      expired && rule.call !== 'fail' ? ` Gave up after ${Math.round(rule.retry.for / 60_000)} minutes.` : '';
    return ApplicationFailure.create({
      type: error.code,
      message: message + after,
      nonRetryable: true,
      details: [{ ...details, message: message + after, expired: rule.call !== 'fail' }],
      cause: error,
    });
  }
  return ApplicationFailure.create({
    type: error.code,
    message,
    details: [details],
    cause: error,
    nextRetryDelay: pauseBefore(rule, attempt.number, error.retryAfter, Math.random()),
    // A site that is away is logged once, by what watches it, not at every attempt of every VM.
    category: 'BENIGN',
  });
}

/** Says which sites the asked site knows, for an error that one was not found; empty when it cannot say. */
export async function knownSites(error: unknown, list: () => Promise<{ site: string }[]>): Promise<string> {
  if (!(error instanceof VcdaError) || error.code !== 'SiteNotFound') return '';
  const sites = await list().catch(() => null);
  return sites === null ? '' : `; sites that exist: ${sites.map(({ site }) => site).join(', ')}`;
}

export const isRefusedLogin = (error: VcdaError): boolean => error.code === OWN_CODES.loginRefused;
