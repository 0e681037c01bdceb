/** Drover's Temporal worker, tuned for many thousands of VMs that mostly wait. */
import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import type { Client } from '@temporalio/client';
import {
  type ActivityInterceptorsFactory,
  type NativeConnection,
  Runtime,
  Worker,
  type WorkerDeploymentOptions,
  type WorkerOptions,
  type WorkflowBundleOption,
} from '@temporalio/worker';
import { createActivities } from '../activities/index.js';
import { loginTurnsOf } from '../activities/login-turns.js';
import { loginsAt } from '../contract/logins.js';
import { checksQueue, pairQueue, pairsOf, siteQueue, unitsQueue } from '../contract/queues.js';
import type { Config, Logins } from '../plan/types.js';
import type { Store } from '../store/index.js';
import { dataConverter } from '../temporal/data-converter.js';
import type { Sites } from '../vcda/index.js';
import { LogSubject } from '../workflows/bundle/log-subject.js';
import { workflowBundle } from './bundle.js';
import { ownWorkers } from './own-workers.js';
import { SharedRate } from './shared-rate.js';

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
  /** where hooks may go, and the secrets that hooks and checks are made with; default: nowhere, and none */
  hooks?: Config['hooks'];
  /** is told of each site that refuses its login */
  loginRefused?: (site: string) => void;
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
  /** how many activities run at once of each queue; default 400, since they wait for answers and not for this machine */
  activitySlots?: number;
}

/**
 * How long a task of a workflow may keep its thread. The SDK's 5 s pass for a process that stands still as well (SIGSTOP, a
 * machine that is paused): as it goes on, what it is at is broken off anywhere, which can take the process with it
 * (sdk-typescript#939). Nothing in workflows/ blocks. The SDK takes it, though its types do not have it.
 */
const OWN_LIMIT = { isolateExecutionTimeout: '10 minutes' };

/** A worker polls many queues, most of which are empty most of the time. */
const FEW_POLLERS = { type: 'autoscaling', minimum: 1, initial: 1, maximum: 20 } as const;

/**
 * Creates the worker; the caller runs it, stops it and closes its sites. Each queue has places of its own, so that what waits
 * for one site, or for a check, keeps nothing else waiting; and units have a memory of their own, so that they push no run out.
 */
export async function createDroverWorker(options: DroverWorkerOptions): Promise<DroverWorker> {
  const { connection, namespace, taskQueue, client, sites, store, buildId } = options;
  const deps = {
    sites,
    store,
    client,
    taskQueue,
    installation: options.installation ?? namespace,
    commands: options.commands ?? {},
    ...(options.hooks && { secrets: options.hooks.secrets, hooksAllowed: options.hooks.allow }),
  };
  const activities = createActivities(deps);
  sites.takeTurns(loginTurnsOf({ client, taskQueue }, options.loginRefused));
  const shutdownGraceTime = options.shutdownGraceTime ?? 5_000;
  const identity = ownWorkers.begin();
  const common = {
    connection,
    namespace,
    identity,
    dataConverter,
    interceptors: { activity: [activityLog] },
    ...(buildId && { workerDeploymentOptions: deployment(buildId) }),
    shutdownGraceTime,
    maxConcurrentActivityTaskExecutions: options.activitySlots ?? 400,
    activityTaskPollerBehavior: FEW_POLLERS,
    // A call to a site that ignores its cancellation must not hold up a stop; its attempt is made anew elsewhere.
    shutdownForceTime: options.shutdownForceTime ?? shutdownGraceTime + 5_000,
  } satisfies Partial<WorkerOptions>;
  const workflows = {
    workflowBundle: options.bundle ?? (await workflowBundle()),
    debugMode: options.workflowThread === false,
    ...(options.workflowThread === false ? {} : OWN_LIMIT),
    maxConcurrentWorkflowTaskExecutions: 100,
    workflowTaskPollerBehavior: { type: 'autoscaling', initial: 2 },
    // After a crash, tasks meant for the dead worker's cache go to another worker after this time.
    stickyQueueScheduleToStartTimeout: '5 s',
  } satisfies Partial<WorkerOptions>;
  const cache = cachedWorkflows();
  // What a queue is for says by which logins: those of others are no part of what its activities can reach.
  const queues = queuesOf(sites, taskQueue).map((queue) => ({
    ...queue,
    activities:
      Object.keys(queue.logins).length === 0
        ? activities
        : createActivities({ ...deps, sites: sites.as(queue.logins), logins: queue.logins }),
  }));
  const parts = await Promise.all([
    Worker.create({ ...common, ...workflows, taskQueue, activities, maxCachedWorkflows: cache.coordination }),
    Worker.create({
      ...common,
      ...workflows,
      taskQueue: unitsQueue(taskQueue),
      activities,
      enableNonLocalActivities: false,
      maxCachedWorkflows: cache.units,
    }),
    ...queues.map((queue) => Worker.create({ ...common, taskQueue: queue.name, activities: queue.activities })),
    ...queues
      .filter(({ isOfPair }) => isOfPair)
      .map(({ name, activities: { callHook, checkVm } }) =>
        Worker.create({ ...common, taskQueue: checksQueue(name), activities: { callHook, checkVm } }),
      ),
  ]);
  const rates = sites.names.map(
    (name) =>
      new SharedRate({
        client,
        site: sites.get(name),
        queue: siteQueue(taskQueue, name),
        identity,
        isGone: (other) => ownWorkers.isGone(other),
        warn: (message, about) => Runtime.instance().logger.warn(message, about),
      }),
  );
  return new DroverWorker(parts, {
    begun() {
      for (const rate of rates) rate.begin();
    },
    ended() {
      ownWorkers.end(identity);
      for (const rate of rates) rate.close();
    },
  });
}

