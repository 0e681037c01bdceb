import { describe, expect, it } from '@jest/globals';
import { Secret } from '../../plan/secret.js';
import type { SiteConfig } from '../../plan/types.js';
import { clientFor, failureOf, siteConfig, withFake, withSimulator } from './support/client.js';
import { anyTask, before, type Handler, runningTask } from './support/fake-site.js';

describe('sites', () => {
  it('are listed and shown as each sees itself and the others', async () => {
    await withSimulator(async ({ simulator, lyon }) => {
      const listed = await lyon.sites();
      expect(listed.map(({ site, isLocal }) => [site, isLocal])).toEqual([
        ['paris', false],
        ['lyon', true],
      ]);
      expect(await lyon.siteInfo('lyon')).toMatchObject({
        site: 'lyon',
        apiVersion: '4.7',
        apiThumbprint: expect.stringMatching(/^SHA-256:/),
        state: { incomingCommError: null, outgoingCommError: null },
      });
      simulator.control.setUp('paris', false);
      expect((await lyon.siteInfo('paris')).state?.outgoingCommError?.code).toBe('RemoteSiteUnreachable');
      expect(await failureOf(lyon.siteInfo('atlantis'))).toMatchObject({ code: 'SiteNotFound' });
    });
  });

  // The simulator's sites are paired from the start.
  it('are paired, paired anew and unpaired by tasks', async () => {
    await withFake(
      ({ path }) => (path.startsWith('/sites') ? { status: 202, body: runningTask('t1') } : null),
      async ({ fake, lyon }) => {
        const pairing = { apiUrl: 'https://paris:8048', apiThumbprint: 'SHA-256:AA', description: '', site: 'paris' };
        expect(await lyon.pairSite(pairing, {})).toMatchObject({ id: 't1' });
        await lyon.repairSite('paris', pairing, {});
        await lyon.unpairSite('paris', {});
        expect(fake.seen.slice(1).map(({ method, path, body }) => [method, path, body])).toEqual([
          ['POST', '/sites', pairing],
          ['PUT', '/sites/paris', pairing],
          ['DELETE', '/sites/paris', null],
        ]);
      },
    );
  });
});

describe('one of several logins', () => {
  it('has a session whose token is known as a secret, however many others have begun since', async () => {
    const tokens: string[] = [];
    const loggedIn: Handler = ({ method, path }) => {
      if (method !== 'POST' || path !== '/sessions') return null;
      const token = `q1w2e3r4t5y6-${tokens.length}`;
      tokens.push(token);
      return { body: {}, headers: { 'x-vcav-auth': token } };
    };
    await withFake(before(loggedIn, anyTask), async ({ fake }) => {
      const names = ['one', 'two', 'three', 'four', 'five'];
      const login = (user: string) => ({ type: 'vcdCredentials', user, password: new Secret('drover-sim') }) as const;
      const logins = Object.fromEntries(names.map((name) => [name, login(name)]));
      const sites = clientFor([siteConfig('lyon', fake.url, { logins })]);
      try {
        for (const name of names) await sites.as({ lyon: name }).get('lyon').task('t1');
        expect(tokens).toHaveLength(names.length);
        expect(sites.scrubber()(tokens.join(' '))).toBe(names.map(() => '[secret]').join(' '));
      } finally {
        await sites.close();
      }
    });
  });

  it('that was taken out of a config which is read anew works again once it is back', async () => {
    await withFake(anyTask, async ({ fake }) => {
      const tenant = { type: 'vcdCredentials', user: 'ops@tenant', password: new Secret('drover-tenant') } as const;
      const having = (logins: SiteConfig['logins'] = {}) => siteConfig('lyon', fake.url, { logins });
      const sites = clientFor([having({ tenant })]);
      try {
        const lyon = sites.as({ lyon: 'tenant' }).get('lyon');
        await lyon.task('t1');
        sites.renew({ sites: { lyon: having() } });
        expect(await failureOf(lyon.task('t1'))).toMatchObject({ code: 'LoginRefused' });
        expect(sites.renew({ sites: { lyon: having({ tenant }) } })).toEqual({
          taken: ['lyon (login tenant)'],
          moved: [],
        });
        expect(await lyon.task('t1')).toMatchObject({ id: 't1' });
      } finally {
        await sites.close();
      }
    });
  });
});
