/** No test copy is made before it is known into which networks: judged by the ledger. */
import { expect } from '@jest/globals';
import type { Drill } from '../../../plan/types.js';
import { createSites, type NetworkSettings } from '../../../vcda/index.js';
import { drillOf, entries, expectNothingLeft, protect, startDrill, world } from '../../support/drills.js';
import type { Lab } from '../../support/lab.js';
import { sharedLab } from '../../support/shared-lab.js';
import { describe, it } from '../../support/side-by-side.js';

/** Protected already. */
const withPart = sharedLab({ vms: 7 }, protect);

const LAN = {
  networkMappings: [{ sourceNetworkName: 'lan', destinationOrgVdcNetwork: { id: 'net-1', name: 'isolated' } }],
};

/** Writes settings of a replication, as a person does in VCDA. */
async function setNetworks(lab: Lab, replicationId: string, settings: NetworkSettings): Promise<void> {
  const sites = createSites(lab.config);
  await sites.get(lab.destination).setNetworkSettings(replicationId, settings, { peer: lab.source });
  await sites.close();
}

const setTestNetworks = (lab: Lab, replicationId: string): Promise<void> =>
  setNetworks(lab, replicationId, { failoverTestSettings: { vAppNetworkSettings: LAN } });

async function resultOf(lab: Lab, change: Partial<Drill>, run?: string) {
  const { networks: _, ...drill } = drillOf(lab, change);
  return (await startDrill(lab, { ...drill, ...change }, run)).result();
}

const recovery: Drill['recovery'] = { instance: 'latest', powerOn: true, consolidate: false, sync: false };

describe('a test drill', () => {
  it.concurrent('without test networks is refused for its VM, before anything is made', () =>
    withPart(2, async (lab) => {
      const [with_, without] = world(lab).replications;
      await setTestNetworks(lab, with_?.id ?? '');
      const report = await resultOf(lab, {});
      expect(report.state).toBe('failed');
      const refused = report.vms.find(({ id }) => id === without?.vmId);
      expect(refused).toMatchObject({ state: 'failed', error: { code: 'NoTestNetworks', operation: 'failover-test' } });
      expect(refused?.error?.advice).toMatch(/networks: production/);
      expect(entries(lab, 'failover-test').map(({ replicationId }) => replicationId)).toEqual([with_?.id]);
      expect(report.vms.find(({ id }) => id === with_?.vmId)?.state).toBe('succeeded');
      expect(report.drill?.networks).toEqual([{ from: 'replication', names: ['isolated'] }]);
      expectNothingLeft(lab);
    }));

  it.concurrent('names the networks of its file as those that were used', () =>
    withPart(1, async (lab) => {
      const report = await resultOf(lab, { recovery: { ...recovery, vAppNetworkSettings: LAN } });
      expect(report.state).toBe('succeeded');
      expect(report.drill?.networks).toEqual([{ from: 'file', names: ['isolated'] }]);
    }));

  it.concurrent('is refused for a NIC that what is named does not cover, by NIC and network, before anything is made', () =>
    withPart(3, async (lab) => {
      const nic = (nicIndex: number, network: string) => ({ nicIndex, isConnected: true, network });
      const [mapped, partly, covered] = world(lab).replications;
      const failoverSettings = { vmNetworkSettings: { nics: [nic(0, 'net-a'), nic(1, 'net-b')] } };
      const ofTest = (nics: object[]) => ({ failoverSettings, failoverTestSettings: { vmNetworkSettings: { nics } } });
      await setNetworks(lab, mapped?.id ?? '', {
        failoverSettings,
        failoverTestSettings: { vAppNetworkSettings: LAN },
      });
      await setNetworks(lab, partly?.id ?? '', ofTest([nic(0, 'isolated')]) as NetworkSettings);
      await setNetworks(lab, covered?.id ?? '', ofTest([nic(0, 'isolated'), nic(1, 'db')]) as NetworkSettings);
      const errorOf = (report: Awaited<ReturnType<typeof resultOf>>, vmId: string | undefined) =>
        report.vms.find(({ id }) => id === vmId)?.error;

      const own = await resultOf(lab, {});
      expect(errorOf(own, mapped?.vmId)?.message).toMatch(/NIC 0 \(in net-a\), NIC 1 \(in net-b\)/);
      expect(errorOf(own, partly?.vmId)).toMatchObject({ code: 'NoTestNetworks', operation: 'failover-test' });
      expect(errorOf(own, partly?.vmId)?.message).toMatch(/ lead NIC 1 \(in net-b\) into/);
      expect(errorOf(own, partly?.vmId)?.advice).toMatch(/map: { "net-b": .*networks: production/);
      expect(entries(lab, 'failover-test').map(({ replicationId }) => replicationId)).toEqual([covered?.id]);
      expect(own.drill?.networks).toEqual([{ from: 'replication', names: ['isolated', 'db'] }]);

      await setNetworks(lab, covered?.id ?? '', { failoverTestSettings: { vmNetworkSettings: { nics: [] } } });
      const change = { recovery: { ...recovery, vAppNetworkSettings: LAN } };
      const refused = await resultOf(lab, change, `${lab.source}-file`);
      expect(refused.vms.map(({ error }) => error?.code)).toEqual(Array(3).fill('NoTestNetworks'));
      expect(entries(lab, 'failover-test')).toHaveLength(1);
      expectNothingLeft(lab);
    }));

  it.concurrent('may use those of production where its file says so, and its evidence says so', () =>
    withPart(1, async (lab) => {
      const report = await resultOf(lab, { networks: 'production' });
      expect(report.state).toBe('succeeded');
      expect(report.drill?.networks).toEqual([{ from: 'production', names: [] }]);
    }));
});
