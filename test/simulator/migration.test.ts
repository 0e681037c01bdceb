import { describe, expect, it } from '@jest/globals';
import { ended, login, operate, replicated, startBody, until, vms, withSimulator } from './support/client.js';

describe('a migration', () => {
  it('goes from start to a recovered VM, with the source off and everything in the ledger', async () => {
    await withSimulator({}, async ({ control }, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      const answer = await at.post('/vm-replications', startBody(0, { isMigration: true }), {
        operationID: 'run-1/start',
      });
      expect(answer.status).toBe(202);
      expect(answer.body).toMatchObject({ state: 'RUNNING', endTime: -1, site: 'lyon', user: 'ops@acme' });
      expect(answer.headers.get('location')).toBeNull();

      const started = await ended(at, answer.body.id);
      expect(started).toMatchObject({ state: 'SUCCEEDED', progress: 100, resultType: 'SingleVmReplicationInfo' });
      const id = started.result.id;
      expect(id).toMatch(/^C4-/);
      const syncing = await until(
        () => at.get(`/vm-replications/${id}`),
        (it) => it.sourceState.progress !== null,
      );
      expect(syncing).toMatchObject({ dataConnectionState: 'INITIAL_SYNCING', settings: { rpo: 1440 } });
      await until(
        () => at.get(`/vm-replications/${id}`),
        (it) => it.dataConnectionState === 'OK',
      );

      const migrated = await operate(at, 'POST', `/vm-replications/${id}/migrate`, { type: 'vcloud', powerOn: true });
      expect(migrated).toMatchObject({
        state: 'SUCCEEDED',
        result: {
          dataConnectionState: 'FINISHED',
          destinationState: { recoveryInfo: { recoveryState: 'COMPLETE' } },
        },
      });
      const { sites } = control.world();
      expect(sites['paris']?.vms.find((vm) => vm.id === vms[0]?.id)).toMatchObject({ powerState: 'POWERED_OFF' });
      expect(sites['lyon']?.vms).toMatchObject([{ powerState: 'POWERED_ON', origin: vms[0]?.id, testCopy: false }]);

      expect(await operate(at, 'DELETE', `/vm-replications/${id}`)).toMatchObject({ state: 'SUCCEEDED' });
      expect(await at.get(`/vm-replications/${id}`)).toMatchObject({
        status: 404,
        body: { code: 'ReplicationNotFound' },
      });
      const ledger = control.ledger();
      expect(ledger.map((entry) => entry.kind)).toEqual([
        'start',
        'migrate',
        'power-off',
        'recovered',
        'power-on',
        'delete',
      ]);
      expect(ledger[0]).toMatchObject({ operationId: 'run-1/start', vmId: vms[0]?.id, outcome: 'succeeded' });
      expect(new Set(ledger.slice(1, 5).map((entry) => entry.taskId)).size).toBe(1);
    });
  });

  it('takes the durations of a demo, and the same ones for the same seed', async () => {
    const durations: number[][] = [];
    for (let round = 0; round < 2; round++) {
      await withSimulator({}, async ({ control }, { lyon }) => {
        const at = await login(lyon, undefined, 'paris');
        const id = await replicated(at, 1);
        await operate(at, 'POST', `/vm-replications/${id}/migrate`, { type: 'vcloud' });
        const accepted = control.ledger().filter((entry) => entry.endedAt !== undefined);
        durations.push(accepted.map((entry) => ((entry.endedAt as number) - entry.at) / 1000));
      });
    }
    const [[start = 0, migrate = 0] = [], [startAgain = 0] = []] = durations;
    expect(start).toBeGreaterThan(8);
    expect(start).toBeLessThan(32);
    expect(migrate).toBeGreaterThan(30);
    expect(migrate).toBeLessThan(180);
    expect(startAgain).toBe(start);
  });

  it('fails the second start of a VM through its task', async () => {
    await withSimulator({}, async (_simulator, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      await at.post('/vm-replications', startBody());
      const second = await operate(at, 'POST', '/vm-replications', startBody());
      expect(second).toMatchObject({ state: 'FAILED', error: { code: 'VmAlreadyReplicated' } });
      expect(second).not.toHaveProperty('result');
      expect((await at.get('/vm-replications')).body.total).toBe(1);
    });
  });

  it('takes a second start of a VM where that is assumed, and goes on with either', async () => {
    await withSimulator({ assumptions: { secondReplication: 'allowed' } }, async ({ control }, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      const first = await replicated(at);
      const second = await operate(at, 'POST', '/vm-replications', startBody());
      expect(second).toMatchObject({ state: 'SUCCEEDED' });
      const vmId = startBody().source.vmId;
      expect((await at.get(`/vm-replications?vmId=${vmId}`)).body.total).toBe(2);
      expect(await operate(at, 'DELETE', `/vm-replications/${first}`)).toMatchObject({ state: 'SUCCEEDED' });
      expect((await at.get(`/vm-replications?vmId=${vmId}`)).body.total).toBe(1);
      expect(control.stats().bugs).toEqual([]);
    });
  });

  it('fails a second operation on a busy replication, or refuses it at once', async () => {
    await withSimulator({}, async ({ control }, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      const id = await replicated(at);
      const first = await at.post(`/vm-replications/${id}/migrate`, { type: 'vcloud' });
      expect(await operate(at, 'POST', `/vm-replications/${id}/sync`)).toMatchObject({
        state: 'FAILED',
        error: { code: 'OperationInProgress' },
      });
      control.setAssumptions({ conflict: 'immediate' });
      const refused = await at.post(`/vm-replications/${id}/sync`);
      expect(refused).toMatchObject({ status: 409, body: { code: 'OperationInProgress' } });
      expect(await ended(at, first.body.id)).toMatchObject({ state: 'SUCCEEDED' });
    });
  });
});
