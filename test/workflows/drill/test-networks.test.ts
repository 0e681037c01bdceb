/** No test copy is made before it is known into which networks: judged by the ledger. */
import { expect } from '@jest/globals';
import type { Drill } from '../../../plan/types.js';
import { createSites } from '../../../vcda/index.js';
import { drillOf, entries, expectNothingLeft, protect, startDrill, world } from '../../support/drills.js';
import { type Lab, withLab } from '../../support/lab.js';
import { describe, it } from '../../support/side-by-side.js';

const LAN = {
  networkMappings: [{ sourceNetworkName: 'lan', destinationOrgVdcNetwork: { id: 'net-1', name: 'isolated' } }],
};

/** Writes test settings of a replication, as a person does in VCDA. */
async function setTestNetworks(lab: Lab, replicationId: string): Promise<void> {
  const sites = createSites(lab.config);
  await sites
    .get(lab.destination)
    .setNetworkSettings(replicationId, { failoverTestSettings: { vAppNetworkSettings: LAN } }, { peer: lab.source });
  await sites.close();
}

async function resultOf(lab: Lab, change: Partial<Drill>) {
  const { networks: _, ...drill } = drillOf(lab, change);
  return (await startDrill(lab, { ...drill, ...change })).result();
}

const recovery: Drill['recovery'] = { instance: 'latest', powerOn: true, consolidate: false, sync: false };

describe('a test drill', () => {
  it.concurrent('without test networks is refused for its VM, before anything is made', () =>
    withLab({ vms: 2 }, async (lab) => {
      await protect(lab);
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
    withLab({ vms: 1 }, async (lab) => {
      await protect(lab);
      const report = await resultOf(lab, { recovery: { ...recovery, vAppNetworkSettings: LAN } });
      expect(report.state).toBe('succeeded');
      expect(report.drill?.networks).toEqual([{ from: 'file', names: ['isolated'] }]);
    }));

  it.concurrent('may use those of production where its file says so, and its evidence says so', () =>
    withLab({ vms: 1 }, async (lab) => {
      await protect(lab);
      const report = await resultOf(lab, { networks: 'production' });
      expect(report.state).toBe('succeeded');
      expect(report.drill?.networks).toEqual([{ from: 'production', names: [] }]);
    }));
});
