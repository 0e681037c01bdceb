import { describe, expect, it } from '@jest/globals';
import { Secret } from '../../plan/secret.js';
import { until } from '../support/until.js';
import { failureOf, startBody, withFake, withSimulator } from './support/client.js';
import { anyTask, expired, before as firstOf, type Handler, refuse } from './support/fake-site.js';

const tasks = anyTask;
const before = (first: Handler) => firstOf(first, tasks);
const viaParis = { peer: 'paris' };
const remote = refuse(401, 'RemoteAuthenticationFailure', "Authentication to site 'paris' is required.");
const secret = (text: string) => new Secret(text);

describe('extending to another site', () => {
  it.each([
    [
      { type: 'vcdCredentials' as const, user: 'ops@acme', password: secret('p') },
      { type: 'credentials', site: 'paris', vcdUsername: 'ops@acme', vcdPassword: 'p' },
    ],
    [
      { type: 'vcdAccessToken' as const, org: 'acme', token: secret('t') },
      { type: 'vcdAccessToken', site: 'paris', vcdAccessToken: 't' },
    ],
  ])('sends the documented body of that site’s login: %j', async (login, body) => {
    await withFake(
      tasks,
      async ({ fake, lyon }) => {
        await lyon.task('t1', viaParis);
        expect(fake.seen[1]).toMatchObject({ method: 'POST', path: '/sessions/extend', body });
        expect(fake.seen[1]?.headers['x-vcav-auth']).toMatch(/^token-/);
        expect(fake.seen[2]).toMatchObject({ path: '/tasks/t1' });
      },
      { paris: { login } },
    );
  });

  it('is done once, however many calls wait for it, and not for the site itself', async () => {
    await withFake(tasks, async ({ fake, lyon }) => {
      await Promise.all(Array.from({ length: 100 }, (_, n) => lyon.task(`t${n}`, viaParis)));
      await lyon.task('own', { peer: 'lyon' });
      expect(fake.count('POST /sessions/extend')).toBe(1);
      expect(fake.count('POST /sessions')).toBe(1);
    });
  });

  it('cannot be done with a user of the appliance: a person must know, and nothing is sent', async () => {
    await withFake(
      tasks,
      async ({ fake, lyon }) => {
        const error = await failureOf(lyon.task('t1', viaParis));
        expect(error).toMatchObject({ code: 'LoginRefused', acted: 'no' });
        expect(error.detail).toContain('use vcdCredentials, vcdApiToken or vcdAccessToken');
        expect(fake.count('POST /sessions/extend')).toBe(0);
      },
      { paris: { login: { type: 'localUser', user: 'root', password: secret('p') } } },
    );
  });

  it('to a site that the config does not have is refused without a request', async () => {
    await withFake(tasks, async ({ fake, lyon }) => {
      const error = await failureOf(lyon.task('t1', { peer: 'atlantis' }));
      expect(error).toMatchObject({ code: 'LoginRefused' });
      expect(error.detail).toContain('no login for atlantis');
      expect(fake.count('POST /sessions/extend')).toBe(0);
    });
  });

  it('that the site cannot make just now tells that the call was not sent', async () => {
    const broken: Handler = ({ path }) => (path === '/sessions/extend' ? refuse(503, 'GeneralServerFailure') : null);
    await withFake(before(broken), async ({ fake, lyon }) => {
      const error = await failureOf(lyon.startReplication(startBody(), viaParis));
      expect(error).toMatchObject({ status: 503, path: '/sessions/extend', acted: 'no' });
      expect(fake.count('POST /vm-replications')).toBe(0);
    });
  });
});

