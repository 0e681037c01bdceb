/** Logins with an API token of Cloud Director: who sees it, and what becomes of it. */
import { closeSync, openSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Secret } from '../../plan/secret.js';
import type { ApiTokenLogin, SiteConfig } from '../../plan/types.js';
import { type ApiTokenOptions, type Simulator, startSimulator } from '../../simulator/index.js';
import type { Sites } from '../../vcda/index.js';
import { type Folder, tempFolder } from '../support/folder.js';
import { lasting } from '../support/lasting.js';
import { until } from '../support/until.js';
import { clientFor, failureOf, siteConfig } from './support/client.js';
import { anyTask, type FakeSite, startFakeSite } from './support/fake-site.js';

const TOKEN = 'api-token-of-acme';

interface At {
  folder: Folder;
  simulator: Simulator;
  /** the login of lyon is the API token in the file `token`, that of paris the one in `token-of-paris` */
  client(lyon?: Partial<ApiTokenLogin>, paris?: Partial<ApiTokenLogin>): Sites;
  exchanges(site?: string): number;
}

async function withDirector(
  token: Partial<ApiTokenOptions>,
  test: (at: At) => Promise<void>,
  urls: Record<string, string> = {},
): Promise<void> {
  const folder = tempFolder();
  const given = { [TOKEN]: { user: 'ops@acme', ...token } };
  const simulator = await startSimulator(lasting({ speed: 5_000, vms: 1, apiTokens: given }));
  const opened: Sites[] = [];
  folder.write('token', `${TOKEN}\n`);
  folder.write('token-of-paris', `${TOKEN}\n`);
  const site = (name: string, file: string, change: Partial<ApiTokenLogin>): SiteConfig =>
    siteConfig(name, urls[name] ?? simulator.sites[name]?.url ?? '', {
      login: {
        type: 'vcdApiToken',
        vcd: simulator.directors[name]?.url ?? '',
        org: 'acme',
        file: join(folder.path, file),
        token: new Secret(readFileSync(join(folder.path, file), 'utf8').trim()),
        ...change,
      },
    });
  try {
    await test({
      folder,
      simulator,
      client(lyon = {}, paris = {}) {
        const sites = clientFor([site('lyon', 'token', lyon), site('paris', 'token-of-paris', paris)]);
        opened.push(sites);
        return sites;
      },
      exchanges: (name = 'lyon') => simulator.directors[name]?.tokens.exchanges ?? 0,
    });
  } finally {
    await Promise.all(opened.map((sites) => sites.close()));
    await simulator.close();
    folder.remove();
  }
}

/** The access tokens that a site was shown. */
const shownAt = ({ seen }: FakeSite, at: string): Set<unknown> =>
  new Set(
    seen.flatMap(({ path, body }) =>
      path === at && body !== null ? [(body as { vcdAccessToken: string }).vcdAccessToken] : [],
    ),
  );

const held = ({ folder }: At): string => readFileSync(join(folder.path, 'token'), 'utf8').trim();

describe('a login with an API token', () => {
  it('is one by an access token, got once for all calls; the API token goes to Cloud Director alone', async () => {
    const fakes: FakeSite[] = [await startFakeSite(anyTask), await startFakeSite(anyTask)];
    const [lyon, paris] = fakes;
    try {
      await withDirector(
        {},
        async ({ client, exchanges }) => {
          const site = client().get('lyon');
          await Promise.all(['t1', 't2', 't3'].map((id) => site.task(id, { peer: 'paris' })));
          expect([exchanges(), exchanges('paris')]).toEqual([1, 1]);
          const bodies = lyon?.seen.flatMap(({ path, body }) => (path.startsWith('/sessions') ? [body] : []));
          expect(bodies).toEqual([
            { type: 'vcdAccessToken', vcdAccessToken: expect.stringMatching(/^access-/), context: 'acme' },
            { type: 'vcdAccessToken', vcdAccessToken: expect.stringMatching(/^access-/), site: 'paris' },
          ]);
          for (const { seen } of fakes) expect(JSON.stringify(seen)).not.toContain(TOKEN);
        },
        { lyon: lyon?.url ?? '', paris: paris?.url ?? '' },
      );
    } finally {
      await Promise.all(fakes.map((fake) => fake.close()));
    }
  });

  it('as a provider asks for one where providers do', () =>
    withDirector({ user: 'administrator@system' }, async ({ client }) => {
      expect((await client({ org: 'System' }).get('lyon').currentSession()).user).toBe('administrator@system');
    }));

  it('and what it is extended with, is renewed before the access token expires', async () => {
    let given = 0;
    // They are good for ever, and said to be so for a second: nothing is refused that could be the reason.
    const director = createServer((_request, response) => {
      given += 1;
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ access_token: `access-${given}`, expires_in: 1, refresh_token: null }));
    }).listen(0, '127.0.0.1');
    const fake = await startFakeSite(anyTask);
    const vcd = `http://127.0.0.1:${(director.address() as AddressInfo).port}`;
    try {
      await withDirector(
        {},
        async ({ client }) => {
          const site = client({ vcd }, { vcd }).get('lyon');
          await until(
            async () => {
              await site.task('t1', { peer: 'paris' });
              return ['/sessions', '/sessions/extend'].map((path) => shownAt(fake, path).size);
            },
            (counts) => counts.every((count) => count >= 3),
          );
          // What runs at the site may have been begun with one of them.
          expect(fake.count('DELETE /sessions')).toBe(0);
        },
        { lyon: fake.url, paris: fake.url },
      );
    } finally {
      director.close();
      await fake.close();
    }
  });

  it('goes on with another access token when one has ended before its time', () =>
    withDirector({}, async ({ client, simulator, exchanges }) => {
      const site = client().get('lyon');
      await site.currentSession();
      simulator.directors.lyon?.tokens.expireAccess();
      simulator.control.expireSessions('lyon');
      await site.currentSession();
      expect(exchanges()).toBe(2);
    }));
});

