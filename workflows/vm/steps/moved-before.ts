/** Before a VM is migrated: whether it was before, which the sites or an earlier run's record can make one suspect. */

import { upsertMemo } from '@temporalio/workflow';
import { CODES } from '../../../contract/codes.js';
import type { PlanVmInput } from '../../../contract/inputs.js';
import type { LookForMovedInput, Moved, MovedBeforeInput, SeenOfMoved } from '../../../contract/questions.js';
import type { VmReport } from '../../../contract/report.js';
import { startBody } from '../../../contract/start-body.js';
import { isUnnamed, nameWithId } from '../../../contract/vm-identity.js';
import { lookForMoved, movedBefore } from '../../activities.js';
import { isStoreAway } from '../../evidence/patience.js';
import { ask } from './locate.js';
import { scheduledFor } from './scheduled-sync.js';
import { tellEarlierCutover } from './source.js';
import { StepFailed } from './step-errors.js';
import { whenStoreAnswers } from './store-answers.js';
import type { VmControl } from './vm-control.js';

/** @throws StepFailed `MaybeMoved`, before anything is sent, unless the plan says that it is to be all the same @throws Stopped */
export async function refuseIfMoved(vm: VmControl, input: PlanVmInput): Promise<void> {
  if (input.remigrate) return tellEarlierCutover(vm, null);
  vm.enter('look');
  const { run, source, destination, vm: ref } = input;
  const at = destination.site;
  refuseNamesake(vm, input, input.movedAs);
  const vdc = ref.vdc ?? destination.vdc ?? '';
  const { id, name } = ref;
  const wants = wanted(vm, input);
  const seen = await ask(vm, 'start', (resumedAt) => {
    // Whether its answer comes or not.
    if (wants.wants !== undefined) vm.slots.asked('sync');
    const asked = { run, source, destination: at, vdc, vm: { id, name }, ...membersOf(ref), ...wants, resumedAt };
    return lookForMoved(asked);
  });
  if (seen.isAsked !== true) vm.slots.notAsked('sync');
  const { isSourceOff, twin } = seen;
  if (seen.isSourceOn === false) await tellEarlierCutover(vm, null);
  await vm.callBy(seen.name);
  // A plan that names no names is told them by the site.
  if (seen.name !== null && seen.name !== name) {
    const moved = await askedOfStore(vm, { source, vms: [{ id, name: seen.name }], run });
    refuseNamesake(
      vm,
      input,
      moved.find((one) => one.vmId !== id && one.to === at && one.run !== run),
    );
  }
  if (isSourceOff && twin !== null)
    throw maybeMoved(
      vm,
      `it is off at ${source}, and ${nameWithId(twin)} stands ${twin.isPlaceUnknown ? `at ${at}, which does not say in which VDC` : `in VDC ${vdc} at ${at}`}`,
    );
  note(vm, input, seen);
}

/** The place for its copy, unless something is waited for in between. */
function wanted(vm: VmControl, input: PlanVmInput): Pick<LookForMovedInput, 'wants'> {
  const isAtOnce = vm.site === input.destination.site && input.vm.vms === undefined && !isUnnamed(vm.report);
  const isScheduled = scheduledFor(startBody(input, true)) !== null;
  return isAtOnce && !isScheduled ? { wants: vm.slots.request('sync') } : {};
}

/** @throws Stopped */
async function askedOfStore(vm: VmControl, question: MovedBeforeInput): Promise<Moved[]> {
  for (;;) {
    try {
      return await movedBefore(question);
    } catch (error) {
      if (!isStoreAway(error)) throw error;
      await whenStoreAnswers(vm);
    }
  }
}

/** Another run has moved it while this one copied it. */
export const movedBy = (vm: VmControl, { source }: PlanVmInput, { run, to }: Moved): StepFailed =>
  maybeMoved(vm, `run ${run} has moved it from ${source} to ${to ?? 'another site'} meanwhile`);

function refuseNamesake(vm: VmControl, { source, destination }: PlanVmInput, namesake: PlanVmInput['movedAs']): void {
  if (namesake === undefined) return;
  const { vmId, run } = namesake;
  const member = vm.input.vm.vms?.find(({ id }) => id === vmId);
  const which = member === undefined ? `a VM of its name (${vmId})` : `its VM ${nameWithId(member)}`;
  throw maybeMoved(vm, `${which} was moved from ${source} to ${destination.site} by run ${run}`);
}

const membersOf = ({ vms }: PlanVmInput['vm']): Pick<LookForMovedInput, 'members'> =>
  vms === undefined ? {} : { members: vms };

/** Kept with the workflow, by which later runs know what was moved under this name. */
export function keepName({ report, input }: VmControl): void {
  if (report.name !== input.vm.name) upsertMemo({ vm: report.name });
}

/** One of the two alone is no reason to stop. */
function note({ report }: VmControl, { source, destination }: PlanVmInput, { isSourceOff, twin }: SeenOfMoved): void {
  const said = isSourceOff
    ? `it was off at ${source} when its migration began`
    : twin === null
      ? null
      : `a VM of its name, ${nameWithId(twin)}, stands at ${destination.site} already`;
  if (said !== null) report.notes = [...(report.notes ?? []), said];
}

/** Its copy is there by the time that another run is found to have moved it. */
const sentBefore = ({ replicationId }: VmReport, site: string): string =>
  replicationId === null
    ? 'Nothing was sent.'
    : `Nothing more was sent; its replication ${replicationId} stays at ${site}.`;

const maybeMoved = ({ report, report: { name, id }, site }: VmControl, why: string): StepFailed =>
  new StepFailed({
    code: CODES.maybeMoved,
    message: `${nameWithId({ id, name })} may have been moved already: ${why}. ${sentBefore(report, site)}`,
    operation: 'start',
    taskId: null,
    site,
    advice: 'Look at both VMs. If this one is to be moved all the same, say remigrate: true for it in the plan.',
  });
