import { describe, expect, it } from '@jest/globals';
import { Secret } from '../../plan/secret.js';
import { clientFor, failureOf, type SiteOptions, siteConfig, withFake, withSimulator } from './support/client.js';
import { anyTask, before, type Handler, startFakeSite } from './support/fake-site.js';

const tasks = anyTask;
const secret = (text: string) => new Secret(text);

describe('logging in', () => {
  const logins: [name: string, login: NonNullable<SiteOptions['login']>, body: object][] = [
    [
      'vcdCredentials',
      { type: 'vcdCredentials', user: 'ops@acme', password: secret('p') },
      { type: 'vcdCredentials', vcdUser: 'ops@acme', vcdPassword: 'p' },
    ],
    [
      'localUser',
      { type: 'localUser', user: 'root', password: secret('p') },
      { type: 'localUser', localUser: 'root', localPassword: 'p' },
    ],
    [
      'vcdAccessToken',
      { type: 'vcdAccessToken', org: 'acme', token: secret('t') },
      { type: 'vcdAccessToken', vcdAccessToken: 't', context: 'acme' },
    ],
  ];
  it.each(logins)('sends the documented body of %s, and the token ever after', async (_name, login, body) => {
    await withFake(
      tasks,
      async ({ fake, lyon }) => {
        await lyon.task('t1');
        await lyon.task('t2');
        const [first, ...rest] = fake.seen;
        expect(first).toMatchObject({ method: 'POST', path: '/sessions', body });
        expect(first?.headers['content-type']).toMatch(/^application\/json/);
        expect(first?.headers['x-vcav-auth']).toBeUndefined();
        expect(rest.map((one) => one.path)).toEqual(['/tasks/t1', '/tasks/t2']);
        for (const one of rest) expect(one.headers['x-vcav-auth']).toMatch(/^token-/);
      },
      { lyon: { login } },
    );
  });

  it.each([
    ['vcdCredentials', { type: 'vcdCredentials', user: 'ops@acme', password: secret('drover-sim') }],
    ['localUser', { type: 'localUser', user: 'root', password: secret('drover-sim') }],
    ['vcdAccessToken', { type: 'vcdAccessToken', org: 'acme', token: secret('sim-access-token') }],
  ] as [string, NonNullable<SiteOptions['login']>][])('%s is accepted by the simulator', async (_name, login) => {
    await withSimulator(
      async ({ lyon }) => {
        expect(await lyon.currentSession()).toMatchObject({ authenticatedSites: [{ site: 'lyon' }] });
      },
      { site: { login } },
    );
  });

  it('is done once, however many calls wait for it', async () => {
    await withFake(tasks, async ({ fake, lyon }) => {
      await Promise.all(Array.from({ length: 100 }, (_, n) => lyon.task(`t${n}`)));
      expect(fake.count('POST /sessions')).toBe(1);
      expect(fake.seen).toHaveLength(101);
    });
  });

  it('is not bound to the call that began it: others wait on when that one is given up', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await withFake(
      before(async ({ path }) => {
        if (path === '/sessions') await held;
        return null;
      }, tasks),
      async ({ fake, lyon }) => {
        const control = new AbortController();
        const first = lyon.task('t1', { signal: control.signal });
        const second = lyon.task('t2');
        control.abort(new Error('enough'));
        await expect(first).rejects.toThrow('enough');
        release();
        expect((await second).id).toBe('t2');
        expect(fake.seen.map((one) => one.path)).toEqual(['/sessions', '/tasks/t2']);
      },
    );
  });

  it('needs the token header in the answer', async () => {
    await withFake(
      ({ path }) => (path === '/sessions' ? { body: { user: 'ops@acme' } } : null),
      async ({ lyon }) => {
        expect(await failureOf(lyon.task('t1'))).toMatchObject({
          code: 'UnexpectedResponse',
          path: '/sessions',
          status: 200,
          acted: 'no',
        });
      },
    );
  });

  it('by something that is no VCDA is waited out, not taken for a refusal of the call', async () => {
    await withFake(
      () => ({ status: 404, body: '<h1>404</h1>' }),
      async ({ lyon, sites }) => {
        const error = await failureOf(lyon.task('t1'));
        expect(error).toMatchObject({ code: 'HTTP 404', status: 404, detail: '(an HTML page that is not shown)' });
        expect(sites.rules(error).call).toBe('retry');
      },
    );
  });

  it('that fails for a while tells that the call itself was not sent', async () => {
    await withFake(
      () => ({ status: 500, body: { code: 'GeneralServerFailure', msg: 'not yet' } }),
      async ({ fake, lyon }) => {
        const error = await failureOf(lyon.deleteReplication('C4-1', {}));
        expect(error).toMatchObject({ code: 'GeneralServerFailure', path: '/sessions', acted: 'no' });
        expect(fake.seen.every((one) => one.method === 'POST')).toBe(true);
      },
    );
  });
});

describe('a site without a login in the config', () => {
  it('is asked nothing', async () => {
    const fake = await startFakeSite(tasks);
    const { login: _, ...bare } = siteConfig('lyon', fake.url);
    const sites = clientFor([bare]);
    try {
      expect(await failureOf(sites.get('lyon').task('t1'))).toMatchObject({ code: 'LoginRefused', status: null });
      expect(fake.seen).toEqual([]);
    } finally {
      await fake.close();
      await sites.close();
    }
  });
});

describe('the version asked for', () => {
  function accepts(versions: string[]): Handler {
    const refusal: Handler = ({ headers: { accept = '' } }) =>
      versions.some((version) => accept.includes(version)) ? null : { status: 406 };
    return before(refusal, tasks);
  }

  it.each([
    ['4.7', ['v4.7'], 1],
    ['4.6', ['v4.6', 'v4.5'], 2],
    ['4.5', ['v4.5'], 3],
    ['none at all', ['application/json'], 4],
  ])('falls back until the site takes it: %s', async (_name, versions, attempts) => {
    await withFake(accepts(versions), async ({ fake, lyon }) => {
      await lyon.task('t1');
      expect(fake.count('POST /sessions')).toBe(attempts);
      const accepted = fake.seen.at(-2)?.headers.accept;
      expect(fake.seen.at(-1)).toMatchObject({ path: '/tasks/t1', headers: { accept: accepted } });
      if (attempts === 1) expect(accepted).toBe('application/vnd.vmware.h4-v4.7+json;charset=UTF-8');
    });
  });

  it('is not asked for again at a later login', async () => {
    const old = accepts(['v4.5']);
    await withFake(old, async ({ fake, lyon }) => {
      await lyon.task('t1');
      fake.answer(
        before(({ path }) => (path === '/tasks/t2' && fake.count('GET /tasks/t2') === 1 ? { status: 401 } : null), old),
      );
      await lyon.task('t2');
      expect(fake.count('POST /sessions')).toBe(4);
    });
  });

  it('that an older simulator speaks is found', async () => {
    await withSimulator(
      async ({ simulator, lyon }) => {
        await lyon.currentSession();
        const logins = simulator.control.stats().requests.filter(({ route }) => route === '/sessions');
        expect(logins.map(({ method, status, count }) => [method, status, count])).toEqual(
          expect.arrayContaining([
            ['POST', 200, 1],
            ['GET', 200, 1],
          ]),
        );
      },
      { sites: [{ name: 'paris' }, { name: 'lyon', apiVersion: '4.5' }] },
    );
  });
});
