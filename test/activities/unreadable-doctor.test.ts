/** What `drover doctor` says of an item that cannot be read: which VM it blocks, and which it does not. */
import { expect } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import type { FaultRule } from '../../simulator/index.js';
import { describe, it } from '../support/side-by-side.js';
import { withBench } from './support/bench.js';

const fault: FaultRule = { kind: 'unreadable', operation: 'replications' };

const cases: [string, (vmId: string) => FaultRule, RegExp][] = [
  ['names its VM', (vmId) => ({ ...fault, members: { id: null, vmId } }), /item 0 .*run that starts VM VMID/],
  ['names no VM', () => ({ ...fault, as: 'null' }), /item 0 cannot be read: .*it may be of any VM: .*waits/],
];

describe('an item of the list of replications that cannot be read', () => {
  it.concurrent.each(cases)('and %s is told by its list, its place and what waits for it', (_, rule, says) =>
    withBench({}, async ({ activities, attempt, locateInput, protect, simulator, destination, vms }) => {
      await protect();
      const vmId = vms[0]?.id ?? '';
      simulator.control.addFaults({ ...rule(vmId), site: destination });
      const looked = attempt(() => activities.locateReplication(locateInput()));
      await expect(looked).rejects.toThrow(ApplicationFailure);

      const { checks } = await attempt(() => activities.inspectSite({ site: destination, peers: [] }));
      const { ok, detail, fix } = checks.find(({ name }) => name === 'version') ?? {};
      expect(ok).toBe(false);
      expect(detail).toContain('/vm-replications: item 0');
      expect(detail?.replaceAll(vmId, 'VMID')).toMatch(says);
      expect(`${detail} ${fix}`).not.toMatch(/passe[sd] (them|it) over/);
    }),
  );

  it.concurrent('says of the inventory that no VM waits, and what is not known then', () =>
    withBench({}, async ({ activities, attempt, simulator, source, vms }) => {
      simulator.control.addFaults({ kind: 'unreadable', operation: 'inventory', site: source, as: 'null' });
      await attempt(() =>
        activities.sourcePower({ site: source, vmId: vms[0]?.id ?? null, resumedAt: 0, within: 10_000 }),
      );
      const { checks } = await attempt(() => activities.inspectSite({ site: source, peers: [] }));
      expect(checks.find(({ name }) => name === 'version')?.detail).toMatch(
        /\/inventory\/vms: item 0 .*no VM waits: the one that it is of counts as on/,
      );
    }));
});
