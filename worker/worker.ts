/** Drover's Temporal worker, tuned for many thousands of VMs that mostly wait. */
import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import type { Client } from '@temporalio/client';
import {
  type ActivityInterceptorsFactory,
  type NativeConnection,
  Worker,
  type WorkerDeploymentOptions,
  type WorkflowBundleOption,
} from '@temporalio/worker';
import { createActivities } from '../activities/index.js';
import { checksQueue } from '../contract/names.js';
import type { Config } from '../plan/types.js';
import type { Store } from '../store/index.js';
import { dataConverter } from '../temporal/data-converter.js';
import type { Sites } from '../vcda/index.js';
import { LogSubject } from '../workflows/bundle/log-subject.js';
import { workflowBundle } from './bundle.js';

export interface DroverWorkerOptions {
  connection: NativeConnection;
  namespace: string;
  taskQueue: string;
  /** for activities that tell workflows what they saw */
  client: Client;
  sites: Sites;
  /** what outlives Temporal's retention; whoever made it closes it */
  store: Store;
  /** part of every mark; default: the namespace */
  installation?: string | undefined;
  /** programs that checks of drills may run, by name; default: none */
  commands?: Config['worker']['checks'];
  /** ms between the request to stop and the cancellation of activities; default 5 s */
  shutdownGraceTime?: number;
  /**
   * From the stop until it is no longer waited for activities that do not end: ms; default 5 s after the grace. `run` fails
   * then, and the SDK says of it "Worker still in use".
   */
  shutdownForceTime?: number;
  /** id of this build, `DROVER_BUILD_ID`: turns worker versioning on; VM workflows then stay on the build that began them */
  buildId?: string | undefined;
  /** default: the prebuilt bundle, or one made now */
  bundle?: WorkflowBundleOption;
  /**
   * Workflows run in a thread of their own, as the SDK wants it, and one that blocks it is ended; default true. In tests that
   * open many workers the thread costs more than what runs in it.
   */
  workflowThread?: boolean;
  /** how many activities run at once, and as many checks; default 400, since they wait for answers and not for this machine */
  activitySlots?: number;
}

/**
 * How long a task of a workflow may keep its thread. The SDK's 5 s pass for a process that stands still as well (SIGSTOP, a
 * machine that is paused): as it goes on, what it is at is broken off anywhere, which can take the process with it
 * (sdk-typescript#939). Nothing in workflows/ blocks. The SDK takes it, though its types do not have it.
 */
const OWN_LIMIT = { isolateExecutionTimeout: '10 minutes' };

/** Creates the worker; the caller runs it, stops it and closes its sites. */
export async function createDroverWorker(options: DroverWorkerOptions): Promise<DroverWorker> {
  const { connection, namespace, taskQueue, client, sites, store, buildId } = options;
  const activities = createActivities({
    sites,
    store,
    client,
    taskQueue,
    installation: options.installation ?? namespace,
    commands: options.commands ?? {},
  });
  const maxConcurrentActivityTaskExecutions = options.activitySlots ?? 400;
  const shutdownGraceTime = options.shutdownGraceTime ?? 5_000;
  const common = {
    connection,
    namespace,
    dataConverter,
    interceptors: { activity: [activityLog] },
    ...(buildId && { workerDeploymentOptions: deployment(buildId) }),
    shutdownGraceTime,
    maxConcurrentActivityTaskExecutions,
    // A call to a site that ignores its cancellation must not hold up a stop; its attempt is made anew elsewhere.
    shutdownForceTime: options.shutdownForceTime ?? shutdownGraceTime + 5_000,
  };
  const main = await Worker.create({
    ...common,
    taskQueue,
    workflowBundle: options.bundle ?? (await workflowBundle()),
    debugMode: options.workflowThread === false,
    ...(options.workflowThread === false ? {} : OWN_LIMIT),
    activities,
    activityTaskPollerBehavior: { type: 'autoscaling' },
    maxConcurrentWorkflowTaskExecutions: 100,
    workflowTaskPollerBehavior: { type: 'autoscaling' },
    maxCachedWorkflows: cachedWorkflows(),
    // After a crash, tasks meant for the dead worker's cache go to another worker after this time.
    stickyQueueScheduleToStartTimeout: '5 s',
  });
  // Of checks too the others wait their turn, and with them nothing but checks.
  const checks = await Worker.create({
    ...common,
    taskQueue: checksQueue(taskQueue),
    activities: { checkVm: activities.checkVm },
  });
  return new DroverWorker(main, checks);
}

/** The two halves of a worker, which begin and end together. */
export class DroverWorker {
  readonly #main: Worker;
  readonly #checks: Worker;

  constructor(main: Worker, checks: Worker) {
    this.#main = main;
    this.#checks = checks;
  }

  getState(): ReturnType<Worker['getState']> {
    return this.#main.getState();
  }

  /** Ends when both have; a half that fails stops the other. @throws what it failed with */
  async run(): Promise<void> {
    const halves = [this.#main, this.#checks].map((half) =>
      half.run().catch((error: unknown) => {
        this.shutdown();
        throw error;
      }),
    );
    const ends = await Promise.allSettled(halves);
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  shutdown(): void {
    for (const half of [this.#main, this.#checks]) if (half.getState() === 'RUNNING') half.shutdown();
  }
}

const deployment = (buildId: string): WorkerDeploymentOptions => ({
  version: { deploymentName: 'drover', buildId },
  useWorkerVersioning: true,
  defaultVersioningBehavior: 'PINNED',
});

/**
 * Workflows kept in memory; others are replayed when something happens to them, at about 90 events per VM. The SDK
 * counts 600 to a GiB of heap; the heap's limit alone would promise a small container too much.
 */
export function cachedWorkflows(
  heapLimit: number = getHeapStatistics().heap_size_limit,
  memory: number = Math.min(process.constrainedMemory() || Number.POSITIVE_INFINITY, totalmem()),
): number {
  const gib = 1024 ** 3;
  const usable = Math.min(heapLimit - 0.2 * gib, memory * 0.6);
  return Math.max(100, Math.floor((usable / gib) * 600));
}

/** Run, VM, site and operation on each line that an activity logs. */
const activityLog: ActivityInterceptorsFactory = () => new LogSubject();
