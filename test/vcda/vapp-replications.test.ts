import { describe, expect, it } from '@jest/globals';
import { simulatedVms } from '../../simulator/index.js';
import { type Site, vappReplicationIn } from '../../vcda/index.js';
import { until } from '../support/until.js';
import { failureOf, startBody, withSimulator } from './support/client.js';
import { done, provider, viaParis } from './support/operations.js';

const vapp = simulatedVms({ vms: 8 })[0] ?? { vappId: '', vappName: '' };
const toCloud = { type: 'vcloud' as const, powerOn: true };

async function started(lyon: Site, isMigration = false) {
  const { destination } = startBody();
  const source = { type: 'vapp' as const, site: 'paris', vappId: vapp.vappId };
  const body = { source, destination, rpo: 15, isMigration };
  const result = vappReplicationIn(await done(lyon, lyon.vappReplications.start(body, viaParis)));
  if (result === null) throw new Error('the start has no result');
  return until(
    async () => (await lyon.vappReplications.find(result.id)) ?? result,
    (one) => one.vmReplications?.every((vm) => vm.dataConnectionState === 'OK') === true,
  );
}

describe('replications of vApps', () => {
  it('fan out into one for every VM', async () => {
    await withSimulator(async ({ lyon }) => {
      const it = await started(lyon);
      expect(it).toMatchObject({ id: expect.stringMatching(/^C4VAPP-/), source: { vappId: vapp.vappId } });
      expect(it.vmReplications).toHaveLength(4);
      expect((await lyon.replications({})).map((vm) => vm.vappReplicationId)).toEqual(Array(4).fill(it.id));
    });
  });

  it('are listed by filters and by ids, and summed up', async () => {
    await withSimulator(async ({ lyon }) => {
      const { id } = await started(lyon);
      const { list, byId, find, summary } = lyon.vappReplications;
      for (const filter of [
        {},
        { ids: [id] },
        { vappId: vapp.vappId },
        { vappName: vapp.vappName },
        { sourceSite: 'paris' },
      ])
        expect((await list(filter)).map((one) => one.id)).toEqual([id]);
      expect(await list({ vappName: 'nobody' })).toEqual([]);
      expect([...(await byId([id, 'C4VAPP-gone'])).keys()]).toEqual([id]);
      expect(await find('C4VAPP-gone')).toBeNull();
      expect(await summary()).toMatchObject({ total: 1 });
    });
  });

  it('are changed, paused, resumed, synced and removed as one', async () => {
    await withSimulator(async ({ lyon }) => {
      const { id } = await started(lyon);
      const vapps = lyon.vappReplications;
      const vms = async () => (await vapps.find(id))?.vmReplications ?? [];
      await done(lyon, vapps.reconfigure(id, { rpo: 60 }, viaParis));
      expect((await vms()).map((vm) => vm.settings?.rpo)).toEqual([60, 60, 60, 60]);
      await done(lyon, vapps.pause(id, viaParis));
      expect((await vms()).every((vm) => vm.isPaused)).toBe(true);
      await done(lyon, vapps.resume(id, viaParis));
      await done(lyon, vapps.sync(id, viaParis));
      await done(lyon, vapps.delete(id, viaParis));
      expect(await vapps.find(id)).toBeNull();
      expect(await lyon.replications({})).toEqual([]);
    });
  });

  it('are tested, cleaned up, failed over and reversed as one', async () => {
    await withSimulator(async ({ lyon, paris }) => {
      const { id } = await started(lyon);
      const vapps = lyon.vappReplications;
      const states = async () =>
        (await vapps.find(id))?.vmReplications?.map((vm) => vm.destinationState?.recoveryInfo?.recoveryState);
      await done(lyon, vapps.testFailover(id, { ...toCloud, sync: true }, viaParis));
      expect(await states()).toEqual(Array(4).fill('TEST'));
      await done(lyon, vapps.cleanUpTest(id, viaParis));
      await done(lyon, vapps.failover(id, { ...toCloud, consolidate: true }, viaParis));
      expect(await states()).toEqual(Array(4).fill('COMPLETE'));
      await done(lyon, vapps.reverse(id, viaParis));
      expect((await paris.vappReplications.find(id))?.destination?.site).toBe('paris');
    });
  });

  it('are migrated as one', async () => {
    await withSimulator(async ({ lyon }) => {
      const { id } = await started(lyon, true);
      const task = await done(lyon, lyon.vappReplications.migrate(id, toCloud, viaParis));
      expect(vappReplicationIn(task)?.destination?.recoveredVappId).toEqual(expect.any(String));
    });
  });

  it('have networks and an owner', async () => {
    await withSimulator(
      async ({ lyon }) => {
        const { id } = await started(lyon);
        const failoverSettings = { vAppNetworkSettings: { copySourceNetworks: true } };
        await lyon.vappReplications.setNetworkSettings(id, { failoverSettings });
        expect(await lyon.vappReplications.networkSettings(id)).toMatchObject({ failoverSettings });
        const changed = await lyon.vappReplications.chown(id, 'acme@lyon');
        expect(changed.owner).toBe('acme@lyon');
        expect(changed.vmReplications?.map((vm) => vm.owner)).toEqual(Array(4).fill('acme@lyon'));
        expect(await failureOf(lyon.vappReplications.chown(id, 'nobody@lyon'))).toMatchObject({ code: 'BadRequest' });
      },
      { site: provider },
    );
  });
});
