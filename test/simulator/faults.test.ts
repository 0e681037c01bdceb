import { describe, expect, it } from '@jest/globals';
import { ScaledClock } from '../../simulator/clock.js';
import { until as untilSo } from '../support/until.js';
import { client, login, operate, replicated, startBody, until, vms, withSimulator } from './support/client.js';

describe('faults', () => {
  it('reset-before: nothing happened; reset-after: accepted, and found by its operation id', async () => {
    await withSimulator({}, async ({ control }, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      const start = (operationID: string) => at.post('/vm-replications', startBody(), { operationID });
      control.addFaults({ kind: 'reset-before', operation: 'start', times: 1 });
      await expect(start('op-1')).rejects.toThrow();
      expect(control.ledger()).toEqual([]);
      expect((await at.get('/tasks?operationID=op-1')).body.total).toBe(0);

      control.addFaults({ kind: 'reset-after', operation: 'start', times: 1 });
      await expect(start('op-1')).rejects.toThrow();
      expect(control.ledger()).toMatchObject([{ kind: 'start', operationId: 'op-1', vmId: vms[0]?.id }]);
      const { body } = await at.get('/tasks?operationID=op-1');
      expect(body).toMatchObject({ total: 1, items: [{ id: control.ledger()[0]?.taskId }] });
      const resets = control.stats().requests.filter((it) => it.status === 0);
      expect(resets).toEqual([{ site: 'lyon', method: 'POST', route: '/vm-replications', status: 0, count: 2 }]);
    });
  });

  it('status, with headers and body, as JSON or as the page of a proxy', async () => {
    await withSimulator({}, async ({ control }, { lyon }) => {
      const at = await login(lyon);
      control.addFaults({ kind: 'status', status: 503, headers: { 'retry-after': '7' }, path: '^/tasks', times: 1 });
      const unavailable = await at.get('/tasks');
      expect(unavailable).toMatchObject({ status: 503, body: { code: 'GeneralServerFailure' } });
      expect(unavailable.headers.get('retry-after')).toBe('7');
      expect((await at.get('/tasks')).status).toBe(200);

      control.setAssumptions({ htmlErrorPages: true });
      control.addFaults({ kind: 'status', status: 502, path: '^/tasks', times: 1 });
      const page = await at.get('/tasks');
      expect(page.headers.get('content-type')).toContain('text/html');
      expect(page.text).toContain('<html>');
    });
  });

  it('a request that was delayed and then refused was not accepted', async () => {
    await withSimulator({}, async ({ control }, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      control.addFaults({ kind: 'delay', delayMs: 5, operation: 'start' });
      control.addFaults({ kind: 'status', status: 503, operation: 'start' });
      expect((await at.post('/vm-replications', startBody())).status).toBe(503);
      expect(control.ledger()).toEqual([]);
      expect(control.stats().bugs).toEqual([]);
    });
  });

  it('an answer that is still delayed keeps no process alive once the simulator is closed', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    let held: Promise<unknown> = Promise.resolve();
    await withSimulator({}, async ({ control }, { lyon }) => {
      const at = await login(lyon);
      control.addFaults({ kind: 'delay', delayMs: 300_000, operation: 'tasks' });
      held = at.get('/tasks');
      held.catch(() => {});
      await untilSo(
        async () => control.faults(),
        ([fault]) => fault?.struck === 1,
      );
    });
    await expect(held).rejects.toThrow();
    // Those of connections end a little later, that of the answer in minutes.
    await untilSo(
      async () => timers(),
      (now) => now <= before,
      60_000,
    );
  });

  it('session-loss and garbage', async () => {
    await withSimulator({}, async ({ control }, { lyon }) => {
      const at = await login(lyon);
      control.addFaults({ kind: 'garbage', operation: 'tasks', times: 1 });
      const garbage = await at.get('/tasks');
      expect(garbage.status).toBe(200);
      expect(typeof garbage.body).toBe('string');
      control.addFaults({ kind: 'session-loss', operation: 'tasks', times: 1 });
      expect((await at.get('/tasks')).headers.get('www-authenticate')).toContain('Authentication Token Required');
      expect((await at.get('/tasks')).status).toBe(401);
    });
  });

  it('fail-task for one VM leaves the world as it was, or half done at a later stage', async () => {
    await withSimulator({}, async ({ control }, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      const error = { code: 'DiskLocked', msg: 'The disk is locked.' };
      control.addFaults({ kind: 'fail-task', vmId: vms[0]?.id, error, times: 1 });
      await at.get('/vm-replications');
      const failed = await operate(at, 'POST', '/vm-replications', startBody());
      expect(failed).toMatchObject({ state: 'FAILED', error });
      expect((await at.get('/vm-replications')).body.total).toBe(0);

      const id = await replicated(at);
      control.addFaults({
        kind: 'fail-task',
        operation: 'migrate',
        stage: 'recover',
        error,
        vmId: vms[0]?.id,
        times: 1,
      });
      expect(await operate(at, 'POST', `/vm-replications/${id}/migrate`, {})).toMatchObject({ state: 'FAILED', error });
      const { sites } = control.world();
      expect(sites['paris']?.vms[0]?.powerState).toBe('POWERED_OFF');
      expect(sites['lyon']?.vms).toEqual([]);
      expect((await operate(at, 'POST', `/vm-replications/${id}/migrate`, {})).state).toBe('SUCCEEDED');
    });
  });

  it('a site that is down resets connections and is seen as down by its peer', async () => {
    await withSimulator({}, async ({ control }, { paris, lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      control.setUp('paris', false);
      await expect(client(paris).get('/sites')).rejects.toThrow();
      const down = (await at.get('/sites')).list.find((it) => it['site'] === 'paris');
      expect(down?.state).toMatchObject({ outgoingCommError: { code: 'RemoteSiteUnreachable' } });
      expect(await operate(at, 'POST', '/vm-replications', startBody())).toMatchObject({
        state: 'FAILED',
        error: { code: 'RemoteSiteUnreachable' },
      });
      expect((await at.get('/tasks?site=paris')).status).toBe(500);
      control.setUp('paris', true);
      await until(
        () => client(paris).get('/sites'),
        (body) => body.code === 'NotAuthenticated',
      );
    });
  });
});

