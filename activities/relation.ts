/** What a task has to do with an operation, by what it names: pure. */
import type { OperationRequest } from '../contract/operation.js';
import { bareId } from '../plan/types.js';
import type { Task } from '../vcda/index.js';
import { told } from './task-match.js';
import { vappIn } from './vapp-replication.js';

/** `workflowInfo.type` values of an operation; undocumented but for sync and failover, hence the spellings. */
const squeezed = (text: string): string => text.replace(/[^a-z]/gi, '').toLowerCase();
const TYPES: Record<OperationRequest['kind'], string[]> = {
  start: ['start', 'configure', 'create'],
  sync: ['sync'],
  migrate: ['migrate', 'migration'],
  failover: ['failover'],
  'failover-test': ['failovertest', 'testfailover', 'test'],
  cleanup: ['failovertestcleanup', 'cleanup', 'testcleanup'],
  reverse: ['reverse'],
  pause: ['pause'],
  resume: ['resume'],
  reconfigure: ['reconfigure'],
  // Answered at once, without a task [doc B45 chown].
  chown: [],
  delete: ['stop', 'delete', 'remove'],
};

/** Whether a task is of an operation of this kind, by a type that Drover knows. */
export const isOfKind = (kind: OperationRequest['kind'], { workflowInfo }: Task): boolean =>
  TYPES[kind].includes(squeezed(workflowInfo?.type ?? ''));

/** Whether a task may be of an operation of this kind: a type that Drover does not know may be any. */
export function mayBeOf(kind: OperationRequest['kind'], task: Task): boolean {
  const type = squeezed(task.workflowInfo?.type ?? '');
  return isOfKind(kind, task) || !Object.values(TYPES).some((spellings) => spellings.includes(type));
}

/** Ids of VMs are bare uuids; replications' have a prefix [doc OPI]. */
const isVmId = (id: string): boolean => /^[0-9a-f]{8}-/i.test(id);

/** A site may write uuids in capitals. */
const inSmall = (id: string): string => (isVmId(id) ? id.toLowerCase() : id);

/**
 * What a task has to do with an operation, as far as the site tells. Ids decide: what names another VM or replication is
 * another's, whatever it is called, and a name alone tells at most which tasks it is not. A type that Drover does not know
 * may be any.
 */
export function relation(
  task: Task,
  request: Pick<OperationRequest, 'kind' | 'vm' | 'replicationId' | 'recoveredVmId' | 'vmIdNow' | 'operationId'>,
): 'same' | 'other' | 'unknown' {
  const byOperation = told(task, request.operationId);
  if (byOperation !== 'unknown') return byOperation;
  const info = task.workflowInfo;
  if (!mayBeOf(request.kind, task)) return 'other';

  const result = task.result;
  const resultVm = typeof result === 'object' && result !== null && 'vmId' in result ? result.vmId : null;
  const vapp = vappIn(task);
  const named = [info?.resourceId, resultVm, vapp?.id, vapp?.vappId];
  const ids = named.filter((id) => typeof id === 'string').map(inSmall);
  // A reverse makes the recovered VM the one that is replicated.
  const own = [request.vm.id, request.vmIdNow, request.replicationId, request.recoveredVmId];
  if (own.some((id) => id != null && ids.includes(bareId(id)))) return 'same';
  // What a start makes has an id that nobody knows yet, so that only another VM's contradicts.
  if (request.kind === 'start' ? ids.some(isVmId) : ids.length > 0) return 'other';
  return typeof info?.resourceName === 'string' && info.resourceName !== request.vm.name ? 'other' : 'unknown';
}
