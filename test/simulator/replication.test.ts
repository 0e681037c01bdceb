import { describe, expect, it } from '@jest/globals';
import { simulatedVms, siteSlaProfiles, siteStorageProfiles, siteVdcId } from '../../simulator/index.js';
import {
  type Client,
  login,
  now,
  operate,
  provider,
  replicated,
  startBody,
  until,
  vms,
  withSimulator,
} from './support/client.js';
import { createLab } from './support/lab.js';

const reaches = (at: Client, id: string, state: string) =>
  until(
    () => at.get(`/vm-replications/${id}`),
    (it) => it.dataConnectionState === state,
  );

describe('the data path', () => {
  it('a source that is off sends nothing until it is on, or until a manual sync', async () => {
    await withSimulator({}, async ({ control }, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      for (const index of [0, 1]) control.setVms({ id: vms[index]?.id, powerState: 'POWERED_OFF' });
      const start = async (index: number) =>
        (await operate(at, 'POST', '/vm-replications', startBody(index))).result.id;
      const [first, second] = [await start(0), await start(1)];
      for (const id of [first, second]) {
        expect((await reaches(at, id, 'POWERED_OFF')).destinationState.latestInstance).toBeNull();
      }
      control.setVms({ id: vms[0]?.id, powerState: 'POWERED_ON' });
      await reaches(at, first, 'OK');
      const synced = await operate(at, 'POST', `/vm-replications/${second}/sync`);
      expect(synced).toMatchObject({ state: 'SUCCEEDED', result: { dataConnectionState: 'POWERED_OFF' } });
      expect(synced.result.destinationState.latestInstance).toMatchObject({ sequenceNumber: 1, quiescedType: 'none' });
      expect((await operate(at, 'POST', `/vm-replications/${second}/migrate`, {})).state).toBe('SUCCEEDED');
    });
  });

  it('a first sync that runs lasts as long as its VM has bytes by now', async () => {
    await withSimulator({}, async ({ control }, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      control.setVms({ id: vms[0]?.id, usedBytes: 4e15 });
      const { id } = (await operate(at, 'POST', '/vm-replications', startBody(0))).result;
      await reaches(at, id, 'INITIAL_SYNCING');
      control.setVms({ id: vms[0]?.id, usedBytes: 2 ** 30 });
      await reaches(at, id, 'OK');
    });
  });

  it('pause stops a sync and keeps what was sent; RPO violations follow; resume goes on', async () => {
    await withSimulator({}, async (_simulator, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      const id = await replicated(at, 0, { rpo: 1 });
      expect((await operate(at, 'POST', `/vm-replications/${id}/pause`)).result).toMatchObject({
        isPaused: true,
        dataConnectionState: 'PAUSED',
      });
      const late = await until(
        () => at.get(`/vm-replications/${id}`),
        (it) => it.destinationState.currentRpoViolation > 1,
      );
      expect(late).toMatchObject({ overallHealth: 'YELLOW' });
      expect((await operate(at, 'POST', `/vm-replications/${id}/pause`)).state).toBe('FAILED');
      expect((await operate(at, 'POST', `/vm-replications/${id}/sync`)).state).toBe('FAILED');
      await operate(at, 'POST', `/vm-replications/${id}/resume`);
      await until(
        () => at.get(`/vm-replications/${id}`),
        (it) => it.destinationState.currentRpoViolation === 0 && it['overallHealth'] === 'GREEN',
      );
    });
  });

  it('keeps instances by the retention rules, and none for a migration', async () => {
    await withSimulator({}, async (_simulator, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      const retentionPolicy = { rules: [{ numberOfInstances: 3, distance: 10 }] };
      const id = await replicated(at, 0, { rpo: 5, retentionPolicy });
      await until(
        () => at.get(`/vm-replications/${id}`),
        (it) => (it.destinationState.latestInstance?.sequenceNumber ?? 0) > 12,
        120,
      );
      const { list } = await at.get(`/vm-replications/${id}/instances`);
      expect(list.length).toBeGreaterThanOrEqual(3);
      expect(list.length).toBeLessThanOrEqual(4);
      const key = String(list[0]?.['key']);
      const one = await at.get(`/vm-replications/${id}/instances/${key}`);
      expect(one.body).toMatchObject({ key, isPinned: false, disksInfo: [{ diskKey: 2000 }] });
      expect((await at.get(`/vm-replications/${id}/instances/replica-x`)).status).toBe(404);
      const migration = await replicated(at, 1, { isMigration: true });
      expect((await at.get(`/vm-replications/${migration}/instances`)).list).toEqual([]);
    });
  });

  it('delays the initial sync as told', async () => {
    await withSimulator({}, async (_simulator, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      const initialSyncTime = now() + 400_000;
      const { result } = await operate(at, 'POST', '/vm-replications', startBody(0, { initialSyncTime }));
      expect(result).toMatchObject({
        dataConnectionState: 'INITIAL_SYNCING',
        sourceState: { progress: { progress: 0 } },
      });
      const synced = await reaches(at, result.id, 'OK');
      expect(synced.destinationState.latestInstance?.timestamp).toBeGreaterThanOrEqual(initialSyncTime);
    });
  });

  it('many syncs slow each other down on the shared link', () => {
    const alone = createLab(40);
    alone.start(vms[0]?.id ?? '', { rpo: 1440 });
    alone.pass(3600);
    const [one] = alone.replications();
    const together = createLab(40);
    for (const vm of together.world.site('paris').vms.values()) together.start(vm.id, { rpo: 1440 });
    together.pass(3600);
    const same = together.replications().find((it) => it.vmId === one?.vmId);
    const [before, after] = [one?.latest?.transferSeconds ?? 0, same?.latest?.transferSeconds ?? 0];
    expect(before).toBeGreaterThan(20);
    expect(after).toBeGreaterThan(before * 1.15);
  });

  it('a full storage profile is an error of the replication, and heals', async () => {
    await withSimulator({}, async ({ control }, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      const [gold, standard] = siteStorageProfiles('lyon');
      control.setStorage('lyon', 0, gold?.id);
      const { result } = await operate(at, 'POST', '/vm-replications', startBody());
      const full = await reaches(at, result.id, 'ERROR');
      expect(full).toMatchObject({
        overallHealth: 'RED',
        destinationState: { lastError: { msg: expect.any(String) } },
      });
      const moved = await operate(at, 'POST', `/vm-replications/${result.id}/storage-profile`, {
        storageProfileId: standard?.id,
      });
      expect(moved).toMatchObject({ state: 'SUCCEEDED', result: { storageProfile: standard?.id } });
      await reaches(at, result.id, 'OK');
      const other = { ...startBody().destination, storageProfile: gold?.id };
      const second = await operate(at, 'POST', '/vm-replications', startBody(1, { destination: other }));
      await reaches(at, second.result.id, 'ERROR');
      control.setStorage('lyon', 2 ** 50, gold?.id);
      await reaches(at, second.result.id, 'OK');
    });
  });

  it('a site that goes away stalls its syncs and fails what waits for them', async () => {
    await withSimulator({}, async ({ control }, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      const { result } = await operate(at, 'POST', '/vm-replications', startBody());
      const { body: task } = await at.post(`/vm-replications/${result.id}/sync`);
      await until(
        () => at.get(`/tasks/${task.id}`),
        (it) => it.progress > 5,
      );
      control.setUp('paris', false);
      const failed = await until(
        () => at.get(`/tasks/${task.id}`),
        (it) => it.endTime !== -1,
      );
      expect(failed).toMatchObject({ state: 'FAILED', error: { code: 'RemoteSiteUnreachable' } });
      await reaches(at, result.id, 'UNKNOWN');
      control.setUp('paris', true);
      await reaches(at, result.id, 'OK');
    });
  });
});

