/** Whose a replication is that a start finds which may have arrived: the user of its task tells, not that it is there. */
import type { ApplicationFailure } from '@temporalio/common';
import type { OperationRequest } from '../contract/operation.js';
import { nameWithId } from '../contract/vm-identity.js';
import { type CallOptions, type Site, type Task, taskEnd, type VmReplication } from '../vcda/index.js';
import { unextended } from './extension.js';
import { cannotTell } from './failures.js';
import { mayBeAnybodys } from './latest-start.js';
import { readMark } from './mark.js';
import { isOwnUser } from './ownership.js';
import { passingOver } from './passed-over.js';
import { filtersProvenly } from './proven-filter.js';
import { relation } from './relation.js';
import { replicationIdIn } from './send.js';
import { mayHaveBegunAfter, told } from './task-match.js';

/** `unknown`: no task tells */
export type Maker = { is: 'ours' } | { is: 'other'; user: string } | { is: 'unknown' };

/**
 * By the tasks that name the replication; where none does, by those that may be its start.
 * @param tasks of the site, on replications
 * @param isNew the VM had none before anything was sent, so that no clock is asked about what names it
 */
export async function makerInDoubt(
  site: Site,
  request: OperationRequest,
  found: VmReplication,
  tasks: Task[],
  isNew: boolean,
  options: CallOptions,
): Promise<Maker> {
  const starts = tasks.filter((task) => taskEnd(task) !== 'failed' && told(task, request.operationId) !== 'other');
  const [first] = starts
    .filter((task) => replicationIdIn(task) === found.id)
    .sort((a, b) => (a.startTime ?? 0) - (b.startTime ?? 0));
  const mayBeIt = (task: Task) => replicationIdIn(task) === null && relation(task, request) !== 'other';
  const its = first === undefined ? starts.filter(mayBeIt) : [first];
  let other: string | null = null;
  let isUnknown = false;
  for (const task of its) {
    const isRecent = mayHaveBegunAfter(task, request) || (isNew && first !== undefined);
    if (told(task, request.operationId) === 'same') return { is: 'ours' };
    const { user } = task;
    const isOwn = typeof user === 'string' ? await isOwnUser(site, user, options) : null;
    const filters = isOwn === true ? await filtersProvenly(site, request, options) : null;
    // Not under its operation id.
    const isAnothers = isOwn === false || filters === true;
    if (isOwn === true && filters === false && isRecent && !mayBeAnybodys(task, request)) return { is: 'ours' };
    if (isAnothers && (isRecent || first !== undefined)) other = user ?? null;
    else isUnknown ||= isOwn === null || (!isAnothers && isRecent);
  }
  return other === null || isUnknown ? { is: 'unknown' } : { is: 'other', user: other };
}

/** Whether a site shows a mark of Drover on any replication, so that one without was not started by it. @throws VcdaError */
export async function keepsMarks(site: Site, options: CallOptions): Promise<boolean> {
  const all = await unextended(options, (local) => site.replications({}, { ...local, unreadable: passingOver(site) }));
  return all.some(({ settings }) => readMark(settings?.description) !== null);
}

/** A person is asked: what was sent may have made it, and so may somebody else. */
export function makerUnknown(request: OperationRequest, id: string): ApplicationFailure {
  const { run, vm, site, operationId } = request;
  const message =
    `whether replication ${id} of ${nameWithId(vm)} at ${site} is this run's cannot be told: the answer to its start was ` +
    `lost, the replication has no mark, and no task there tells who began it [operation ${operationId}].`;
  const advice = `Look at that replication: drover resume ${run} takes it for this run's and goes on, drover cancel ${run} ${vm.id} leaves it as it is.`;
  return cannotTell(request, { message, advice, leaves: true, shown: id });
}

/** A person has decided on a replication that is listed no more: what came of the start is open again. */
export function takenIsGone({ taken, ...request }: OperationRequest): ApplicationFailure {
  const { run, vm, site, operationId } = request;
  const message =
    `replication ${taken} of ${nameWithId(vm)}, which was to be taken for this run's, is no longer listed at ${site}, and ` +
    `nothing else shows what became of the start [operation ${operationId}].`;
  const advice = `Look for it at ${site}: drover resume ${run} sends the start again unless it is there by then, drover cancel ${run} ${vm.id} ends the VM.`;
  return cannotTell(request, { message, advice });
}
