/** Removes the test copies that drills have left at a site: those whose VM's workflow runs no more. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ChildWorkflowFailure, executeChild, workflowInfo } from '@temporalio/workflow';
import type { SweepInput, SweepResult, SweepVmInput } from '../../contract/messages.js';
import { contractMemo } from '../../contract/number.js';
import type { TestCopy } from '../../contract/questions.js';
import type { VmReport } from '../../contract/report.js';
import { siteSettings, testCopiesLeft } from '../activities.js';
import { VmControl } from '../vm/steps/vm-control.js';
import { runVm } from '../vm/steps/vm-lifecycle.js';
import { removeTestCopy } from './test-copy.js';

/** One that has not ended by then, as at a site that is away, lets go of its VM; the site's next sweep goes on. */
const SWEEP_VM_MOST = '2 hours';

export async function sweep({ site }: SweepInput): Promise<SweepResult> {
  const left = await testCopiesLeft({ site });
  if (left.length === 0) return { removed: [], left: [] };
  const { selfCheck } = await siteSettings(site);
  const outcomes = await Promise.all(left.map(async (copy) => ({ copy, gone: await isSwept(copy, site, selfCheck) })));
  const names = (gone: boolean) =>
    outcomes.filter((outcome) => outcome.gone === gone).map(({ copy }) => ({ vm: copy.vm.name, run: copy.run }));
  return { removed: names(true), left: names(false) };
}

/** Under the VM's own workflow id, so that no run or drill touches it meanwhile; one that does has it in hand. */
async function isSwept(copy: TestCopy, site: string, selfCheck: number): Promise<boolean> {
  try {
    await executeChild(sweepVm, {
      workflowId: copy.workflowId,
      args: [{ copy, site, selfCheck }],
      parentClosePolicy: 'ABANDON',
      workflowExecutionTimeout: SWEEP_VM_MOST,
      memo: { run: copy.run, isSweep: true, ...contractMemo },
    });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError || error instanceof ChildWorkflowFailure) return false;
    throw error;
  }
}

export async function sweepVm({ copy, site, selfCheck }: SweepVmInput): Promise<VmReport> {
  const { vm: ref, peer, replicationId } = copy;
  const vm = new VmControl({
    // Of its own: under the drill's id an earlier clean-up would be taken for this one.
    run: `sweep-${workflowInfo().runId.slice(0, 8)}`,
    wave: 'sweep',
    vm: { ...ref, after: [], replicationId },
    source: peer,
    destination: { site },
    limits: {},
    selfCheck,
    approved: true,
    paused: false,
    resumedAt: 0,
  });
  vm.report.replicationId = replicationId;
  vm.ignoreStop('always');
  const own = { run: copy.run, since: copy.since, vmId: () => null, unknown: 'remove' } as const;
  return runVm(vm, () => removeTestCopy(vm, site, replicationId, own));
}
