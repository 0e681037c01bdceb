/** A site that writes its ids in capitals: the same VMs, vApps and VDCs. What is asked of it again goes as it came. */
import { describe, expect, it } from '@jest/globals';
import { relation } from '../../activities/relation.js';
import { withFake } from './support/client.js';

const VM = '99e81d2a-0c1f-4b55-9a53-aa12bb34cc56';
const COPY = 'aae81d2a-0c1f-4b55-9a53-aa12bb34cc56';
const CAPITALS = VM.toUpperCase();
const ID = `C4-${CAPITALS}`;

const replication = JSON.stringify({
  id: ID,
  vmId: CAPITALS,
  vmName: 'DB-01',
  source: { site: 'PARIS', vdcId: CAPITALS, vappId: CAPITALS },
  destination: { site: 'LYON', vdcId: CAPITALS, recoveredVappId: CAPITALS },
  destinationState: { recoveryInfo: { recoveryState: 'COMPLETE', vAppId: CAPITALS, vcdVmId: COPY.toUpperCase() } },
});
const task = JSON.stringify({
  id: CAPITALS,
  state: 'SUCCEEDED',
  workflowInfo: { type: 'start', resourceId: CAPITALS },
  result: { id: ID, vmId: CAPITALS },
});

it('ids as URNs of Cloud Director are the bare ones', async () => {
  const vm = {
    id: `urn:vcloud:vm:${CAPITALS}`,
    name: 'DB-01',
    vdcId: `urn:vcloud:vdc:${VM}`,
    vappId: `urn:vcloud:vapp:${VM}`,
  };
  await withFake(
    ({ path }) => (path === '/inventory/vms' ? { body: JSON.stringify([vm]) } : null),
    async ({ lyon }) => {
      expect(await lyon.inventoryVms('lyon')).toEqual([expect.objectContaining({ id: VM, vdcId: VM, vappId: VM })]);
    },
  );
});

describe('ids in capitals', () => {
  it('of a replication are those of the VM; its own, and names, stay as they are', () =>
    withFake(
      ({ path }) => (path === `/vm-replications/${ID}` ? { body: replication } : null),
      async ({ lyon }) => {
        expect(await lyon.findReplication(ID)).toMatchObject({
          id: ID,
          vmId: VM,
          vmName: 'DB-01',
          source: { site: 'PARIS', vdcId: VM, vappId: VM },
          destination: { vdcId: VM, recoveredVappId: VM },
          destinationState: { recoveryInfo: { vAppId: VM, vcdVmId: COPY } },
        });
      },
    ));

  it('of a task tell whose it is, and its own is asked for as it came', () =>
    withFake(
      ({ path }) => (path === `/tasks/${CAPITALS}` ? { body: task } : null),
      async ({ lyon }) => {
        const seen = await lyon.task(CAPITALS);
        expect(seen.id).toBe(CAPITALS);
        const vm = { id: VM, name: 'db-01' };
        const start = { kind: 'start', vm, replicationId: null, operationId: 'drover/r/v/start/1' } as const;
        expect(relation(seen, start)).toBe('same');
        expect(relation({ ...seen, workflowInfo: null }, start)).toBe('same');
      },
    ));
});