interface SiteCalls {
  name: string;
  isOfPair: boolean;
  logins: Logins;
}

/** Those of the calls of each site by each of its logins, and of each pair of sites by each two of theirs. */
function queuesOf(sites: Sites, taskQueue: string): SiteCalls[] {
  const ofSites = sites.names.flatMap((site) =>
    sites.loginsOf(site).map((login) => ({
      name: siteQueue(taskQueue, site, login),
      isOfPair: false,
      logins: loginsAt({ [site]: login }, [site]),
    })),
  );
  const ofPairs = pairsOf(sites.names).flatMap((pair) =>
    sites.loginsOf(pair[0]).flatMap((one) =>
      sites.loginsOf(pair[1]).map((other) => {
        const logins = loginsAt({ [pair[0]]: one, [pair[1]]: other }, pair);
        return { name: pairQueue(taskQueue, ...pair, logins), isOfPair: true, logins };
      }),
    ),
  );
  return [...ofSites, ...ofPairs];
}

/** The parts of a worker, which begin and end together. */
export class DroverWorker {
  readonly #parts: Worker[];
  readonly #on: { begun(): void; ended(): void };

  /** @param on each called once: when all are told to poll, and when all have ended */
  constructor(parts: Worker[], on: { begun(): void; ended(): void }) {
    this.#parts = parts;
    this.#on = on;
  }

  /** Of the first that is not as the others are. */
  getState(): ReturnType<Worker['getState']> {
    const states = this.#parts.map((part) => part.getState());
    return states.find((state) => state !== 'RUNNING') ?? 'RUNNING';
  }

  /** Ends when all have; a part that fails stops the others. @throws what it failed with */
  async run(): Promise<void> {
    const runs = this.#parts.map((part) =>
      part.run().catch((error: unknown) => {
        this.shutdown();
        throw error;
      }),
    );
    this.#on.begun();
    const ends = await Promise.allSettled(runs);
    this.#on.ended();
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  shutdown(): void {
    for (const part of this.#parts) if (part.getState() === 'RUNNING') part.shutdown();
  }
}

const deployment = (buildId: string): WorkerDeploymentOptions => ({
  version: { deploymentName: 'drover', buildId },
  useWorkerVersioning: true,
  defaultVersioningBehavior: 'PINNED',
});

/** Runs, shards and sites are few: a run of 10,000 VMs has 21. */
const MOST_COORDINATION = 200;

/**
 * Workflows kept in memory; others are replayed when something happens to them, at about 90 events per VM. The SDK
 * counts 600 to a GiB of heap; the heap's limit alone would promise a small container too much.
 */
export function cachedWorkflows(
  heapLimit: number = getHeapStatistics().heap_size_limit,
  memory: number = Math.min(process.constrainedMemory() || Number.POSITIVE_INFINITY, totalmem()),
): { coordination: number; units: number } {
  const gib = 1024 ** 3;
  const usable = Math.min(heapLimit - 0.2 * gib, memory * 0.6);
  const all = Math.max(100, Math.floor((usable / gib) * 600));
  const coordination = Math.min(MOST_COORDINATION, Math.floor(all / 4));
  return { coordination, units: all - coordination };
}

/** Run, VM, site and operation on each line that an activity logs. */
const activityLog: ActivityInterceptorsFactory = () => new LogSubject();
