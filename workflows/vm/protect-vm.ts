/** The protection of one VM: start → initial sync → first instance. From then on it can be failed over. */
import { sleep } from '@temporalio/workflow';
import type { PlanVmInput } from '../../contract/messages.js';
import type { ReplicationSummary } from '../../contract/operation.js';
import type { VmReport } from '../../contract/report.js';
import { startCopy, tidy } from './steps/initial-sync.js';
import { lookAgain } from './steps/locate.js';
import type { Outcome } from './steps/operation.js';
import { StepFailed } from './steps/step-errors.js';
import { createVmControl, lessOften, type VmControl } from './steps/vm-control.js';
import { liveVm } from './steps/vm-lifecycle.js';

/** An instance may be listed a little after the first sync: looked for this often, four times as late each time. */
const LOOKS = 6;
const FIRST_PAUSE = 5_000;

export async function protectVm(input: PlanVmInput): Promise<VmReport> {
  const vm = createVmControl(input);
  let started: Outcome | null = null;
  return liveVm(
    vm,
    async () => {
      const copied = await startCopy(vm, input, false, (outcome) => {
        started = outcome;
      });
      vm.enter('verify');
      await whenRecoverable(vm, copied, started?.notice.taskId ?? null);
    },
    async () => {
      await vm.giveSlot('sync');
      if (started?.submitted.preexisting === false) await tidy(vm);
    },
  );
}

/** @throws StepFailed when the replication shows nothing that could be recovered */
async function whenRecoverable(vm: VmControl, copied: ReplicationSummary | null, taskId: string | null): Promise<void> {
  const { site } = vm;
  const replicationId = vm.report.replicationId ?? '';
  let seen = copied;
  for (let [n, pause] = [0, FIRST_PAUSE]; !seen?.latestInstance && n < LOOKS; n += 1, pause = lessOften(pause)) {
    if (n > 0) await sleep(pause);
    seen = await lookAgain(vm, 'start');
  }
  if (seen?.latestInstance) return;
  throw new StepFailed({
    code: 'NoInstance',
    message:
      `the first sync of ${vm.report.name} (${vm.report.id}) to ${site} ended, but replication ${replicationId} holds no ` +
      'instance that could be recovered.',
    operation: 'start',
    taskId,
    site,
    advice: "Look at the replication's health at the site.",
  });
}
