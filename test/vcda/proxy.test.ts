/** A site behind a proxy of this machine. */
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { proxyOfEnvironment } from '../../plan/config/load-proxy.js';
import { Secret } from '../../plan/secret.js';
import { type Certificate, certificate } from './support/certificate.js';
import { failureOf, withFake } from './support/client.js';
import { anyTask } from './support/fake-site.js';
import { openProxy, type Proxy } from './support/proxy.js';

const open: Proxy[] = [];
afterEach(() => Promise.all(open.splice(0).map((one) => one.close())));

async function startProxy(options?: Parameters<typeof openProxy>[0]): Promise<Proxy> {
  const proxy = await openProxy(options);
  open.push(proxy);
  return proxy;
}

describe('a site behind a proxy', () => {
  let own: Certificate;
  let other: Certificate;
  beforeAll(async () => {
    [own, other] = await Promise.all([certificate(), certificate()]);
  });

  it('is reached through a tunnel, with its certificate verified or pinned', async () => {
    const proxy = await startProxy();
    for (const tls of [{ ca: own.cert }, { fingerprint: own.fingerprint }])
      await withFake(
        anyTask,
        async ({ fake, lyon }) => {
          expect((await lyon.task('t1')).id).toBe('t1');
          expect(proxy.asked.at(-1)).toEqual({ target: fake.url.replace('https://', ''), login: undefined });
        },
        { tls: own, lyon: { tls, proxy: { url: proxy.url } } },
      );
  });

  it('is not trusted for its sake', async () => {
    const proxy = await startProxy();
    for (const tls of [{}, { ca: other.cert }, { fingerprint: other.fingerprint }])
      await withFake(
        anyTask,
        async ({ fake, lyon }) => {
          expect(await failureOf(lyon.task('t1'))).toMatchObject({ code: 'CertificateNotTrusted', acted: 'no' });
          expect(fake.seen).toEqual([]);
        },
        { tls: own, lyon: { tls, proxy: { url: proxy.url } } },
      );
  });

  const logins: [string, { user?: string; password?: Secret }, RegExp][] = [
    ['wants a login', {}, /wants a login \(407\): give proxy\.user/],
    ['refuses the login', { user: 'ops', password: new Secret('wrong-password') }, /refuses its login \(407\)/],
  ];
  it.each(logins)('that %s is named, and its password is not', async (_, login, why) => {
    const proxy = await startProxy({ login: 'ops:right' });
    await withFake(
      anyTask,
      async ({ fake, lyon }) => {
        const error = await failureOf(lyon.task('t1'));
        expect(error).toMatchObject({ code: 'Unreachable', acted: 'no', detail: expect.stringMatching(why) });
        expect(error.message).toContain(proxy.url);
        expect(error.message).not.toContain('wrong-password');
        expect(fake.seen).toEqual([]);
      },
      { tls: own, lyon: { tls: { ca: own.cert }, proxy: { url: proxy.url, ...login } } },
    );
  });

  it('that takes the login lets everything through, over TLS with its own authority', async () => {
    const proxy = await startProxy({ login: 'ops:right', tls: other });
    const through = (ca?: string) => ({
      tls: own,
      lyon: {
        tls: { ca: own.cert },
        proxy: { url: proxy.url, user: 'ops', password: new Secret('right'), ...(ca === undefined ? {} : { ca }) },
      },
    });
    await withFake(anyTask, async ({ lyon }) => expect((await lyon.task('t1')).id).toBe('t1'), through(other.cert));
    const asked = proxy.asked.length;
    await withFake(
      anyTask,
      async ({ lyon }) => {
        expect((await failureOf(lyon.task('t1'))).detail).toMatch(
          /the proxy .* cannot be used: .*(self-signed|DEPTH_ZERO)/,
        );
        // Its login was not sent either.
        expect(proxy.asked).toHaveLength(asked);
      },
      through(),
    );
  });
});

describe('the proxy of the environment', () => {
  const env = { HTTPS_PROXY: 'http://ops:p%40ss@proxy:3128', NO_PROXY: 'lyon.example.com, .internal,paris:8443' };
  const cases: [string, string | undefined][] = [
    ['https://vcda.example.com', 'http://proxy:3128'],
    ['https://lyon.example.com', undefined],
    ['https://vcda.lyon.example.com', undefined],
    ['https://notlyon.example.com', 'http://proxy:3128'],
    ['https://vcda.internal', undefined],
    ['https://paris:8443', undefined],
    ['https://paris', 'http://proxy:3128'],
    ['http://127.0.0.1:8441', undefined],
  ];
  it.each(cases)('for %s is %s', (url, found) => {
    expect(proxyOfEnvironment(env, url)?.url).toBe(found);
  });

  it('comes with its login, and says where it comes from', () => {
    const proxy = proxyOfEnvironment(env, 'https://vcda.example.com');
    expect(proxy).toMatchObject({ user: 'ops', from: 'HTTPS_PROXY' });
    expect(proxy?.password?.reveal()).toBe('p@ss');
    expect(JSON.stringify(proxy)).not.toContain('p@ss');
  });

  it('is none where nothing is said, or all is spared', () => {
    expect(proxyOfEnvironment({}, 'https://lyon')).toBeUndefined();
    expect(proxyOfEnvironment({ https_proxy: 'proxy:1', no_proxy: '*' }, 'https://lyon')).toBeUndefined();
    expect(proxyOfEnvironment({ https_proxy: 'proxy:1' }, 'https://lyon')?.url).toBe('http://proxy:1');
  });
});
