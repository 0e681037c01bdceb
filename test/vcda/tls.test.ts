import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { type Certificate, certificate, type Issued, issued } from './support/certificate.js';
import { failureOf, type SiteOptions, withFake } from './support/client.js';
import { anyTask, before, type Handler } from './support/fake-site.js';

describe('the certificate of a site', () => {
  let own: Certificate;
  let other: Certificate;
  let elsewhere: Certificate;
  let byAuthority: Issued;
  beforeAll(async () => {
    byAuthority = await issued();
    [own, other, elsewhere] = await Promise.all([certificate(), certificate(), certificate('DNS:vcda.example.com')]);
  });

  const at = (shown: Certificate, tls: NonNullable<SiteOptions['tls']>, test: Parameters<typeof withFake>[1]) =>
    withFake(anyTask, test, { lyon: { tls }, tls: shown });

  const refused: [name: string, shown: () => Certificate, tls: () => NonNullable<SiteOptions['tls']>, why: RegExp][] = [
    ['signed by nobody', () => own, () => ({}), /(self-signed|DEPTH_ZERO).*judged by the system's authorities/],
    ['not of the authority named', () => own, () => ({ ca: other.cert }), /self-signed|DEPTH_ZERO|SIGNATURE/],
    [
      'of the authority named but for another name',
      () => elsewhere,
      () => ({ ca: elsewhere.cert }),
      /ALTNAME.*judged by tls\.ca/,
    ],
    [
      'not the pinned one',
      () => own,
      () => ({ fingerprint: other.fingerprint }),
      /fingerprint is SHA-256:\S+, and tls\.fingerprint pins SHA-256:/,
    ],
  ];
  const wrong: [name: string, shown: Exclude<keyof Issued, 'authority' | 'good'>, why: RegExp][] = [
    ['that has expired', 'expired', /CERT_HAS_EXPIRED/],
    ['that is not valid yet', 'early', /CERT_NOT_YET_VALID/],
    ['for clients alone', 'forClients', /INVALID_PURPOSE/],
    ['whose issuer is not shown', 'indirect', /UNABLE_TO_VERIFY_LEAF_SIGNATURE/],
  ];
  it.each(wrong)('of the authority named %s is refused, and nothing is sent', async (_name, shown, why) => {
    const { authority, good, [shown]: one } = byAuthority;
    await at(good, { ca: authority.cert }, async ({ lyon }) => void (await lyon.task('t1')));
    await at(one, { ca: authority.cert }, async ({ fake, lyon }) => {
      const error = await failureOf(lyon.task('t1'));
      expect(error).toMatchObject({ code: 'CertificateNotTrusted', status: null, acted: 'no' });
      expect(error.detail).toMatch(why);
      expect(fake.seen).toEqual([]);
    });
  });

  it.each(refused)('%s is refused, and nothing is sent', async (_name, shown, tls, why) => {
    await at(shown(), tls(), async ({ fake, lyon, sites }) => {
      const error = await failureOf(lyon.task('t1'));
      expect(error).toMatchObject({ code: 'CertificateNotTrusted', status: null, acted: 'no' });
      expect(error.detail).toMatch(why);
      expect(sites.rules(error).advice).toContain('tls.ca');
      expect(fake.seen).toEqual([]);
    });
  });

  it('signed by nobody is refused also where the environment tells Node to trust it', async () => {
    await at(own, {}, async ({ fake, lyon }) => {
      const site = { ...lyon.config, login: { type: 'vcdCredentials', user: 'ops@acme' }, tls: {} };
      const program = `
        import { createSites, Secret } from '${new URL('../../dist/vcda/index.js', import.meta.url).href}';
        const site = ${JSON.stringify(site)};
        const sites = createSites({ sites: { lyon: { ...site, login: { ...site.login, password: new Secret('x') } } } });
        await sites.get('lyon').task('t1').catch(({ code }) => console.log(code));
        await sites.close();`;
      const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
        env: { ...process.env, NODE_TLS_REJECT_UNAUTHORIZED: '0' },
      });
      expect(stdout.trim()).toBe('CertificateNotTrusted');
      expect(fake.seen).toEqual([]);
    });
  });

  const trusted: [name: string, shown: () => Certificate, tls: () => NonNullable<SiteOptions['tls']>][] = [
    ['of the authority named', () => own, () => ({ ca: own.cert })],
    ['that is the pinned one', () => own, () => ({ fingerprint: own.fingerprint })],
    ['pinned in small letters', () => own, () => ({ fingerprint: own.fingerprint.toLowerCase() })],
    ['pinned, whatever name it is for', () => elsewhere, () => ({ fingerprint: elsewhere.fingerprint })],
  ];
  it.each(trusted)('%s is trusted', async (_name, shown, tls) => {
    await at(shown(), tls(), async ({ lyon }) => {
      expect((await lyon.task('t1')).id).toBe('t1');
    });
  });

  it('is compared at every connection, resumed or not', async () => {
    const once: Handler = ({ path }) => (path === '/tasks/cut' ? ({ socket }) => socket?.destroy() : null);
    const test: Parameters<typeof withFake>[1] = async ({ fake, lyon }) => {
      for (let n = 0; n < 3; n += 1) {
        await lyon.task('t1');
        await failureOf(lyon.task('cut'));
      }
      expect(fake.connections()).toBeGreaterThanOrEqual(3);
    };
    await withFake(before(once, anyTask), test, { lyon: { tls: { fingerprint: own.fingerprint } }, tls: own });
  });
});
