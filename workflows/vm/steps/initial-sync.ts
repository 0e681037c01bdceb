/** The first full copy of a VM at another site: begun, waited for until it is complete, and its replication removed. */

import { CODES } from '../../../contract/codes.js';
import { growing } from '../../../contract/growing.js';
import type { PlanVmInput } from '../../../contract/inputs.js';
import { iso } from '../../../contract/moment.js';
import { DONE_BY_OTHERS } from '../../../contract/names.js';
import { isCutover } from '../../../contract/operation.js';
import type { ReplicationSummary } from '../../../contract/replication.js';
import type { SlotPurpose } from '../../../contract/site.js';
import { startBody } from '../../../contract/start-body.js';
import { nameWithId } from '../../../contract/vm-identity.js';
import { Again } from './again.js';
import { confirmStart } from './confirm-start.js';
import { giveAway } from './give-away.js';
import { sourceNow } from './kept.js';
import { lookUntil } from './look-until.js';
import { awaitSync, type Outcome, operation } from './operation.js';
import { awaitScheduled, scheduledFor } from './scheduled-sync.js';
import type { Step } from './step.js';
import { StepFailed, Stopped, taskFailure } from './step-errors.js';
import { whenWhole } from './vapp-whole.js';
import type { VmControl } from './vm-control.js';
import { tellWhatStays } from './what-stays.js';

/** Starts the replication, or takes up one that fits; the copy is complete when this returns. */
export async function startInitialSync(
  vm: VmControl,
  input: PlanVmInput,
  isMigration: boolean,
): Promise<ReplicationSummary | null> {
  vm.enter('start');
  await whenWhole(vm);
  const body = startBody(input, isMigration);
  const at = scheduledFor(body);
  const { adopt } = input;
  const { replicationId: named } = input.vm;
  const start: Step = {
    kind: 'start',
    replicationId: null,
    start: body,
    adopt,
    ...(named === undefined ? {} : { named }),
    ...(at === null ? { until: 'synced', slot: 'sync' } : {}),
    ...(at === null && isMigration && input.phase === 'through' ? { next: 'cutover' } : {}),
    onAccepted(submitted, operationId) {
      vm.memory.begun = { submitted, operationId, isConfirmed: false };
    },
  };
  const started = await confirmStart(vm, await accepted(vm, start));
  if (vm.memory.begun !== null) vm.memory.begun.isConfirmed = true;
  await giveAway(vm, input);
  vm.enter('initial-sync');
  const synced = at === null ? await awaitSync(vm, start, started) : await awaitScheduled(vm, start, started, at);
  if (synced.ok) vm.report.copiedAt = iso(synced.at);
  return whenSynced(vm, synced, 'start');
}

async function accepted(vm: VmControl, start: Step): Promise<Outcome> {
  try {
    return await operation(vm, start);
  } catch (error) {
    throw error instanceof StepFailed ? await tellWhatStays(vm, error) : error;
  }
}

/** A source that is off sends nothing by itself, so its copy is asked for [doc UG41 GUID-81EE4DE8]. */
export async function whenSynced(
  vm: VmControl,
  synced: Outcome['notice'],
  kind: 'start' | 'reverse',
): Promise<ReplicationSummary | null> {
  if (synced.ok) return synced.replication;
  // Not by the code alone: a site's own error may be called anything.
  if (synced.error?.code === CODES.sourceOff && synced.replication?.dataConnectionState === 'POWERED_OFF')
    return syncNow(vm);
  const unknown = { code: 'SyncFailed', message: 'the initial sync failed', advice: null };
  throw taskFailure(synced.error ?? unknown, { operation: kind, site: vm.site, taskId: synced.taskId });
}

/** Sends what has changed. @param purpose of its place */
export async function syncNow(vm: VmControl, purpose: SlotPurpose = 'first'): Promise<ReplicationSummary | null> {
  const { replicationId } = vm.report;
  const { notice } = await operation(vm, { kind: 'sync', replicationId, slot: 'sync', purpose });
  return notice.replication;
}

