/** Replications that a migration keeps for a while: the way back, and the end of it. The simulator's ledger judges. */
import { expect } from '@jest/globals';
import { Refused } from '../../../client/index.js';
import type { RunReport } from '../../../contract/report.js';
import { type Lab, withLab } from '../../support/lab.js';
import { describe, it } from '../../support/side-by-side.js';
import { until } from '../../support/until.js';
import { withDrover } from '../../support/with-drover.js';

const HOUR = 3_600_000;

const deletes = (lab: Lab): string[] =>
  lab.simulator.control
    .ledger()
    .filter(({ kind }) => kind === 'delete')
    .map(({ replicationId }) => replicationId ?? '');
const replications = (lab: Lab) => lab.simulator.control.world().replications;
const idsOf = ({ vms }: RunReport): string[] => vms.map(({ replicationId }) => replicationId ?? '');

describe('keepReplication with a time', () => {
  it.concurrent('keeps the way back; tidy removes what was not used since, and says what stays', () =>
    withLab({ vms: 4 }, (lab) =>
      withDrover(lab, async (drover) => {
        const plan = lab.plan({ keepReplication: HOUR });
        const { run, result } = await lab.start(plan);
        const began = Date.now();
        const report = await result();
        expect(report.totals).toMatchObject({ vms: 4, succeeded: 4 });
        expect(replications(lab).map(({ recoveryState }) => recoveryState)).toEqual(
          plan.waves[0]?.vms.map(() => 'COMPLETE'),
        );
        const handle = drover.run(run);
        const waiting = await handle.tidying();
        if (waiting?.is !== 'waiting') throw new Error(JSON.stringify(waiting));
        expect(Date.parse(waiting.until)).toBeGreaterThan(began + HOUR);
        expect((await drover.list()).runs.map((one) => one.run)).not.toContain(`tidy/${run}`);

        const [back, others, plain, gone] = plan.waves[0]?.vms ?? [];
        const [, marked = '', , removed = ''] = idsOf(report);
        // One goes back, another run's mark stands on the second, and somebody has removed the fourth.
        const waves = plan.waves.map((wave) => ({ ...wave, vms: back === undefined ? [] : [back] }));
        const reverse = await lab.start({ ...plan, kind: 'reverse', confirm: 'removes-source', waves });
        expect((await reverse.result()).totals.succeeded).toBe(1);
        const description = lab.simulator.control.world().replications.find(({ id }) => id === marked)
          ?.settings.description;
        const foreign = description?.replace(/^drover1:.{12}/, 'drover1:AAAAAAAAAAAA') ?? '';
        lab.simulator.control.trouble(marked, { settings: { description: foreign } });
        lab.simulator.control.act({ operation: 'delete', replicationId: removed });
        await until(
          async () => replications(lab).map(({ id }) => id),
          (ids) => !ids.includes(removed),
        );

        const tidied = await handle.tidy();
        expect(tidied).toMatchObject({ removed: 1, gone: 1, stays: 2, by: [{ actor: 'ann@acme' }] });
        expect(tidied.which.map(({ id }) => id)).toEqual([back?.id, others?.id]);
        expect(tidied.which[0]?.reason).toMatch(/reversed|has replication/);
        expect(tidied.which[1]?.reason).toContain('mark');
        expect(deletes(lab).filter((id) => id === idsOf(report)[2])).toHaveLength(1);
        expect(replications(lab)).toHaveLength(2);
        expect([plain?.id, gone?.id]).not.toContain(undefined);
        expect(await handle.tidying()).toMatchObject({ is: 'done', removed: 1 });
        // Once more: nothing is sent for what is gone.
        const sent = deletes(lab).length;
        expect(await handle.tidy()).toMatchObject({ removed: 0, gone: 2, stays: 2 });
        expect(deletes(lab)).toHaveLength(sent);
      }),
    ));

  it.concurrent('removes each once when its time has come, though its worker is stopped meanwhile', () =>
    withLab({ vms: 6, workers: 0 }, (lab) =>
      withDrover(lab, async (drover) => {
        const first = await lab.startWorker();
        const { run, result } = await lab.start(lab.plan({ keepReplication: 1_000 }));
        const report = await result();
        expect(report.totals).toMatchObject({ succeeded: 6 });
        await until(
          async () => deletes(lab),
          (sent) => sent.length > 0,
        );
        await first.stop();
        await lab.startWorker();
        const end = await until(
          () => drover.run(run).tidying(),
          (seen) => seen?.is === 'done',
        );
        expect(end).toMatchObject({ removed: 6, gone: 0, stays: 0 });
        expect(deletes(lab).toSorted()).toEqual(idsOf(report).toSorted());
        expect(replications(lab)).toEqual([]);
        expect(lab.wrongWith(report)).toEqual([]);
      }),
    ));

  it.concurrent('is refused while the run goes on', () =>
    withLab({ vms: 1 }, (lab) =>
      withDrover(lab, async (drover) => {
        const plan = lab.plan({ keepReplication: true });
        const { run, report } = await lab.start({ ...plan, cutover: { ...plan.cutover, approval: 'wave' } });
        await until(report, ({ vms }) => vms[0]?.waitingFor === 'approval');
        await expect(drover.run(run).tidy()).rejects.toBeInstanceOf(Refused);
        expect(deletes(lab)).toEqual([]);
      }),
    ));
});
