import { describe, expect, it } from '@jest/globals';
import {
  acme,
  client,
  ended,
  login,
  now,
  operate,
  pass,
  replicated,
  startBody,
  vms,
  withSimulator,
} from './support/client.js';

describe('something in front of the site', () => {
  it.each([
    [302, 'html', /<html>/],
    [401, 'html', /<html>/],
    [403, 'text', /upstream error 403/],
    [404, 'text', /default backend/],
    [503, 'empty', /^$/],
    [502, 'json', /no upstream/],
  ] as const)('answers %i (%s) in place of the site, and knows no error object', async (status, page, text) => {
    await withSimulator({}, async ({ control }, { lyon }) => {
      const at = await login(lyon);
      control.addFaults({ kind: 'front', status, page, path: '^/tasks', times: 1 });
      const answer = await fetch(`${lyon}/tasks`, { redirect: 'manual' });
      expect(answer.status).toBe(status);
      expect(answer.headers.get('www-authenticate')).toBeNull();
      expect(await answer.text()).toMatch(text);
      if (status === 302) {
        const followed = await fetch(answer.headers.get('location') ?? '');
        expect([followed.status, await followed.text()]).toEqual([200, expect.stringContaining('Log in')]);
      }
      // The session knows nothing of it.
      expect((await at.get('/tasks')).status).toBe(200);
    });
  });

  it('stands before logins as well, and before those whom the site does not know', async () => {
    await withSimulator({}, async ({ control }, { lyon }) => {
      control.addFaults({ kind: 'front', status: 401, operation: 'login', times: 1, headers: { 'x-front': 'yes' } });
      const refused = await client(lyon).post('/sessions', acme);
      expect([refused.status, refused.headers.get('x-front')]).toEqual([401, 'yes']);
      expect((await client(lyon).post('/sessions', acme)).status).toBe(200);
      control.addFaults({ kind: 'front', status: 403, body: 'Web page blocked!' });
      expect((await client(lyon).get('/vm-replications')).text).toBe('Web page blocked!');
      expect(control.ledger()).toEqual([]);
    });
  });
});

describe('a filter that the site refuses', () => {
  it.each([400, 404, 405, 501])('answers it once with %i, and other questions as ever', async (status) => {
    await withSimulator({}, async ({ control }, { lyon }) => {
      const at = await login(lyon);
      control.addFaults({ kind: 'status', status, operation: 'tasks', query: 'operationID=', times: 1 });
      expect((await at.get('/tasks?state=RUNNING')).status).toBe(200);
      expect((await at.get('/tasks?state=RUNNING&operationID=a')).status).toBe(status);
      expect((await at.get('/tasks?operationID=a')).status).toBe(200);
    });
  });
});

describe('the clock of a site', () => {
  it('is its own, in all that it shows and reads', async () => {
    const clocks = { lyon: { offsetMs: -720_000 } };
    await withSimulator({ clocks }, async ({ control }, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      const asked = now();
      const { body: task } = await at.post('/vm-replications', startBody());
      expect(task).toMatchObject({ startTime: asked - 720_000 });
      expect((await at.get(`/tasks?startTimeAfter=${asked - 1}`)).body.total).toBe(0);
      expect((await at.get(`/tasks?startTimeAfter=${asked - 720_001}`)).body.total).toBe(1);
      expect((await ended(at, task.id)).endTime).toBeLessThan(asked);

      const id = await replicated(at, 1);
      const shown = async () => (await at.get(`/vm-replications/${id}`)).body;
      const before = await shown();
      control.setClock('lyon', { offsetMs: 3_600_000 });
      const after = await shown();
      const moment = (it: typeof before) =>
        [it['lastUpdated'], it.destinationState.latestInstance?.timestamp] as number[];
      expect(moment(after)).toEqual(moment(before).map((ms) => ms + 4_320_000));
      const health = await operate(at, 'POST', '/diagnostics/health');
      expect(health.result).toMatchObject({ currentTime: health.endTime });
      expect(control.ledger()[0]?.at).toBe(asked);
    });
  });

  it.each([
    ['s', (ms: number) => Math.floor(ms / 1000)],
    ['ns', (ms: number) => ms * 1e6],
    ['far-future', () => 9e15],
  ] as const)('shows times in another unit: %s', async (unit, shown) => {
    await withSimulator({}, async (_simulator, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      const answer = await client(`${lyon}/_sim`).post('/sites/lyon/clock', { unit });
      expect(answer.body).toEqual({ offsetMs: 0, unit });
      const { body: task } = await at.post('/vm-replications', startBody());
      expect(task).toMatchObject({ startTime: shown(now()), endTime: -1 });
    });
  });
});

