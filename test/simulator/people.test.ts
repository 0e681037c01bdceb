import { describe, expect, it } from '@jest/globals';
import { siteVdcId } from '../../simulator/index.js';
import {
  client,
  ended,
  login,
  operate,
  pass,
  replicated,
  startBody,
  until,
  vms,
  withSimulator,
} from './support/client.js';

const first = vms[0] as { id: string };

describe('a person, or another tool, acts beside the client', () => {
  it('starts a replication to any VDC under any name of user, and works it to its end', async () => {
    await withSimulator({}, async ({ control }, { lyon }) => {
      const at = await login(lyon);
      const sim = client(`${lyon}/_sim`);
      const body = startBody(0, {
        destination: { type: 'vcloud', site: 'lyon', vdc: siteVdcId('lyon', 'globex') },
        rpo: 1440,
      });
      const started = await sim.post('/act', { operation: 'start', body, user: 'maria@acme' });
      expect(started.body).toMatchObject({ user: 'maria@acme', workflowInfo: { type: 'start' } });
      const { result } = await ended(at, started.body.id);
      expect(result).toMatchObject({ destination: { org: 'globex' }, settings: { rpo: 1440 } });
      const id = result.id;
      await until(
        () => at.get(`/vm-replications/${id}`),
        (it) => it.dataConnectionState === 'OK',
      );

      for (const [operation, after] of [
        ['pause', { isPaused: true }],
        ['resume', { isPaused: false }],
        ['failover-test', { destinationState: { recoveryInfo: { recoveryState: 'TEST' } } }],
        ['cleanup', { destinationState: { recoveryInfo: { recoveryState: 'NOT_STARTED' } } }],
        ['migrate', { destinationState: { recoveryInfo: { recoveryState: 'COMPLETE' } } }],
      ] as const) {
        const task = await sim.post('/act', { operation, replicationId: id, user: 'maria@acme' });
        expect(await ended(at, task.body.id)).toMatchObject({ state: 'SUCCEEDED', user: 'maria@acme' });
        expect((await at.get(`/vm-replications/${id}`)).body).toMatchObject(after);
      }
      const removed = await sim.post('/act', { operation: 'delete', vmId: first.id });
      await ended(at, removed.body.id);
      expect((await at.get('/vm-replications')).body.total).toBe(0);
      const operations = control.ledger().filter(({ taskId, body: sent }) => taskId !== null && sent !== undefined);
      expect(operations).toMatchObject([{ kind: 'start', user: 'maria@acme', body: { rpo: 1440 } }]);
    });
  });

  it('is answered as the API would where there is nothing to act on, or the word is unknown', async () => {
    await withSimulator({}, async (_simulator, { lyon }) => {
      const sim = client(`${lyon}/_sim`);
      expect((await sim.post('/act', { operation: 'pause', vmId: first.id })).body.code).toBe('ReplicationNotFound');
      expect((await sim.post('/act', { operation: 'pause', vm: first.id })).status).toBe(400);
      expect((await sim.post('/replications/C4-0', { isStalled: true })).body.code).toBe('ReplicationNotFound');
    });
  });
});

describe('the description of a replication', () => {
  const text = 'drover1:0123456789ab0123456789ab and more of it';

  it.each([
    ['kept', text],
    ['dropped', ''],
    ['cut-32', text.slice(0, 32)],
    ['cut-20', text.slice(0, 20)],
  ] as const)('is %s, at a start and at a reconfigure', async (description, kept) => {
    await withSimulator({ assumptions: { description } }, async ({ control }, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      const id = await replicated(at, 0, { description: text });
      const shown = async () => (await at.get(`/vm-replications?vmId=${first.id}`)).body.items[0];
      expect(await shown()).toMatchObject({ settings: { description: kept } });

      control.trouble(id, { settings: { description: 'mine now' } });
      expect(await shown()).toMatchObject({ settings: { description: 'mine now', rpo: 5 } });
      const task = await operate(at, 'PATCH', `/vm-replications/${id}`, {
        description: text,
        rpo: 30,
        quiesced: false,
        dataConnectionType: 'PLAIN',
        retentionPolicy: { rules: [{ numberOfInstances: 2, distance: 30 }] },
      });
      expect(task).toMatchObject({ state: 'SUCCEEDED', workflowInfo: { type: 'reconfigure' } });
      expect(await shown()).toMatchObject({
        settings: { description: kept, rpo: 30, quiesced: false, dataConnectionType: 'PLAIN' },
      });
    });
  });
});

