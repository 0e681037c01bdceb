import { describe, expect, test } from '@jest/globals';
import { simulatedVms } from '../../../simulator/index.js';
import { openGate } from '../../support/gate.js';
import { withLab } from '../../support/lab.js';
import { until } from '../../support/until.js';

const VMS = 12;

describe('a worker that is cut off from Temporal, but not from the site', () => {
  test('sends nothing that another worker has been given: every start is accepted once', async () => {
    const site = { timeouts: { connect: 2_000, request: 60_000 } };
    // A start that runs is not to be found by its VM.
    const assumptions = { replicationVisible: 'taskEnd' } as const;
    const gate = await openGate(process.env.DROVER_TEST_TEMPORAL ?? '');
    try {
      await withLab({ vms: VMS, workers: 0, speed: 5, assumptions, site }, async (lab) => {
        // The first look of each VM lasts until another worker has been given the VM, and has sent its start.
        const [fault] = lab.simulator.control.addFaults({
          kind: 'delay',
          operation: 'replications',
          delayMs: 15_000,
          times: VMS,
        });
        const cutOff = await lab.startWorker({ address: gate.address });
        const run = await lab.start(lab.plan({ kind: 'protect' }));
        const struck = async () => lab.simulator.control.faults().find(({ id }) => id === fault?.id)?.struck;
        await until(struck, (times) => times === VMS);
        gate.shut();
        await lab.startWorker();
        const starts = async () => lab.simulator.control.ledger().filter(({ kind }) => kind === 'start');
        const looks = async () =>
          lab.simulator.control
            .stats()
            .requests.reduce((sum, { route, count }) => sum + (route === '/vm-replications' ? count : 0), 0);
        await until(looks, (answered) => answered >= 2 * VMS);
        const sent = async () => new Set((await starts()).map(({ vmId }) => vmId)).size;
        await until(sent, (vms) => vms === VMS);
        lab.simulator.control.setSpeed(500);
        const { totals } = await run.result();
        gate.open();
        await cutOff.stop();
        expect(totals).toMatchObject({ succeeded: VMS });
        const all = simulatedVms({ vms: VMS }).map(({ id }) => id);
        expect(await starts()).toHaveLength(VMS);
        expect(new Set((await starts()).map(({ vmId }) => vmId))).toEqual(new Set(all));
      });
    } finally {
      await gate.close();
    }
  });
});
