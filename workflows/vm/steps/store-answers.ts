import { CancellationScope, isCancellation } from '@temporalio/workflow';
import { storeAnswers } from '../../activities.js';
import type { VmControl } from './vm-control.js';

/** Waits until the store answers again. @throws Stopped */
export async function whenStoreAnswers(vm: VmControl): Promise<void> {
  let isThere = false;
  const asking = new CancellationScope();
  const asked = asking.run(async () => {
    await storeAnswers();
    isThere = true;
  });
  asked.catch((error: unknown) => {
    // Anything but the end of the wait is met by whoever asks next.
    isThere ||= !isCancellation(error);
  });
  try {
    await vm.waitFor('store', () => isThere);
  } finally {
    asking.cancel();
  }
}
