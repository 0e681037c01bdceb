import { describe, expect, it } from '@jest/globals';
import { NativeConnection } from '@temporalio/worker';
import { WorkflowFailing } from '../../client/errors.js';
import { connectDrover, type Drover } from '../../client/index.js';
import { createSites } from '../../vcda/index.js';
import { createDroverWorker } from '../../worker/worker.js';
import { brokenBundle, type Place } from '../support/broken-bundle.js';
import { tempFolder } from '../support/folder.js';
import { type Lab, withLab } from '../support/lab.js';
import { listening } from '../support/listening.js';
import { until } from '../support/until.js';
import { cli } from './support/cli.js';

const address = process.env.DROVER_TEST_TEMPORAL ?? '';

/** A worker with broken workflow code, and a client, for one lab. */
const withBrokenWorker = (defect: Place, act: (drover: Drover, lab: Lab) => Promise<void>): Promise<void> =>
  // A lab for each: workflows of a site outlive the test that began them.
  withLab({ vms: 2, workers: 0 }, (lab) => withWorkerOf(lab, defect, (drover) => act(drover, lab)));

async function withWorkerOf(lab: Lab, defect: Place, act: (drover: Drover) => Promise<void>): Promise<void> {
  const bundle = await brokenBundle(defect);
  const connection = await NativeConnection.connect({ address });
  const sites = createSites(lab.config);
  const { taskQueue, client, store } = lab;
  const options = { connection, namespace: 'default', taskQueue, client, sites, store, bundle, shutdownGraceTime: 100 };
  const worker = await createDroverWorker(options);
  const drover = await connectDrover({ env: {}, address, taskQueue });
  const ended = worker.run();
  try {
    await listening(lab);
    await act(drover);
  } finally {
    worker.shutdown();
    await ended;
    await drover.close();
    await sites.close();
    await connection.close();
  }
}

describe('a defect in workflow code', () => {
  it.concurrent('of the run is told by show, with attempt, message and way out, and exit code 3', async () => {
    await withBrokenWorker('the run', async (drover, lab) => {
      const { run } = await drover.startRun(lab.plan(), { id: `broken-run-${lab.taskQueue.slice(-6)}` });
      const failure = await until(
        () => run.report({ live: true }).catch((error: unknown) => error),
        (error) => error instanceof WorkflowFailing,
      );
      expect(failure).toMatchObject({ lastFailure: 'a defect in the run', next: expect.stringContaining('redeploy') });
      expect((failure as WorkflowFailing).attempt).toBeGreaterThan(3);

      const folder = tempFolder();
      folder.write('drover.yaml', `worker: { taskQueue: ${lab.taskQueue} }\n`);
      const shown = await cli(['show', run.run], { cwd: folder.path, env: { TEMPORAL_ADDRESS: address } });
      expect(shown.code).toBe(3);
      expect(shown.stderr).toMatch(/own code fails on workflow run\/.*attempt \d+: a defect in the run/);
      folder.remove();
    });
  });

  it.concurrent('of the VMs is shown beside the report, once for all of them', async () => {
    await withBrokenWorker('a VM', async (drover, lab) => {
      const { run } = await drover.startRun(lab.plan(), { id: `broken-vm-${lab.taskQueue.slice(-6)}` });
      const report = await until(
        () => run.report({ live: true }),
        ({ attention }) => attention.some(({ message }) => message.includes('1 other')),
      );
      expect(report.attention).toEqual([
        expect.objectContaining({ kind: 'failing', message: expect.stringContaining('a defect in a VM') }),
      ]);
      expect(report.totals).toMatchObject({ running: 2 });
    });
  });

  it.concurrent('of the site, for which every VM merely seems to wait, is shown beside the report', async () => {
    await withBrokenWorker('a site', async (drover, lab) => {
      const { run } = await drover.startRun(lab.plan(), { id: `broken-site-${lab.taskQueue.slice(-6)}` });
      const { attention } = await until(
        () => run.report({ live: true }),
        (report) => report.attention.length > 0,
      );
      expect(attention).toEqual([
        expect.objectContaining({ kind: 'failing', message: expect.stringContaining(`site/${lab.destination}`) }),
      ]);
      expect(attention[0]?.message).toContain('a defect in a site');
    });
  });
});
