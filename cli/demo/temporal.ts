/** The Temporal of the demo: the one that TEMPORAL_ADDRESS names, or a dev server of its own. */
import { onQueuesOf } from '../../contract/queues.js';
import { connectClient, type Env } from '../../temporal/connection.js';
import { startDevServer } from '../../temporal/dev-server.js';
import { ownEnvironment } from '../../temporal/own-environment.js';
import { resolveTemporalCli } from '../../temporal/temporal-cli.js';

export interface DemoTemporal {
  /** true: others use it as well */
  shared: boolean;
  /** environment that leads clients and workers to it */
  env: Env;
  stop: () => Promise<void>;
}

export async function demoTemporal(options: {
  env: Env;
  folder: string;
  say: (line: string) => void;
  signal: AbortSignal;
}): Promise<DemoTemporal> {
  const { env, folder, say, signal } = options;
  if (env.TEMPORAL_ADDRESS) {
    say(`Temporal: ${env.TEMPORAL_ADDRESS} (TEMPORAL_ADDRESS)`);
    return { shared: true, env, stop: async () => {} };
  }
  const cli = await resolveTemporalCli({ env, say, signal });
  signal.throwIfAborted();
  const server = await startDevServer({ cli: cli.path, say, ui: true });
  return {
    shared: false,
    env: await ownEnvironment(env, folder, server.address),
    stop: () => server.stop(),
  };
}

/** Ends what a demo leaves open on a shared Temporal: workflows on its own task queue, on which nobody listens any more. */
export async function endLeftovers(env: Env, taskQueue: string): Promise<void> {
  const { client, connection } = await connectClient(env);
  try {
    for await (const { workflowId } of client.workflow.list({
      query: `${onQueuesOf(taskQueue)} AND ExecutionStatus = 'Running'`,
    })) {
      // It may end by itself in between.
      await client.workflow
        .getHandle(workflowId)
        .terminate('the demo is over')
        .catch(() => {});
    }
  } finally {
    await connection.close();
  }
}