describe('an API token that another comes in the place of', () => {
  it('is spent once by all workers of a machine; the next is stored at once, for its owner alone', () =>
    withDirector({ rotates: true }, async (at) => {
      const workers = [at.client(), at.client(), at.client()];
      await Promise.all(workers.map((sites) => sites.get('lyon').currentSession()));
      expect(at.exchanges()).toBe(3);
      expect(held(at)).not.toBe(TOKEN);
      expect(at.simulator.directors.lyon?.tokens.list()[held(at)]?.state).toBe('good');
      expect(statSync(join(at.folder.path, 'token')).mode & 0o777).toBe(0o600);
      expect(readdirSync(at.folder.path).toSorted()).toEqual(['token', 'token-of-paris', 'token.lock']);
    }));

  it('is kept in memory where it cannot be stored, which is said', () =>
    withDirector({ rotates: true }, async ({ folder, simulator, client, exchanges }) => {
      // A file that can be read, and has no place any more in which another could stand.
      const opened = openSync(join(folder.path, 'token'), 'r');
      const site = client({ file: `/proc/self/fd/${opened}` }).get('lyon');
      rmSync(join(folder.path, 'token'));
      try {
        await site.currentSession();
        expect(site.loginOddity()).toMatch(/cannot be written there \(ENOENT\): it is lost when this worker ends$/);
        simulator.directors.lyon?.tokens.expireAccess();
        simulator.control.expireSessions('lyon');
        await site.currentSession();
        expect(exchanges()).toBe(2);
      } finally {
        closeSync(opened);
      }
    }));
});

describe('an API token that is refused', () => {
  const cases: [string, Partial<ApiTokenOptions>, Partial<ApiTokenLogin>, RegExp][] = [
    ['since it has expired', { state: 'expired' }, {}, /organization acme: 400 invalid_grant: .*; it has expired$/],
    ['since it was revoked', { state: 'revoked' }, {}, /; it was revoked, or another has come in its place$/],
    ['since it was used before', { state: 'spent' }, {}, /; it was revoked, or another has come in its place$/],
    ['as one of another organization', {}, { org: 'umbrella' }, /; it is not one of the organization umbrella$/],
  ];

  it.each(cases)('%s says so, and is sent once', (_, token, login, why) =>
    withDirector(token, async ({ client, simulator }) => {
      const site = client(login).get('lyon');
      const refused = await failureOf(site.currentSession());
      expect(refused).toMatchObject({ code: 'LoginRefused', site: 'lyon', acted: 'no' });
      expect(refused.detail).toMatch(why);
      expect(refused.message).not.toContain(TOKEN);
      simulator.directors.lyon?.tokens.set(TOKEN, { user: 'ops@acme' });
      expect((await failureOf(site.currentSession())).detail).toBe(refused.detail);
      const resumed = site.currentSession({ resumedAt: Date.now() + 1 });
      if (login.org === undefined) expect((await resumed).user).toBe('ops@acme');
      else expect((await failureOf(resumed)).detail).toMatch(why);
    }),
  );

  it('is forgotten once its file holds another', () =>
    withDirector({ state: 'expired' }, async (at) => {
      const sites = at.client();
      expect(await failureOf(sites.get('lyon').currentSession())).toMatchObject({ code: 'LoginRefused' });
      at.simulator.directors.lyon?.tokens.set('another-token', { user: 'ops@acme' });
      at.folder.write('token', 'another-token\n');
      const config = at.client().get('lyon').config;
      sites.renew({ sites: { lyon: config } });
      expect((await sites.get('lyon').currentSession()).user).toBe('ops@acme');
    }));

  it('is one whose file is not there', () =>
    withDirector({}, async (at) => {
      const site = at.client().get('lyon');
      rmSync(join(at.folder.path, 'token'));
      const { code, detail } = await failureOf(site.currentSession());
      expect([code, detail]).toEqual(['LoginRefused', expect.stringMatching(/token, cannot be read \(ENOENT\)$/)]);
      expect(at.exchanges()).toBe(0);
    }));
});

describe('a Cloud Director', () => {
  it.each([
    ['that repeats the token', 400],
    ['that points elsewhere', 307],
    ['that is not there behind its front', 503],
  ])('%s is told nothing more, and tells nothing', async (_, status) => {
    const asked: string[] = [];
    const elsewhere = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.end();
    }).listen(0, '127.0.0.1');
    const director = createServer((request, response) => {
      const { port } = elsewhere.address() as AddressInfo;
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const told = Buffer.concat(parts).toString();
        const headers = { 'content-type': 'application/json', location: `http://127.0.0.1:${port}/${told}` };
        const token = new URLSearchParams(told).get('refresh_token');
        response.writeHead(status, status === 307 ? headers : { 'content-type': 'application/json' });
        response.end(
          JSON.stringify(status === 400 ? { error: 'invalid_grant', error_description: `no ${token}` } : {}),
        );
      });
    }).listen(0, '127.0.0.1');
    try {
      await withDirector({}, async ({ client }) => {
        const vcd = `http://127.0.0.1:${(director.address() as AddressInfo).port}`;
        const failed = await failureOf(client({ vcd }).get('lyon').currentSession());
        expect(failed.message).toContain(`Cloud Director at ${vcd}`);
        expect(failed.message).not.toContain(TOKEN);
        expect(failed.code === 'LoginRefused').toBe(status === 400);
        expect(asked).toEqual([]);
      });
    } finally {
      for (const server of [director, elsewhere]) server.close();
    }
  });
});
