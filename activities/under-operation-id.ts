/** What a site lists under an operation id, as far as it may be believed. */
import type { OperationRequest } from '../contract/operation.js';
import { isReplicationId } from '../contract/vapp.js';
import { type CallOptions, isOfFrontEnd, type Site, type Task, VcdaError } from '../vcda/index.js';
import { relation } from './relation.js';
import { earliestStart, told } from './task-match.js';

/** Answers of a site that has no such list or parameter. */
const PARAMETER_REFUSED = new Set<number | null>([400, 404, 405, 501]);

/** Whether a task that is listed under an operation's id may be that operation: neither its kind, ids nor time contradict. */
export function isUnder(
  task: Task,
  request: Parameters<typeof relation>[1] & Parameters<typeof earliestStart>[0],
): boolean {
  if (told(task, request.operationId) === 'same') return true;
  const { startTime } = task;
  const isTooOld = typeof startTime === 'number' && startTime < earliestStart(request);
  return !isTooOld && relation(withoutName(task, request.kind), request) !== 'other';
}

/** No name outvotes the id, nor does what a reverse calls its replication. */
function withoutName(task: Task, kind: OperationRequest['kind']): Task {
  const { workflowInfo: info } = task;
  const isRenamed = kind === 'reverse' && isReplicationId(info?.resourceId ?? '');
  return { ...task, workflowInfo: { ...info, resourceName: null, ...(isRenamed ? { resourceId: null } : {}) } };
}

/**
 * null: the site's filter says nothing, or it does not take the parameter at all. An answer that holds another's task shows
 * that it does not filter any more.
 * @throws VcdaError
 */
export async function underOperationId(
  site: Site,
  request: OperationRequest,
  options: CallOptions,
): Promise<Task[] | null> {
  const found = await listed(site, request, options);
  if (found === null || found.every((task) => isUnder(task, request))) return found;
  site.distrustOperationIds();
  return null;
}

async function listed(site: Site, request: OperationRequest, options: CallOptions): Promise<Task[] | null> {
  try {
    return await site.tasksOfOperation(request.operationId, options);
  } catch (error) {
    // What is not the site's own says nothing of the parameter.
    if (error instanceof VcdaError && PARAMETER_REFUSED.has(error.status) && !isOfFrontEnd(error)) return null;
    throw error;
  }
}
