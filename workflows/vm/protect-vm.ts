/** The protection of one VM: start → initial sync → first instance. From then on it can be failed over. */
import type { PlanVmInput } from '../../contract/inputs.js';
import type { ReplicationSummary } from '../../contract/replication.js';
import type { VmReport } from '../../contract/report.js';
import { nameWithId } from '../../contract/vm-identity.js';
import { lookSaying } from './steps/again.js';
import { startInitialSync } from './steps/initial-sync.js';
import { readAgain } from './steps/locate.js';
import { StepFailed } from './steps/step-errors.js';
import { undoStart } from './steps/undo-start.js';
import { VmControl } from './steps/vm-control.js';
import { runVm } from './steps/vm-lifecycle.js';

/** An instance may be listed a little after the first sync. */
const PAUSES = { first: 20_000, factor: 4, times: 5 };

export async function protectVm(input: PlanVmInput): Promise<VmReport> {
  const vm = new VmControl(input);
  return runVm(
    vm,
    async () => {
      const synced = await startInitialSync(vm, input, false);
      vm.enter('verify');
      await whenRecoverable(vm, synced, vm.memory.begun?.submitted.taskId ?? null);
    },
    () => undoStart(vm),
  );
}

/** @throws StepFailed when the replication shows nothing that could be recovered */
async function whenRecoverable(vm: VmControl, synced: ReplicationSummary | null, taskId: string | null): Promise<void> {
  const { site } = vm;
  const replicationId = vm.report.replicationId ?? '';
  const isRecoverable = (seen: ReplicationSummary | null): boolean => Boolean(seen?.latestInstance);
  if (isRecoverable(synced)) return;
  const why = {
    code: 'NoInstance',
    message:
      `the first sync of ${nameWithId(vm.report)} to ${site} ended, but replication ${replicationId} holds no ` +
      'instance that could be recovered.',
    operation: 'start',
    taskId,
    site,
    advice: "Look at the replication's health at the site.",
  } as const;
  const look = () => readAgain(vm, 'start');
  if (isRecoverable(await lookSaying(vm, look, isRecoverable, PAUSES, () => why))) return;
  throw new StepFailed(why);
}
