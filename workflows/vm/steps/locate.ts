/** Finding the replication of a VM before anything is done with it. */

import { workflowInfo } from '@temporalio/workflow';
import type { OperationKind } from '../../../contract/operation.js';
import type { BeforeCutover, BeforeCutoverInput, Located, ReplicationInput } from '../../../contract/questions.js';
import type { ReplicaInstance, ReplicationSummary } from '../../../contract/replication.js';
import type { VmError } from '../../../contract/report.js';
import { nameWithId } from '../../../contract/vm-identity.js';
import type { RecoveryChoice } from '../../../plan/types.js';
import {
  earlierRuns,
  instanceBefore,
  locateReplication,
  lookBeforeCutover,
  readReplication,
} from '../../activities.js';
import { Again } from './again.js';
import { anotherThanNamed, noReplication, type Recovering, wrongVm } from './preconditions.js';
import { tellEarlierCutover } from './source.js';
import { Claimed, claimIn, holdIn, isExpired, isQueuedIn, StepFailed, Stopped, stepFailure } from './step-errors.js';
import { untilStopped } from './until-stopped.js';
import type { VmControl } from './vm-control.js';

/**
 * Asks a site until it answers; what only a person can fix holds the VM.
 * @param operation what the answer is needed for
 * @param question is told the last `resume` each time: one from before a hold would be answered from memory for ever
 * @throws StepFailed @throws Stopped @throws Claimed
 */
export async function ask<T>(
  vm: VmControl,
  operation: OperationKind,
  question: (resumedAt: number) => Promise<T>,
): Promise<T> {
  const again = new Again(vm);
  try {
    for (;;) {
      const { resumedAt } = vm;
      try {
        return await untilStopped(vm, () => question(resumedAt));
      } catch (error) {
        if (error instanceof Stopped) throw error;
        const claim = claimIn(error);
        if (claim !== null) throw new Claimed(claim, isQueuedIn(error));
        const hold = holdIn(error);
        if (hold !== null) {
          await vm.holdFor(hold, resumedAt);
          continue;
        }
        const failed = stepFailure(error, { operation, site: vm.site });
        if (!isExpired(error)) throw failed;
        again.failed(failed.reason);
      }
    }
  } finally {
    again.over();
  }
}

/**
 * Finds the VM's replication and makes its present site the one that operations are sent to.
 * @throws StepFailed when there is none, or when `obstacle` names a reason why nothing may be sent
 */
export async function locateFor(
  vm: VmControl,
  operation: OperationKind,
  obstacle: (at: Located) => VmError | null,
): Promise<Located> {
  const found = await find(vm, operation);
  const { source, destination } = vm.input;
  if (found === null) throw new StepFailed(noReplication(operation, vm.ref, source, destination.site));
  const wrong = whyNotIts(vm, operation, found) ?? whyNotNamed(vm, operation, found);
  if (wrong !== null) throw new StepFailed(wrong);
  takeAsFound(vm, found);
  await vm.callBy(found.replication.vmName);
  if (vm.memory.earlier?.left != null && found.replication.recoveryState !== 'COMPLETE')
    await tellEarlierCutover(vm, found.replication);
  const reason = obstacle(found);
  if (reason !== null) throw new StepFailed(reason);
  return found;
}

/**
 * As {@link locateFor}, for a VM that may have no replication.
 * @param isKnown false: that it has none is believed at once
 * @throws StepFailed when it is another VM's
 */
export async function locate(vm: VmControl, operation: OperationKind, isKnown?: false): Promise<Located | null> {
  const found = await find(vm, operation, isKnown);
  if (found !== null) takeOwn(vm, operation, found);
  return found;
}

/** What is another VM's must not be remembered as this one's: later runs would find it by that. @throws StepFailed */
export function takeOwn(vm: VmControl, operation: OperationKind, found: Located): void {
  const wrong = whyAnothers(vm, operation, found);
  if (wrong !== null) throw new StepFailed(wrong);
  takeAsFound(vm, found);
}

/** Why it is another VM's; null: it is its own. What has begun goes on under whatever name its VM has got. */
export function whyAnothers(vm: VmControl, operation: OperationKind, found: Located): VmError | null {
  return found.replication.vmId === vm.input.vm.id ? null : whyNotIts(vm, operation, found);
}

/** As {@link whyAnothers}, for what has not begun: it has the name that the plan says as well. */
function whyNotIts(vm: VmControl, operation: OperationKind, found: Located): VmError | null {
  const before = vm.input.known?.report.replicationId ?? [];
  const known = { ids: vm.ids, replicationIds: [...(vm.memory.earlier?.replicationIds ?? []), ...[before].flat()] };
  return wrongVm(operation, vm.input.vm, vm.input.source, found, known);
}

