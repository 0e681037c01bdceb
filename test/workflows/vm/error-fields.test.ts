/** What a site said of an operation that failed reaches the report in parts: code, message, operation, task, site, next step. */
import { describe, expect, it } from '@jest/globals';
import {
  ActivityFailure,
  ApplicationFailure,
  DefaultFailureConverter,
  defaultPayloadConverter,
  RetryState,
} from '@temporalio/common';
import { failureOf } from '../../../activities/failures.js';
import { judge } from '../../../activities/outcome.js';
import { CODES } from '../../../contract/codes.js';
import { DONE_BY_OTHERS, FAILURES, NOT_POWERED_ON } from '../../../contract/names.js';
import type { Notice } from '../../../contract/notice.js';
import type { OperationKind } from '../../../contract/operation.js';
import type { Watch } from '../../../contract/watch.js';
import { ERROR_TABLE, errorRules, VcdaError } from '../../../vcda/index.js';
import {
  claimIn,
  holdIn,
  isBraked,
  isExpired,
  isLookAgain,
  isTooLate,
  isUndecided,
  stepFailure,
  taskFailure,
} from '../../../workflows/vm/steps/step-errors.js';

const KINDS: Record<OperationKind, true> = {
  start: true,
  sync: true,
  migrate: true,
  failover: true,
  'failover-test': true,
  cleanup: true,
  reverse: true,
  pause: true,
  resume: true,
  reconfigure: true,
  chown: true,
  delete: true,
};
const kinds = Object.keys(KINDS) as OperationKind[];

const SITE = 'lyon';
const VM = { id: 'vm', name: 'web1' };
const rules = errorRules();
const adviceFor = (code: string) => ERROR_TABLE.find(({ key }) => key === code)?.advice;

const refusal = (code: string, status: number): VcdaError =>
  new VcdaError({
    site: SITE,
    code,
    detail: 'because',
    status,
    method: 'POST',
    path: '/vm-replications',
    operationId: 'id',
    acted: 'no',
    retryAfter: null,
  });

const watchOf = (kind: OperationKind): Watch => ({
  operationId: `drover/run/vm/${kind}/1`,
  workflowId: 'vm/paris/vm',
  run: 'run',
  vm: VM,
  kind,
  taskId: 't1',
  replicationId: 'C4-1',
  peer: 'paris',
  until: 'task',
  phase: 'task',
  slot: null,
  since: 0,
});

/** As a workflow receives what an activity throws. */
function received(failure: unknown): ActivityFailure {
  const converter = new DefaultFailureConverter();
  const onTheWire = converter.errorToFailure(failure, defaultPayloadConverter);
  const cause = converter.failureToError(onTheWire, defaultPayloadConverter);
  return new ActivityFailure('failed', 'submitOperation', '1', RetryState.NON_RETRYABLE_FAILURE, 'worker', cause);
}

const throughJson = (notice: Notice | null): Notice => JSON.parse(JSON.stringify(notice)) as Notice;

/** Says where text of different parts would have been glued together. */
const GLUED = /Next:/;

