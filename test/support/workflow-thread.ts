/**
 * Where the workflows of a lab run. A thread for each lab loads the SDK again, and the SDK notes the stack of each promise that
 * workflow code makes, for a query that no test asks: together most of what a lab cost. So they run beside the test, without
 * the notes; what that leaves out (a workflow that blocks its thread is ended) is left to workers that are processes of their
 * own, as in test/crash and test/worker, and to `npm run test:long`, where labs have threads.
 */
import { Worker } from '@temporalio/worker';
import { ReusableVMWorkflowCreator } from '@temporalio/worker/lib/workflow/reusable-vm.js';
import { globalHandlers } from '@temporalio/worker/lib/workflow/vm-shared.js';

export const THREADED = process.env.DROVER_TEST_THREADS !== undefined;

/** The SDK begins its notes with each worker that it creates in this thread. */
export const forgetPromises = (): void => globalHandlers.uninstall();

type Create = typeof ReusableVMWorkflowCreator.create;
type Creator = Awaited<ReturnType<Create>>;

type Bundle = Parameters<Create>[0];

/** What of the SDK's worker class is its own affair. */
interface Bundling {
  getOrCreateBundle(
    options: { workflowBundle?: { codePath?: string; code?: string }; buildId?: string },
    logger: unknown,
  ): Promise<Bundle | undefined>;
}

/**
 * Each worker reads, hashes, compiles and runs the whole bundle for debuggers, before any workflow needs it: a tenth of what a
 * lab cost. Those of a process have the same one.
 */
function parseOnce(): void {
  const bundling = Worker as unknown as Bundling;
  const parse = bundling.getOrCreateBundle;
  const parsed = new Map<string, ReturnType<typeof parse>>();
  bundling.getOrCreateBundle = function parseShared(options, logger) {
    const key = options.workflowBundle?.codePath ?? options.workflowBundle?.code;
    if (key === undefined) return parse.call(this, options, logger);
    // Else the SDK makes one of the bundle's hash.
    options.buildId ??= 'a lab';
    const bundle = parsed.get(key) ?? parse.call(this, options, logger);
    parsed.set(key, bundle);
    return bundle;
  };
}

/**
 * Beside the test the SDK ends no workflow before 49 days, and yet begins and joins a thread that counts them for each of its
 * many calls into workflow code: 52 µs of a core and a third of a millisecond's wait each, where other tests want both cores.
 * So it is not told of a limit.
 *
 * And all workers of a process have one sandbox, as all workflows of a worker have: of its storages each promise in the
 * process carries a share, and Node 20 never frees it.
 */
function shareWithoutTimeLimit(): void {
  const create: Create = ReusableVMWorkflowCreator.create;
  const sandboxes = new Map<Bundle, Map<string, Promise<Creator>>>();
  ReusableVMWorkflowCreator.create = function createShared(bundle, _limit, activities, patched) {
    const ofBundle = sandboxes.get(bundle) ?? new Map<string, Promise<Creator>>();
    sandboxes.set(bundle, ofBundle);
    const key = [...activities].toSorted().join(' ');
    const sandbox =
      ofBundle.get(key) ?? createLasting(() => create.call(this, bundle, undefined as never, activities, patched));
    ofBundle.set(key, sandbox);
    return sandbox as never;
  };
}

/** Workers destroy theirs as they end. */
async function createLasting(create: () => Promise<Creator>): Promise<Creator> {
  const creator = await create();
  creator.destroy = () => Promise.resolve();
  return creator;
}

if (!THREADED) {
  parseOnce();
  shareWithoutTimeLimit();
}
