/** What a look at a site costs: it sees no login that nobody meant it to see, and is not sent again what it has refused. */
import { describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { ActivityDeps } from '../../activities/deps.js';
import { createInspectActivities } from '../../activities/inspect.js';
import type { SiteInspection } from '../../contract/inspection.js';
import { Secret } from '../../plan/secret.js';
import { startSimulator } from '../../simulator/index.js';
import { tempFolder } from '../support/folder.js';
import { freePort } from '../support/free-port.js';
import { lasting } from '../support/lasting.js';
import { certificate } from '../vcda/support/certificate.js';
import { clientFor, siteConfig } from '../vcda/support/client.js';
import { before, type FakeSite, type Handler, refuse, startFakeSite } from '../vcda/support/fake-site.js';
import { openProxy } from '../vcda/support/proxy.js';

/** It says that it is paired with every site of the config. */
const pairedWithAll: Handler = ({ path }) =>
  path === '/sites'
    ? { body: ['lyon', 'paris', 'madrid'].map((site) => ({ site, isLocal: site === 'lyon', apiVersion: '4.7' })) }
    : null;

async function withLyon(
  handler: Handler,
  test: (fake: FakeSite, inspect: (...peers: string[]) => Promise<SiteInspection>) => Promise<void>,
): Promise<void> {
  const fake = await startFakeSite(handler);
  const sites = clientFor([
    siteConfig('lyon', fake.url),
    ...['paris', 'madrid'].map((name) =>
      siteConfig(name, 'http://127.0.0.1:9', {
        login: { type: 'vcdCredentials', user: 'ops@acme', password: new Secret(`${name}-password`) },
      }),
    ),
  ]);
  const { inspectSite } = createInspectActivities({ sites } as ActivityDeps);
  try {
    await test(fake, (...peers) => new MockActivityEnvironment().run(() => inspectSite({ site: 'lyon', peers })));
  } finally {
    await fake.close();
    await sites.close();
  }
}

const sent = ({ seen }: FakeSite): string => JSON.stringify(seen);
const findingOf = ({ checks }: SiteInspection, name: string) => checks.find((check) => check.name === name);

describe('a look at a site', () => {
  it('shows it no login of another site, whomever it names', () =>
    withLyon(pairedWithAll, async (fake, inspect) => {
      const seen = await inspect();
      expect(findingOf(seen, 'extend')).toMatchObject({ ok: null, detail: expect.stringContaining('--pair') });
      expect(fake.count('POST /sessions/extend')).toBe(0);
      expect(sent(fake)).not.toMatch(/(paris|madrid)-password/);
    }));

  it('shows it that of the other site of a pair which a person named, and no third', () =>
    withLyon(pairedWithAll, async (fake, inspect) => {
      const seen = await inspect('paris');
      expect(findingOf(seen, 'extend')).toMatchObject({ ok: true, detail: 'to paris' });
      expect(sent(fake)).toContain('paris-password');
      expect(sent(fake)).not.toContain('madrid-password');
    }));

  it('tells the fingerprint of a certificate that it does not trust, and what judged it', async () => {
    const shown = await certificate();
    const fake = await startFakeSite(pairedWithAll, { tls: shown });
    const sites = clientFor([siteConfig('lyon', fake.url)]);
    try {
      const { inspectSite } = createInspectActivities({ sites } as ActivityDeps);
      const look = () => inspectSite({ site: 'lyon', peers: [] });
      const seen: SiteInspection = await new MockActivityEnvironment().run(look);
      expect(findingOf(seen, 'certificate')).toMatchObject({ ok: false, fix: expect.stringContaining('Compare') });
      expect(findingOf(seen, 'certificate')?.detail).toContain(shown.fingerprint);
      expect(findingOf(seen, 'certificate')?.detail).toContain("judged by the system's authorities");
      expect(fake.seen).toEqual([]);
    } finally {
      await fake.close();
      await sites.close();
    }
  });

  it('says by which proxy it goes, and which variable names that, whether it gets there or not', async () => {
    const [proxy, own] = [await openProxy(), await certificate()];
    const fake = await startFakeSite(pairedWithAll, { tls: own });
    async function look(url: string) {
      const tls = { ca: own.cert };
      const sites = clientFor([siteConfig('lyon', fake.url, { tls, proxy: { url, from: 'HTTPS_PROXY' } })]);
      const { inspectSite } = createInspectActivities({ sites } as ActivityDeps);
      try {
        const seen = await new MockActivityEnvironment().run(() => inspectSite({ site: 'lyon', peers: [] }));
        return findingOf(seen as SiteInspection, 'reachable');
      } finally {
        await sites.close();
      }
    }
    const way = (url: string) => `, through the proxy ${url} (HTTPS_PROXY)`;
    try {
      expect(await look(proxy.url)).toMatchObject({ ok: true, detail: `${fake.url}${way(proxy.url)}` });
      expect(proxy.asked.length).toBeGreaterThan(0);
      const nobody = `http://127.0.0.1:${await freePort()}`;
      expect(await look(nobody)).toMatchObject({ ok: false, detail: expect.stringContaining(way(nobody)) });
    } finally {
      await fake.close();
      await proxy.close();
    }
  });

  it('sends a refused login once, however often it is repeated, and says when', () =>
    withLyon(
      before(
        ({ path, method }) => (method === 'POST' && path === '/sessions' ? refuse(401, 'NotAuthenticated') : null),
        pairedWithAll,
      ),
      async (fake, inspect) => {
        expect(findingOf(await inspect(), 'login')).toMatchObject({ ok: false, fix: expect.stringContaining('login') });
        for (let look = 0; look < 3; look += 1)
          expect(findingOf(await inspect(), 'login')).toMatchObject({
            ok: false,
            detail: expect.stringMatching(/refuses the login.*\(at \d{4}-.*Z; not sent again/),
          });
        expect(fake.count('POST /sessions')).toBe(1);
      },
    ));

  it('says by which Cloud Director an API token gets in, and what is wrong with one that does not', async () => {
    const tokens = { 'api-token': { user: 'ops@acme' }, 'old-token': { user: 'ops@acme', state: 'expired' as const } };
    const simulator = await startSimulator(lasting({ vms: 1, sites: [{ name: 'lyon' }], apiTokens: tokens }));
    const folder = tempFolder();
    const vcd = simulator.directors.lyon?.url ?? '';
    async function look(token: string, org: string) {
      const file = folder.write(token, token);
      const login = { type: 'vcdApiToken' as const, vcd, org, file, token: new Secret(token) };
      const sites = clientFor([siteConfig('lyon', simulator.sites.lyon?.url ?? '', { login })]);
      const { inspectSite } = createInspectActivities({ sites } as ActivityDeps);
      try {
        const seen = await new MockActivityEnvironment().run(() => inspectSite({ site: 'lyon', peers: [] }));
        expect(JSON.stringify(seen)).not.toContain(`${token}"`);
        return findingOf(seen as SiteInspection, 'login');
      } finally {
        await sites.close();
      }
    }
    try {
      expect(await look('api-token', 'acme')).toMatchObject({
        ok: true,
        detail: `accepted, with an access token of ${vcd} for the organization acme`,
      });
      const fix = expect.stringMatching(
        /^Create another API token .* organization acme, and write it into .*old-token\.$/,
      );
      expect(await look('old-token', 'acme')).toMatchObject({
        ok: false,
        detail: expect.stringMatching(/refuses the API token of the organization acme: .*; it has expired$/),
        fix,
      });
      expect(await look('api-token', 'umbrella')).toMatchObject({
        ok: false,
        detail: expect.stringMatching(/; it is not one of the organization umbrella$/),
      });
    } finally {
      await simulator.close();
      folder.remove();
    }
  });

  it('sends a refused login of the other site once as well', () =>
    withLyon(
      before(({ path }) => (path === '/sessions/extend' ? refuse(403, 'Forbidden') : null), pairedWithAll),
      async (fake, inspect) => {
        for (let look = 0; look < 3; look += 1)
          expect(findingOf(await inspect('paris'), 'extend')).toMatchObject({ ok: false });
        expect(fake.count('POST /sessions/extend')).toBe(1);
      },
    ));
});
