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
import type { Config } from '../plan/types.js';
import { dataConverter } from '../temporal/data-converter.js';
import type { Sites } from '../vcda/index.js';
import { type Subject, subjectOf } from '../workflows/bundle/log-subject.js';
import { workflowBundle } from './bundle.js';

export interface DroverWorkerOptions {
  connection: NativeConnection;
  namespace: string;
  taskQueue: string;
  /** for activities that tell workflows what they saw */
  client: Client;
  sites: Sites;
  /** part of every mark; default: the namespace */
  installation?: string | undefined;
  /** programs that checks of drills may run, by name; default: none */
  commands?: Config['worker']['checks'];
  /** ms between the request to stop and the cancellation of activities; default 5 s */
  shutdownGraceTime?: number;
  /** id of this build, `DROVER_BUILD_ID`: turns worker versioning on; VM workflows then stay on the build that began them */
  buildId?: string | undefined;
  /** default: the prebuilt bundle, or one made now */
  bundle?: WorkflowBundleOption;
}

/** Creates the worker; the caller runs it, stops it and closes its sites. */
export async function createDroverWorker(options: DroverWorkerOptions): Promise<Worker> {
  const { connection, namespace, taskQueue, client, sites, buildId } = options;
  return Worker.create({
    connection,
    namespace,
    taskQueue,
    dataConverter,
    workflowBundle: options.bundle ?? (await workflowBundle()),
    activities: createActivities({
      sites,
      client,
      taskQueue,
      installation: options.installation ?? namespace,
      commands: options.commands ?? {},
    }),
    interceptors: { activity: [activityLog] },
    ...(buildId && { workerDeploymentOptions: deployment(buildId) }),

    // Activities wait for answers of sites, not for this machine: many fit.
    maxConcurrentActivityTaskExecutions: 400,
    activityTaskPollerBehavior: { type: 'autoscaling' },
    maxConcurrentWorkflowTaskExecutions: 100,
    workflowTaskPollerBehavior: { type: 'autoscaling' },
    maxCachedWorkflows: cachedWorkflows(),
    // After a crash, tasks meant for the dead worker's cache go to another worker after this time.
    stickyQueueScheduleToStartTimeout: '5 s',

    shutdownGraceTime: options.shutdownGraceTime ?? 5_000,
    // A call to a site that ignores its cancellation must not hold up a stop; its attempt is made anew elsewhere.
    shutdownForceTime: (options.shutdownGraceTime ?? 5_000) + 5_000,
  });
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
const activityLog: ActivityInterceptorsFactory = () => {
  let subject: Subject = {};
  return {
    inbound: {
      execute: (input, next) => {
        subject = subjectOf(input.args[0]);
        return next(input);
      },
    },
    outbound: { getLogAttributes: (attributes, next) => next({ ...attributes, ...subject }) },
  };
};
