/**
 * Where the workflows of a lab run. A thread for each lab loads the SDK again, and the SDK notes the stack of each promise that
 * workflow code makes, for a query that no test asks: together most of what a lab cost. So they run beside the test, without
 * the notes; what that leaves out (a workflow that blocks its thread is ended) is left to workers that are processes of their
 * own, as in test/crash and test/worker, and to `npm run test:long`, where labs have threads.
 */
import { ReusableVMWorkflowCreator } from '@temporalio/worker/lib/workflow/reusable-vm.js';
import { globalHandlers } from '@temporalio/worker/lib/workflow/vm-shared.js';
import { Shared } from './shared.js';

export const THREADED = process.env.DROVER_TEST_THREADS !== undefined;

/** The SDK begins its notes with each worker that it creates in this thread. */
export const forgetPromises = (): void => globalHandlers.uninstall();

type Create = typeof ReusableVMWorkflowCreator.create;
type Creator = Awaited<ReturnType<Create>>;

/**
 * Beside the test the SDK ends no workflow before 49 days, and yet begins and joins a thread that counts them for each of its
 * many calls into workflow code: 52 µs of a core and a third of a millisecond's wait each, where other tests want both cores.
 * So it is not told of a limit.
 *
 * And all workers of a test file have one sandbox, as all workflows of a worker have: of its storages each promise in the
 * process carries a share.
 */
function shareWithoutTimeLimit(): void {
  const create: Create = ReusableVMWorkflowCreator.create;
  const sandboxes = new Map<string, Shared<Creator>>();
  ReusableVMWorkflowCreator.create = function createShared(bundle, _limit, activities, patched) {
    const key = [...activities].toSorted().join(' ') + bundle.code;
    let sandbox = sandboxes.get(key);
    if (sandbox === undefined) {
      let destroy: () => Promise<void>;
      sandbox = new Shared<Creator>(
        async () => {
          const creator = await create.call(this, bundle, undefined as never, activities, patched);
          destroy = creator.destroy.bind(creator);
          creator.destroy = () => sandboxes.get(key)?.release() ?? Promise.resolve();
          return creator;
        },
        () => destroy(),
      );
      sandboxes.set(key, sandbox);
    }
    return sandbox.take() as never;
  };
}
if (!THREADED) shareWithoutTimeLimit();
