/** Who listens on a task queue, as the server has seen them ask. */
import { type Client, isGrpcServiceError } from '@temporalio/client';

/**
 * Workers ask for work in long polls of about a minute, and the server remembers when each began; one that has not
 * asked for longer than this is gone, though the server lists it for five minutes. ms
 */
export const POLLED_WITHIN = 75_000;

/** temporal.api.enums.v1.TaskQueueType */
const TYPES = { workflow: 1, activity: 2 } as const;

/** Statuses of gRPC: a service that does not answer this question, to nobody, not to this caller, or not of such a name. */
const REFUSED: ReadonlySet<number> = new Set([
  3 /* INVALID_ARGUMENT */, 7 /* PERMISSION_DENIED */, 12 /* UNIMPLEMENTED */,
]);

/** Whether Temporal has refused a question, rather than failed to answer it. */
export const isRefusedQuestion = (error: unknown): boolean =>
  isGrpcServiceError(error) && REFUSED.has(Number(error.code));

type Of = keyof typeof TYPES;

/** One that asks for work, as it names itself. */
export interface Poller {
  identity: string;
  /** epoch ms */
  askedAt: number;
}

/** Whether a worker has asked for work lately. One that was killed within the last minute still counts. */
export async function isPolled(client: Client, taskQueue: string, of: Of = 'workflow'): Promise<boolean> {
  const since = Date.now() - POLLED_WITHIN;
  const isListening = (pollers: Poller[]) => pollers.some(({ askedAt }) => askedAt > since);
  if (isListening(await pollersAt(client, taskQueue, of))) return true;
  return isListening(await pollersOf(client, taskQueue, of));
}

/**
 * All that have asked within five minutes. The server divides a queue into parts, and a worker asks at one of them: the first
 * hears of most of the others' pollers, but not of all; it alone is asked where the others may not be.
 */
export async function pollersOf(client: Client, taskQueue: string, of: Of): Promise<Poller[]> {
  const names = await partsOf(client, taskQueue, of);
  const listed = await Promise.all(
    names.map((name) =>
      pollersAt(client, name, of).catch((error: unknown) => {
        if (name !== taskQueue && isRefusedQuestion(error)) return [];
        throw error;
      }),
    ),
  );
  const latest = new Map<string, Poller>();
  for (const poller of listed.flat()) {
    if (poller.askedAt > (latest.get(poller.identity)?.askedAt ?? 0)) latest.set(poller.identity, poller);
  }
  return [...latest.values()];
}

async function partsOf(client: Client, taskQueue: string, of: Of): Promise<string[]> {
  try {
    const parts = await client.workflowService.listTaskQueuePartitions({
      namespace: client.options.namespace,
      taskQueue: { name: taskQueue },
    });
    const { activityTaskQueuePartitions: activity, workflowTaskQueuePartitions: workflow } = parts;
    const names = ({ activity, workflow }[of] ?? []).flatMap(({ key }) => key ?? []);
    return [...new Set([taskQueue, ...names])];
  } catch (error) {
    // Not every service that speaks Temporal's language has it.
    if (isRefusedQuestion(error)) return [taskQueue];
    throw error;
  }
}

async function pollersAt(client: Client, name: string, of: Of): Promise<Poller[]> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name },
    taskQueueType: TYPES[of],
  });
  return (pollers ?? []).map(({ identity, lastAccessTime }) => ({
    identity: identity ?? '',
    askedAt: Number(lastAccessTime?.seconds ?? 0) * 1000,
  }));
}