/** What a person made is not Drover's to remove; said, since the VM now runs elsewhere. */
export function keepOthers(vm: VmControl): void {
  const { name, id, replicationId } = vm.report;
  vm.fail({
    code: 'ReplicationKept',
    message: `replication ${replicationId} of ${nameWithId({ id, name })} at ${vm.site} stays, since a person made it.`,
    operation: 'delete',
    taskId: null,
    site: vm.site,
    advice: `Remove replication ${replicationId} at ${vm.site} when it is no longer needed.`,
  });
}

/** Between two tries of a deletion that a site does not take while it is busy with the replication: ms. */
const BUSY = { first: 30_000, longest: 10 * 60_000 };

/**
 * What was to be done is done, whatever becomes of this: a replication that stays behind is reported, not a failure.
 * @param insists is repeated for as long as the site is busy with it, as with a copy that was begun
 * @throws LookAgain when it is not any more as it was `looked` at
 */
export async function deleteReplication(
  vm: VmControl,
  { insists = false, ...step }: { insists?: boolean } & Pick<Step, 'looked' | 'onlyOwn'> = {},
): Promise<void> {
  vm.enter('delete-replication');
  vm.stop.ignore('unless-held');
  // What a person has recovered meanwhile, by a copy that this run only made, is not to be taken from them.
  const unlessRecovered = !vm.report.operations.some(({ kind }) => isCutover(kind));
  const again = new Again(vm);
  async function isDone(): Promise<boolean> {
    try {
      const { replicationId } = vm.report;
      const outcome = await operation(vm, { kind: 'delete', replicationId, unlessRecovered, ...step });
      if (wasGone(vm, outcome)) tellGone(vm, outcome);
    } catch (error) {
      if (!(error instanceof StepFailed || error instanceof Stopped)) throw error;
      if (insists && error instanceof StepFailed && error.reason.code === 'OperationInProgress') {
        again.failed(error.reason);
        return false;
      }
      await staysBehind(vm, error);
    }
    return true;
  }
  await lookUntil(isDone, (done) => done, growing(BUSY));
  again.over();
}

/** Whether nothing of this run has removed it. */
function wasGone(vm: VmControl, { submitted, record }: Outcome): boolean {
  const hasTriedBefore = vm.report.operations.some((one) => one.kind === 'delete' && one !== record);
  return submitted.preexisting && !hasTriedBefore;
}

/** What Drover did not do is no operation of it. */
function tellGone(vm: VmControl, { record }: Outcome): void {
  vm.report.operations = vm.report.operations.filter((one) => one !== record);
  vm.note(`Replication ${vm.report.replicationId} at ${vm.site} was gone already: Drover has not removed it.`);
}

/** Codes of deletions that were refused for what somebody else does with the replication. */
const OF_OTHERS = new Set<string>([DONE_BY_OTHERS, CODES.testCopyExists, CODES.notOurs]);

export async function staysBehind(vm: VmControl, error: StepFailed | Stopped): Promise<void> {
  const { site } = vm;
  const stopped = { code: 'NotDeleted', message: error.message, operation: 'delete', taskId: null, site } as const;
  const reason = error instanceof StepFailed ? error.reason : stopped;
  const id = vm.report.replicationId;
  const which = id === null ? `what the start of ${nameWithId(vm.report)} made` : `replication ${id}`;
  const isOthers = OF_OTHERS.has(reason.code) && error instanceof StepFailed;
  const source = isOthers ? ` ${await sourceNow(vm)}.` : '';
  vm.fail({
    ...reason,
    message: `${which} at ${site} stays${isOthers ? '' : ' behind, to be removed by hand'}: ${reason.message}${source}`,
    advice: isOthers ? error.reason.advice : `Remove ${which} at ${site}.`,
  });
}
