/** Turns what went wrong at a site into Temporal failures, once, by the error table. */
import { ApplicationFailure } from '@temporalio/common';
import { iso } from '../contract/moment.js';
import { FAILURES } from '../contract/names.js';
import type { OperationKind, OperationRequest, VmRef } from '../contract/operation.js';
import type { FailureDetails } from '../contract/report.js';
import { nameWithId } from '../contract/vm-identity.js';
import { inWords } from '../contract/words.js';
import { type ErrorRow, type ErrorRules, OWN_CODES, pauseBefore, VcdaError } from '../vcda/index.js';
import type { Left } from './trail.js';

export interface Attempt {
  /** 1 for the first */
  number: number;
  /** epoch ms at which a row first answered the activity, in this attempt or one before; it has answered now */
  since(row: ErrorRow): number;
}

/** What a call was made for: an operation, or a question such as `locate`, with which nothing was to be changed. */
export type Subject =
  | {
      kind: OperationKind;
      vm: VmRef;
      operationId: string;
      taskId?: string | null;
      left?: Left;
    }
  | { question: string; vm: VmRef };

/**
 * The failure to throw for an error of a call made for a VM. Retryable ones carry the pause that the table or the
 * site asks for; once the row's time is over they become final.
 */
export function failureOf(error: unknown, subject: Subject, attempt: Attempt, rules: ErrorRules, hint = ''): unknown {
  if (!(error instanceof VcdaError)) return 'kind' in subject ? withTries(error, subject.left) : error;
  const rule = rules(error);
  const details: FailureDetails = {
    code: error.code,
    message: messageOf(error, subject, hint),
    operation: 'kind' in subject ? subject.kind : null,
    taskId: 'kind' in subject ? (subject.taskId ?? null) : null,
    site: error.site,
    advice: rule.advice,
    ...('kind' in subject ? subject.left : {}),
  };
  if (rule.call === 'hold') return finalFailure(details, { type: FAILURES.hold, cause: error });
  if (rule.call === 'fail')
    return finalFailure({ ...details, expired: false }, { type: FAILURES.refused, cause: error });
  const since = attempt.since(rule);
  if (Date.now() - since >= rule.retry.for) {
    const message = `${details.message} Gave up after ${inWords(rule.retry.for, 'one unit')}.`;
    return finalFailure({ ...details, message, expired: true }, { type: FAILURES.refused, cause: error });
  }
  const message = beginningOf(details.message);
  const failure = ApplicationFailure.create({
    type: FAILURES.refused,
    message,
    details: [{ ...details, message, since: isoOf(since), until: isoOf(since + rule.retry.for) }],
    nextRetryDelay: pauseBefore(rule, attempt.number, error.retryAfter, Math.random()),
    // A site that is away is logged once, by what watches it, not at every attempt of every VM.
    category: 'BENIGN',
  });
  failure.stack = '';
  return failure;
}

/**
 * Of an activity that is tried again Temporal keeps a failure of at most 4 KiB, or else none of it; and it carries its message
 * twice. Bytes.
 */
const MOST_OF_MESSAGE = 1_200;

function beginningOf(message: string): string {
  const bytes = Buffer.from(message);
  if (bytes.length <= MOST_OF_MESSAGE) return message;
  // A character that is cut in two is left out.
  return `${new TextDecoder().decode(bytes.subarray(0, MOST_OF_MESSAGE), { stream: true })} …`;
}

const isoOf = (moment: number): string => iso(Math.min(moment, 8.64e15));

/** A failure that no retry changes, with what a report will say of it; a code of Drover's own is its type as well. */
export function finalFailure(
  details: FailureDetails,
  { type = details.code, cause }: { type?: string; cause?: Error } = {},
): ApplicationFailure {
  const { message } = details;
  return ApplicationFailure.create({ type, message, nonRetryable: true, details: [details], ...(cause && { cause }) });
}

/** What a person is asked about, with what must be known of the tries before when it is submitted anew. */
function withTries(failure: unknown, left: Left = {}): unknown {
  if (!(failure instanceof ApplicationFailure) || failure.type !== FAILURES.undecided) return failure;
  const { absent, cleared, triedUntil } = left;
  Object.assign(failure.details?.[0] ?? {}, { absent, cleared, triedUntil });
  return failure;
}

/** Any failure that tells of a VM, with what its site calls it. */
export function withName(failure: unknown, vmName: string): unknown {
  const [details] = failure instanceof ApplicationFailure ? (failure.details ?? []) : [];
  if (typeof details === 'object' && details !== null) Object.assign(details, { vmName });
  return failure;
}

/** Whether it was this run's cannot be told, so that a person is asked. `leaves`: a stop leaves what is there as it is. */
export function cannotTell(
  { kind, site }: Pick<OperationRequest, 'kind' | 'site'>,
  said: Pick<FailureDetails, 'message' | 'advice' | 'leaves' | 'shown'>,
): ApplicationFailure {
  const type = FAILURES.undecided;
  return finalFailure({ code: type, operation: kind, taskId: null, site, ...said }, { type });
}

function messageOf(error: VcdaError, subject: Subject, hint: string): string {
  const answer = error.status === null ? error.code : `${error.status} ${error.code}`;
  const what = 'kind' in subject ? subject.kind : subject.question;
  const id = 'kind' in subject ? `, operation ${subject.operationId}` : '';
  return `${what} of ${nameWithId(subject.vm)} at ${error.site}: ${answer}: ${error.detail}${hint} [${error.method} ${error.path}${id}].`;
}

/** Says which sites the asked site knows, for an error that one was not found; empty when it cannot say. */
export async function knownSites(error: unknown, list: () => Promise<{ site: string }[]>): Promise<string> {
  if (!(error instanceof VcdaError) || error.code !== 'SiteNotFound') return '';
  const sites = await list().catch(() => null);
  return sites === null ? '' : `; sites that exist: ${sites.map(({ site }) => site).join(', ')}`;
}

export const isRefusedLogin = (error: VcdaError): boolean => error.code === OWN_CODES.loginRefused;
