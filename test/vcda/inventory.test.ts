import { describe, expect, it } from '@jest/globals';
import { simulatedVms, siteNetworks, siteStorageProfiles, siteVdcId } from '../../simulator/index.js';
import { failureOf, withFake, withSimulator } from './support/client.js';
import { provider } from './support/operations.js';

const named = (items: { id: string; name: string }[]) => items.map(({ id, name }) => ({ id, name }));

describe('the inventory', () => {
  it('has VMs, vApps and VDCs, of this site or another', async () => {
    await withSimulator(async ({ lyon, paris }) => {
      const wanted = simulatedVms({ vms: 8 });
      const vms = await paris.inventory.vms();
      expect(vms.map(({ id }) => id).toSorted()).toEqual(wanted.map(({ id }) => id).toSorted());
      expect(vms[0]).toMatchObject({ org: 'acme', powerState: 'POWERED_ON', vdcId: siteVdcId('paris') });
      expect(await lyon.inventory.vms({}, { site: 'paris' })).toEqual(vms);
      expect(await lyon.inventoryVms('paris')).toEqual(vms);
      expect(await lyon.inventory.vms()).toEqual([]);
      expect(await paris.inventory.vms({ name: wanted[3]?.name ?? '' })).toHaveLength(1);
      expect(named(await paris.inventory.vapps())).toContainEqual({ id: wanted[0]?.vappId, name: wanted[0]?.vappName });
      const [vdc] = await paris.inventory.vdcs();
      expect(vdc?.id).toBe(siteVdcId('paris'));
      expect(await paris.inventory.vdcs({ name: 'no such' })).toEqual([]);
    });
  });

  it('has networks and storage profiles of a VDC', async () => {
    await withSimulator(async ({ lyon }) => {
      const vdc = siteVdcId('lyon');
      expect(named(await lyon.inventory.networks(vdc))).toEqual(siteNetworks('lyon'));
      expect(named(await lyon.inventory.storageProfiles(vdc))).toEqual(siteStorageProfiles('lyon'));
      expect(await failureOf(lyon.inventory.networks('no such'))).toMatchObject({ status: 404 });
    });
  });

  it('has what only providers see', async () => {
    await withSimulator(
      async ({ lyon }) => {
        expect((await lyon.inventory.orgs()).map(({ name }) => name).toSorted()).toEqual(['System', 'acme', 'globex']);
        expect(await lyon.inventory.providerVdcs()).toHaveLength(1);
        expect(await lyon.inventory.datastores()).toHaveLength(2);
      },
      { site: provider },
    );
    await withSimulator(async ({ lyon }) => {
      expect((await lyon.inventory.orgs()).map(({ name }) => name)).toEqual(['acme']);
      expect(await failureOf(lyon.inventory.datastores())).toMatchObject({ code: 'Forbidden' });
    });
  });

  it('has the on-premises sites of tenants, their vCenters and VMs', async () => {
    await withSimulator(async ({ lyon }) => expect(await lyon.inventory.vcSites()).toEqual([]));
    // The simulator has none.
    const lists: Record<string, unknown> = {
      '/vc-sites': [{ site: 'basement', description: '' }],
      '/vc-sites/basement/vcenters': [{ id: 'vc-1', name: 'vcenter.local' }],
      '/vc-sites/basement/vc-1/vms': { items: [{ id: 'vm-1', name: 'db1' }], offset: 0, limit: 100, total: 1 },
    };
    await withFake(
      ({ path }) => (path in lists ? { body: lists[path] } : null),
      async ({ lyon }) => {
        expect((await lyon.inventory.vcSites()).map(({ site }) => site)).toEqual(['basement']);
        expect(named(await lyon.inventory.vcenters('basement'))).toEqual([{ id: 'vc-1', name: 'vcenter.local' }]);
        expect(named(await lyon.inventory.vcenterVms('basement', 'vc-1'))).toEqual([{ id: 'vm-1', name: 'db1' }]);
      },
    );
  });
});
