import { describe, expect, it } from '@jest/globals';
import { login, operate, replicated, startBody, until, vms, withSimulator } from './support/client.js';

describe('recovery', () => {
  it('failover leaves the source alone, recovers once, and a later recovery is refused', async () => {
    await withSimulator({}, async ({ control }, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      const id = await replicated(at);
      const { body } = await at.get(`/vm-replications/${id}`);
      const instanceId = body.destinationState.latestInstance?.key;
      const done = await operate(at, 'POST', `/vm-replications/${id}/failover`, {
        type: 'vcloud',
        instanceId,
        powerOn: false,
      });
      expect(done).toMatchObject({
        state: 'SUCCEEDED',
        result: { dataConnectionState: 'FINISHED', overallHealth: 'GREEN' },
      });
      const { sites } = control.world();
      expect(sites['paris']?.vms[0]).toMatchObject({ powerState: 'POWERED_ON' });
      expect(sites['lyon']?.vms).toMatchObject([{ powerState: 'POWERED_OFF', origin: vms[0]?.id }]);
      for (const verb of ['failover', 'migrate', 'failover-test', 'sync', 'pause']) {
        expect(await operate(at, 'POST', `/vm-replications/${id}/${verb}`, {})).toMatchObject({
          state: 'FAILED',
          error: { code: 'InvalidReplicationState' },
        });
      }
      expect(control.world().sites['lyon']?.vms).toHaveLength(1);
    });
  });

  it('failover with an unknown instance, or with none yet, fails', async () => {
    await withSimulator({}, async (_simulator, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      const { result } = await operate(at, 'POST', '/vm-replications', startBody());
      expect(await operate(at, 'POST', `/vm-replications/${result.id}/failover`, {})).toMatchObject({
        state: 'FAILED',
      });
      await until(
        () => at.get(`/vm-replications/${result.id}`),
        (it) => it.dataConnectionState === 'OK',
      );
      expect(
        await operate(at, 'POST', `/vm-replications/${result.id}/failover`, { instanceId: 'replica-x' }),
      ).toMatchObject({
        state: 'FAILED',
        error: { code: 'BadRequest' },
      });
      expect((await at.get(`/vm-replications/${result.id}`)).body.destinationState.recoveryInfo.recoveryState).toBe(
        'NOT_STARTED',
      );
    });
  });

  it('a test makes one copy beside a running replication, and clean-up removes it', async () => {
    await withSimulator({}, async ({ control }, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      const id = await replicated(at);
      const path = `/vm-replications/${id}/failover-test`;
      expect(await at.post(path, { sync: true, instanceId: 'replica-1' })).toMatchObject({ status: 400 });
      expect(await operate(at, 'POST', path, { type: 'vcloud', sync: true })).toMatchObject({
        state: 'SUCCEEDED',
        result: { destinationState: { recoveryInfo: { recoveryState: 'TEST', vcdVmId: expect.any(String) } } },
      });
      expect(control.world().sites['lyon']?.vms).toMatchObject([{ testCopy: true, origin: vms[0]?.id }]);
      const { body } = await at.get(`/vm-replications/${id}`);
      const before = body.destinationState.latestInstance?.sequenceNumber ?? 0;
      await until(
        () => at.get(`/vm-replications/${id}`),
        (it) => (it.destinationState.latestInstance?.sequenceNumber ?? 0) > before,
      );

      for (const refused of [
        ['POST', '/failover-test'],
        ['POST', '/failover'],
        ['POST', '/migrate'],
        ['DELETE', ''],
      ] as const) {
        const task = await operate(at, refused[0], `/vm-replications/${id}${refused[1]}`, {});
        expect(task).toMatchObject({ state: 'FAILED', error: { code: 'InvalidReplicationState' } });
      }
      expect(await operate(at, 'DELETE', path)).toMatchObject({
        state: 'SUCCEEDED',
        result: { destinationState: { recoveryInfo: { recoveryState: 'NOT_STARTED', vcdVmId: null } } },
      });
      expect(control.world().sites['lyon']?.vms).toEqual([]);
      expect(await operate(at, 'DELETE', path)).toMatchObject({ state: 'FAILED' });
      const copies = control.ledger().filter((entry) => entry.testCopy === true);
      expect(copies.map((entry) => entry.kind)).toEqual(['recovered', 'power-on', 'removed']);
    });
  });

  it('what happens to a test copy at migrate and delete can be assumed otherwise', async () => {
    const assumptions = { migrateDuringTest: 'allowed', deleteDuringTest: 'cleans' } as const;
    await withSimulator({ assumptions }, async ({ control }, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      const [first, second] = [await replicated(at, 0), await replicated(at, 1)];
      for (const id of [first, second]) await operate(at, 'POST', `/vm-replications/${id}/failover-test`, {});
      expect((await operate(at, 'POST', `/vm-replications/${first}/migrate`, {})).state).toBe('SUCCEEDED');
      expect((await operate(at, 'DELETE', `/vm-replications/${second}`)).state).toBe('SUCCEEDED');
      expect(control.world().sites['lyon']?.vms).toMatchObject([{ testCopy: false, origin: vms[0]?.id }]);
    });
  });

  it('migrate without power-on, and again after a failure with the source already off', async () => {
    await withSimulator({}, async ({ control }, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      const id = await replicated(at);
      control.addFaults({ kind: 'fail-task', stage: 'power-off', operation: 'migrate', times: 1 });
      expect((await operate(at, 'POST', `/vm-replications/${id}/migrate`, { powerOn: false })).state).toBe('FAILED');
      expect((await operate(at, 'POST', `/vm-replications/${id}/migrate`, { powerOn: false })).state).toBe('SUCCEEDED');
      expect(control.world().sites['lyon']?.vms).toMatchObject([{ powerState: 'POWERED_OFF' }]);
      expect(control.ledger().filter((entry) => entry.kind === 'power-off')).toHaveLength(1);
    });
  });

  it('what the state forbids is refused at once, when assumed so', async () => {
    await withSimulator({ assumptions: { wrongState: 'immediate' } }, async ({ control }, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      const id = await replicated(at);
      const entries = control.ledger().length;
      for (const [method, path] of [
        ['POST', '/reverse'],
        ['POST', '/resume'],
        ['DELETE', '/failover-test'],
      ] as const) {
        const answer = await at.call(method, `/vm-replications/${id}${path}`);
        expect(answer).toMatchObject({ status: 409, body: { code: 'InvalidReplicationState' } });
      }
      expect(control.ledger()).toHaveLength(entries);
      expect((await operate(at, 'POST', `/vm-replications/${id}/migrate`, {})).state).toBe('SUCCEEDED');
    });
  });

  it('a paused replication is not migrated', async () => {
    await withSimulator({}, async (_simulator, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      const id = await replicated(at);
      await operate(at, 'POST', `/vm-replications/${id}/pause`);
      expect(await operate(at, 'POST', `/vm-replications/${id}/migrate`, {})).toMatchObject({
        state: 'FAILED',
        error: { code: 'InvalidReplicationState' },
      });
    });
  });

  it('an extension that ends while the task runs fails it', async () => {
    await withSimulator({}, async ({ control }, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      const { body } = await at.post('/vm-replications', startBody());
      control.expireSessions('lyon', true);
      const task = await until(
        () => at.get(`/tasks/${body.id}`),
        (it) => it.endTime !== -1,
      );
      expect(task).toMatchObject({ state: 'FAILED', error: { code: 'RemoteAuthenticationFailure' } });
    });
  });
});

