/** The one place where an operation of a workflow becomes a call of the API. */
import type { CallOptions, Site, Task } from '../vcda/index.js';
import type { ActivityDeps } from './deps.js';
import type { OperationRequest } from './types.js';

/** The replication that a task's result describes; null when it does not say. */
export function replicationIn(task: Task): string | null {
  const result = task.result;
  return typeof result === 'object' && result !== null && 'id' in result && typeof result.id === 'string'
    ? result.id
    : null;
}

/** @throws VcdaError */
export async function send(
  site: Site,
  request: OperationRequest,
  options: CallOptions,
  deps: ActivityDeps,
): Promise<Task> {
  const onPremAuth = deps.sites.names.includes(request.peer)
    ? deps.sites.get(request.peer).config.onPremAuth?.reveal()
    : undefined;
  const withAuth = { ...options, ...(onPremAuth === undefined ? {} : { onPremAuth }) };
  if (request.kind === 'start') return site.startReplication(startSettings(request), withAuth);
  const id = request.replicationId;
  if (id === null) throw new TypeError(`${request.kind} needs a replication`);
  const recovery = { type: 'vcloud' as const, powerOn: true, ...request.recovery };
  switch (request.kind) {
    case 'sync':
      return site.syncReplication(id, options);
    case 'pause':
      return site.pauseReplication(id, options);
    case 'resume':
      return site.resumeReplication(id, options);
    case 'migrate':
      return site.migrateReplication(id, recovery, options);
    case 'failover':
      return site.failoverReplication(id, recovery, options);
    case 'failover-test':
      return site.testFailover(id, recovery, options);
    case 'cleanup':
      return site.cleanUpTest(id, options);
    case 'reverse':
      return site.reverseReplication(id, withAuth);
    case 'delete':
      return site.deleteReplication(id, options);
  }
}

function startSettings({ start, vm }: OperationRequest) {
  if (start === undefined) throw new TypeError('start needs a body');
  const {
    sourceSite,
    destinationSite,
    vdc,
    storageProfile,
    placementPolicy,
    sizingPolicy,
    seedVmId,
    excludedDiskKeys,
    ...settings
  } = start;
  return {
    ...settings,
    source: { type: 'vm' as const, site: sourceSite, vmId: vm.id, excludedDiskKeys: excludedDiskKeys ?? null },
    destination: {
      type: 'vcloud' as const,
      site: destinationSite,
      vdc,
      storageProfile,
      placementPolicy,
      sizingPolicy,
      seedVmId,
    },
  };
}
