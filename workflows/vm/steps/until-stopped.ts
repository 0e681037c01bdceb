import { CancellationScope } from '@temporalio/workflow';
import { Stopped } from './step-errors.js';
import type { VmControl } from './vm-control.js';

/** Waits for a question that changes nothing, until a stop is asked for: one that is being retried would delay it for a day. @throws Stopped */
export async function untilStopped<T>(vm: VmControl, question: () => Promise<T>): Promise<T> {
  const scope = new CancellationScope();
  const unlisten = vm.stop.on(() => scope.cancel());
  try {
    return await scope.run(question);
  } catch (error) {
    if (scope.consideredCancelled) throw new Stopped();
    throw error;
  } finally {
    unlisten();
  }
}
