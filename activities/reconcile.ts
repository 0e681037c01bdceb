/**
 * Finds out whether an operation has reached a site already: by its operation id, else by the tasks on its VM, else by
 * what the replication shows. An answer lost on the wire is therefore never a second start.
 */

import type { OperationRequest } from '../contract/operation.js';
import type { CallOptions, Site, Sites, Task, VmReplication } from '../vcda/index.js';
import { recoveryState, taskEnd, VcdaError } from '../vcda/index.js';
import { effectOf } from './outcome.js';
import { findReversed } from './reversal.js';

export interface Found {
  /** null: known by its effect only */
  taskId: string | null;
  replicationId: string | null;
}

/** The VM has a replication that is not this run's to use. */
export class ForeignReplication extends Error {
  override readonly name = 'ForeignReplication';
  readonly advice: string;

  constructor(message: string, advice: string) {
    super(message);
    this.advice = advice;
  }
}

/** Answers of a site that has no such list or parameter. */
const PARAMETER_REFUSED = new Set<number | null>([400, 404, 405, 501]);

/** Clocks of site and worker may differ by this much when tasks are matched by time: ms. */
const CLOCK_MARGIN = 10 * 60_000;

/** What a search at the site tells of an operation. */
export type Sighting =
  | { is: 'there'; found: Found }
  | { is: 'absent' }
  /** tasks run that may be it: the site does not say what they are for */
  | { is: 'undecided'; tasks: string[] };

/**
 * Searches for an operation. `inDoubt`: it may have been sent before, so every way of finding it is tried.
 * @throws VcdaError when the site cannot be asked
 * @throws ForeignReplication when a start would meet a replication that it must not adopt
 */
export async function findOperation(
  sites: Sites,
  site: Site,
  request: OperationRequest,
  options: CallOptions,
  inDoubt: boolean,
): Promise<Sighting> {
  const byId = await underOperationId(site, request, options);
  const own = newest(byId ?? []);
  if (own !== null) return there(own.id, request.replicationId);

  let unnamed: Task[] = [];
  if (byId === null || (inDoubt && site.filtersByOperationId() !== true)) {
    const recent = await site.tasks({ startTimeAfter: request.requestedAt - CLOCK_MARGIN }, options);
    const candidates = recent.filter((task) => taskEnd(task) !== 'failed' && !request.knownTasks.includes(task.id));
    const matching = newest(candidates.filter((task) => relation(task, request) === 'same'));
    if (matching !== null) return there(matching.id, request.replicationId);
    unnamed = candidates.filter((task) => taskEnd(task) === null && relation(task, request) === 'unknown');
  }

  const effect =
    request.kind === 'start'
      ? await findReplicationOfVm(site, request, options)
      : await findEffect(sites, site, request, options);
  if (effect !== null) return { is: 'there', found: effect };
  return inDoubt && unnamed.length > 0 ? { is: 'undecided', tasks: unnamed.map(({ id }) => id) } : { is: 'absent' };
}

const there = (taskId: string, replicationId: string | null): Sighting => ({
  is: 'there',
  found: { taskId, replicationId },
});

/** null: the site's filter says nothing, or it does not take the parameter at all. */
async function underOperationId(site: Site, request: OperationRequest, options: CallOptions): Promise<Task[] | null> {
  try {
    return await site.tasksOfOperation(request.operationId, options);
  } catch (error) {
    if (error instanceof VcdaError && PARAMETER_REFUSED.has(error.status)) return null;
    throw error;
  }
}

async function findEffect(
  sites: Sites,
  site: Site,
  request: OperationRequest,
  options: CallOptions,
): Promise<Found | null> {
  if (request.replicationId === null) return null;
  const replication =
    request.kind === 'reverse'
      ? await findReversed(sites, site, request, options)
      : await site.findReplication(request.replicationId, options);
  if (effectOf(request, replication) === 'none') return null;
  return { taskId: null, replicationId: replication?.id ?? request.replicationId };
}

async function findReplicationOfVm(site: Site, request: OperationRequest, options: CallOptions): Promise<Found | null> {
  const all = await site.replications({ vmId: request.vm.id }, options);
  // Compared again here: a site may not know the filter.
  const existing = all.find(
    (r) => r.vmId === request.vm.id && (r.source?.site ?? request.start?.sourceSite) === request.start?.sourceSite,
  );
  if (existing === undefined) return null;
  const obstacle = obstacleTo(existing, request);
  if (obstacle !== null)
    throw new ForeignReplication(`${request.vm.name} (${request.vm.id}) ${obstacle.what}`, obstacle.advice);
  return { taskId: null, replicationId: existing.id };
}

/** A VM replicates to one destination only [doc UG46 GUID-1A28D7BE], so one that exists is used or is in the way. */
function obstacleTo(existing: VmReplication, request: OperationRequest): { what: string; advice: string } | null {
  const to = existing.destination?.site ?? request.site;
  if (to !== request.site)
    return {
      what: `already replicates to ${to} (${existing.id}).`,
      advice: 'Remove that replication, then run the VM again.',
    };
  if (request.start?.isMigration !== (existing.isMigration ?? true)) {
    const is = existing.isMigration === true ? 'a migration' : 'a protection';
    return {
      what: `has ${is} already (${existing.id}) that this plan did not start.`,
      advice: 'Remove it, or leave the VM out of the plan.',
    };
  }
  if (recoveryState(existing) === 'COMPLETE')
    return {
      what: `was recovered at ${to} before (${existing.id}).`,
      advice: 'Leave it out of the plan, or remove that replication.',
    };
  if (recoveryState(existing) === 'TEST')
    return {
      what: `has a test copy at ${to} (${existing.id}).`,
      advice: 'Clean the test up, then run the VM again.',
    };
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
  reconfigure: ['reconfigure'],
  delete: ['stop', 'delete', 'remove'],
};

/**
 * What a task has to do with an operation, as far as the site tells: what `resourceId` of a start holds is not documented,
 * and a type that Drover does not know may be any.
 */
export function relation(
  task: Task,
  request: Pick<OperationRequest, 'kind' | 'vm' | 'replicationId' | 'recoveredVmId'>,
): 'same' | 'other' | 'unknown' {
  const info = task.workflowInfo;
  const type = squeezed(info?.type ?? '');
  const isKnownType = Object.values(TYPES).some((spellings) => spellings.includes(type));
  if (isKnownType && !TYPES[request.kind].includes(type)) return 'other';

  const result = task.result;
  const resultVm = typeof result === 'object' && result !== null && 'vmId' in result ? result.vmId : null;
  const ids = [info?.resourceId, resultVm].filter((id) => typeof id === 'string');
  // A reverse makes the recovered VM the one that is replicated.
  if ([request.vm.id, request.replicationId, request.recoveredVmId].some((id) => id != null && ids.includes(id)))
    return 'same';
  if (typeof resultVm === 'string') return 'other';
  if (typeof info?.resourceName === 'string') return info.resourceName === request.vm.name ? 'same' : 'other';
  // A start's replication has no id yet that could be compared.
  return ids.length > 0 && request.kind !== 'start' ? 'other' : 'unknown';
}

const newest = (tasks: Task[]): Task | null =>
  tasks.reduce<Task | null>(
    (best, task) => (best === null || (task.startTime ?? 0) > (best.startTime ?? 0) ? task : best),
    null,
  );
