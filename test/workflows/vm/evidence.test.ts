/** RPO at sites whose clocks are not ours. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { approveUpdate } from '../../../contract/messages.js';
import { runWorkflowId } from '../../../contract/names.js';
import { drillOf, entries, protect, startDrill } from '../../support/drills.js';
import { withLab } from '../../support/lab.js';
import { describe, it } from '../../support/side-by-side.js';
import { until } from '../../support/until.js';

const MINUTES = 60_000;
const PAUSE = 3_000;
/** seconds are reported in tenths */
const ROUNDED = 0.1;

describe('a site whose clock is not ours', () => {
  it.concurrent.each<[string, number]>([
    ['ahead', 12 * MINUTES],
    ['behind', -12 * MINUTES],
  ])('gives the true age of a copy when it is 12 minutes %s', (_, offsetMs) =>
    withLab({ vms: 1, speed: 50 }, async (lab) => {
      for (const site of [lab.source, lab.destination]) lab.simulator.control.setClock(site, { offsetMs });
      const began = Date.now();
      // No further copy is made meanwhile, so that its age is known here: at least the pause, at most all of the test.
      const { result } = await lab.start(lab.plan({ kind: 'protect', replication: { rpo: 1440 } }));
      expect((await result()).state).toBe('succeeded');
      await sleep(PAUSE);
      const objectives = { rto: null, rpo: 10 * MINUTES };
      const report = await (await startDrill(lab, drillOf(lab, { objectives }))).result();
      const { rpoSeconds, rpoUncertaintySeconds } = report.vms[0] ?? {};
      const within = rpoUncertaintySeconds ?? Number.NaN;
      // As long as an answer takes, which a busy machine adds to; nothing like the 12 minutes.
      expect(within).toBeLessThan(60);
      expect(rpoSeconds).toBeGreaterThanOrEqual(PAUSE / 1000 - within - ROUNDED);
      expect(rpoSeconds).toBeLessThanOrEqual((Date.now() - began) / 1000 + within + ROUNDED);
      expect(report).toMatchObject({ state: 'succeeded', drill: { missed: [] } });
    }),
  );

  it.concurrent('that was set back since the copy was made shows no RPO, which is said and fails the objective', () =>
    withLab({ vms: 1, speed: 50 }, async (lab) => {
      const { result } = await lab.start(lab.plan({ kind: 'protect', replication: { rpo: 1440 } }));
      expect((await result()).state).toBe('succeeded');
      for (const { id } of Object.values(lab.simulator.control.world().replications))
        lab.simulator.control.trouble(id, { instancesAheadMs: 12 * MINUTES });
      const objectives = { rto: null, rpo: 60 * MINUTES };
      const report = await (await startDrill(lab, drillOf(lab, { objectives }))).result();
      expect(report.vms[0]).toMatchObject({
        rpoSeconds: null,
        rpoUncertaintySeconds: null,
        notes: [expect.stringContaining('RPO is not known')],
      });
      expect(report).toMatchObject({ state: 'failed', drill: { rpoSeconds: null, missed: [expect.any(String)] } });
    }));

  it.concurrent('cannot show that an objective was met when it stamps no time that is one', () =>
    withLab({ vms: 1 }, async (lab) => {
      await protect(lab);
      lab.simulator.control.setClock(lab.destination, { unit: 's' });
      const objectives = { rto: null, rpo: 60 * MINUTES };
      const report = await (await startDrill(lab, drillOf(lab, { objectives }))).result();
      expect(report.vms[0]?.rpoSeconds).toBeNull();
      expect(report).toMatchObject({ state: 'failed', drill: { missed: [expect.stringContaining('not known')] } });
    }));
});

describe('a failover that waited for its approval', () => {
  it.concurrent('has lost what its source wrote until it was sent, by a copy made at its gate or before', () =>
    withLab({ vms: 2, speed: 50 }, async (lab) => {
      const { result: isProtected } = await lab.start(lab.plan({ kind: 'protect', replication: { rpo: 1440 } }));
      expect((await isProtected()).state).toBe('succeeded');
      const cutover = { ...lab.plan().cutover, approval: 'wave', powerOn: 'asSource' } as const;
      const { run, report, result } = await lab.start(lab.plan({ kind: 'failover', cutover }));
      const { vms } = await until(report, (r) => r.vms.every(({ waitingFor }) => waitingFor === 'approval'));
      const replicationId = vms[0]?.replicationId ?? '';
      lab.simulator.control.act({ operation: 'sync', replicationId });
      await until(
        async () => entries(lab, 'sync'),
        (all) => all.length === 1 && all.every(({ endedAt }) => endedAt != null),
      );
      await sleep(PAUSE);
      await lab.client.workflow.getHandle(runWorkflowId(run)).executeUpdate(approveUpdate, { args: [{}] });
      for (const { rpoSeconds, rpoUncertaintySeconds } of (await result()).vms)
        expect(rpoSeconds).toBeGreaterThanOrEqual(PAUSE / 1000 - (rpoUncertaintySeconds ?? Number.NaN) - ROUNDED);
    }));
});