describe('tasks that end oddly', () => {
  it.each([
    ['before', undefined, 'POWERED_ON'],
    ['after', 'sync', 'POWERED_OFF'],
  ] as const)('a migrate fails %s the source is off, twice, then succeeds', async (_when, stage, powerState) => {
    await withSimulator({}, async ({ control }, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      const id = await replicated(at);
      const error = { code: 'GeneralServerFailure', msg: 'busy' };
      control.addFaults({ kind: 'fail-task', operation: 'migrate', error, times: 2, ...(stage && { stage }) });
      const migrate = () => operate(at, 'POST', `/vm-replications/${id}/migrate`, {});
      for (let n = 0; n < 2; n++) {
        expect(await migrate()).toMatchObject({ state: 'FAILED', error });
        expect(control.world().sites['paris']?.vms[0]).toMatchObject({ id: vms[0]?.id, powerState });
      }
      expect((await migrate()).state).toBe('SUCCEEDED');
    });
  });

  it.each([
    ['bare', false],
    ['with-outcome', true],
  ] as const)('has an end and stays RUNNING, %s', async (staysRunning, hasResult) => {
    await withSimulator({}, async ({ control }, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      control.addFaults({ kind: 'odd-task', operation: 'start', task: { staysRunning } });
      const task = await operate(at, 'POST', '/vm-replications', startBody());
      expect(task.endTime).toBeGreaterThan(0);
      expect(task.state).toBe('RUNNING');
      expect(task.result !== undefined).toBe(hasResult);
      expect((await at.get('/tasks?state=RUNNING')).body.total).toBe(1);
      control.setAssumptions({ tasksForgottenAfter: 5000 });
      pass(10);
      expect((await at.get('/tasks?state=RUNNING')).body.total).toBe(0);
    });
  });

  it('warns that the copy could not be powered on, and leaves it off', async () => {
    await withSimulator({}, async ({ control }, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      const id = await replicated(at);
      const warnings = [{ error: { code: 'PowerOnFailed', msg: 'VM could not be powered on.' }, cause: null }];
      control.addFaults({ kind: 'odd-task', operation: 'migrate', task: { warnings, powersOn: false } });
      const task = await operate(at, 'POST', `/vm-replications/${id}/migrate`, { powerOn: true });
      expect(task).toMatchObject({ state: 'SUCCEEDED', warnings });
      expect(control.world().sites['lyon']?.vms).toMatchObject([{ powerState: 'POWERED_OFF' }]);
    });
  });

  it('names no replication, or shows members of choice', async () => {
    await withSimulator({}, async ({ control }, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      const task = { result: null, members: { progress: 'half' } };
      control.addFaults({ kind: 'odd-task', operation: 'start', task });
      expect(await operate(at, 'POST', '/vm-replications', startBody())).toMatchObject({
        state: 'SUCCEEDED',
        progress: 'half',
        result: null,
      });
    });
  });

  it('fails with a word of choice', async () => {
    await withSimulator({}, async ({ control }, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      control.addFaults({ kind: 'fail-task', operation: 'start', error: { code: 'TooLate', msg: '' } });
      expect((await operate(at, 'POST', '/vm-replications', startBody())).error.code).toBe('TooLate');
    });
  });
});

describe('an item that cannot be read', () => {
  it.each([
    ['tasks', '/tasks'],
    ['replications', '/vm-replications'],
    ['inventory', '/inventory/vms?site=paris'],
  ] as const)('stands among those of %s', async (operation, path) => {
    await withSimulator({}, async ({ control }, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      for (const index of [0, 1]) await replicated(at, index);
      const { items } = (await at.get(path)).body;
      async function read(rule: object) {
        control.addFaults({ id: 'it', kind: 'unreadable', operation, ...rule });
        return (await at.get(path)).body.items;
      }
      const nulls = await read({});
      expect(nulls.slice(1)).toEqual(items.slice(1));
      const [only, ...others] = Object.entries(nulls[0] ?? {}).filter(([, value]) => value !== null);
      expect([only, others]).toEqual([['id', items[0]?.id], []]);
      expect((await read({ as: 'null', item: 1 }))[1]).toBeNull();
      expect(typeof (await read({ as: 'text', item: items[1]?.id }))[1]).toBe('string');
      expect((await read({ as: 'no-id' }))[0]).toEqual({ ...items[0], id: null });
      expect((await read({ members: { id: 7 } }))[0]).toEqual({ ...items[0], id: 7 });
      const [wrong] = await read({ as: 'wrong-types' });
      for (const [name, value] of Object.entries(items[0] ?? {}))
        if (name !== 'id' && value !== null) expect(typeof wrong?.[name]).not.toBe(typeof value);
    });
  });
});

describe('the service itself', () => {
  it('shows health and configuration as a vendor’s own client decodes them', async () => {
    await withSimulator({}, async (_simulator, { lyon }) => {
      const at = await login(lyon, { type: 'localUser', localUser: 'root', localPassword: 'drover-sim' });
      const { result } = await operate(at, 'POST', '/diagnostics/health');
      const whole = expect.any(Number);
      const times = {
        buildDate: whole,
        currentTime: whole,
        applianceBootTimestamp: whole,
        serviceBootTimestamp: whole,
      };
      expect(result).toMatchObject({ ...times, managerHealth: { instanceId: expect.any(String) } });
      expect(result['diskUsage']).toEqual(expect.any(Object));
      const cloud = ['id', 'isCombined', 'localSite', 'localSiteDescription', 'lsThumbprint', 'lsUrl'].concat([
        'site',
        'tunnelCertificate',
        'tunnelUrl',
        'vcdThumbprint',
        'vcdUrl',
        'vcdUsername',
      ]);
      expect(Object.keys((await at.get('/config')).body).sort()).toEqual(cloud);
      const ports = { mgmtPort: whole, mgmtPublicPort: whole, apiPort: whole, apiPublicPort: whole };
      expect((await at.get('/config/endpoints')).body).toMatchObject({ configured: ports, effective: ports });
      expect((await at.get('/replicators')).list[0]).toMatchObject({
        certThumbprint: expect.any(String),
        state: { incomingCommError: null, outgoingCommError: null },
      });
    });
  });
});
