/**
 * Queries that arrive at a worker which has just taken over, while signals stream in: what workflows/bundle/early-events.ts is for.
 * Without it about half of these histories do not replay.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Client, Connection, ServiceError, type WorkflowHandleWithStartDetails } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Worker, type WorkflowBundle } from '@temporalio/worker';
import { dataConverter } from '../../temporal/data-converter.js';
import { temporalClient } from '../../temporal/temporal-client.js';
import { installRuntime } from '../../worker/logger.js';
import { until } from '../support/until.js';
import { counter, hitSignal, hitsQuery } from './support/counter.js';

const WORKFLOWS = 4;
const SIGNALS = 60;
const QUERIES = 3;

type Handle = WorkflowHandleWithStartDetails<typeof counter>;

const beside = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const address = process.env.DROVER_TEST_TEMPORAL ?? '';

let connection: Connection;
let native: NativeConnection;
let client: Client;
let workflowBundle: WorkflowBundle;

beforeAll(async () => {
  installRuntime({ DROVER_LOG: 'silent' });
  connection = await Connection.connect({ address, connectTimeout: 120_000 });
  native = await NativeConnection.connect({ address });
  client = temporalClient(connection);
  workflowBundle = await bundleWorkflowCode({
    workflowsPath: beside('support/counter.ts'),
    workflowInterceptorModules: [beside('../../workflows/bundle/early-events.ts')],
    logger: new DefaultLogger('WARN'),
  });
});
afterAll(async () => {
  await native.close();
  await connection.close();
});

/** Slow enough that signals arrive while others are being worked on. */
async function startWorker(taskQueue: string): Promise<{ stop(): Promise<void> }> {
  const worker = await Worker.create({
    connection: native,
    taskQueue,
    dataConverter,
    workflowBundle,
    maxConcurrentWorkflowTaskExecutions: 2,
    maxConcurrentWorkflowTaskPolls: 2,
    stickyQueueScheduleToStartTimeout: '1s',
  });
  const ended = worker.run();
  return {
    async stop() {
      worker.shutdown();
      await ended;
    },
  };
}

/** One after the other, so that they come as a stream and not at once. */
async function hit(handle: Handle): Promise<void> {
  for (let n = 0; n < SIGNALS; n += 1) {
    await handle.signal(hitSignal);
    await delay(5);
  }
}

async function replayed(handle: Handle): Promise<string> {
  try {
    await Worker.runReplayHistory({ workflowBundle, dataConverter }, await handle.fetchHistory());
    return 'replays';
  } catch (error) {
    return String(error);
  }
}

/** Temporal lets a query wait for 30 s, in which a busy machine may begin no worker. */
const asked = (handle: Handle): Promise<number> =>
  handle.query(hitsQuery).catch((error: unknown) => {
    if (error instanceof ServiceError) return asked(handle);
    throw error;
  });

interface Subject {
  taskQueue: string;
  handle: Handle;
}

/** A workflow that has lost its worker. */
async function lonely(): Promise<Subject> {
  const taskQueue = `early-events-${randomUUID()}`;
  const worker = await startWorker(taskQueue);
  const handle = await client.workflow.start(counter, { workflowId: taskQueue, taskQueue, args: [SIGNALS] });
  await until(async () => (await handle.fetchHistory()).events ?? [], hasBegun);
  await worker.stop();
  return { taskQueue, handle };
}

const hasBegun = (events: { workflowTaskCompletedEventAttributes?: unknown }[]): boolean =>
  events.some((event) => event.workflowTaskCompletedEventAttributes != null);

/** It is asked while nobody can answer, and another worker takes it over while signals stream in. */
async function takeOver({ taskQueue, handle }: Subject): Promise<number[]> {
  const answers = Promise.all(Array.from({ length: QUERIES }, () => asked(handle)));
  // Until the queries wait where the next worker will find them, which nothing tells. Were it too short, this test would only prove less.
  await delay(1_500);
  const signals = hit(handle);
  const worker = await startWorker(taskQueue);
  try {
    await signals;
    await until(
      async () => (await handle.describe()).status.name,
      (status) => status === 'COMPLETED',
    );
    return await answers;
  } finally {
    await worker.stop();
  }
}

describe('workflows that are asked while another worker takes over', () => {
  it('answer, and leave histories that replay', async () => {
    const subjects = await Promise.all(Array.from({ length: WORKFLOWS }, lonely));
    const outcomes = [];
    // One by one: a worker that has others to serve is not asked too early.
    for (const subject of subjects) {
      const answers = await takeOver(subject).catch(String);
      outcomes.push({ answers, history: await replayed(subject.handle) });
    }
    const answers = Array.from({ length: QUERIES }, () => expect.any(Number));
    expect(outcomes).toEqual(subjects.map(() => ({ answers, history: 'replays' })));
  });

  it('answer also where they were terminated with signals that nobody had read', async () => {
    const { taskQueue, handle } = await lonely();
    await handle.signal(hitSignal);
    await handle.signal(hitSignal);
    await handle.terminate('a test');
    const worker = await startWorker(taskQueue);
    try {
      expect(await asked(handle)).toBe(2);
    } finally {
      await worker.stop();
    }
  });
});
