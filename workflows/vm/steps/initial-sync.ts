/** The first full copy of a VM at another site: begun, waited for until it is complete, and its replication removed. */

import type { PlanVmInput } from '../../../contract/messages.js';
import type { ReplicationSummary, StartBody } from '../../../contract/operation.js';
import { confirmStart } from './confirm-start.js';
import { awaitSync, type Outcome, operation, type Step } from './operation.js';
import { StepFailed, Stopped, taskFailure } from './step-errors.js';
import type { VmControl } from './vm-control.js';

/** Starts the replication, or takes up one that fits; the copy is complete when this returns. */
export async function startInitialSync(
  vm: VmControl,
  input: PlanVmInput,
  isMigration: boolean,
  onStarted: (started: Outcome) => void,
): Promise<ReplicationSummary | null> {
  vm.enter('start');
  const body = startBody(input, isMigration);
  const { adopt } = input;
  const start: Step = { kind: 'start', replicationId: null, start: body, adopt, until: 'synced', slot: 'sync' };
  const begun = await operation(vm, start);
  onStarted(begun);
  const started = await confirmStart(vm, begun);
  vm.enter('initial-sync');
  return whenSynced(vm, await awaitSync(vm, start, started), 'start');
}

/** A source that is off sends nothing by itself, so its copy is asked for [doc UG41 GUID-81EE4DE8]. */
export async function whenSynced(
  vm: VmControl,
  synced: Outcome['notice'],
  kind: 'start' | 'reverse',
): Promise<ReplicationSummary | null> {
  if (synced.ok) return synced.replication;
  // Not by the code alone: a site's own error may be called anything.
  if (synced.error?.code === 'SourcePoweredOff' && synced.replication?.dataConnectionState === 'POWERED_OFF')
    return syncNow(vm);
  const unknown = { code: 'SyncFailed', message: 'the initial sync failed', advice: null };
  throw taskFailure(synced.error ?? unknown, { operation: kind, site: vm.site, taskId: synced.taskId });
}

/** Sends what has changed. */
export async function syncNow(vm: VmControl): Promise<ReplicationSummary | null> {
  const { notice } = await operation(vm, { kind: 'sync', replicationId: vm.report.replicationId, slot: 'sync' });
  return notice.replication;
}

/** What a person made is not Drover's to remove; said, since the VM now runs elsewhere. */
export function keepOthers(vm: VmControl): void {
  const { name, id, replicationId } = vm.report;
  vm.fail({
    code: 'ReplicationKept',
    message: `replication ${replicationId} of ${name} (${id}) at ${vm.site} stays, since a person made it.`,
    operation: 'delete',
    taskId: null,
    site: vm.site,
    advice: `Remove replication ${replicationId} at ${vm.site} when it is no longer needed.`,
  });
}

/** What was to be done is done, whatever becomes of this: a replication that stays behind is reported, not a failure. */
export async function deleteReplication(vm: VmControl): Promise<void> {
  vm.enter('tidy');
  vm.ignoreStop('unless-held');
  try {
    await operation(vm, { kind: 'delete', replicationId: vm.report.replicationId });
  } catch (error) {
    if (!(error instanceof StepFailed || error instanceof Stopped)) throw error;
    const { site } = vm;
    const stopped = { code: 'NotTidied', message: error.message, operation: 'delete', taskId: null, site } as const;
    const reason = error instanceof StepFailed ? error.reason : stopped;
    vm.fail({
      ...reason,
      message: `replication ${vm.report.replicationId} at ${site} stays behind, to be removed by hand: ${reason.message}`,
      advice: `Remove replication ${vm.report.replicationId} at ${site}.`,
    });
  }
}

function startBody({ source, destination, vm, replication }: PlanVmInput, isMigration: boolean): StartBody {
  const { excludedDiskKeys, seedVmId } = vm;
  const { placementPolicy, sizingPolicy } = { ...destination, ...vm };
  return {
    ...replication,
    sourceSite: source,
    destinationSite: destination.site,
    vdc: vm.vdc ?? destination.vdc ?? '',
    storageProfile: vm.storageProfile ?? destination.storageProfile,
    ...(placementPolicy === undefined ? {} : { placementPolicy }),
    ...(sizingPolicy === undefined ? {} : { sizingPolicy }),
    ...(seedVmId === undefined ? {} : { seedVmId }),
    ...(excludedDiskKeys === undefined ? {} : { excludedDiskKeys }),
    isMigration,
  };
}