describe.each(kinds)('%s', (kind) => {
  const subject = { kind, vm: VM, operationId: `drover/run/vm/${kind}/1` };
  const attempt = { number: 1, since: () => Date.now() };
  // What a caller says of it must not win over what is known where the call failed.
  const elsewhere = { operation: kind === 'migrate' ? 'failover' : 'migrate', site: 'elsewhere' } as const;

  it('that a site refuses keeps every part', () => {
    const { reason } = stepFailure(received(failureOf(refusal('Forbidden', 403), subject, attempt, rules)), elsewhere);
    expect(reason).toEqual({
      code: 'Forbidden',
      message: `${kind} of web1 (vm) at lyon: 403 Forbidden: because [POST /vm-replications, operation drover/run/vm/${kind}/1].`,
      operation: kind,
      taskId: null,
      site: SITE,
      advice: adviceFor('Forbidden'),
    });
  });

  it('keeps its task, where the question about it fails', () => {
    const failure = failureOf(refusal('TaskNotFound', 404), { ...subject, taskId: 't1' }, attempt, rules);
    expect(stepFailure(received(failure), elsewhere).reason).toMatchObject({
      code: 'TaskNotFound',
      operation: kind,
      taskId: 't1',
      site: SITE,
      advice: adviceFor('TaskNotFound'),
    });
  });

  it('that was given up keeps every part, and says that it was', () => {
    const failure = received(
      failureOf(refusal('GeneralServerFailure', 500), subject, { number: 9, since: () => 0 }, rules),
    );
    expect(isExpired(failure)).toBe(true);
    const { reason } = stepFailure(failure, elsewhere);
    expect(reason).toMatchObject({ operation: kind, site: SITE, advice: adviceFor('GeneralServerFailure') });
    expect(reason.message).toMatch(/because .*Gave up after 2 h\.$/);
    expect(reason.message).not.toMatch(GLUED);
  });

  it('that only a person can let go on holds with the site and what to do', () => {
    const hold = holdIn(received(failureOf(refusal('ServiceNotLicensed', 403), subject, attempt, rules)));
    expect(hold).toEqual({
      site: SITE,
      code: 'ServiceNotLicensed',
      message: expect.stringContaining(`${kind} of web1 (vm) at lyon`),
      advice: adviceFor('ServiceNotLicensed'),
    });
    expect(hold?.message).not.toMatch(GLUED);
  });

  it('whose task fails keeps every part', () => {
    const task = {
      id: 't1',
      state: 'FAILED',
      startTime: 1,
      endTime: 2,
      error: { code: 'PolicyViolation', msg: 'because', stacktrace: undefined },
    };
    const seen = { task, wasListed: true, replication: undefined, amissFor: 0 };
    const { error, taskId } = throughJson(judge(watchOf(kind), seen, 60_000, 3, rules));
    expect(taskFailure(error, { operation: kind, site: SITE, taskId }).reason).toEqual({
      code: 'PolicyViolation',
      message: `${kind} of web1 (vm) failed: PolicyViolation: because [task t1, operation drover/run/vm/${kind}/1].`,
      operation: kind,
      taskId: 't1',
      site: SITE,
      advice: adviceFor('PolicyViolation'),
    });
  });
});

describe('a question to a site that fails', () => {
  it('names the operation that its answer was needed for', () => {
    const failure = failureOf(
      refusal('Forbidden', 403),
      { question: 'locate', vm: VM },
      { number: 1, since: () => Date.now() },
      rules,
    );
    const { reason } = stepFailure(received(failure), { operation: 'failover', site: 'elsewhere' });
    expect(reason).toMatchObject({ code: 'Forbidden', operation: 'failover', site: SITE });
    expect(reason.message).toMatch(/^locate of web1/);
  });
});

describe('a code of a site that is one of ours as well', () => {
  const OURS = [...Object.values(FAILURES), ...Object.values(CODES), DONE_BY_OTHERS, NOT_POWERED_ON];
  /** What a workflow takes a failure of ours for. */
  const taken = (error: unknown) => [
    holdIn(error),
    claimIn(error),
    ...[isTooLate, isUndecided, isBraked, isLookAgain].filter((is) => is(error)),
  ];
  const subject = { kind: 'migrate', vm: VM, operationId: 'drover/run/vm/migrate/1' } as const;

  it.each(OURS)('%s stands in details alone, of a refusal and of a task that failed', (code) => {
    const refused = received(failureOf(refusal(code, 400), subject, { number: 1, since: () => Date.now() }, rules));
    const task = { id: 't1', state: 'FAILED', startTime: 1, endTime: 2, error: { code, msg: 'because' } };
    const seen = { task, wasListed: true, replication: undefined, amissFor: 0 } as const;
    const { error, taskId } = throughJson(judge(watchOf('migrate'), seen as never, 60_000, 3, rules));
    const failed = taskFailure(error, { operation: 'migrate', site: SITE, taskId });
    for (const one of [refused, failed]) expect(taken(one)).toEqual([null, null]);
    expect([stepFailure(refused, { operation: 'migrate', site: SITE }).reason.code, failed.reason.code]).toEqual([
      code,
      code,
    ]);
  });
});

describe('a failure that version 0.1 recorded', () => {
  it('is what the caller knows, with the message as it was', () => {
    const failure = received(
      ApplicationFailure.create({ type: 'Broken', message: 'web1 failed. Next: look.', nonRetryable: true }),
    );
    expect(stepFailure(failure, { operation: 'failover', site: SITE }).reason).toEqual({
      code: 'Broken',
      message: 'web1 failed. Next: look.',
      operation: 'failover',
      taskId: null,
      site: SITE,
      advice: null,
    });
  });
});
