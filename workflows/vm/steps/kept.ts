/** What stays at the sites of a VM that was stopped: it is said, with what is known of the source, which may be down. */
import { workflowInfo } from '@temporalio/workflow';
import { powerBefore } from '../../activities.js';
import { lookAtSource } from './source.js';
import type { VmControl } from './vm-control.js';

/** How long the site of the source is asked: ms. */
const WITHIN = 10_000;

/** For a replication that was there before this run. An earlier one may have begun to cut it over. */
export async function tellKept(vm: VmControl): Promise<void> {
  const stays = `Replication ${vm.report.replicationId} at ${vm.site} stays: it was there before this run.`;
  if ((await powerBefore(workflowInfo().workflowId)) === null) return vm.note(stays);
  const source = await sourceNow(vm);
  const { before } = vm.report.source ?? {};
  const since =
    vm.report.source?.power === 'off' && before !== 'off' ? ', off since an earlier run began to cut it over' : '';
  vm.note(`${stays} ${source}${since}.`);
}

/** One sentence, without its end, of how the source is now, which is kept in the report as well. */
export async function sourceNow(vm: VmControl): Promise<string> {
  const site = vm.peer;
  const { power, known } = await lookAtSource(vm, { site, vmId: vm.memory.vmIdNow ?? vm.input.vm.id, within: WITHIN });
  if (power === 'unknown') return `Whether its source at ${site} is on is not known: ${known}`;
  return `Its source at ${site} is ${power === 'off' ? 'OFF' : 'on'}: ${known}`;
}
