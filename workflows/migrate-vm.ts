/**
 * The migration of one VM, step by step: start → initial sync → gate → migrate → verify → tidy. The replication lives at
 * the destination, so every operation is sent there [docs.vmware.com deployment architecture].
 */
import { ApplicationFailure, CancellationScope, getExternalWorkflowHandle, sleep } from '@temporalio/workflow';
import type { ReplicationSummary, StartBody } from '../activities/types.js';
import { runWorkflowId } from '../plan/names.js';
import { readReplication } from './activities.js';
import { signalIfOpen } from './external.js';
import { passGate } from './gate.js';
import { type MigrateVmInput, vmEndedSignal } from './messages.js';
import { awaitSync, type Outcome, operation, type Step, TooLate } from './operation.js';
import type { VmReport } from './report.js';
import { StepFailed, Stopped } from './step-errors.js';
import { createVmControl, iso, type VmControl } from './vm-control.js';

/** VCDA may show a recovery as done a little after its task has ended: it is asked this often, twice as late each time. */
const VERIFY_TRIES = 5;
/** While it says that the recovery is under way, for about half a day in all. */
const VERIFY_TRIES_UNDER_WAY = 30;
const VERIFY_PAUSE = 5_000;
const VERIFY_LONGEST_PAUSE = 30 * 60_000;

export async function migrateVm(input: MigrateVmInput): Promise<VmReport> {
  const vm = createVmControl({ ...input, site: input.destination.site, peer: input.source });
  await CancellationScope.nonCancellable(async () => {
    await migrate(vm, input);
    vm.report.finishedAt = iso(Date.now());
    await signalIfOpen(getExternalWorkflowHandle(runWorkflowId(input.run)), vmEndedSignal, vm.report);
  });
  // Only a migration closes as completed: Temporal then refuses to begin the same VM anew.
  if (vm.report.state === 'succeeded') return vm.report;
  const { code, message } = vm.report.error ?? { code: 'Cancelled', message: 'a person cancelled it' };
  throw ApplicationFailure.nonRetryable(message, code);
}

async function migrate(vm: VmControl, input: MigrateVmInput): Promise<void> {
  let started: Outcome | null = null;
  try {
    vm.enter('start');
    const start: Step = { kind: 'start', replicationId: null, start: startBody(input), until: 'synced', slot: 'sync' };
    started = await operation(vm, start);
    vm.enter('initial-sync');
    await firstCopy(vm, start, started);

    const migrated = await cutOver(vm, input);
    vm.enter('verify');
    await verify(vm, migrated);
    vm.report.outageSeconds = secondsBetween(migrated.record.submittedAt, migrated.record.finishedAt);
    if (!input.keepReplication) await tidy(vm);
    vm.report.state = 'succeeded';
    vm.enter('done');
  } catch (error) {
    await end(vm, error, started);
  }
}

/** A source that is off sends nothing by itself, so its copy is asked for [doc UG41 GUID-81EE4DE8]. */
async function firstCopy(vm: VmControl, start: Step, started: Outcome): Promise<void> {
  const synced = await awaitSync(vm, start, started);
  if (synced.ok) return;
  if (synced.error?.code === 'SourcePoweredOff') {
    await operation(vm, { kind: 'sync', replicationId: vm.report.replicationId, slot: 'sync' });
    return;
  }
  throw new StepFailed({
    code: synced.error?.code ?? 'SyncFailed',
    message: synced.error?.message ?? 'the initial sync failed',
    operation: 'start',
    taskId: synced.taskId,
  });
}

/** Passes the gate and cuts over; a window that closed in between sends the VM back to the gate. */
async function cutOver(vm: VmControl, input: MigrateVmInput): Promise<Outcome> {
  const { powerOn, consolidate, window } = input.cutover;
  const { placementPolicy, sizingPolicy } = { ...input.destination, ...input.vm };
  for (;;) {
    vm.enter('gate');
    await passGate(vm, input.cutover);
    vm.enter('migrate');
    try {
      return await operation(vm, {
        kind: 'migrate',
        replicationId: vm.report.replicationId,
        recovery: {
          powerOn,
          consolidate,
          ...(placementPolicy === undefined ? {} : { placementPolicy }),
          ...(sizingPolicy === undefined ? {} : { sizingPolicy }),
        },
        slot: 'cutover',
        slotTaken: true,
        notAfter: window === null ? null : Date.parse(window.closes),
      });
    } catch (error) {
      if (!(error instanceof TooLate)) throw error;
    }
  }
}

/** Believes the replication, not the task alone: it must say that the VM was recovered. */
async function verify(vm: VmControl, { notice }: Outcome): Promise<void> {
  const { site, peer } = vm.input;
  const replicationId = vm.report.replicationId ?? '';
  let seen = notice.replication;
  const mostTries = () => (seen?.recoveryState === 'IN_PROGRESS' ? VERIFY_TRIES_UNDER_WAY : VERIFY_TRIES);
  for (let n = 0; !isRecovered(seen) && n < mostTries(); n += 1) {
    if (n > 0) await sleep(Math.min(VERIFY_PAUSE * 2 ** (n - 1), VERIFY_LONGEST_PAUSE));
    seen = await readReplication({ site, peer, replicationId, resumedAt: vm.resumedAt });
  }
  if (isRecovered(seen)) return;
  throw new StepFailed({
    code: 'NotRecovered',
    operation: 'verify',
    taskId: notice.taskId,
    message:
      `the migration of ${vm.report.name} (${vm.report.id}) to ${site} ended well, but replication ${replicationId} says ` +
      `${seen?.recoveryState ?? 'nothing, it is gone'}. Next: look at source and recovered VM before anything is started again.`,
  });
}

/** A site that tells no recovery state that Drover knows must at least name what it recovered. */
function isRecovered(seen: ReplicationSummary | null): boolean {
  if (seen === null) return false;
  if (seen.recoveryState === 'COMPLETE') return true;
  const isKnown = ['NOT_STARTED', 'IN_PROGRESS', 'TEST'].includes(seen.recoveryState);
  return !isKnown && (seen.recoveredVmId ?? seen.recoveredVappId) !== null;
}

/** The VM is across whatever becomes of this: a replication that stays behind is reported, not a failure. */
async function tidy(vm: VmControl): Promise<void> {
  vm.enter('tidy');
  try {
    await operation(vm, { kind: 'delete', replicationId: vm.report.replicationId, unstoppable: true });
  } catch (error) {
    if (!(error instanceof StepFailed || error instanceof Stopped)) throw error;
    const reason =
      error instanceof StepFailed
        ? error.reason
        : { code: 'NotTidied', message: error.message, operation: 'delete', taskId: null };
    const replication = `${vm.report.replicationId} at ${vm.input.site}`;
    vm.fail({
      ...reason,
      message: `replication ${replication} stays behind, to be removed by hand: ${reason.message}`,
    });
  }
}

async function end(vm: VmControl, error: unknown, started: Outcome | null): Promise<void> {
  if (error instanceof Stopped) {
    await vm.giveSlot('sync');
    // A stopped VM leaves nothing behind that this run made; a copy that was there before stays.
    if (started !== null && !started.submitted.preexisting) await tidy(vm);
    vm.report.state = 'cancelled';
  } else if (error instanceof StepFailed) {
    vm.fail(error.reason);
    vm.report.state = 'failed';
  } else {
    throw error;
  }
  vm.report.waitingFor = null;
}

function startBody({ source, destination, vm, replication }: MigrateVmInput): StartBody {
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
    isMigration: true,
  };
}

function secondsBetween(from: string, to: string | null): number | null {
  if (to === null) return null;
  return Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 100) / 10);
}
