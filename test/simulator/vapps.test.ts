import { describe, expect, it } from '@jest/globals';
import { simulatedVms } from '../../simulator/index.js';
import { type Body, type Client, login, operate, startBody, until, withSimulator } from './support/client.js';

const [first] = simulatedVms({ vms: 1 });
const body = (overrides: object = {}) => ({
  ...startBody(0, overrides),
  source: { type: 'vapp', site: 'paris', vappId: first?.vappId },
});

async function started(at: Client): Promise<Body> {
  const task = await operate(at, 'POST', '/vapp-replications', body());
  expect(task).toMatchObject({ state: 'SUCCEEDED', resultType: 'VappReplicationInfo' });
  await until(
    () => at.get('/vm-replications'),
    (page) => page.items.every((it) => it.dataConnectionState === 'OK'),
  );
  return task.result;
}

describe('a vApp replication', () => {
  it('fans out into one VM replication per VM and is migrated as one', async () => {
    await withSimulator({}, async ({ control }, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      const { id } = await started(at);
      expect(id).toMatch(/^C4VAPP-/);
      expect((await at.get('/vm-replications')).body.total).toBe(4);
      expect((await at.get('/vapp-replications?vappName=vapp-001')).body).toMatchObject({ total: 1, items: [{ id }] });
      expect((await at.get('/vapp-replications/summary')).body).toMatchObject({
        total: 1,
        protections: 1,
        migrations: 0,
      });

      const migrated = await operate(at, 'POST', `/vapp-replications/${id}/migrate`, { type: 'vcloud' });
      const vappId = migrated.result['destination'];
      expect(migrated).toMatchObject({
        state: 'SUCCEEDED',
        result: { destination: { recoveredVappId: expect.any(String) } },
      });
      expect(new Set(control.world().sites['lyon']?.vms.map((vm) => vm.vappId)).size).toBe(1);
      expect(vappId).toBeDefined();
      const kinds = control.ledger().filter((entry) => entry.endedAt !== undefined);
      expect(kinds).toMatchObject([
        { kind: 'start', vmId: null, vappId: first?.vappId },
        { kind: 'migrate', vmId: null, replicationId: id },
      ]);
      expect((await at.get(`/tasks/${migrated.id}`)).body).toMatchObject({
        workflowInfo: { resourceType: 'vappReplication' },
      });
    });
  });

  it('is reversed as one, and keeps its id at its new home', async () => {
    await withSimulator({}, async ({ control }, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      const { id } = await started(at);
      await operate(at, 'POST', `/vapp-replications/${id}/failover`, {});
      const reversed = await operate(at, 'POST', `/vapp-replications/${id}/reverse`);
      expect(reversed).toMatchObject({ state: 'SUCCEEDED', result: { id, destination: { site: 'paris' } } });
      expect((await at.get(`/vapp-replications/${id}`)).status).toBe(404);
      expect((await at.get(`/vapp-replications/${id}?site=paris`)).body['vmReplications']).toHaveLength(4);
      // the emptied source vApp stays behind [client PsychoBelka]
      const { items } = (await at.get('/inventory/vapps?site=paris')).body;
      expect(items.find((it) => it.id === first?.vappId)).toMatchObject({ vmIds: [] });
      expect(control.ledger().filter((entry) => entry.kind === 'removed')).toHaveLength(4);
    });
  });

  it.each([['sync', 'pause', 'resume'], ['failover-test']])('takes %s', async (...verbs) => {
    await withSimulator({}, async ({ control }, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      const { id } = await started(at);
      for (const verb of verbs) {
        expect((await operate(at, 'POST', `/vapp-replications/${id}/${verb}`, {})).state).toBe('SUCCEEDED');
      }
      if (verbs.includes('failover-test')) {
        expect(control.world().sites['lyon']?.vms).toHaveLength(4);
        expect((await operate(at, 'DELETE', `/vapp-replications/${id}/failover-test`)).state).toBe('SUCCEEDED');
        expect(control.world().sites['lyon']?.vms).toEqual([]);
      }
      expect((await operate(at, 'PATCH', `/vapp-replications/${id}`, { rpo: 30 })).state).toBe('SUCCEEDED');
      expect((await at.get('/vm-replications')).body.items[0]?.['settings']).toMatchObject({ rpo: 30 });
      const gone = await operate(at, 'DELETE', `/vapp-replications/${id}`);
      expect(gone).toMatchObject({ state: 'SUCCEEDED', resultType: null, result: null });
      expect((await at.get('/vm-replications')).body.total).toBe(0);
      expect((await at.get(`/vapp-replications/${id}`)).status).toBe(404);
    });
  });

  it('all VMs or none: one that is replicated already fails the start and leaves no trace', async () => {
    await withSimulator({}, async (_simulator, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      await operate(at, 'POST', '/vm-replications', startBody(2));
      expect(await operate(at, 'POST', '/vapp-replications', body())).toMatchObject({
        state: 'FAILED',
        error: { code: 'VmAlreadyReplicated' },
      });
      expect((await at.get('/vm-replications')).body.total).toBe(1);
      const unknown = { ...body(), source: { type: 'vapp', site: 'paris', vappId: first?.id } };
      expect(await operate(at, 'POST', '/vapp-replications', unknown)).toMatchObject({
        error: { code: 'VappNotFound' },
      });
    });
  });

  it('conflicts with an operation on one of its VMs', async () => {
    await withSimulator({}, async (_simulator, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      const { id } = await started(at);
      const [vm] = (await at.get('/vm-replications')).body.items;
      await at.post(`/vm-replications/${vm?.id}/failover-test`, {});
      expect(await operate(at, 'POST', `/vapp-replications/${id}/pause`)).toMatchObject({
        error: { code: 'OperationInProgress' },
      });
    });
  });
});