describe('an expired session', () => {
  it('is followed by one new login, one new extension, and the call once more', async () => {
    await withSimulator(async ({ simulator, lyon }) => {
      await lyon.startReplication(startBody(0), viaParis);
      simulator.control.expireSessions('lyon');
      const calls = Array.from({ length: 7 }, (_, n) => lyon.startReplication(startBody(n + 1), viaParis));
      expect(await Promise.all(calls)).toHaveLength(7);
      const count = (route: string, status = 200) =>
        simulator.control.stats().requests.find((it) => it.route === route && it.status === status)?.count ?? 0;
      expect(count('/sessions')).toBe(2);
      expect(count('/sessions/extend')).toBe(2);
      expect(simulator.control.ledger().filter(({ kind }) => kind === 'start')).toHaveLength(8);
    });
  });

  it('that 100 calls meet at once is renewed once', async () => {
    await withFake(tasks, async ({ fake, lyon }) => {
      await lyon.task('t1', viaParis);
      const old = fake.seen.at(-1)?.headers['x-vcav-auth'];
      fake.answer(before((seen) => (seen.headers['x-vcav-auth'] === old ? expired : null)));
      await Promise.all(Array.from({ length: 100 }, (_, n) => lyon.task(`n${n}`, viaParis)));
      expect(fake.count('POST /sessions')).toBe(2);
      expect(fake.count('POST /sessions/extend')).toBe(2);
    });
  });

  it('is tried once more, not for ever', async () => {
    await withFake(
      before(({ path }) => (path === '/tasks/t1' ? expired : null)),
      async ({ fake, lyon }) => {
        expect(await failureOf(lyon.task('t1'))).toMatchObject({ code: 'NotAuthenticated', status: 401 });
        expect(fake.count('GET /tasks/t1')).toBe(2);
        expect(fake.count('POST /sessions')).toBe(2);
      },
    );
  });

  it('found out while extending is renewed as well', async () => {
    let asked = 0;
    const once: Handler = ({ path }) => (path === '/sessions/extend' && ++asked === 1 ? expired : null);
    await withFake(before(once), async ({ fake, lyon }) => {
      expect((await lyon.task('t1', viaParis)).id).toBe('t1');
      expect(fake.count('POST /sessions')).toBe(2);
      expect(fake.count('POST /sessions/extend')).toBe(2);
    });
  });
});

describe('an extension that has expired', () => {
  it('is made again, once for all calls that met it, without a new login', async () => {
    await withSimulator(async ({ simulator, lyon }) => {
      await lyon.startReplication(startBody(0), viaParis);
      simulator.control.expireSessions('lyon', true);
      const calls = Array.from({ length: 7 }, (_, n) => lyon.startReplication(startBody(n + 1), viaParis));
      expect(await Promise.all(calls)).toHaveLength(7);
      const posts = simulator.control.stats().requests.filter(({ method }) => method === 'POST');
      expect(posts.find(({ route }) => route === '/sessions')?.count).toBe(1);
      expect(posts.find(({ route }) => route === '/sessions/extend')?.count).toBe(2);
    });
  });

  it('of 100 calls whose answers come one by one is made again once', async () => {
    await withFake(tasks, async ({ fake, lyon }) => {
      await lyon.task('t1', viaParis);
      const extensions = () => fake.count('POST /sessions/extend');
      // Refused until the session is extended anew; answers to what was sent before come after that.
      fake.answer(
        before((seen) => (seen.path.startsWith('/tasks/') && fake.count(`GET ${seen.path}`) === 1 ? remote : null)),
      );
      await Promise.all(Array.from({ length: 100 }, (_, n) => lyon.task(`n${n}`, viaParis)));
      expect(extensions()).toBe(2);
      expect(fake.count('POST /sessions')).toBe(1);
    });
  });

  it('is tried once more, not for ever', async () => {
    await withFake(
      before(({ path }) => (path === '/tasks/t1' ? remote : null)),
      async ({ fake, lyon }) => {
        expect(await failureOf(lyon.task('t1', viaParis))).toMatchObject({ code: 'RemoteAuthenticationFailure' });
        expect(fake.count('GET /tasks/t1')).toBe(2);
        expect(fake.count('POST /sessions/extend')).toBe(2);
      },
    );
  });

  it('does not cost the session when the call names no peer', async () => {
    await withFake(
      before(({ path }) => (path === '/tasks/t1' ? remote : null)),
      async ({ fake, lyon }) => {
        await lyon.task('t2', viaParis);
        expect(await failureOf(lyon.task('t1'))).toMatchObject({ code: 'RemoteAuthenticationFailure' });
        await lyon.task('t3', viaParis);
        expect(fake.count('GET /tasks/t1')).toBe(1);
        expect(fake.count('POST /sessions')).toBe(1);
        expect(fake.count('POST /sessions/extend')).toBe(1);
      },
    );
  });
});

