/**
 * Where the workflows of a lab run. A thread for each lab loads the SDK again, and the SDK notes the stack of each promise that
 * workflow code makes, for a query that no test asks: together most of what a lab cost. So they run beside the test, without
 * the notes; what that leaves out (a workflow that blocks its thread is ended) is left to workers that are processes of their
 * own, as in test/crash and test/worker, and to `npm run test:long`, where labs have threads.
 */
import { globalHandlers } from '@temporalio/worker/lib/workflow/vm-shared.js';

export const THREADED = process.env.DROVER_TEST_THREADS !== undefined;

/** The SDK begins its notes with each worker that it creates in this thread. */
export const forgetPromises = (): void => globalHandlers.uninstall();
