/** Questions that change nothing, and what ends the wait for their answers. */
import { CancellationScope, isCancellation } from '@temporalio/workflow';
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

/**
 * Waits for a look that a stop does not end, and that tells what a person is to know: no longer than there is time for it.
 * @param most ms; default as long as there is time
 * @returns null: the time was over first
 */
export async function inTimeLeft<T>(
  { stop }: Pick<VmControl, 'stop'>,
  look: () => Promise<T>,
  most = Number.POSITIVE_INFINITY,
): Promise<T | null> {
  if (Math.min(stop.lookLeft, most) <= 0) return null;
  const bound = most === Number.POSITIVE_INFINITY ? undefined : { timeout: most, cancellable: true as const };
  const scope = new CancellationScope(bound);
  const unlisten = stop.onNoLooks(() => scope.cancel());
  try {
    return await scope.run(look);
  } catch (error) {
    if (isCancellation(error)) return null;
    throw error;
  } finally {
    unlisten();
  }
}
