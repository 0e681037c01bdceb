/** Round trips of VMs that persons recover meanwhile: theirs to bring home. */
import { expect } from '@jest/globals';
import { siteStatusQuery } from '../../../contract/messages.js';
import { siteWorkflowId } from '../../../contract/names.js';
import type { Check } from '../../../plan/types.js';
import { entries, pageThat, protect, roundTrip, startDrill, world } from '../../support/drills.js';
import { withLab } from '../../support/lab.js';
import { recoverByHand } from '../../support/recoveries.js';
import { describe, it } from '../../support/side-by-side.js';
import { until } from '../../support/until.js';

describe('a round trip', () => {
  it.concurrent('leaves a VM where a person has failed it over to while it waited for a place', () =>
    withLab({ vms: 2, site: { limits: { syncs: 2, cutovers: 1, requestsPerSecond: 500 } } }, async (lab) => {
      const [first, second] = (lab.plan().waves[0]?.vms ?? []).map((vm) => [vm]);
      const waves = [{ name: 'all', vms: second ?? [] }];
      const protection = await lab.start(lab.plan({ kind: 'protect', replication: { rpo: 15 }, waves }));
      expect((await protection.result()).state).toBe('succeeded');
      const { control } = lab.simulator;
      control.addFaults({ id: 'away', operation: 'migrate', kind: 'status', status: 503 });
      // It has the only place for a cutover.
      const migration = await lab.start(lab.plan({ waves: [{ name: 'all', vms: first ?? [] }] }));
      await until(
        async () => control.faults().find(({ id }) => id === 'away')?.struck ?? 0,
        (struck) => struck > 0,
      );
      const drill = await startDrill(lab, roundTrip(lab, { groups: waves }));
      const site = lab.client.workflow.getHandle(siteWorkflowId(lab.destination));
      await until(
        () => site.query(siteStatusQuery),
        ({ queue }) => queue.some(({ slot }) => slot === 'cutover'),
      );
      const replicationId = world(lab).replications.find(({ vmId }) => vmId === second?.[0]?.id)?.id ?? '';
      await recoverByHand(lab, 'failover', replicationId);
      control.clearFaults('away');
      const [vm] = (await drill.result()).vms;
      expect(vm).toMatchObject({ state: 'failed', error: { code: 'DoneByOthers', operation: 'failover' } });
      expect(vm?.error?.message).toContain('ann@acme has recovered it there meanwhile by a failover');
      expect(entries(lab, 'reverse')).toEqual([]);
      expect((await migration.result()).state).toBe('succeeded');
    }));

  it.concurrent('says who has failed a VM over before its turn', () =>
    withLab({ vms: 2 }, async (lab) => {
      await protect(lab);
      const [first, second] = (lab.plan().waves[0]?.vms ?? []).map((vm) => [vm]);
      const groups = [
        { name: 'one', vms: first ?? [] },
        { name: 'two', vms: second ?? [] },
      ];
      let isDone = false;
      const page = await pageThat(() => isDone);
      const up: Check = {
        name: 'page',
        vms: first?.map(({ id }) => id) ?? [],
        within: 600_000,
        interval: 100,
        timeout: 30_000,
        type: 'http',
        url: page.url,
        status: 200,
        body: null,
        verifyTls: true,
      };
      const drill = await startDrill(lab, roundTrip(lab, { groups, checks: [up] }));
      await until(
        async () => page.asked(),
        (asked) => asked > 0,
      );
      await recoverByHand(
        lab,
        'failover',
        world(lab).replications.find(({ vmId }) => vmId === second?.[0]?.id)?.id ?? '',
      );
      isDone = true;
      const report = await drill.result();
      page.close();
      expect(report.vms.map(({ state }) => state)).toEqual(['succeeded', 'failed']);
      expect(report.vms[1]?.error).toMatchObject({ code: 'DoneByOthers', operation: 'failover' });
      expect(report.vms[1]?.error?.message).toContain('ann@acme');
    }));

  it.concurrent('leaves a VM to a person with whose failover the site was busy when its own came', () =>
    withLab({ vms: 1 }, async (lab) => {
      await protect(lab);
      const error = { code: 'OperationInProgress', msg: 'busy' };
      lab.simulator.control.addFaults({ operation: 'failover', kind: 'fail-task', times: 1, error });
      const drill = await startDrill(lab, roundTrip(lab));
      await until(
        async () => entries(lab, 'failover'),
        (sent) => sent.some(({ endedAt }) => endedAt != null),
      );
      await recoverByHand(lab);
      const [vm] = (await drill.result()).vms;
      expect(vm).toMatchObject({ state: 'failed', error: { code: 'DoneByOthers', operation: 'failover' } });
      expect(vm?.error?.message).toContain('ann@acme has recovered it there meanwhile by a failover');
      expect(entries(lab, 'reverse')).toEqual([]);
    }));
});
