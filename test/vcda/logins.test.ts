import { describe, expect, it } from '@jest/globals';
import { Secret } from '../../plan/secret.js';
import { KnownSecrets } from '../../vcda/http/scrub.js';
import { SiteSession } from '../../vcda/http/session.js';
import { Transport } from '../../vcda/http/transport.js';
import type { Login, PeerLogin } from '../../vcda/index.js';
import { failureOf, siteConfig, withFake, withSimulator } from './support/client.js';

const secret = (text: string) => new Secret(text);

const logins: [login: Login, body: object][] = [
  [
    { type: 'localUser', user: 'root', password: secret('drover-sim') },
    { localUser: 'root', localPassword: 'drover-sim' },
  ],
  [
    { type: 'ssoCredentials', user: 'administrator@vsphere.local', password: secret('drover-sim') },
    { username: 'administrator@vsphere.local', password: 'drover-sim', principal: null },
  ],
  [
    { type: 'ssoToken', samlToken: secret('<saml2:Assertion/>'), timestamp: 1, nonce: 'n', signature: 's' },
    { samlToken: '<saml2:Assertion/>', timestamp: 1, nonce: 'n', signature: 's', principal: null },
  ],
  [
    { type: 'vcdCredentials', user: 'ops@acme', password: secret('drover-sim') },
    { vcdUser: 'ops@acme', vcdPassword: 'drover-sim' },
  ],
  [{ type: 'vcdCookie', cookie: secret('sim-cookie') }, { vcdCookie: 'sim-cookie' }],
  [
    { type: 'vcdAccessToken', org: 'acme', token: secret('sim-access-token') },
    { vcdAccessToken: 'sim-access-token', context: 'acme' },
  ],
];

const extensions: [login: PeerLogin, body: object][] = [
  [
    { type: 'vcdCredentials', user: 'ops@acme', password: secret('drover-sim') },
    { type: 'credentials', site: 'paris', vcdUsername: 'ops@acme', vcdPassword: 'drover-sim' },
  ],
  [
    { type: 'vcdCookie', cookie: secret('sim-cookie') },
    { type: 'cookie', site: 'paris', cookie: 'sim-cookie' },
  ],
  [
    { type: 'vcdAccessToken', org: 'acme', token: secret('sim-access-token') },
    { type: 'vcdAccessToken', site: 'paris', vcdAccessToken: 'sim-access-token' },
  ],
  [
    { type: 'multisite', org: 'acme' },
    { type: 'multisite', site: 'paris', org: 'acme' },
  ],
];

const ownLogin: Login = { type: 'vcdCredentials', user: 'ops@acme', password: secret('drover-sim') };

async function withSession(
  url: string,
  login: Login,
  peer: PeerLogin | undefined,
  test: (session: SiteSession) => Promise<void>,
): Promise<void> {
  const secrets = new KnownSecrets();
  const transport = new Transport(siteConfig('lyon', url), secrets);
  const session = new SiteSession({ name: 'lyon', login }, transport, () => peer, secrets);
  try {
    await test(session);
  } finally {
    await session.logout();
    await transport.close();
  }
}

const whoAmI = { method: 'GET' as const, path: '/sessions' };

describe('all ways to log in', () => {
  it.each(logins)('$type: as documented, and accepted by the simulator', async (login, body) => {
    await withFake(
      () => null,
      async ({ fake }) => {
        await withSession(fake.url, login, undefined, async (session) => {
          await session.send(whoAmI);
          expect(fake.seen[0]?.body).toEqual({ type: login.type, ...body });
        });
      },
    );
    await withSimulator(async ({ simulator }) => {
      await withSession(simulator.sites['lyon']?.url ?? '', login, undefined, async (session) => {
        const { body: shown } = await session.send(whoAmI);
        expect(shown).toMatchObject({ authenticatedSites: [{ site: 'lyon' }] });
      });
    });
  });

  it.each(extensions)('extended with $type: as documented, and accepted by the simulator', async (peer, body) => {
    await withFake(
      () => null,
      async ({ fake }) => {
        await withSession(fake.url, ownLogin, peer, async (session) => {
          await session.send(whoAmI, { peer: 'paris' });
          expect(fake.seen[1]?.body).toEqual(body);
        });
      },
    );
    await withSimulator(async ({ simulator }) => {
      await withSession(simulator.sites['lyon']?.url ?? '', ownLogin, peer, async (session) => {
        async function sites(use = {}) {
          const { body: shown } = await session.send(whoAmI, use);
          return (shown as { authenticatedSites: { site: string }[] }).authenticatedSites.map(({ site }) => site);
        }
        expect(await sites({ peer: 'paris' })).toEqual(['lyon', 'paris']);
        await session.shrink('paris');
        expect(await sites()).toEqual(['lyon']);
        expect(await sites({ peer: 'paris' })).toEqual(['lyon', 'paris']);
      });
    });
  });

  it.each([logins[0], logins[1], logins[2]].flatMap((row) => (row === undefined ? [] : [[row[0]] as const])))(
    '$type reaches no other site',
    async (login) => {
      await withFake(
        () => null,
        async ({ fake }) => {
          await withSession(fake.url, ownLogin, login, async (session) => {
            expect(await failureOf(session.send(whoAmI, { peer: 'paris' }))).toMatchObject({ code: 'LoginRefused' });
          });
        },
      );
    },
  );
});
