/** The worker of a world, in the process of the test: `drover worker` but for its log, its health, and files that change. */
import type { Client } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import { version } from '../../../cli/version.js';
import { loadConfig } from '../../../plan/config/load-config.js';
import { Store } from '../../../store/index.js';
import { createSites } from '../../../vcda/index.js';
import { oneStore } from '../../../worker/one-store.js';
import { createDroverWorker } from '../../../worker/worker.js';
import { testBundle } from '../../support/test-bundle.js';
import { forgetPromises, THREADED } from '../../support/workflow-thread.js';

/** @returns ends it */
export async function startOwnWorker(
  configPath: string,
  { client, native }: { client: Client; native: NativeConnection },
): Promise<() => Promise<void>> {
  const config = loadConfig(configPath, { env: {}, need: 'worker' });
  const { taskQueue, checks: commands } = config.worker;
  const store = new Store(config.store, { admit: oneStore(client, taskQueue, () => {}), drover: version() });
  await store.open();
  const sites = createSites(config);
  const worker = await createDroverWorker({
    connection: native,
    namespace: 'default',
    taskQueue,
    client,
    sites,
    store,
    installation: config.installation,
    commands,
    ...(config.hooks && { hooks: config.hooks }),
    bundle: await testBundle(),
    shutdownGraceTime: 100,
    // A bound for hangs alone, as in labs.
    shutdownForceTime: 120_000,
    workflowThread: THREADED,
  });
  if (!THREADED) forgetPromises();
  const ended = worker.run();
  return async () => {
    if (worker.getState() === 'RUNNING') worker.shutdown();
    await ended;
    await sites.close();
    await store.close();
  };
}
