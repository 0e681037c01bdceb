import { describe, expect, it } from '@jest/globals';
import { acme, client, login, pass, provider, startBody, withSimulator } from './support/client.js';

describe('sessions', () => {
  it.each([
    ['localUser', { localUser: 'root', localPassword: 'drover-sim' }, 'root', 'System'],
    [
      'ssoCredentials',
      { username: 'administrator@vsphere.local', password: 'drover-sim', principal: null },
      'administrator@vsphere.local',
      'System',
    ],
    [
      'ssoToken',
      { samlToken: '<saml2:Assertion/>', timestamp: 1, nonce: 'n', signature: 's', principal: 'p' },
      'administrator@vsphere.local',
      'System',
    ],
    ['vcdCredentials', { vcdUser: 'ops@acme', vcdPassword: 'drover-sim' }, 'ops@acme', 'acme'],
    ['vcdCookie', { vcdCookie: 'sim-cookie' }, 'ops@acme', 'acme'],
    ['vcdAccessToken', { vcdAccessToken: 'sim-access-token', context: 'acme' }, 'ops@acme', 'acme'],
  ])('%s logs in', async (type, fields, user, org) => {
    await withSimulator({}, async (_simulator, { paris }) => {
      const answer = await client(paris).post('/sessions', { type, ...fields });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('x-vcav-auth')).toHaveLength(28);
      expect(answer.body).toMatchObject({ user, authenticatedSites: [{ site: 'paris', org }] });
      expect(answer.body.roles).toContain('EVERYONE');
    });
  });

  it('a wrong password is 401 without the challenge', async () => {
    await withSimulator({}, async (_simulator, { paris }) => {
      const answer = await client(paris).post('/sessions', { ...acme, vcdPassword: 'wrong' });
      expect(answer).toMatchObject({ status: 401, body: { code: 'NotAuthenticated' } });
      expect(answer.headers.get('www-authenticate')).toBeNull();
      const unknown = await client(paris).post('/sessions', { type: 'retina' });
      expect(unknown).toMatchObject({ status: 400, body: { code: 'BadRequest' } });
    });
  });

  it('a missing, foreign, closed or expired token is 401 with the challenge', async () => {
    await withSimulator({}, async ({ control }, { paris, lyon }) => {
      async function refused(at: ReturnType<typeof client>) {
        const answer = await at.get('/tasks');
        expect(answer).toMatchObject({
          status: 401,
          body: { code: 'NotAuthenticated', msg: 'Authentication required.' },
        });
        expect(answer.headers.get('www-authenticate')).toContain('Authentication Token Required');
      }
      await refused(client(paris));
      const { headers } = await client(lyon).post('/sessions', acme);
      await refused(client(paris, headers.get('x-vcav-auth') ?? ''));
      const closed = await login(paris);
      expect((await closed.delete('/sessions')).status).toBe(204);
      await refused(closed);
      const expired = await login(paris);
      expect((await expired.get('/sessions')).status).toBe(200);
      expect(control.expireSessions('paris')).toBeGreaterThan(0);
      await refused(expired);
    });
  });

  it('idle time and age are simulated time', async () => {
    await withSimulator({ sessions: { idle: 60_000, maxAge: 100_000 } }, async (_simulator, { paris }) => {
      const at = await login(paris);
      for (const seconds of [50, 49]) {
        pass(seconds);
        expect((await at.get('/sessions')).status).toBe(200);
      }
      pass(2);
      expect((await at.get('/sessions')).status).toBe(401);
      const again = await login(paris);
      pass(61);
      expect((await again.get('/sessions')).status).toBe(401);
    });
  });

  it('a remote site needs the extension, whatever its kind', async () => {
    await withSimulator({}, async (_simulator, { lyon }) => {
      const at = await login(lyon);
      const remote = () => at.get('/vm-replications?site=paris');
      expect(await remote()).toMatchObject({ status: 401, body: { code: 'RemoteAuthenticationFailure' } });
      expect((await remote()).headers.get('www-authenticate')).toBeNull();
      expect(await at.post('/vm-replications', startBody())).toMatchObject({
        status: 401,
        body: { code: 'RemoteAuthenticationFailure' },
      });
      for (const extension of [
        { type: 'credentials', vcdUsername: 'ops@acme', vcdPassword: 'drover-sim' },
        { type: 'cookie', cookie: 'sim-cookie' },
        { type: 'vcdAccessToken', vcdAccessToken: 'sim-access-token' },
        { type: 'multisite', org: 'acme' },
      ]) {
        const extended = await at.post('/sessions/extend', { site: 'paris', ...extension });
        expect(extended.body['authenticatedSites']).toEqual([
          { site: 'lyon', org: 'acme' },
          { site: 'paris', org: 'acme' },
        ]);
        expect((await remote()).status).toBe(200);
        await at.delete('/sessions/extend/paris');
        expect((await remote()).status).toBe(401);
      }
    });
  });

  it('an extension that is refused or goes nowhere says so', async () => {
    await withSimulator({}, async (_simulator, { lyon }) => {
      const at = await login(lyon);
      const wrong = { type: 'credentials', site: 'paris', vcdUsername: 'ops@acme', vcdPassword: 'wrong' };
      expect(await at.post('/sessions/extend', wrong)).toMatchObject({
        status: 401,
        body: { code: 'RemoteAuthenticationFailure' },
      });
      expect(await at.post('/sessions/extend', { ...wrong, site: 'atlantis' })).toMatchObject({
        status: 404,
        body: { code: 'SiteNotFound' },
      });
      // a field of an old client's [client PsychoBelka]
      expect(
        (await at.post('/sessions/extend', { type: 'credentials', site: 'paris', vcdUser: 'ops@acme' })).status,
      ).toBe(400);
    });
  });

  it('a tenant does not see what a provider has started, until it is handed over', async () => {
    await withSimulator({}, async (_simulator, { lyon }) => {
      const admin = await login(lyon, provider, 'paris');
      const tenant = await login(lyon);
      const { body: task } = await admin.post('/vm-replications', startBody());
      const [id] = (await admin.get('/vm-replications')).body.items.map((it) => it.id);
      expect((await tenant.get('/vm-replications')).body.total).toBe(0);
      expect((await tenant.get(`/vm-replications/${id}`)).status).toBe(404);
      expect((await tenant.get(`/tasks/${task.id}`)).status).toBe(404);
      const handed = await admin.call('PATCH', `/vm-replications/${id}/chown`, { owner: 'acme@lyon' });
      expect(handed).toMatchObject({ status: 200, body: { owner: 'acme@lyon' } });
      expect((await tenant.get(`/vm-replications/${id}`)).status).toBe(200);
      const back = await tenant.call('PATCH', `/vm-replications/${id}/chown`, {});
      expect(back).toMatchObject({ status: 403, body: { code: 'Forbidden' } });
    });
  });
});
