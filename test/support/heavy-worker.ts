/** A worker as `drover worker` is one, but for its workflows: `node --import tsx heavy-worker.ts ADDRESS QUEUE`. */
import { fileURLToPath } from 'node:url';
import { Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection } from '@temporalio/worker';
import { Store } from '../../store/index.js';
import { temporalClient } from '../../temporal/temporal-client.js';
import { createSites } from '../../vcda/index.js';
import { createDroverWorker } from '../../worker/worker.js';

const [address = '', taskQueue = ''] = process.argv.slice(2);
const store = { kind: 'sqlite', file: ':memory:' } as const;
const worker = await createDroverWorker({
  connection: await NativeConnection.connect({ address }),
  namespace: 'default',
  taskQueue,
  client: temporalClient(await Connection.connect({ address })),
  sites: createSites({ sites: {}, errors: {} }),
  store: new Store(store),
  bundle: await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('heavy-workflows.ts', import.meta.url)),
    logger: new DefaultLogger('ERROR'),
  }),
});
process.once('SIGTERM', () => worker.shutdown());
process.stdout.write('ready\n');
await worker.run();
process.exit(0);
