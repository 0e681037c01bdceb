import { describe, expect, it } from '@jest/globals';
import { siteStorageProfiles, siteVdcId } from '../../simulator/index.js';
import { replicationIn } from '../../vcda/index.js';
import { failureOf, startBody, withSimulator } from './support/client.js';
import { done, provider, replicated, shown, viaParis } from './support/operations.js';

describe('replications of VMs', () => {
  it('are started with every field of the seed, and shown with what was asked for', async () => {
    await withSimulator(async ({ lyon }) => {
      const body = {
        ...startBody(),
        description: 'A Protected Workload',
        rpo: 15,
        dataConnectionType: 'ENCRYPTED',
        quiesced: true,
        retentionPolicy: { rules: [{ numberOfInstances: 3, distance: 60 }] },
        targetDiskType: 'THIN',
        initialSyncTime: 0,
      };
      const accepted = await lyon.startReplication(body, { ...viaParis, operationId: 'o1' });
      expect(accepted).toMatchObject({ state: 'RUNNING', endTime: -1, site: 'lyon', user: 'ops@acme' });
      const result = replicationIn(await done(lyon, accepted));
      expect(result).toMatchObject({
        vmId: body.source.vmId,
        isMigration: false,
        settings: {
          description: 'A Protected Workload',
          rpo: 15,
          dataConnectionType: 'ENCRYPTED',
          quiesced: true,
          retentionPolicy: { rules: [{ numberOfInstances: 3, distance: 60 }] },
        },
        source: { site: 'paris' },
        destination: { site: 'lyon', vdcId: siteVdcId('lyon') },
      });
      expect(await lyon.findReplication(result?.id ?? '')).toMatchObject({ id: result?.id });
    });
  });

  it('are listed by filters and by ids', async () => {
    await withSimulator(async ({ lyon }) => {
      const [first, second] = [await replicated(lyon, 0), await replicated(lyon, 1)];
      const ids = async (filter: Parameters<typeof lyon.replications>[0]) =>
        (await lyon.replications(filter)).map(({ id }) => id).toSorted();
      const both = [first.id, second.id].toSorted();
      expect(await ids({})).toEqual(both);
      expect(await ids({ ids: both })).toEqual(both);
      expect(await ids({ vmId: first.vmId ?? '' })).toEqual([first.id]);
      expect(await ids({ vmName: second.vmName ?? '' })).toEqual([second.id]);
      expect(await ids({ sourceSite: 'paris', destinationOrg: 'acme', destinationVdcId: siteVdcId('lyon') })).toEqual(
        both,
      );
      expect(await ids({ sourceSite: 'lyon' })).toEqual([]);
      expect(await ids({ sourceSiteType: 'vcenter' })).toEqual([]);
      expect(await ids({ sourceOrg: 'acme', sourceVdcId: siteVdcId('paris') })).toEqual(both);
      expect([...(await lyon.replicationsById([first.id, 'C4-gone'])).keys()]).toEqual([first.id]);
      expect(await failureOf(lyon.replications({ owner: 'acme@lyon' }))).toMatchObject({ code: 'Forbidden' });
    });
  });

  it('are reconfigured, paused, resumed, synced and moved to another storage profile', async () => {
    await withSimulator(async ({ lyon }) => {
      const { id } = await replicated(lyon);
      await done(lyon, lyon.reconfigureReplication(id, { rpo: 30, description: 'slower' }, viaParis));
      expect(await shown(lyon, id)).toMatchObject({ settings: { rpo: 30, description: 'slower' } });
      await done(lyon, lyon.pauseReplication(id, viaParis));
      expect(await shown(lyon, id)).toMatchObject({ isPaused: true, dataConnectionState: 'PAUSED' });
      await done(lyon, lyon.resumeReplication(id, viaParis));
      expect(await shown(lyon, id)).toMatchObject({ isPaused: false });
      const before = (await shown(lyon, id)).destinationState?.latestInstance?.sequenceNumber ?? 0;
      await done(lyon, lyon.syncReplication(id, viaParis));
      expect((await shown(lyon, id)).destinationState?.latestInstance?.sequenceNumber).toBeGreaterThan(before);
      const profile = siteStorageProfiles('lyon').at(-1)?.id ?? '';
      await done(lyon, lyon.moveReplicationStorage(id, profile, viaParis));
      expect(await shown(lyon, id)).toMatchObject({ storageProfile: profile });
    });
  });

  it('are gone after a deletion, whose task has no result', async () => {
    await withSimulator(async ({ lyon }) => {
      const { id } = await replicated(lyon);
      expect(replicationIn(await done(lyon, lyon.deleteReplication(id, viaParis)))).toBeNull();
      expect(await lyon.findReplication(id)).toBeNull();
      expect(await failureOf(lyon.syncReplication(id, viaParis))).toMatchObject({ code: 'ReplicationNotFound' });
    });
  });

  it('change hands at once, by an administrator', async () => {
    await withSimulator(
      async ({ lyon }) => {
        const { id } = await replicated(lyon);
        expect(await lyon.chownReplication(id, 'acme@lyon')).toMatchObject({ id, owner: 'acme@lyon' });
        expect(await lyon.chownReplication(id, null)).toMatchObject({ owner: 'System@lyon' });
        expect(await lyon.replications({ owner: 'acme@lyon' })).toEqual([]);
      },
      { site: provider },
    );
    await withSimulator(async ({ lyon }) => {
      const { id } = await replicated(lyon);
      expect(await failureOf(lyon.chownReplication(id, 'acme@lyon'))).toMatchObject({ code: 'Forbidden' });
    });
  });

  it('are reached through the other site by ?site=, with an extended session', async () => {
    await withSimulator(async ({ simulator, lyon, paris }) => {
      const { id } = await replicated(lyon);
      expect(await paris.findReplication(id)).toBeNull();
      const there = { site: 'lyon' };
      expect(await paris.findReplication(id, there)).toMatchObject({ id });
      expect((await paris.replications({}, there)).map((one) => one.id)).toEqual([id]);
      const task = await paris.syncReplication(id, there);
      expect(task).toMatchObject({ site: 'lyon' });
      await done(lyon, task);
      const extensions = simulator.control.stats().requests.filter(({ route }) => route === '/sessions/extend');
      expect(extensions.map(({ site, count }) => [site, count])).toEqual(expect.arrayContaining([['paris', 1]]));
    });
  });
});
