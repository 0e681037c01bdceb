/** A replication that another installation of Drover has marked after this run began with it: it is a person's from then on. */
import { expect } from '@jest/globals';
import { markOf } from '../../../activities/mark.js';
import { approveUpdate, cancelUpdate } from '../../../contract/messages.js';
import { runWorkflowId, vmWorkflowId } from '../../../contract/names.js';
import type { OperationKind } from '../../../contract/operation.js';
import { withBench } from '../../activities/support/bench.js';
import { drillOf, protect, startDrill, world } from '../../support/drills.js';
import { type Lab, withLab } from '../../support/lab.js';
import { describe, it } from '../../support/side-by-side.js';
import { until } from '../../support/until.js';
import { vmReport } from '../../support/vm-report.js';

const AT_GATE = { approval: 'wave', window: null, powerOn: 'asSource', consolidate: false } as const;

const vmId = (lab: Lab): string => lab.plan().waves[0]?.vms[0]?.id ?? '';
const replicationOf = (lab: Lab) => world(lab).replications[0];
const sentByUs = (lab: Lab) =>
  lab.simulator.control.ledger().flatMap(({ kind, user }) => (user === 'ops@acme' ? [kind] : []));

/** Another installation adopts the replication: it writes its mark, as it does on a reconfigure. */
async function describeAs(lab: Lab, description: string): Promise<void> {
  const replicationId = replicationOf(lab)?.id ?? '';
  lab.simulator.control.act({ operation: 'reconfigure', replicationId, user: 'svc@other', body: { description } });
  await until(
    async () => replicationOf(lab)?.settings.description,
    (now) => now === description,
  );
}

const foreign = (lab: Lab): string =>
  `${markOf('theirs', 'their-run', vmId(lab))} [run their-run, vm ${vmId(lab)}, drover/their-run/x/reconfigure/1]`;

const vmOf = (lab: Lab) => vmReport(lab, vmWorkflowId(lab.source, vmId(lab)));

/** A run whose VM stands at the gate when the other installation comes; and then it is approved. */
async function takenAtGate(lab: Lab) {
  const started = await lab.start(lab.plan({ cutover: AT_GATE }));
  await until(started.report, ({ vms: [vm] }) => vm?.waitingFor === 'approval');
  const ours = replicationOf(lab)?.settings.description ?? '';
  await describeAs(lab, foreign(lab));
  const handle = lab.client.workflow.getHandle(runWorkflowId(started.run));
  await handle.executeUpdate(approveUpdate, { args: [{}] });
  const held = await until(
    () => vmOf(lab),
    (vm) => vm?.waitingFor === 'hold',
  );
  const cancel = () => handle.executeUpdate(cancelUpdate, { args: [{}] });
  return { ...started, ours, held, cancel };
}

describe('a replication of a migration that another installation has marked meanwhile', () => {
  it.concurrent('is not cut over, but held for a person, with the names of both', () =>
    withLab({ vms: 1 }, async (lab) => {
      const { run, held, cancel, result } = await takenAtGate(lab);
      expect(held?.error).toMatchObject({ code: 'ReplicationNotOurs', operation: 'migrate', site: lab.destination });
      expect(held?.error?.message).toMatch(new RegExp(`another installation.*run their-run.*${run}`));
      expect(sentByUs(lab)).not.toContain('migrate');
      await cancel();
      const [vm] = (await result()).vms;
      // What is a person's is not removed by a cancel.
      expect(vm).toMatchObject({ state: 'cancelled', error: { code: 'ReplicationNotOurs' } });
      expect(vm?.error?.message).toMatch(/stays/);
      expect(sentByUs(lab)).toEqual(['start']);
      expect(world(lab).replications).toHaveLength(1);
      expect(world(lab).sites[lab.source]?.vms[0]?.powerState).toBe('POWERED_ON');
    }));

  it.concurrent('goes on once its mark is this run’s again', () =>
    withLab({ vms: 1 }, async (lab) => {
      const { ours, result } = await takenAtGate(lab);
      await describeAs(lab, ours);
      const [vm] = (await result()).vms;
      expect(vm).toMatchObject({ state: 'succeeded', error: null });
    }));
});

const MIGRATES: OperationKind[] = ['sync', 'pause', 'migrate', 'delete'];

describe('an operation', () => {
  it.concurrent.each(MIGRATES)('of a run that knows the marks it may meet is not sent under another: %s', (kind) =>
    withBench({ vms: 1 }, async (bench) => {
      const { id } = await bench.protect();
      await describeAs(bench, foreign(bench));
      const own = markOf('bench', 'bench', vmId(bench));
      const asked = bench.request({ kind, replicationId: id, marks: [own] });
      const before = bench.simulator.control.ledger().length;
      const failed = bench.attempt(() => bench.activities.submitOperation(asked));
      await expect(failed).rejects.toMatchObject({ type: 'ReplicationNotOurs', nonRetryable: true });
      expect(bench.simulator.control.ledger()).toHaveLength(before);
    }),
  );

  it.concurrent('is sent under the mark that was there when the replication was taken over', () =>
    withBench({ vms: 1 }, async (bench) => {
      const { id } = await bench.protect();
      await describeAs(bench, foreign(bench));
      const marks = [markOf('bench', 'bench', vmId(bench)), foreign(bench).slice(0, 32)];
      const asked = bench.request({ kind: 'sync', replicationId: id, marks });
      expect((await bench.attempt(() => bench.activities.submitOperation(asked))).adopted).toBe(false);
    }));
});

describe('the kinds that use whatever replication the VM has', () => {
  it.concurrent('recover it and test it under another installation’s mark, and delete nothing', () =>
    withLab({ vms: 1 }, async (lab) => {
      await protect(lab);
      await describeAs(lab, foreign(lab));
      expect(await (await startDrill(lab, drillOf(lab))).result()).toMatchObject({ state: 'succeeded' });
      const report = await (await lab.start(lab.plan({ kind: 'failover' }))).result();
      expect(report.vms[0]).toMatchObject({ state: 'succeeded', error: null });
      expect(sentByUs(lab)).not.toContain('delete');
    }));
});