describe('a refused login', () => {
  const wrong = refuse(401, 'NotAuthenticated', 'Authentication failed.');

  it.each([
    ['401', wrong],
    ['403', refuse(403, 'Forbidden')],
    ['a 400 about the login', refuse(400, 'BadRequest')],
    ['401 by a page without a code', { status: 401, body: 'Unauthorized' }],
  ])('with %s is sent once, and answered from memory until a person has said resume', async (_name, reply) => {
    await withFake(
      before(({ path }) => (path === '/sessions' ? reply : null)),
      async ({ fake, lyon, sites }) => {
        const outcomes = await Promise.all(Array.from({ length: 50 }, (_, n) => failureOf(lyon.task(`t${n}`))));
        for (const error of outcomes) expect(error).toMatchObject({ code: 'LoginRefused', acted: 'no' });
        expect(sites.rules(outcomes[0] ?? { code: '' }).call).toBe('hold');
        await failureOf(lyon.task('again'));
        await failureOf(lyon.task('again', { resumedAt: 1 }));
        expect(fake.count('POST /sessions')).toBe(1);

        const resumedAt = Date.now() + 1;
        await failureOf(lyon.task('again', { resumedAt }));
        expect(fake.count('POST /sessions')).toBe(2);
        fake.answer(tasks);
        expect((await lyon.task('good', { resumedAt: Date.now() + 60_000 })).id).toBe('good');
        expect((await lyon.task('good')).id).toBe('good');
      },
    );
  });

  it('of a site that has no licence is not a refusal of the credentials', async () => {
    const unlicensed = refuse(400, 'ServiceNotLicensed');
    await withFake(
      before(({ path }) => (path === '/sessions' ? unlicensed : null)),
      async ({ lyon }) => {
        expect(await failureOf(lyon.task('t1'))).toMatchObject({ code: 'ServiceNotLicensed', acted: 'no' });
      },
    );
  });
});

describe('a refusal of what was sent before a person said resume', () => {
  it.each([
    ['login', '/sessions', refuse(401, 'NotAuthenticated', 'Authentication failed.')],
    ['extension', '/sessions/extend', remote],
  ])('%s: that comes after it holds nobody, and is asked once more', async (_name, path, wrong) => {
    let refuseNow: () => void = () => undefined;
    const slowly = new Promise<typeof wrong>((resolve) => {
      refuseNow = () => resolve(wrong);
    });
    await withFake(
      before((seen) => (seen.path === path ? slowly : null)),
      async ({ fake, lyon }) => {
        const early = failureOf(lyon.task('t1', viaParis));
        await until(
          async () => fake.count(`POST ${path}`),
          (sent) => sent === 1,
        );
        const late = lyon.task('t2', { ...viaParis, resumedAt: Date.now() + 1 });
        late.catch(() => undefined);
        fake.answer(tasks);
        refuseNow();
        expect(await early).toMatchObject({ code: 'LoginRefused' });
        expect((await late).id).toBe('t2');
        expect((await lyon.task('t3', viaParis)).id).toBe('t3');
        expect(fake.count(`POST ${path}`)).toBe(2);
      },
    );
  });
});

