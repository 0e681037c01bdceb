/** A person's own test of a VM that a drill is about to test, or has tested: it is neither shown as the drill's nor removed. */
import { expect } from '@jest/globals';
import { siteStatusQuery } from '../../../contract/messages.js';
import { siteWorkflowId, vmWorkflowId } from '../../../contract/names.js';
import { drillOf, entries, protect, startDrill, testCopies, world } from '../../support/drills.js';
import { type Lab, withLab } from '../../support/lab.js';
import { sharedLab } from '../../support/shared-lab.js';
import { describe, it } from '../../support/side-by-side.js';
import { until } from '../../support/until.js';

/** Protected already. */
const withPart = sharedLab({ vms: 4 }, protect);

const idOf = (lab: Lab): string => lab.plan().waves[0]?.vms[0]?.id ?? '';

async function testOfAnn(lab: Lab, replicationId: string): Promise<void> {
  lab.simulator.control.act({
    operation: 'failover-test',
    replicationId,
    user: 'ann@acme',
    body: { type: 'vcloud', powerOn: true },
  });
  await until(
    async () => testCopies(lab),
    (copies) => copies.length === 1,
  );
}

/** A drill in its hold, whose copy a person has cleaned up and made one of their own. */
async function withCopyReplaced(lab: Lab) {
  const id = world(lab).replications[0]?.id ?? '';
  const drill = await startDrill(lab, drillOf(lab, { hold: 3_600_000 }));
  await until(drill.report, (r) => r.drill?.phase === 'hold');
  lab.simulator.control.act({ operation: 'cleanup', replicationId: id, user: 'ann@acme' });
  await until(
    async () => testCopies(lab),
    (copies) => copies.length === 0,
  );
  return { drill, id };
}

const usersOf = (lab: Lab, kind: string) => entries(lab, kind).map(({ user }) => user);

/** What a drill proves while its copy does not stand is not what it was to prove. */
const GONE = expect.stringMatching(/^Its test copy at \S+ was gone before the clean-up: somebody else has removed it/);

describe('a drill', () => {
  it.concurrent('whose test never arrived fails, and leaves the copy that a person has made meanwhile', () =>
    withPart(1, async (lab) => {
      const id = world(lab).replications[0]?.id ?? '';
      lab.simulator.control.addFaults({ id: 'cut', vmId: idOf(lab), operation: 'failover-test', kind: 'reset-before' });
      const drill = await startDrill(lab, drillOf(lab));
      await until(
        async () => lab.simulator.control.faults().find((rule) => rule.id === 'cut')?.struck ?? 0,
        (struck) => struck > 0,
      );
      await testOfAnn(lab, id);
      lab.simulator.control.clearFaults('cut');
      const report = await drill.result();
      expect(report.vms[0]).toMatchObject({ state: 'failed', error: { code: 'DoneByOthers' } });
      expect(report.vms[0]?.error?.message).toContain('ann@acme');
      expect(report.drill?.left).toEqual([]);
      expect(testCopies(lab)).toHaveLength(1);
      expect(usersOf(lab, 'cleanup')).toEqual([]);
    }));

  it.concurrent('whose copy a person has cleaned up removes nothing that they made in its place', () =>
    withPart(1, async (lab) => {
      const { drill, id } = await withCopyReplaced(lab);
      await testOfAnn(lab, id);
      await drill.cancel();
      const report = await drill.result();
      expect(report.drill?.left).toEqual([]);
      expect(report.vms[0]?.notes).toEqual([
        GONE,
        expect.stringMatching(/^The test copy .* stays: somebody else made it/),
      ]);
      expect(testCopies(lab)).toHaveLength(1);
      expect(usersOf(lab, 'cleanup')).toEqual(['ann@acme']);
    }));

  it.concurrent('whose clean-up is tried again and again removes nothing that a person makes in between', () =>
    withPart(1, async (lab) => {
      const { control } = lab.simulator;
      const id = world(lab).replications[0]?.id ?? '';
      const drill = await startDrill(lab, drillOf(lab, { hold: 3_600_000 }));
      await until(drill.report, (r) => r.drill?.phase === 'hold');
      control.addFaults({ id: 'away', vmId: idOf(lab), operation: 'cleanup', kind: 'status', status: 503 });
      await drill.cancel();
      await until(
        async () => control.faults().find((rule) => rule.id === 'away')?.struck ?? 0,
        (struck) => struck > 0,
      );
      control.act({ operation: 'cleanup', replicationId: id, user: 'ann@acme' });
      await until(
        async () => testCopies(lab),
        (copies) => copies.length === 0,
      );
      await testOfAnn(lab, id);
      await drill.result();
      expect(testCopies(lab)).toHaveLength(1);
      expect(usersOf(lab, 'cleanup')).toEqual(['ann@acme']);
    }));

  it.concurrent('whose VM a person has failed over meanwhile says that this stays', () =>
    withPart(1, async (lab) => {
      const { drill, id } = await withCopyReplaced(lab);
      const body = { type: 'vcloud', powerOn: true };
      lab.simulator.control.act({ operation: 'failover', replicationId: id, user: 'ann@acme', body });
      await until(
        async () => world(lab).replications[0]?.recoveryState,
        (state) => state === 'COMPLETE',
      );
      await drill.cancel();
      const report = await drill.result();
      expect(report.vms[0]?.notes).toEqual([expect.stringMatching(/somebody else has recovered .* stays/), GONE]);
      expect(usersOf(lab, 'cleanup')).toEqual(['ann@acme']);
    }));

  it.concurrent('that was terminated, and whose copy a person has replaced, leaves nothing of theirs to be swept', () =>
    withLab({ vms: 1 }, async (lab) => {
      await protect(lab);
      const { drill, id } = await withCopyReplaced(lab);
      await testOfAnn(lab, id);
      await drill.terminate();
      const vmId = lab.plan().waves[0]?.vms[0]?.id ?? '';
      await lab.client.workflow.getHandle(vmWorkflowId(lab.source, vmId)).terminate('a test');
      const second = await (await startDrill(lab, drillOf(lab), `${lab.source}-second`)).result();
      expect(second).toMatchObject({ state: 'failed', vms: [{ error: { code: 'TestCopyExists' } }] });
      const status = await lab.client.workflow.getHandle(siteWorkflowId(lab.destination)).query(siteStatusQuery);
      expect(status.testCopies).toMatchObject([{ stays: { is: 'others' } }]);
      const reason = expect.stringMatching(/somebody else made it/);
      expect(second.drill?.notSwept).toEqual([{ vm: second.vms[0]?.name, run: drill.run, reason }]);
      expect(testCopies(lab)).toHaveLength(1);
      expect(usersOf(lab, 'cleanup')).toEqual(['ann@acme']);
    }));
});