/** A plan that names a replication means no other, unless that is Drover's own: one of the VM may be anybody's. */
function whyNotNamed(vm: VmControl, operation: OperationKind, { site, replication, isMarkedAsIts }: Located) {
  const named = vm.input.vm.replicationId;
  const isOwn = isMarkedAsIts === true || vm.memory.earlier?.replicationIds.includes(replication.id) === true;
  // By another id of the VM it is found by what is known of it alone.
  const isByVm = replication.vmId === vm.input.vm.id;
  if (named === undefined || named === replication.id || isOwn || !isByVm) return null;
  if (vm.report.operations.some(({ kind }) => kind === 'reverse')) return null;
  return anotherThanNamed(operation, vm.ref, named, { site, replicationId: replication.id });
}

/** Without a word on whose it is, of which nothing is remembered. */
export async function find(
  vm: VmControl,
  operation: OperationKind,
  isKnown = vm.report.replicationId !== null,
): Promise<Located | null> {
  const { run, source, destination } = vm.input;
  const { id, name, replicationId = vm.report.replicationId } = vm.input.vm;
  vm.memory.earlier ??= await ask(vm, operation, () => earlierRuns({ workflowId: workflowInfo().workflowId }));
  const { earlier } = vm.memory;
  const subject = { id: vm.memory.vmIdNow ?? id, name, earlier, ...(replicationId === null ? {} : { replicationId }) };
  const { claim } = vm;
  const found = await ask(vm, operation, (resumedAt) =>
    locateReplication({ run, source, destination: destination.site, vm: subject, isKnown, resumedAt, claim }),
  );
  if (found !== null) vm.knownAs([found.replication.id, found.replication.vmId, found.replication.recoveredVmId]);
  return found;
}

export function takeAsFound(vm: VmControl, found: Located): void {
  vm.memory.moveTo(found);
  vm.report.replicationId = found.replication.id;
  const { vmId, recoveryState, recoveredVmId, destinationSite, destinationVdc } = found.replication;
  vm.memory.goesTo(destinationSite, destinationVdc?.id ?? null);
  if (vmId !== null) vm.memory.vmIdNow = vmId;
  if (recoveryState === 'COMPLETE') vm.recoveredAs(recoveredVmId);
}

/** Where else it is, once the site where it was lists it no more: whichever way it goes by now; null: neither lists any. */
export async function locateElsewhere(vm: VmControl, operation: OperationKind): Promise<Located | null> {
  const found = await find(vm, operation, false);
  return found === null || found.site === vm.site ? null : found;
}

/**
 * The replication as its site shows it now; null: it has none, and had none for as long as it may be missing, unless it is
 * asked `atOnce`. @throws StepFailed @throws Stopped
 */
export async function readAgain(
  vm: VmControl,
  operation: OperationKind,
  { atOnce = false, besideOf }: { atOnce?: boolean; besideOf?: string } = {},
): Promise<ReplicationSummary | null> {
  return ask(vm, operation, (resumedAt) => readReplication(readingOf(vm, resumedAt, { atOnce, besideOf })));
}

/** As {@link readAgain}, at once, with what is looked at right before a migrate. */
export async function readBeforeCutover(
  vm: VmControl,
  besideOf: string,
  others: Omit<BeforeCutoverInput, 'copy'>,
): Promise<BeforeCutover> {
  return ask(vm, 'migrate', (resumedAt) => {
    // Whether its answer comes or not.
    if (others.sync !== undefined) vm.slots.asked('sync');
    return lookBeforeCutover({ copy: readingOf(vm, resumedAt, { atOnce: true, besideOf }), ...others });
  });
}

function readingOf(
  { site, peer, report, ref, input: { run } }: VmControl,
  resumedAt: number,
  { atOnce, besideOf }: { atOnce: boolean; besideOf: string | undefined },
): ReplicationInput {
  const replicationId = report.replicationId ?? '';
  const beside = besideOf === undefined ? {} : { besideOf };
  return { run, site, peer, vm: ref, replicationId, resumedAt, atOnce, ...beside };
}

/** The point in time to recover. @throws StepFailed when the replication holds none that is old enough */
export async function chooseInstance(
  vm: VmControl,
  operation: Recovering,
  { site, peer, replication }: Located,
  choice: RecoveryChoice['instance'],
): Promise<{ instance: ReplicaInstance | null; body: { instanceId?: string } }> {
  if (choice === 'latest') return { instance: replication.latestInstance, body: {} };
  const { ref } = vm;
  const { run } = vm.input;
  const before = Date.parse(choice.before);
  const instance = await ask(vm, operation, (resumedAt) =>
    instanceBefore({ run, site, peer, vm: ref, replicationId: replication.id, before, resumedAt }),
  );
  if (instance !== null) return { instance, body: { instanceId: instance.key } };
  throw new StepFailed({
    code: 'NoInstance',
    message: `${nameWithId(ref)} has no instance from ${choice.before} or before at ${site} [replication ${replication.id}].`,
    operation,
    taskId: null,
    site,
    advice: 'Choose a later moment, or instance: latest.',
  });
}