describe('a refused extension', () => {
  it.each([
    ['RemoteAuthenticationFailure', remote, 1],
    ['403', refuse(403, 'Forbidden'), 1],
    ['401 that could be about the session', refuse(401, 'NotAuthenticated', 'Authentication failed.'), 1],
  ])('with %s is sent once, holds what needs that peer, and nothing else', async (_name, reply, sent) => {
    await withFake(
      before(({ path }) => (path === '/sessions/extend' ? reply : null)),
      async ({ fake, lyon }) => {
        for (let n = 0; n < 3; n += 1) {
          const error = await failureOf(lyon.task('t1', viaParis));
          expect(error).toMatchObject({ code: 'LoginRefused', path: '/sessions/extend', acted: 'no' });
          expect(error.detail).toContain('paris refuses the login');
        }
        expect(fake.count('POST /sessions/extend')).toBe(sent);
        expect((await lyon.task('t2')).id).toBe('t2');
        fake.answer(tasks);
        expect((await lyon.task('t3', { ...viaParis, resumedAt: Date.now() + 60_000 })).id).toBe('t3');
      },
    );
  });

  it('with a 401 that names neither, on a session in use, costs one new login to tell them apart', async () => {
    await withFake(tasks, async ({ fake, lyon }) => {
      await lyon.task('t1');
      fake.answer(before(({ path }) => (path === '/sessions/extend' ? refuse(401, 'NotAuthenticated') : null)));
      expect(await failureOf(lyon.task('t1', viaParis))).toMatchObject({ code: 'LoginRefused' });
      await failureOf(lyon.task('t1', viaParis));
      expect(fake.count('POST /sessions/extend')).toBe(2);
      expect(fake.count('POST /sessions')).toBe(2);
    });
  });

  it('is over once the peer has accepted the very login', async () => {
    await withSimulator(async ({ simulator, lyon, paris }) => {
      const error = { code: 'RemoteAuthenticationFailure', msg: 'Bad credentials.' };
      simulator.control.addFaults({
        site: 'lyon',
        path: '/sessions/extend',
        kind: 'status',
        status: 401,
        error,
        times: 1,
      });
      for (let n = 0; n < 2; n += 1)
        expect(await failureOf(lyon.startReplication(startBody(), viaParis))).toMatchObject({ code: 'LoginRefused' });
      await paris.sites();
      expect((await lyon.startReplication(startBody(), viaParis)).state).toBe('RUNNING');
    });
  });

  it('by a peer that is away is not remembered', async () => {
    await withSimulator(async ({ simulator, lyon }) => {
      simulator.control.setUp('paris', false);
      const error = await failureOf(lyon.startReplication(startBody(), viaParis));
      expect(error).toMatchObject({ code: 'GeneralServerFailure', acted: 'no' });
      simulator.control.setUp('paris', true);
      expect((await lyon.startReplication(startBody(), viaParis)).state).toBe('RUNNING');
    });
  });
});

describe('logging out', () => {
  it('ends the session at the site, and never fails', async () => {
    await withFake(tasks, async ({ fake, lyon, sites }) => {
      await lyon.task('t1');
      const token = fake.seen.at(-1)?.headers['x-vcav-auth'];
      fake.answer(({ method }) => (method === 'DELETE' ? { status: 500 } : null));
      await sites.close();
      expect(fake.seen.at(-1)).toMatchObject({ method: 'DELETE', path: '/sessions' });
      expect(fake.seen.at(-1)?.headers['x-vcav-auth']).toBe(token);
    });
  });

  it('ends the one of a login that is another now, once what was sent with it is answered', async () => {
    await withFake(tasks, async ({ fake, lyon, sites }) => {
      let answer: () => void = () => undefined;
      const answered = new Promise<void>((resolve) => {
        answer = resolve;
      });
      fake.answer(before((seen) => (seen.path === '/tasks/slow' ? answered.then(() => anyTask(seen)) : null)));
      const slow = lyon.task('slow');
      await until(
        async () => fake.count('GET /tasks/slow'),
        (count) => count === 1,
      );
      const old = fake.seen.at(-1)?.headers['x-vcav-auth'];
      const { config } = lyon;
      sites.renew({
        sites: { lyon: { ...config, login: { type: 'vcdCredentials', user: 'new@acme', password: secret('p') } } },
      });
      await lyon.task('t1');
      expect(fake.count('DELETE /sessions')).toBe(0);
      answer();
      await slow;
      const ended = await until(
        async () => fake.seen.find(({ method }) => method === 'DELETE'),
        (seen) => seen !== undefined,
      );
      expect(ended).toMatchObject({ path: '/sessions', headers: { 'x-vcav-auth': old } });
      expect(
        fake.seen.filter(({ path }) => path === '/tasks/t1').map(({ headers }) => headers['x-vcav-auth']),
      ).not.toContain(old);
    });
  });

  it('sends nothing when nobody was logged in', async () => {
    await withFake(tasks, async ({ fake, sites }) => {
      await sites.close();
      expect(fake.seen).toEqual([]);
    });
  });
});