describe('the control endpoint', () => {
  it('does over the wire what it does in process, also when the site is down', async () => {
    await withSimulator({ clock: new ScaledClock(10) }, async ({ control }, { paris }) => {
      const sim = client(`${paris}/_sim`);
      const { body: rules } = await sim.post('/faults', { kind: 'status', status: 500 });
      expect(rules).toMatchObject([{ id: 'fault-1', struck: 0 }]);
      expect((await sim.get('/faults')).body).toEqual(rules);
      expect((await sim.delete('/faults')).status).toBe(204);
      expect(control.faults()).toEqual([]);
      expect(await sim.post('/faults', { kind: 'explode' })).toMatchObject({
        status: 400,
        body: { code: 'BadRequest' },
      });
      expect((await sim.post('/faults', { kind: 'delay', path: '(' })).status).toBe(400);

      expect((await sim.post('/assumptions', { reverseChangesId: true })).body).toMatchObject({
        reverseChangesId: true,
      });
      expect((await sim.post('/assumptions', { reverseChangesId: 'maybe' })).status).toBe(400);
      expect((await sim.post('/assumptions', { gravity: 'up' })).status).toBe(400);
      expect((await sim.post('/speed', { speed: 50 })).body).toEqual({ speed: 50 });
      expect((await sim.post('/sites/paris/down')).body).toEqual({ site: 'paris', up: false });
      expect((await sim.get('/world')).body).toMatchObject({ sites: { paris: { up: false } } });
      expect((await sim.post('/sites/atlantis/down')).body.code).toBe('SiteNotFound');
      expect((await sim.post('/vms', { id: vms[0]?.id, powerState: 'POWERED_OFF' })).body).toMatchObject([
        { powerState: 'POWERED_OFF' },
      ]);
      expect((await sim.post('/vms', [{ site: 'paris', count: 3 }])).body).toHaveLength(3);
      expect(control.world().sites['paris']?.vms).toHaveLength(11);
      expect((await sim.get('/ledger')).body).toMatchObject([{ kind: 'power-off', vmId: vms[0]?.id, taskId: null }]);
      expect((await sim.get('/stats')).body).toMatchObject({ total: 0, bugs: [] });
    });
  });
});