describe('settings', () => {
  it('an SLA profile replaces the custom ones; an unknown one is refused', async () => {
    await withSimulator({}, async (_simulator, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      const [gold] = siteSlaProfiles('lyon');
      const body = startBody(0, { slaProfileId: gold?.id, rpo: 700 });
      expect((await operate(at, 'POST', '/vm-replications', body)).result).toMatchObject({
        slaProfile: { id: gold?.id, displayName: 'Gold' },
        settings: { rpo: gold?.rpo },
      });
      const unknown = startBody(1, { slaProfileId: siteVdcId('lyon') });
      expect((await at.post('/vm-replications', unknown)).status).toBe(400);
    });
  });

  it('reconfigure changes what is given and nothing else', async () => {
    await withSimulator({}, async (_simulator, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      const id = await replicated(at, 0, { rpo: 60 });
      const changed = await operate(at, 'PATCH', `/vm-replications/${id}`, { description: 'changed', rpo: null });
      expect(changed.result).toMatchObject({ settings: { description: 'changed', rpo: 60, quiesced: true } });
    });
  });

  it.each([
    [{ allowIncomingProtections: false }, {}],
    [{ allowIncomingMigrations: false }, { isMigration: true }],
    [{ minRpo: 30 }, { rpo: 15 }],
    [{ maxIncoming: 0 }, {}],
    [{ maxInstances: 2 }, {}],
    [{ allowCustomSlaSettings: false }, {}],
  ])('policy %j refuses %j', async (policy, body) => {
    await withSimulator({}, async ({ control }, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      control.setPolicy('lyon', policy);
      expect(await operate(at, 'POST', '/vm-replications', startBody(0, body))).toMatchObject({
        state: 'FAILED',
        error: { code: 'PolicyViolation' },
      });
      expect((await at.get('/vm-replications')).body.total).toBe(0);
    });
  });

  it('a seed VM gives its disks and disappears; one that does not match is refused', async () => {
    await withSimulator({}, async ({ control }, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      const [source] = simulatedVms({ vms: 1 });
      const [seed] = control.setVms({ site: 'lyon', name: 'seed', disks: source?.disks });
      const [misfit] = control.setVms({ site: 'lyon', name: 'misfit', disks: [{ key: 2000, bytes: 1 }] });
      const to = (seedVmId: string | undefined) => ({ destination: { ...startBody().destination, seedVmId } });
      expect(await operate(at, 'POST', '/vm-replications', startBody(0, to(misfit?.id)))).toMatchObject({
        state: 'FAILED',
        error: { msg: "Disks of provided seed VM don't match the disks of the source VM" },
      });
      const id = await replicated(at, 0, to(seed?.id));
      const [full] = (await at.get(`/vm-replications/${id}/instances`)).list;
      expect(Number(full?.['transferBytes'])).toBeLessThan((source?.usedBytes ?? 0) * 0.1);
      expect(control.world().sites['lyon']?.vms.map((vm) => vm.name)).toEqual(['misfit']);
      expect(control.ledger().some((entry) => entry.kind === 'removed' && entry.vmName === 'seed')).toBe(true);
    });
  });

  it('an unknown source VM fails the task, or is refused at once', async () => {
    await withSimulator({}, async ({ control }, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      const body = startBody();
      body.source.vmId = siteVdcId('lyon');
      expect(await operate(at, 'POST', '/vm-replications', body)).toMatchObject({
        state: 'FAILED',
        error: { code: 'VmNotFound' },
      });
      control.setAssumptions({ unknownVm: 'immediate' });
      expect((await at.post('/vm-replications', body)).status).toBe(400);
    });
  });
});

