import { describe, expect, test } from '@jest/globals';
import { inspectSites } from '../../client/inspect-sites.js';
import { openGate } from '../support/gate.js';
import { withLab } from '../support/lab.js';
import { sessionOf } from '../support/lab-session.js';
import { listening } from '../support/listening.js';
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
        await listening(lab);
        const inspecting = inspectSites(sessionOf(lab), [lab.source]);
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
