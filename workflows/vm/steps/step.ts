/** A step of a VM that asks a site for something: what it wants, the request that comes of it, and the slot that it needs. */
import { workflowInfo } from '@temporalio/workflow';
import { operationId } from '../../../contract/names.js';
import type { OperationKind, OperationRequest, SlotKind, Submitted } from '../../../contract/operation.js';
import type { SlotPurpose } from '../../../contract/site.js';
import { type Asked, NotAgain, StepFailed } from './step-errors.js';
import type { VmControl } from './vm-control.js';

export interface Step {
  kind: OperationKind;
  replicationId: string | null;
  start?: OperationRequest['start'];
  adopt?: OperationRequest['adopt'];
  named?: OperationRequest['named'];
  reconfigure?: OperationRequest['reconfigure'];
  recovery?: OperationRequest['recovery'];
  newOwner?: string;
  recoveredVmId?: string | null;
  unlessRecovered?: boolean;
  onlyOwn?: OperationRequest['onlyOwn'];
  until?: 'task' | 'synced';
  /** a place that the site asks for on behalf of the VM as this ends well; absent: none */
  next?: SlotKind;
  /** taken before each try, given back by the site when it is over */
  slot?: SlotKind;
  /** what the slot is wanted for; absent: whatever has to wait for the others */
  purpose?: SlotPurpose;
  /** takes the slot instead of merely asking for it, before every try: for what must be looked at once more by then */
  takeSlot?: (slot: SlotKind) => Promise<void>;
  notAfter?: number | null;
  /** ms after which a task that fails again is not repeated here, whatever its row says: the caller goes on by itself */
  atMost?: number;
  /** is told of each try that the site has accepted, before its end is awaited */
  onAccepted?: (submitted: Submitted, operationId: string) => void;
  /** what the caller has just seen of the replication, see contract/look.ts: where that changes before it is sent, LookAgain is thrown */
  looked?: string;
  /** the caller has just looked, and decides when it is sent again: a task that failed, and a wait, are thrown */
  once?: true;
}

export function requestFor(vm: VmControl, step: Step, attempt: number): OperationRequest {
  const { run, vm: ref } = vm.input;
  const { site, peer } = vm;
  const clock = vm.memory.clockOf(site);
  return {
    operationId: operationId(run, ref.id, step.kind, attempt),
    kind: step.kind,
    site,
    peer,
    run,
    vm: vm.ref,
    workflowId: workflowInfo().workflowId,
    replicationId: step.replicationId,
    ...(step.start === undefined ? {} : { start: step.start }),
    ...(step.adopt === undefined ? {} : { adopt: step.adopt }),
    ...(step.named === undefined ? {} : { named: step.named }),
    ...(step.kind !== 'start' || ref.vms === undefined ? {} : { members: ref.vms }),
    ...(step.reconfigure === undefined ? {} : { reconfigure: step.reconfigure }),
    ...(step.recovery === undefined ? {} : { recovery: step.recovery }),
    ...(step.newOwner === undefined ? {} : { newOwner: step.newOwner }),
    ...(step.recoveredVmId === undefined ? {} : { recoveredVmId: step.recoveredVmId }),
    ...(vm.memory.marks === null ? {} : { marks: vm.memory.marks }),
    ...(vm.input.stalledAfter === undefined ? {} : { stalledAfter: vm.input.stalledAfter }),
    ...(step.kind === 'delete' ? { ids: vm.ids } : {}),
    ...(step.unlessRecovered === undefined ? {} : { unlessRecovered: step.unlessRecovered }),
    ...(step.onlyOwn === undefined ? {} : { onlyOwn: step.onlyOwn }),
    requestedAt: Date.now(),
    notAfter: step.notAfter ?? null,
    resumedAt: vm.resumedAt,
    ...(vm.memory.vmIdNow === null || vm.memory.vmIdNow === ref.id ? {} : { vmIdNow: vm.memory.vmIdNow }),
    ...(clock === null ? {} : { clock }),
    until: step.until ?? 'task',
    slot: step.slot ?? null,
    ...(step.slot === undefined || ref.vms === undefined ? {} : { places: ref.vms.length }),
    ...(step.next === undefined ? {} : { next: vm.slots.request(step.next) }),
    knownTasks: vm.report.operations.flatMap(({ taskId }) => (taskId === null ? [] : [taskId])),
    decided: false,
  };
}

/** For steps before which a look was taken. */
export function lookedBefore(vm: VmControl, { once, takeSlot: take, looked }: Step): Pick<OperationRequest, 'looked'> {
  const seen = once === true || take !== undefined ? vm.looked : (looked ?? null);
  return seen === null ? {} : { looked: seen };
}

export const askedOf = ({ kind, site }: OperationRequest): Asked => ({ operation: kind, site });

/** @throws StepFailed with what an earlier try ended with, where a look tells that there is to be no other */
export async function takeSlot(
  vm: VmControl,
  { slot, purpose, takeSlot: take }: Step,
  before: StepFailed | null,
): Promise<void> {
  if (slot === undefined) return;
  try {
    await (take === undefined ? vm.takeSlot(slot, undefined, undefined, purpose) : take(slot));
  } catch (error) {
    throw before !== null && error instanceof StepFailed ? new NotAgain(before.reason, error.reason) : error;
  }
}

/** What was never watched gives its slot back itself. */
export async function slotBack<E>(vm: VmControl, step: Step, error: E): Promise<E> {
  if (step.slot !== undefined) await vm.giveSlot(step.slot);
  return error;
}
