/** Removes the replication by which a run has moved a VM, if it is still that, and nobody has used it since. */
import { workflowInfo } from '@temporalio/workflow';
import { CODES } from '../../contract/codes.js';
import { decisiveOf } from '../../contract/look.js';
import { runWorkflowId } from '../../contract/names.js';
import type { Located } from '../../contract/questions.js';
import type { VmReport } from '../../contract/report.js';
import type { TidyVmInput } from '../../contract/tidy.js';
import { nameWithId } from '../../contract/vm-identity.js';
import { deleteReplication, keepOthers } from '../vm/steps/initial-sync.js';
import { locate } from '../vm/steps/locate.js';
import { LookAgain, StepFailed } from '../vm/steps/step-errors.js';
import { VmControl } from '../vm/steps/vm-control.js';
import { runVm } from '../vm/steps/vm-lifecycle.js';

/** Numbers of operation ids of each round: a step is done again five times at most, and waits for a busy site in between. */
const NUMBERS = 1_000;
/** It changes under the look again and again. */
const LOOKS = 5;

/**
 * Never fails: whoever asks later whether the VM was moved must not be misled by how this one has closed. The report is that
 * of the run, with what was done now; its `error` says why the replication stays.
 */
export async function tidyVm(input: TidyVmInput): Promise<VmReport> {
  const { run, source, destination, round, selfCheck, missingFor } = input;
  const { replicationId } = input.vm;
  const { id, name, recoveredAs } = input.vm;
  const vm = new VmControl({
    run,
    // There is none that hears of units: whoever tidies hears its end by itself.
    parent: runWorkflowId(`tidy-${workflowInfo().runId.slice(0, 8)}`),
    wave: input.vm.wave,
    vm: { id, name, after: [], ...(replicationId === null ? {} : { replicationId }) },
    source,
    destination: { site: destination },
    limits: {},
    selfCheck,
    missingFor,
    phase: 'through',
    revision: 1,
    known: {
      report: { ...input.vm, error: null },
      memory: {
        numbers: { delete: round * NUMBERS },
        site: destination,
        peer: source,
        vmIdNow: null,
        clocks: {},
        earlier: null,
        begun: null,
        marks: null,
      },
    },
    orders: { run, revision: 0, paused: false, resumedAt: 0, stop: false, notAfter: null },
  });
  vm.stop.ignore('always');
  const isPersons = input.vm.operations.some(({ kind, owner }) => kind === 'start' && owner === 'person');
  return runVm(vm, async () => {
    vm.enter('delete-replication');
    if (isPersons) return keepOthers(vm);
    try {
      for (let looks = 1; ; looks += 1) {
        // Most of what an earlier round has seen to is gone, and nothing is sent for what is missing.
        const found = await locate(vm, 'delete', round === 0 ? undefined : false);
        vm.report.replicationId = replicationId;
        if (found === null) return;
        const use = usedSince(found, replicationId, recoveredAs ?? []);
        if (use !== null) return vm.fail(kept(vm, use));
        try {
          return await deleteReplication(vm, { insists: true, onlyOwn: true, looked: decisiveOf(found.replication) });
        } catch (error) {
          if (!(error instanceof LookAgain) || looks === LOOKS) throw error;
        }
      }
    } catch (error) {
      if (error instanceof StepFailed) vm.fail(error.reason);
      else if (error instanceof LookAgain) vm.fail(kept(vm, 'it changes again and again'));
      else throw error;
    }
  });
}

/** What somebody has made of it since; null: nothing, as far as the sites show. */
function usedSince({ site, replication }: Located, id: string | null, recoveredAs: string[]): string | null {
  if (replication.id !== id) return `the VM has replication ${replication.id} at ${site} by now`;
  if (replication.isReversed) return `it was reversed, and protects the VM at ${site} now`;
  if (replication.recoveryState !== 'COMPLETE') return `it is used again: its state is ${replication.recoveryState}`;
  const { recoveredVmId } = replication;
  const isOurs = recoveredVmId === null || recoveredAs.length === 0 || recoveredAs.includes(recoveredVmId);
  return isOurs ? null : `it has recovered another VM since (${recoveredVmId})`;
}

const kept = (vm: VmControl, why: string) => ({
  code: CODES.notOurs,
  message: `replication ${vm.report.replicationId} of ${nameWithId(vm.report)} stays: ${why}.`,
  operation: 'delete' as const,
  taskId: null,
  site: vm.site,
  advice: `Remove it at ${vm.site} when it is no longer needed.`,
});
