import { describe, expect, test } from '@jest/globals';
import { inspectSites } from '../../client/inspect-sites.js';
import { workerListens } from '../../client/worker-presence.js';
import { openGate } from '../support/gate.js';
import { withLab } from '../support/lab.js';
import { until } from '../support/until.js';

describe('an inspection of the sites whose worker is lost', () => {
  test('is made by another worker, while the person waits', async () => {
    const address = process.env.DROVER_TEST_TEMPORAL ?? '';
    const gate = await openGate(address);
    try {
      await withLab({ workers: 0 }, async (lab) => {
        const { control } = lab.simulator;
        // Longer than the person waits.
        const [slow] = control.addFaults({ kind: 'delay', operation: 'login', delayMs: 130_000, times: 1 });
        const lost = await lab.startWorker({ address: gate.address });
        const { client, taskQueue } = lab;
        const session = { client, connection: client.connection, address, namespace: 'default', taskQueue };
        await until(() => workerListens(session), Boolean);
        const inspecting = inspectSites(session, [lab.source]);
        await until(
          async () => control.faults().find(({ id }) => id === slow?.id)?.struck,
          (times) => times === 1,
        );
        gate.cut();
        await lab.startWorker();
        const [inspection] = await inspecting;
        gate.open();
        await lost.stop();
        expect(inspection?.checks.map(({ ok }) => ok)).not.toContain(false);
      });
    } finally {
      await gate.close();
    }
  });
});
