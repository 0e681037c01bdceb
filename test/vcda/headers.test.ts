import { describe, expect, it } from '@jest/globals';
import { failureOf, startBody, withFake, withSimulator } from './support/client.js';
import { anyTask, before, type Handler, runningTask } from './support/fake-site.js';

const accepted: Handler = ({ method, path }) =>
  method === 'POST' && path.startsWith('/vm-replications') ? { status: 202, body: runningTask('t1') } : null;
const site = before(accepted, anyTask);

describe('the operation id', () => {
  it('goes out with a call, and with the login and the extension made for it', async () => {
    await withFake(site, async ({ fake, lyon }) => {
      await lyon.startReplication(startBody(), { operationId: 'drover/r/v/start/1', peer: 'paris' });
      expect(fake.seen.map(({ path, headers }) => [path, headers.operationid])).toEqual([
        ['/sessions', 'drover/r/v/start/1'],
        ['/sessions/extend', 'drover/r/v/start/1'],
        ['/vm-replications', 'drover/r/v/start/1'],
      ]);
      await lyon.task('t1');
      expect(fake.seen.at(-1)?.headers).not.toHaveProperty('operationid');
    });
  });

  it('in any script is written so that header and filter agree', async () => {
    const page: Handler = ({ path }) => (path === '/tasks' ? { body: { items: [], total: 0 } } : null);
    await withFake(before(page, site), async ({ fake, lyon }) => {
      const operationId = 'drover/été/日本\n\ud800/start/1';
      await lyon.syncReplication('C4-1', { operationId });
      const sent = fake.seen.at(-1)?.headers.operationid;
      expect(sent).toMatch(/^[\x21-\x7e]+$/);
      await lyon.tasksOfOperation(operationId);
      expect(fake.seen.at(-1)?.query.operationID).toBe(sent);
      await lyon.tasks({ operationID: operationId });
      expect(fake.seen.at(-1)?.query.operationID).toBe(sent);
    });
  });

  it('finds its task again in the simulator', async () => {
    await withSimulator(async ({ lyon }) => {
      const operationId = 'drover/été/vm-1/start/1';
      const task = await lyon.startReplication(startBody(), { operationId, peer: 'paris' });
      expect((await lyon.tasksOfOperation(operationId))?.map(({ id }) => id)).toEqual([task.id]);
      expect(await lyon.tasksOfOperation('drover/other')).toEqual([]);
    });
  });
});

describe('On-Prem-Auth', () => {
  it('goes out with start and reverse when the source has one, and is absent otherwise', async () => {
    await withFake(site, async ({ fake, lyon }) => {
      const last = () => fake.seen.at(-1)?.headers;
      await lyon.startReplication(startBody(), { onPremAuth: 'on-prem-token' });
      expect(last()).toMatchObject({ 'on-prem-auth': 'on-prem-token' });
      await lyon.startReplication(startBody(), {});
      expect(last()).not.toHaveProperty('on-prem-auth');
      await lyon.reverseReplication('C4-1', { onPremAuth: 'on-prem-token' });
      expect(last()).toMatchObject({ 'on-prem-auth': 'on-prem-token' });
      await lyon.reverseReplication('C4-1', {});
      expect(last()).not.toHaveProperty('on-prem-auth');
    });
  });

  it('with characters that HTTP cannot carry is refused without a request, and not shown', async () => {
    await withFake(site, async ({ fake, lyon }) => {
      const error = await failureOf(lyon.startReplication(startBody(), { onPremAuth: 'line\nbreak' }));
      expect(error).toMatchObject({ code: 'BadRequest', status: null, acted: 'no' });
      expect(error.detail).toContain('On-Prem-Auth');
      expect(error.detail).not.toContain('break');
      expect(fake.count('POST /vm-replications')).toBe(0);
    });
  });
});

describe('ids in paths', () => {
  it('cannot leave their place', async () => {
    await withFake(site, async ({ fake, lyon }) => {
      await lyon.syncReplication('C4-1/../../sessions?x=1#y', {});
      expect(fake.seen.at(-1)?.path).toBe('/vm-replications/C4-1%2F..%2F..%2Fsessions%3Fx%3D1%23y/sync');
      const sent = fake.seen.length;
      for (const id of ['', '.', '..'])
        expect(await failureOf(lyon.deleteReplication(id, {}))).toMatchObject({ code: 'BadRequest', acted: 'no' });
      expect(fake.seen).toHaveLength(sent);
      await lyon.syncReplication('half \ud800 pair', {});
      expect(fake.seen.at(-1)?.path).toContain('half');
    });
  });
});

describe('a redirect', () => {
  it('is not followed: the token stays at home', async () => {
    const elsewhere: Handler = ({ path }) =>
      path === '/tasks/t1' ? { status: 307, headers: { location: 'http://127.0.0.1:9/trap' } } : null;
    await withFake(before(elsewhere, site), async ({ lyon, sites }) => {
      const error = await failureOf(lyon.task('t1'));
      expect(error).toMatchObject({ code: 'HTTP 307', status: 307, acted: 'unknown' });
      expect(error.detail).toContain('http://127.0.0.1:9/trap');
      expect(sites.rules(error)).toMatchObject({ key: 'FrontEnd', call: 'retry' });
    });
  });
});
