/** A drill's map of test networks: what the test failover is told, and what is refused before anything is made. */
import { expect } from '@jest/globals';
import type { Drill } from '../../../plan/types.js';
import { createSites, type NetworkSettings } from '../../../vcda/index.js';
import { drillOf, entries, protect, startDrill, world } from '../../support/drills.js';
import type { Lab } from '../../support/lab.js';
import { sharedLab } from '../../support/shared-lab.js';
import { describe, it } from '../../support/side-by-side.js';

/** Protected already. */
const withPart = sharedLab({ vms: 5 }, protect);

/** Set up in VCDA as a person does. */
async function protectedWith(lab: Lab, settings: NetworkSettings): Promise<void> {
  const sites = createSites(lab.config);
  const id = world(lab).replications[0]?.id ?? '';
  await sites.get(lab.destination).setNetworkSettings(id, settings, { peer: lab.source });
  await sites.close();
}

const nic = (nicIndex: number, network: string) => ({ nicIndex, isConnected: true, network });

/** What the VM is connected to in production. */
const NICS = { failoverSettings: { vmNetworkSettings: { nics: [nic(0, 'net-a'), nic(1, 'net-b')] } } };

const resultOf = async (lab: Lab, map: Record<string, string>, change: Partial<Drill> = {}) =>
  (await startDrill(lab, drillOf(lab, { networks: { test: { map } }, ...change }))).result();

const body = (lab: Lab) => entries(lab, 'failover-test')[0]?.body as Record<string, unknown> | undefined;

describe('a map of test networks', () => {
  it.concurrent('connects each NIC by its network, and the evidence names those that were used', () =>
    withPart(1, async (lab) => {
      await protectedWith(lab, NICS);
      const report = await resultOf(lab, { 'net-a': 'acme-isolated', 'net-b': 'acme-db' });
      expect(report).toMatchObject({ state: 'succeeded' });
      expect(report.drill?.networks).toEqual([{ from: 'file', names: ['acme-isolated', 'acme-db'] }]);
      expect(body(lab)).toMatchObject({
        vmNetworkSettings: { nics: [nic(0, 'acme-isolated'), nic(1, 'acme-db')] },
        vAppNetworkSettings: {
          bridgeOrgVdcNetworks: [
            { name: 'acme-isolated', id: expect.any(String) },
            { name: 'acme-db', id: expect.any(String) },
          ],
        },
      });
    }));

  it.concurrent('that leaves a NIC out has its VM refused, by the name of the network', () =>
    withPart(1, async (lab) => {
      await protectedWith(lab, NICS);
      const report = await resultOf(lab, { 'net-a': 'acme-isolated' });
      expect(report.vms[0]).toMatchObject({ state: 'failed', error: { code: 'NoTestNetworks' } });
      expect(report.vms[0]?.error?.message).toContain('net-b');
      expect(report.vms[0]?.error?.message).not.toContain('net-a');
      expect(entries(lab, 'failover-test')).toEqual([]);
    }));

  it.concurrent('leaves a NIC to the test settings of its replication', () =>
    withPart(1, async (lab) => {
      const failoverTestSettings = { vmNetworkSettings: { nics: [nic(1, 'acme-db')] } };
      await protectedWith(lab, { ...NICS, failoverTestSettings });
      const report = await resultOf(lab, { 'net-a': 'acme-isolated' });
      expect(report.drill?.networks).toEqual([
        { from: 'file', names: ['acme-isolated'] },
        { from: 'replication', names: ['acme-db'] },
      ]);
      expect(body(lab)?.vmNetworkSettings).toEqual({ nics: [nic(0, 'acme-isolated'), nic(1, 'acme-db')] });
    }));

  it.concurrent('to a network that the VDC does not have is refused, with those that it has', () =>
    withPart(1, async (lab) => {
      await protectedWith(lab, NICS);
      const report = await resultOf(lab, { 'net-a': 'nowhere', 'net-b': 'acme-db' });
      expect(report.vms[0]?.error).toMatchObject({ code: 'TestNetworkUnknown' });
      expect(report.vms[0]?.error?.message).toContain('nowhere');
      expect(report.vms[0]?.error?.advice).toContain('acme-isolated');
      expect(entries(lab, 'failover-test')).toEqual([]);
    }));

  it.concurrent('maps networks where the site tells no NICs', () =>
    withPart(1, async (lab) => {
      const report = await resultOf(lab, { 'net-a': 'acme-isolated' });
      expect(report.drill?.networks).toEqual([{ from: 'file', names: ['acme-isolated'] }]);
      const destinationOrgVdcNetwork = { name: 'acme-isolated', id: expect.any(String) };
      expect(body(lab)?.vAppNetworkSettings).toEqual({
        networkMappings: [{ sourceNetworkName: 'net-a', destinationOrgVdcNetwork }],
      });
    }));
});
