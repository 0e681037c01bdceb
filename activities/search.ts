/** Whether a site has an operation already: asked for as long as it takes to tell, where it may have been sent before. */
import type { ApplicationFailure } from '@temporalio/common';
import { growing } from '../contract/growing.js';
import type { OperationRequest } from '../contract/operation.js';
import { nameWithId } from '../contract/vm-identity.js';
import { type CallOptions, type Site, VcdaError } from '../vcda/index.js';
import type { ActivityDeps } from './deps.js';
import { unextended } from './extension.js';
import { cannotTell } from './failures.js';
import { pause } from './heartbeat.js';
import { foundMeanwhile, lookBefore } from './last-look.js';
import { ownMark } from './mark.js';
import { doneByOthers, ownerUnknown, whoseEffect } from './ownership.js';
import { type Found, findOperation, type Sighting } from './reconcile.js';
import { takenIsGone } from './start-in-doubt.js';

/** Before an operation is searched for again whose answer was lost: ms. */
const FIND_PAUSES = { first: 1_000, longest: 8_000 };
/** Searches in a row that may fail before the attempt does. */
const LOST_FINDS = 3;
/** A site that cannot tell is asked for this many settle times before a person must decide. */
const UNDECIDED_SETTLES = 8;
/** The most of it, below the activity's start-to-close time-out: ms. */
const UNDECIDED_MOST = 8 * 60_000;

const findOnce = (
  deps: ActivityDeps,
  site: Site,
  request: OperationRequest,
  options: CallOptions,
  inDoubt: boolean,
): Promise<Sighting> =>
  unextended(options, (local) => findOperation(deps.sites, site, request, local, inDoubt, ownMark(deps, request)));

/**
 * Searches until the operation is found, or has been absent for as long as a task may stay invisible after it was accepted.
 * A site that cannot tell is asked for longer: the tasks that may be it end, and their results name their VMs.
 * @throws ApplicationFailure `Hold` when it still cannot tell
 */
async function settle(
  deps: ActivityDeps,
  site: Site,
  request: OperationRequest,
  options: CallOptions,
): Promise<Found | null> {
  const began = Date.now();
  const { settle: patience } = site.config.reconcile;
  let lost = 0;
  const pauses = growing({
    first: Math.min(FIND_PAUSES.first, patience),
    longest: Math.min(FIND_PAUSES.longest, patience),
  });
  for (let wait = 0; ; wait = pauses.next().value ?? patience) {
    if (wait > 0) await pause(wait);
    let seen: Sighting;
    try {
      seen = await findOnce(deps, site, request, options, true);
      lost = 0;
    } catch (error) {
      // One search that fails must not begin the whole wait anew: at a site that loses some answers it would never end.
      lost += 1;
      if (lost >= LOST_FINDS || !(error instanceof VcdaError) || deps.sites.rules(error).call !== 'retry') throw error;
      continue;
    }
    const elapsed = Date.now() - began;
    const isLast = elapsed >= patience;
    const whose =
      seen.is === 'there' ? await whoseEffect(deps, site, request, seen.found.taskId, options, true, isLast) : null;
    if (seen.is === 'there' && whose?.is === 'ours') return seen.found;
    // The task of ours may be late; until then nothing speaks for it.
    if (whose?.is === 'others' && isLast) throw doneByOthers(request, whose.who);
    if (whose?.is === 'unknown' && seen.is === 'there' && isLast) {
      if (request.decided) return seen.found;
      throw ownerUnknown(request, whose.why);
    }
    if (seen.is === 'absent' && isLast) {
      if (request.taken !== undefined) throw takenIsGone(request);
      return null;
    }
    // To send it is what a person has decided who was shown no replication.
    const isToBeSent = request.decided && request.taken === undefined;
    if (
      seen.is === 'undecided' &&
      elapsed >= (isToBeSent ? patience : Math.max(patience, Math.min(UNDECIDED_SETTLES * patience, UNDECIDED_MOST)))
    ) {
      if (isToBeSent) return null;
      throw undecided(request, seen.tasks);
    }
  }
}

export async function find(
  deps: ActivityDeps,
  site: Site,
  request: OperationRequest,
  options: CallOptions,
  inDoubt: boolean,
): Promise<Found | null> {
  if (inDoubt) return settle(deps, site, request, options);
  const seen = await findOnce(deps, site, request, options, false);
  if (seen.is !== 'there') return null;
  const mayBeSent = request.repeats === true || request.decided;
  // Each try that was accepted has told its task, so that no other is of them.
  const asked = { ...request, mayBeSent: { absent: false, cleared: true } as const };
  const whose = await whoseEffect(deps, site, asked, seen.found.taskId, options, mayBeSent);
  if (whose.is === 'others') throw doneByOthers(request, whose.who);
  if (whose.is === 'unknown' && !request.decided) throw ownerUnknown(request, whose.why);
  return seen.found;
}

/** Right before the request leaves, when the look before it is old. */
export async function lookOnceMore(
  deps: ActivityDeps,
  site: Site,
  request: OperationRequest,
  options: CallOptions,
): Promise<void> {
  await lookBefore(deps, site, request, options);
  if (request.kind !== 'start') return;
  const seen = await findOnce(deps, site, request, options, false);
  if (seen.is !== 'absent') throw foundMeanwhile(request);
}

function undecided(request: OperationRequest, tasks: string[]): ApplicationFailure {
  const { run, kind, vm, site, operationId } = request;
  const message =
    `whether the ${kind} of ${nameWithId(vm)} reached ${site} cannot be told: its answer was lost, the site does not ` +
    `filter tasks by operation id, and tasks run there that name no VM (${tasks.slice(0, 5).join(', ')}) [operation ${operationId}].`;
  const advice = `Look at these tasks at ${site}; if none is of this VM, drover resume ${run} sends it; else drover cancel ${run} ${vm.id}.`;
  return cannotTell(request, { message, advice });
}