describe('reverse', () => {
  it('turns the replication around, removes the original, and sends everything again by a compare', async () => {
    await withSimulator({}, async ({ control }, { paris, lyon }) => {
      const [at, there] = [await login(lyon, undefined, 'paris'), await login(paris, undefined, 'lyon')];
      const id = await replicated(at);
      expect(await operate(at, 'POST', `/vm-replications/${id}/reverse`)).toMatchObject({
        state: 'FAILED',
        error: { code: 'InvalidReplicationState' },
      });
      await operate(at, 'POST', `/vm-replications/${id}/migrate`, {});
      const vappReplicationId = (await at.get(`/vm-replications/${id}`)).body['vappReplicationId'];
      const recovered = control.world().sites['lyon']?.vms[0]?.id;
      const reversed = await operate(at, 'POST', `/vm-replications/${id}/reverse`);
      expect(reversed).toMatchObject({
        state: 'SUCCEEDED',
        site: 'lyon',
        result: {
          id,
          vappReplicationId,
          isReversed: true,
          vmId: recovered,
          source: { site: 'lyon' },
          destination: { site: 'paris' },
        },
      });
      // it lives at its destination, which is another one now
      expect((await at.get(`/vm-replications/${id}`)).status).toBe(404);
      expect((await at.get(`/vm-replications/${id}?site=paris`)).status).toBe(200);
      await until(
        () => there.get(`/vm-replications/${id}`),
        (it) => it.dataConnectionState === 'OK',
      );
      expect(control.world().sites['paris']?.vms.some((vm) => vm.id === vms[0]?.id)).toBe(false);
      expect(control.ledger().filter((entry) => entry.kind === 'removed')).toMatchObject([
        { vmId: vms[0]?.id, site: 'paris' },
      ]);

      expect((await operate(there, 'POST', `/vm-replications/${id}/failover`, {})).state).toBe('SUCCEEDED');
      const back = await operate(there, 'POST', `/vm-replications/${id}/reverse`);
      expect(back).toMatchObject({ state: 'SUCCEEDED', result: { isReversed: false, source: { site: 'paris' } } });
    });
  });

  it('with a changed id and its old home, when assumed so', async () => {
    const assumptions = { reverseChangesId: true, reverseMovesHome: false };
    await withSimulator({ assumptions }, async (_simulator, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      const id = await replicated(at);
      await operate(at, 'POST', `/vm-replications/${id}/failover`, {});
      const { result } = await operate(at, 'POST', `/vm-replications/${id}/reverse`);
      expect(result.id).not.toBe(id);
      expect((await at.get(`/vm-replications/${id}`)).status).toBe(404);
      expect((await at.get(`/vm-replications/${result.id}`)).body).toMatchObject({ isReversed: true });
    });
  });
});