describe('a drill whose replication a person deletes while its copy is up', () => {
  /** Deletes it at the site, whatever its state; its test copy stays. */
  async function deleted(lab: Lab, replicationId: string): Promise<void> {
    lab.simulator.control.act({ operation: 'delete', replicationId, user: 'ann@acme' });
    await until(
      async () => world(lab).replications,
      (all) => all.length === 0,
    );
  }

  it.concurrent.each([
    ['in its hold', false],
    ['while its clean-up answers that there is none', true],
  ])('%s says which copy stays where, as does each later look until it is gone', (_, isCleaning) =>
    withLab({ vms: 1, site: { missingFor: 500 }, assumptions: { deleteDuringTest: 'leaves' } }, async (lab) => {
      const { control } = lab.simulator;
      await protect(lab);
      const drill = await startDrill(lab, drillOf(lab, { hold: 3_600_000 }));
      const held = await until(drill.report, (r) => r.drill?.phase === 'hold');
      const id = held.vms[0]?.replicationId ?? '';
      const [copy] = testCopies(lab);
      const error = { code: 'ReplicationNotFound', msg: 'made up' };
      if (isCleaning) {
        control.addFaults({ id: 'none', operation: 'cleanup', kind: 'fail-task', error });
        await drill.cancel();
        await until(
          async () => control.faults().find((rule) => rule.id === 'none')?.struck ?? 0,
          (struck) => struck > 0,
        );
        await deletedWhenFree(lab, id);
      } else {
        await deleted(lab, id);
        await drill.cancel();
      }
      const report = await drill.result();
      const stands = expect.stringContaining(`VM ${copy?.name} (${copy?.id})`);
      expect(report).toMatchObject({
        state: 'failed',
        drill: { left: [copy?.name] },
        vms: [{ error: { code: 'TestCopyLeft', site: lab.destination, message: stands } }],
      });
      expect(report.vms[0]?.error?.message).toMatch(new RegExp(`in vApp .*\\(${copy?.vappId}\\)`));
      const later = await (await startDrill(lab, drillOf(lab), `${lab.source}-later`)).result();
      const name = later.vms[0]?.name;
      expect(later.drill?.notSwept).toEqual([{ vm: name, run: drill.run, reason: stands }]);
      control.setVms({ id: copy?.id ?? '', removed: true });
      const last = await (await startDrill(lab, drillOf(lab), `${lab.source}-last`)).result();
      expect(last.drill?.notSwept).toEqual([]);
      const status = await lab.client.workflow.getHandle(siteWorkflowId(lab.destination)).query(siteStatusQuery);
      expect(status.testCopies).toEqual([]);
    }),
  );

  /** As {@link deleted}, between two clean-ups. */
  async function deletedWhenFree(lab: Lab, replicationId: string): Promise<void> {
    lab.simulator.control.addFaults({ id: 'none', operation: 'cleanup', kind: 'status', status: 503 });
    await until(
      async () => entries(lab, 'cleanup'),
      (sent) => sent.every(({ endedAt }) => endedAt != null),
    );
    await deleted(lab, replicationId);
    lab.simulator.control.clearFaults('none');
  }
});
