/** Test copies: the site remembers each from before it is made until it is seen to be gone, so that none is left behind. */
import { getExternalWorkflowHandle, sleep, workflowInfo } from '@temporalio/workflow';
import { testCopyGoneSignal, testCopySignal } from '../../contract/messages.js';
import { siteWorkflowId } from '../../contract/names.js';
import type { Located } from '../../contract/operation.js';
import { openSite } from '../activities.js';
import { find } from '../vm/steps/locate.js';
import { operation } from '../vm/steps/operation.js';
import { signalIfOpen } from '../vm/steps/signal-if-open.js';
import { StepFailed } from '../vm/steps/step-errors.js';
import type { VmControl } from '../vm/steps/vm-control.js';

/** Looks before a copy is left to the sweeper, which goes on: over half an hour. */
const LOOKS = 12;
const FIRST_PAUSE = 3_000;
const LONGEST_PAUSE = 5 * 60_000;

export async function noteTestCopy(vm: VmControl, { site, peer, replication }: Located): Promise<void> {
  const { run, source, vm: ref } = vm.input;
  const copy = {
    workflowId: workflowInfo().workflowId,
    run,
    source,
    peer,
    vm: { id: ref.id, name: ref.name },
    replicationId: replication.id,
    since: Date.now(),
  };
  const handle = getExternalWorkflowHandle(siteWorkflowId(site));
  while (!(await signalIfOpen(handle, testCopySignal, copy))) await openSite(site);
}

/**
 * Cleans up until the site shows no test copy any more.
 * @throws StepFailed `TestCopyLeft` when it would not for long; the site's sweeper goes on trying
 */
export async function removeTestCopy(vm: VmControl, site: string, replicationId: string): Promise<void> {
  vm.enter('clean-up');
  let last: StepFailed | null = null;
  let cleaned = false;
  // Of a test whose end is not known, the copy may still appear.
  let looks = vm.report.operations.some(({ kind, result }) => kind === 'failover-test' && result !== 'succeeded')
    ? 2
    : 1;
  for (let [n, pause] = [0, FIRST_PAUSE]; n < LOOKS; n += 1) {
    try {
      const found = await find(vm, 'cleanup');
      if (found === null || isClean(found.replication.recoveryState, cleaned)) {
        looks -= 1;
        if (looks === 0) return await forgetTestCopy(site, replicationId);
      } else if (found.replication.recoveryState !== 'IN_PROGRESS') {
        await operation(vm, { kind: 'cleanup', replicationId: found.replication.id });
        // Its own word is not enough, but is looked at without delay the first time.
        if (!cleaned) pause = 0;
        cleaned = true;
      }
    } catch (error) {
      if (!(error instanceof StepFailed)) throw error;
      last = error;
    }
    if (pause > 0) await sleep(pause);
    pause = Math.min(2 * pause || FIRST_PAUSE, LONGEST_PAUSE);
  }
  const { name, id } = vm.report;
  throw new StepFailed({
    code: 'TestCopyLeft',
    message:
      `the test copy of ${name} (${id}) is still at ${site}: ${last?.reason.message ?? 'the site says that it is busy.'} ` +
      'Drover goes on trying by itself.',
    operation: 'cleanup',
    taskId: last?.reason.taskId ?? null,
    site,
    advice: `Look at replication ${replicationId} there; drover drill sweep ${site} tries at once.`,
  });
}

async function forgetTestCopy(site: string, replicationId: string): Promise<void> {
  await signalIfOpen(getExternalWorkflowHandle(siteWorkflowId(site)), testCopyGoneSignal, { replicationId });
}

/** A site that tells no recovery state that Drover knows is believed once a clean-up has succeeded. */
function isClean(recoveryState: string, cleaned: boolean): boolean {
  if (recoveryState === 'TEST' || recoveryState === 'IN_PROGRESS') return false;
  return recoveryState === 'NOT_STARTED' || recoveryState === 'COMPLETE' || cleaned;
}
