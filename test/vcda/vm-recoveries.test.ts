import { describe, expect, it } from '@jest/globals';
import { recoveryState, replicationIn } from '../../vcda/index.js';
import { failureOf, withSimulator } from './support/client.js';
import { done, replicated, shown, viaParis } from './support/operations.js';

const toCloud = { type: 'vcloud' as const, powerOn: true };

describe('recovering a VM', () => {
  it('by migration stops the source and completes', async () => {
    await withSimulator(async ({ simulator, lyon, paris }) => {
      const { id, vmId } = await replicated(lyon, 0, { isMigration: true });
      const task = await done(
        lyon,
        lyon.migrateReplication(
          id,
          { ...toCloud, consolidate: false, vmNetworkSettings: { copySourceNicSettings: true } },
          viaParis,
        ),
      );
      expect(replicationIn(task)).toMatchObject({ id, dataConnectionState: 'FINISHED' });
      const after = await shown(lyon, id);
      expect(recoveryState(after)).toBe('COMPLETE');
      expect(after.destination?.recoveredVappId).toEqual(expect.any(String));
      const [source] = (await paris.inventory.vms()).filter((vm) => vm.id === vmId);
      expect(source?.powerState).toBe('POWERED_OFF');
      expect(simulator.control.ledger().filter(({ kind }) => kind === 'migrate')).toHaveLength(1);
    });
  });

  it('by failover leaves the source as it is, and may go back to an instance', async () => {
    await withSimulator(async ({ simulator, lyon, paris }) => {
      const { id, vmId } = await replicated(lyon);
      // The instance is there until it is asked for.
      simulator.control.setSpeed(1);
      const [instance] = await lyon.instances(id);
      const task = await lyon.failoverReplication(id, { ...toCloud, instanceId: instance?.key }, viaParis);
      simulator.control.setSpeed(5_000);
      await done(lyon, task);
      expect(recoveryState(await shown(lyon, id))).toBe('COMPLETE');
      const [source] = (await paris.inventory.vms()).filter((vm) => vm.id === vmId);
      expect(source?.powerState).toBe('POWERED_ON');
    });
  });

  it('for a test makes a copy that a clean-up takes away', async () => {
    await withSimulator(async ({ lyon }) => {
      const { id } = await replicated(lyon);
      await done(lyon, lyon.testFailover(id, { ...toCloud, sync: true }, viaParis));
      const tested = await shown(lyon, id);
      expect(recoveryState(tested)).toBe('TEST');
      expect(tested.destinationState?.recoveryInfo?.vcdVmId).toEqual(expect.any(String));
      await done(lyon, lyon.cleanUpTest(id, viaParis));
      expect(recoveryState(await shown(lyon, id))).toBe('NOT_STARTED');
    });
  });

  it('for a test cannot sync and go back at once', async () => {
    await withSimulator(async ({ lyon }) => {
      const { id } = await replicated(lyon);
      const both = { ...toCloud, sync: true, instanceId: 'replica-1' };
      expect(await failureOf(lyon.testFailover(id, both, viaParis))).toMatchObject({ code: 'BadRequest', acted: 'no' });
    });
  });

  it('is turned round by reverse, under the same id', async () => {
    await withSimulator(async ({ lyon, paris }) => {
      const { id } = await replicated(lyon, 0, { isMigration: true });
      await done(lyon, lyon.migrateReplication(id, toCloud, viaParis));
      const task = await done(lyon, lyon.reverseReplication(id, viaParis));
      expect(replicationIn(task)).toMatchObject({ isReversed: true, source: { site: 'lyon' } });
      // It lives at its new destination now.
      expect(await shown(paris, id)).toMatchObject({ isReversed: true, destination: { site: 'paris' } });
    });
  });
});
