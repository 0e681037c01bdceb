/** The Temporal of the demo: the one that TEMPORAL_ADDRESS names, or a dev server of its own. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectClient, type Env } from '../../temporal/connection.js';
import { startDevServer } from '../../temporal/dev-server.js';
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
  // A person's own profile may name a cluster with TLS and keys; nothing of it may reach into the demo.
  const own = Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('TEMPORAL_')));
  const profile = join(folder, 'temporal.toml');
  await writeFile(profile, '[profile.default]\n');
  return {
    shared: false,
    env: { ...own, TEMPORAL_ADDRESS: server.address, TEMPORAL_CONFIG_FILE: profile },
    stop: () => server.stop(),
  };
}

/** Ends what a demo leaves open on a shared Temporal: workflows on its own task queue, on which nobody listens any more. */
export async function endLeftovers(env: Env, taskQueue: string): Promise<void> {
  const { client, connection } = await connectClient(env);
  try {
    for await (const { workflowId } of client.workflow.list({
      query: `TaskQueue = '${taskQueue}' AND ExecutionStatus = 'Running'`,
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
