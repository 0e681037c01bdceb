/** Removes the test copies that drills have left at a site: those whose VM's workflow runs no more. */
import { ApplicationFailure, rootCause, WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ChildWorkflowFailure, executeChild, workflowInfo } from '@temporalio/workflow';
import { isSweepInput } from '../../contract/begin-guards.js';
import { CODES } from '../../contract/codes.js';
import type { SweepInput, SweepResult, SweepVmInput } from '../../contract/inputs.js';
import { loginsMemo } from '../../contract/logins.js';
import { runWorkflowId } from '../../contract/names.js';
import { contractMemo } from '../../contract/number.js';
import type { TestCopy } from '../../contract/questions.js';
import { unitsQueue } from '../../contract/queues.js';
import type { OperationRecord, VmReport } from '../../contract/report.js';
import { siteSettings, testCopiesLeft } from '../activities.js';
import { StepFailed } from '../vm/steps/step-errors.js';
import { VmControl } from '../vm/steps/vm-control.js';
import { runVm } from '../vm/steps/vm-lifecycle.js';
import { NotedCopy } from './noted-copy.js';
import { removeTestCopy } from './test-copy.js';

/** One that has not ended by then, as at a site that is away, lets go of its VM; the site's next sweep goes on. */
const SWEEP_VM_MOST = '2 hours';

export const NOTHING: SweepResult = { removed: [], gone: [], left: [] };

/** @throws ApplicationFailure `Malformed` for an input that is none: it would keep others from sweeping the site */
export async function sweep(input: SweepInput): Promise<SweepResult> {
  if (!isSweepInput(input, workflowInfo().workflowId))
    throw ApplicationFailure.nonRetryable('it was begun with what is no input of a sweep', 'Malformed');
  const { site } = input;
  const copies = await testCopiesLeft({ site });
  if (copies.length === 0) return NOTHING;
  const { selfCheck, missingFor } = await siteSettings(site);
  const patience = { selfCheck, missingFor };
  const each = await Promise.all(
    copies.map(async (copy) => ({ vm: copy.vm.name, run: copy.run, became: await sweptOf(copy, site, patience) })),
  );
  const which = (became: Became['is']) =>
    each.flatMap(({ vm, run, became: { is } }) => (is === became ? [{ vm, run }] : []));
  return {
    removed: which('removed'),
    gone: which('gone'),
    left: each.flatMap(({ vm, run, became }) => (became.is === 'left' ? [{ vm, run, reason: became.reason }] : [])),
  };
}

type Became = { is: 'removed' | 'gone' } | { is: 'left'; reason: string };

/** Under the VM's own workflow id, so that no run or drill touches it meanwhile; one that does has it in hand. */
async function sweptOf(
  copy: TestCopy,
  site: string,
  patience: Pick<SweepVmInput, 'selfCheck' | 'missingFor'>,
): Promise<Became> {
  try {
    const { operations } = await executeChild(sweepVm, {
      workflowId: copy.workflowId,
      taskQueue: unitsQueue(workflowInfo().taskQueue),
      args: [{ copy, site, ...patience }],
      parentClosePolicy: 'ABANDON',
      workflowExecutionTimeout: SWEEP_VM_MOST,
      memo: { run: copy.run, isSweep: true, ...loginsMemo(copy.logins ?? {}), ...contractMemo },
    });
    return { is: operations.some(isCleanUp) ? 'removed' : 'gone' };
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError)
      return { is: 'left', reason: 'another run or drill has its VM' };
    if (error instanceof ChildWorkflowFailure) return { is: 'left', reason: rootCause(error) ?? error.message };
    throw error;
  }
}

const isCleanUp = ({ kind, result }: OperationRecord): boolean => kind === 'cleanup' && result === 'succeeded';

export async function sweepVm({ copy, site, selfCheck, missingFor }: SweepVmInput): Promise<VmReport> {
  const { vm: ref, peer, replicationId } = copy;
  // Of its own: under the drill's id an earlier clean-up would be taken for this one.
  const run = `sweep-${workflowInfo().runId.slice(0, 8)}`;
  const vm = new VmControl({
    run,
    // There is none: whoever sweeps hears its end by itself.
    parent: runWorkflowId(run),
    wave: 'sweep',
    vm: { ...ref, after: [], replicationId },
    source: peer,
    destination: { site },
    limits: {},
    selfCheck,
    missingFor,
    phase: 'through',
    revision: 1,
    orders: { run, revision: 0, paused: false, resumedAt: 0, stop: false, notAfter: null },
  });
  vm.report.replicationId = replicationId;
  vm.stop.ignore('always');
  return runVm(vm, async () => {
    const stays = await removeTestCopy(vm, new NotedCopy(site, copy));
    if (stays !== null) throw copyOfOthers(copy, site, stays);
  });
}

const copyOfOthers = ({ replicationId }: TestCopy, site: string, message: string): StepFailed =>
  new StepFailed({
    code: CODES.testCopyLeft,
    message,
    operation: 'cleanup',
    taskId: null,
    site,
    advice: `Look at replication ${replicationId} there, and clean the test up when nobody needs it.`,
  });