describe('lists and details', () => {
  it('filters', async () => {
    await withSimulator({}, async (_simulator, { lyon }) => {
      const at = await login(lyon, provider, 'paris');
      const [first, second] = [await replicated(at, 0), await replicated(at, 1, { isMigration: true })];
      const ids = async (filter: string) => (await at.get(`/vm-replications?${filter}`)).body.items.map((it) => it.id);
      expect(await ids(`ids=${second},nonesuch`)).toEqual([second]);
      expect(await ids(`vmId=${vms[0]?.id}`)).toEqual([first]);
      expect(await ids('vmName=-002')).toEqual([second]);
      expect(await ids('sourceSite=paris&sourceOrg=acme&destinationOrg=acme')).toEqual([first, second]);
      expect(await ids(`destinationVdcId=${siteVdcId('lyon')}&limit=1&offset=1`)).toEqual([second]);
      expect(await ids('sourceSiteType=vcenter')).toEqual([]);
      expect(await ids('owner=System@lyon')).toEqual([first, second]);
      expect((await at.get('/vm-replications?sourceSiteType=moon')).status).toBe(400);
    });
  });

  it('network settings are kept; traffic is reported', async () => {
    await withSimulator({}, async (_simulator, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      const id = await replicated(at);
      const path = `/vm-replications/${id}/network-settings`;
      // Documented members are there before anything has been preconfigured [doc B45 network-settings].
      const networks = { vAppNetworkSettings: expect.any(Object) };
      const both = { ...networks, vmNetworkSettings: expect.any(Object) };
      expect((await at.get(path)).body).toMatchObject({ failoverSettings: both, failoverTestSettings: both });
      const vapp = (await at.get(`/vm-replications/${id}`)).body['vappReplicationId'];
      expect((await at.get(`/vapp-replications/${String(vapp)}/network-settings`)).body).toMatchObject({
        failoverSettings: networks,
        failoverTestSettings: networks,
      });
      const failoverSettings = { vAppNetworkSettings: { copySourceNetworks: true } };
      expect((await at.call('PUT', path, { failoverSettings })).body).toMatchObject({ failoverSettings });
      expect((await at.get(path)).body).toMatchObject({ failoverSettings, failoverTestSettings: {} });
      const { body } = await at.get(`/vm-replications/${id}/traffic?resolution=3600`);
      const samples = body['samples'] as { bytesTransferred: number }[];
      expect(samples.some((sample) => sample.bytesTransferred > 0)).toBe(true);
      expect((await at.get(`/vm-replications/${id}/rt-traffic`)).body).toMatchObject({ timestamp: expect.any(Number) });
      expect((await at.get('/owner/acme%40lyon/traffic?resolution=3600')).body).toMatchObject({ label: 'acme@lyon' });
      expect((await at.get(`/vm-replications/${id}/traffic?resolution=0`)).status).toBe(400);
    });
  });
});
