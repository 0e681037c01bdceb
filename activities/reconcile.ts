/**
 * Finds out whether an operation has reached a site already: by its operation id, else by the tasks on its VM, else by
 * what the replication shows. An answer lost on the wire is therefore never a second start.
 */
import type { CallOptions, Site, Task, VmReplication } from '../vcda/index.js';
import { recoveryState, taskEnd } from '../vcda/index.js';
import { effectOf } from './outcome.js';
import type { OperationRequest } from './types.js';

export interface Found {
  /** null: known by its effect only */
  taskId: string | null;
  replicationId: string | null;
}

/** The VM has a replication that is not this run's to use. */
export class ForeignReplication extends Error {
  override readonly name = 'ForeignReplication';
}

/** Clocks of site and worker may differ by this much when tasks are matched by time: ms. */
const CLOCK_MARGIN = 10 * 60_000;

/**
 * @throws VcdaError when the site cannot be asked
 * @throws ForeignReplication when a start would meet a replication that it must not adopt
 */
export async function findOperation(
  site: Site,
  request: OperationRequest,
  options: CallOptions,
): Promise<Found | null> {
  const byId = await site.tasksOfOperation(request.operationId, options);
  const own = newest(byId ?? []);
  if (own !== null) return { taskId: own.id, replicationId: request.replicationId };
  if (byId === null) {
    const recent = await site.tasks({ startTimeAfter: request.requestedAt - CLOCK_MARGIN }, options);
    const matching = newest(recent.filter((task) => taskEnd(task) !== 'failed' && isOf(task, request)));
    if (matching !== null) return { taskId: matching.id, replicationId: request.replicationId };
  }
  return request.kind === 'start' ? findReplicationOfVm(site, request, options) : findEffect(site, request, options);
}

async function findEffect(site: Site, request: OperationRequest, options: CallOptions): Promise<Found | null> {
  if (request.replicationId === null) return null;
  const replication = await site.findReplication(request.replicationId, options);
  return effectOf(request.kind, replication) === 'none' ? null : { taskId: null, replicationId: request.replicationId };
}

async function findReplicationOfVm(site: Site, request: OperationRequest, options: CallOptions): Promise<Found | null> {
  const all = await site.replications({ vmId: request.vm.id }, options);
  // Compared again here: a site may not know the filter.
  const existing = all.find((r) => r.vmId === request.vm.id && r.source?.site === request.start?.sourceSite);
  if (existing === undefined) return null;
  const obstacle = obstacleTo(existing, request);
  if (obstacle !== null) throw new ForeignReplication(`${request.vm.name} (${request.vm.id}) ${obstacle}`);
  return { taskId: null, replicationId: existing.id };
}

/** A VM replicates to one destination only [doc UG46 GUID-1A28D7BE], so one that exists is used or is in the way. */
function obstacleTo(existing: VmReplication, request: OperationRequest): string | null {
  const to = existing.destination?.site ?? request.site;
  if (to !== request.site)
    return `already replicates to ${to} (${existing.id}). Next: remove that replication, then run the VM again.`;
  if (request.start?.isMigration !== (existing.isMigration ?? true)) {
    const is = existing.isMigration === true ? 'a migration' : 'a protection';
    return `has ${is} already (${existing.id}) that this plan did not start. Next: remove it, or leave the VM out of the plan.`;
  }
  if (recoveryState(existing) === 'COMPLETE')
    return `was recovered at ${to} before (${existing.id}). Next: leave it out of the plan, or remove that replication.`;
  if (recoveryState(existing) === 'TEST')
    return `has a test copy at ${to} (${existing.id}). Next: clean the test up, then run the VM again.`;
  return null;
}

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
  delete: ['stop', 'delete', 'remove'],
};

/** Whether a task does this operation to this VM, as far as the site tells. */
export function isOf(task: Task, request: Pick<OperationRequest, 'kind' | 'vm' | 'replicationId'>): boolean {
  const info = task.workflowInfo;
  if (!TYPES[request.kind].includes(squeezed(info?.type ?? ''))) return false;
  const result = task.result;
  const resultVm = typeof result === 'object' && result !== null && 'vmId' in result ? result.vmId : null;
  const ids = [info?.resourceId, resultVm].filter((id) => typeof id === 'string');
  if (ids.length > 0) return ids.some((id) => id === request.vm.id || id === request.replicationId);
  return info?.resourceName === request.vm.name;
}

const newest = (tasks: Task[]): Task | null =>
  tasks.reduce<Task | null>(
    (best, task) => (best === null || (task.startTime ?? 0) > (best.startTime ?? 0) ? task : best),
    null,
  );
