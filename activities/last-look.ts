/** The look between every wait of an attempt and what it sends: what a person has done meanwhile must not be passed over. */
import { ApplicationFailure } from '@temporalio/common';
import { decisiveOf } from '../contract/look.js';
import { FAILURES } from '../contract/names.js';
import type { OperationRequest } from '../contract/operation.js';
import { nameWithId } from '../contract/vm-identity.js';
import type { CallOptions, Site } from '../vcda/index.js';
import { refuseOthers } from './adoption.js';
import type { ActivityDeps } from './deps.js';
import { finalFailure } from './failures.js';
import { summaryOf } from './replication-summary.js';
import type { Left } from './trail.js';

/** A look so long ago is repeated before anything is sent: ms. */
export const LOOK_FOR = 5_000;

/** The replication is not as it was when the workflow has found it fit. */
export class LooksOtherwise extends Error {
  override readonly name = 'LooksOtherwise';
}

/**
 * @throws LooksOtherwise when what decides about it has changed since the workflow's own look
 * @throws ApplicationFailure when its mark says that it is another's
 */
export async function lookBefore(
  deps: ActivityDeps,
  site: Site,
  request: OperationRequest,
  options: CallOptions,
): Promise<void> {
  const found = await refuseOthers(deps, site, request, options);
  if (request.looked === undefined) return;
  const now = decisiveOf(found === null ? null : summaryOf(found));
  if (now !== request.looked) throw new LooksOtherwise(`it was ${request.looked}, and is ${now}`);
}

/** For the workflow, which looks by its own rules, and sends it then or not. */
export function toLookAgain(
  { kind, vm, site, replicationId, operationId }: OperationRequest,
  { message: change }: LooksOtherwise,
  left: Left,
): ApplicationFailure {
  const message = `${kind} of ${nameWithId(vm)} at ${site} was not sent: its replication has changed since it was looked at, ${change} [replication ${replicationId}, operation ${operationId}].`;
  const details = { code: FAILURES.lookAgain, message, operation: kind, taskId: null, site, advice: null, ...left };
  return finalFailure(details, { type: FAILURES.lookAgain });
}

/** For the next attempt of a start, which looks from the first. */
export const foundMeanwhile = ({ kind, vm, site }: OperationRequest): ApplicationFailure =>
  ApplicationFailure.create({
    type: FAILURES.refused,
    message: `${kind} of ${nameWithId(vm)} at ${site} was not sent: something has begun for the VM while it was waited for.`,
    nextRetryDelay: 1_000,
    category: 'BENIGN',
  });
