import { describe, expect, it } from '@jest/globals';
import { failureOf, withSimulator } from './support/client.js';
import { replicated } from './support/operations.js';

describe('the details of a VM replication', () => {
  it('are its instances, each with its disks', async () => {
    await withSimulator(async ({ simulator, lyon }) => {
      const { id } = await replicated(lyon);
      simulator.control.setSpeed(1);
      const instances = await lyon.instances(id);
      expect(instances.length).toBeGreaterThan(0);
      const [first] = instances;
      expect(first).toMatchObject({ key: expect.stringMatching(/replica-/), isPinned: false });
      expect(first?.timestamp).toBeGreaterThan(1_500_000_000_000);
      const details = await lyon.instance(id, first?.key ?? '');
      expect(details.disksInfo?.map(({ diskKey }) => diskKey)).toContain(2000);
      expect(await failureOf(lyon.instance(id, 'replica-none'))).toMatchObject({ status: 404 });
    });
  });

  it('are its networks, read and written', async () => {
    await withSimulator(async ({ lyon }) => {
      const { id } = await replicated(lyon);
      const nics = [{ nicIndex: 0, isConnected: true, ipAddressAllocationMode: 'DHCP' }];
      const failoverSettings = { vmNetworkSettings: { primaryNicIndex: 0, nics } };
      await lyon.setNetworkSettings(id, { failoverSettings });
      expect(await lyon.networkSettings(id)).toMatchObject({ failoverSettings });
    });
  });

  it('are its traffic, now, over time, and of all of its owner', async () => {
    await withSimulator(async ({ lyon }) => {
      const { id } = await replicated(lyon);
      expect((await lyon.currentTraffic(id)).timestamp).toBeGreaterThan(1_500_000_000_000);
      const end = Date.now() + 86_400_000;
      const range = { start: end - 2 * 86_400_000, end, resolution: 3_600 };
      const report = await lyon.traffic(id, range);
      expect(report).toMatchObject({ ...range, label: expect.any(String) });
      expect(report.samples).toHaveLength(48);
      expect(await lyon.ownerTraffic('acme@lyon', range)).toMatchObject(range);
      expect(await failureOf(lyon.traffic(id, { ...range, resolution: 0 }))).toMatchObject({ code: 'BadRequest' });
    });
  });
});
