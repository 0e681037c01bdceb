/** The one place where an operation of a workflow becomes a call of the API. */

import type { ApplicationFailure } from '@temporalio/common';
import type { OperationRequest } from '../contract/operation.js';
import { isReplicationId } from '../contract/vapp.js';
import { nameWithId } from '../contract/vm-identity.js';
import type {
  CallOptions,
  FailoverSettings,
  FailoverTestSettings,
  MigrateSettings,
  ReconfigureSettings,
  Site,
  Task,
} from '../vcda/index.js';
import type { ActivityDeps } from './deps.js';
import { unextended } from './extension.js';
import { finalFailure } from './failures.js';
import { describe } from './mark.js';

/**
 * The id of the replication that a task's result describes, else that it names as its resource, whatever else it holds: an
 * operation that has begun must not be lost for a field that nobody needs. Null when it does not say.
 */
export function replicationIdIn(task: Task): string | null {
  const result = task.result;
  if (typeof result === 'object' && result !== null && 'id' in result && typeof result.id === 'string')
    return result.id;
  const worked = task.workflowInfo?.resourceId;
  return worked != null && isReplicationId(worked) ? worked : null;
}

/**
 * @returns its task; null: it was done at once, and has none
 * @param extended also what needs no extension is sent with one: the site may want it
 * @throws VcdaError
 */
export async function send(
  site: Site,
  request: OperationRequest,
  options: CallOptions,
  deps: ActivityDeps,
  extended = false,
): Promise<Task | null> {
  const locally = <T>(call: (use: CallOptions) => Promise<T>) => (extended ? call(options) : unextended(options, call));
  const onPremAuth = deps.sites.names.includes(request.peer)
    ? deps.sites.get(request.peer).config.onPremAuth?.reveal()
    : undefined;
  const withAuth = { ...options, ...(onPremAuth === undefined ? {} : { onPremAuth }) };
  if (request.kind === 'start') return site.startReplication(startSettings(request, deps), withAuth);
  const id = request.replicationId;
  if (id === null) throw unnamed(request);
  switch (request.kind) {
    case 'sync':
      return site.syncReplication(id, options);
    case 'pause':
      return site.pauseReplication(id, options);
    case 'resume':
      return site.resumeReplication(id, options);
    case 'migrate':
      return site.migrateReplication(id, migrateSettings(request), options);
    case 'failover':
      return locally((local) => site.failoverReplication(id, failoverSettings(request), local));
    case 'failover-test': {
      const settings = testSettings(request);
      const test = (use: CallOptions) => site.testFailover(id, settings, use);
      return settings.sync === true ? test(options) : locally(test);
    }
    case 'cleanup':
      return locally((local) => site.cleanUpTest(id, local));
    case 'reverse':
      return site.reverseReplication(id, withAuth);
    case 'reconfigure':
      return site.reconfigureReplication(id, reconfigureSettings(request, deps), options);
    case 'chown': {
      const owner = request.newOwner;
      if (owner === undefined) throw new TypeError('chown needs an owner');
      await locally((local) => site.chownReplication(id, owner, local));
      return null;
    }
    case 'delete':
      return site.deleteReplication(id, options);
  }
}

/** What all recoveries have in common. */
function recoverySettings({ recovery }: OperationRequest) {
  const { powerOn = true, placementPolicy, sizingPolicy, vAppNetworkSettings, vmNetworkSettings } = recovery ?? {};
  return { type: 'vcloud' as const, powerOn, placementPolicy, sizingPolicy, vAppNetworkSettings, vmNetworkSettings };
}

/** Always of the latest state: a migration has no instances. */
const migrateSettings = (request: OperationRequest): MigrateSettings => ({
  ...recoverySettings(request),
  consolidate: request.recovery?.consolidate,
});

const failoverSettings = (request: OperationRequest): FailoverSettings => ({
  ...migrateSettings(request),
  instanceId: request.recovery?.instanceId,
});

/** It takes an older instance, or syncs first: not both [doc S45 failover test settings]. */
function testSettings(request: OperationRequest): FailoverTestSettings {
  const { instanceId, sync } = request.recovery ?? {};
  return { ...recoverySettings(request), ...(instanceId === undefined ? { sync } : { instanceId }) };
}

/** No retry finds one. */
function unnamed({ kind, vm, site }: OperationRequest): ApplicationFailure {
  const message = `${kind} of ${nameWithId(vm)} was not sent: the id of its replication at ${site} is not known.`;
  const advice = `Look for its replication at ${site}, and name it in the plan as replicationId.`;
  return finalFailure({ code: 'NoReplicationId', message, operation: kind, taskId: null, site, advice });
}

const described = ({ run, vm, operationId }: OperationRequest, { installation }: ActivityDeps, text: string): string =>
  describe(installation, { run, unit: vm.id, operationId }, text);

function reconfigureSettings(request: OperationRequest, deps: ActivityDeps): ReconfigureSettings {
  if (request.reconfigure === undefined) throw new TypeError('reconfigure needs settings');
  const { mark: _, text, ...settings } = request.reconfigure;
  return { ...settings, description: described(request, deps, text) };
}

function startSettings(request: OperationRequest, deps: ActivityDeps) {
  const { start, vm } = request;
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
    description: described(request, deps, settings.description ?? ''),
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