describe('what becomes of a replication without a task', () => {
  it('vanishes from lists, by its id, or both, and comes back', async () => {
    await withSimulator({}, async ({ control }, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      const id = await replicated(at);
      const found = async () => [
        (await at.get(`/vm-replications?ids=${id}`)).body.total,
        (await at.get(`/vm-replications/${id}`)).status,
      ];
      control.trouble(id, { vanished: 'both', forMs: 60_000 });
      expect(await found()).toEqual([0, 404]);
      pass(61);
      expect(await found()).toEqual([1, 200]);
      control.trouble(id, { vanished: 'lists' });
      expect(await found()).toEqual([0, 200]);
      control.trouble(id, { vanished: 'id' });
      expect(await found()).toEqual([1, 404]);
      control.trouble(id, { vanished: null });
      expect(await found()).toEqual([1, 200]);
    });
  });

  it('stalls without a word, and goes on when told', async () => {
    await withSimulator({}, async ({ control }, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      const { result } = await operate(at, 'POST', '/vm-replications', startBody());
      const look = async () => (await at.get(`/vm-replications/${result.id}`)).body;
      pass(5);
      control.trouble(result.id, { isStalled: true });
      const before = await look();
      pass(1200);
      const later = await look();
      expect(later.dataConnectionState).toBe('INITIAL_SYNCING');
      expect(later.sourceState.progress).toEqual(before.sourceState.progress);
      control.trouble(result.id, { isStalled: false });
      await until(
        () => at.get(`/vm-replications/${result.id}`),
        (it) => it.dataConnectionState === 'OK',
      );
    });
  });

  it('is moved, in error or paused for a while', async () => {
    await withSimulator({}, async ({ control }, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      const id = await replicated(at);
      const error = { code: 'DatastoreGone', msg: 'The datastore is gone.' };
      control.trouble(id, { isMovingReplica: true, error, forMs: 60_000 });
      expect((await at.get(`/vm-replications/${id}`)).body).toMatchObject({
        dataConnectionState: 'ERROR',
        overallHealth: 'RED',
        destinationState: { isMovingReplica: true, lastError: error },
      });
      pass(61);
      expect((await at.get(`/vm-replications/${id}`)).body).toMatchObject({
        destinationState: { isMovingReplica: false, lastError: null },
      });
      control.trouble(id, { isPaused: true });
      expect((await at.get(`/vm-replications/${id}`)).body).toMatchObject({ dataConnectionState: 'PAUSED' });
    });
  });
});

describe('a world whose names repeat', () => {
  it('has equal names and computer names, at one site and at both', async () => {
    const vmChanges = [
      { id: vms[1]?.id, name: 'web1' },
      { id: first.id, name: 'web1', computerName: 'web1' },
      { id: 'ffffffff-0000-4000-8000-000000000001', site: 'lyon', name: 'web1', computerName: 'WEB1' },
      { site: 'lyon', name: 'web1', vdcId: siteVdcId('lyon', 'globex'), powerState: 'POWERED_OFF' as const },
    ];
    const assumptions = { inventoryComputerName: true };
    await withSimulator({ vmChanges, assumptions }, async ({ control }, { paris, lyon }) => {
      const [here, there] = [await login(paris), await login(lyon)];
      expect((await here.get('/inventory/vms?name=web1')).body.total).toBe(2);
      expect((await there.get('/inventory/vms?name=web1')).body.items).toMatchObject([
        { id: 'ffffffff-0000-4000-8000-000000000001', computerName: 'WEB1', powerState: 'POWERED_ON' },
      ]);
      const others = control.world().sites['lyon']?.vms.filter(({ org }) => org === 'globex');
      expect(others).toMatchObject([{ name: 'web1', powerState: 'POWERED_OFF', vdcId: siteVdcId('lyon', 'globex') }]);
      control.setAssumptions({ inventoryPowerState: false, inventoryComputerName: false });
      const bare = (await there.get('/inventory/vms')).body.items[0];
      expect(bare).not.toHaveProperty('powerState');
      expect(bare).not.toHaveProperty('computerName');
    });
  });
});

describe('the truth about outages', () => {
  it('says since when each VM is on or off, in simulated and wall time', async () => {
    await withSimulator({}, async ({ control }, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      const id = await replicated(at);
      await operate(at, 'POST', `/vm-replications/${id}/migrate`, { type: 'vcloud', powerOn: true });
      const { sites } = control.world();
      const source = sites['paris']?.vms.find((vm) => vm.id === first.id);
      const copy = sites['lyon']?.vms.find((vm) => vm.origin === first.id);
      const at_ = (kind: string) => control.ledger().find((entry) => entry.kind === kind)?.simulatedAt;
      expect(source).toMatchObject({ powerState: 'POWERED_OFF', powerSince: { simulated: at_('power-off') } });
      expect(copy).toMatchObject({ powerState: 'POWERED_ON', powerSince: { simulated: at_('power-on') } });
      expect(copy?.powerSince.simulated).toBeGreaterThan(source?.powerSince.simulated ?? Number.POSITIVE_INFINITY);
    });
  });
});
