import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { SECRET_NAMES, Secret } from '../../plan/secret.js';
import { KnownSecrets, LONGEST_SECRET, scrubber } from '../../vcda/http/scrub.js';
import { clientFor, type FakeOptions, failureOf, siteConfig, startBody, withFake } from './support/client.js';
import { anyTask, before, type Handler, type Seen, startFakeSite } from './support/fake-site.js';

const PASSWORD = 'pä$$-"word"&<1>\\%';
const PEER_PASSWORD = 'peer-sEcret-2';
const ON_PREM = 'on-prem-token-3';
const TOKEN = 'q1w2e3r4t5y6u7i8o9p0AbCdEf==';

const options: FakeOptions = {
  lyon: { login: { type: 'vcdCredentials', user: 'ops@acme', password: new Secret(PASSWORD) } },
  paris: { login: { type: 'vcdCredentials', user: 'ops@acme', password: new Secret(PEER_PASSWORD) } },
};

/** Everything that a log, a report or a Temporal failure could take from an error. */
function printed(error: Error): string {
  const chain: unknown[] = [];
  for (let at: unknown = error; at !== undefined; at = at instanceof Error ? at.cause : undefined) chain.push(at);
  return chain
    .flatMap((one) => [
      JSON.stringify(one),
      inspect(one, { depth: 10, showHidden: true, getters: true }),
      one instanceof Error ? `${one.message}\n${one.stack}` : String(one),
      JSON.stringify(Object.getOwnPropertyNames(one).map((name) => String(Reflect.get(Object(one), name)))),
    ])
    .join('\n');
}

const forms = (secret: string) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)];
function expectClean(error: Error): void {
  const text = printed(error);
  const secrets = { PASSWORD, PEER_PASSWORD, ON_PREM, TOKEN };
  const leaked = Object.entries(secrets).filter(([, secret]) => forms(secret).some((form) => text.includes(form)));
  // The names alone: the text is long, and holds what must not be shown.
  expect(leaked.map(([name]) => name)).toEqual([]);
}

const loggedIn: Handler = ({ method, path }) =>
  method === 'POST' && path === '/sessions' ? { body: {}, headers: { 'x-vcav-auth': TOKEN } } : null;

/** What a helpful proxy or a debugging server would print. */
const echo = ({ body, headers }: Seen): string => JSON.stringify({ body, headers });
const htmlEcho = (seen: Seen): string =>
  echo(seen).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

describe('no error carries a credential', () => {
  const on = (path: string, answer: Handler): Handler =>
    before((seen) => (seen.path === path ? answer(seen) : null), before(loggedIn, anyTask));
  const say =
    (status: number, how: (seen: Seen) => unknown): Handler =>
    (seen) => ({ status, body: how(seen) });
  const error = (seen: Seen) => ({
    code: `E ${String(seen.headers['x-vcav-auth'])}`,
    msg: `${echo(seen)} ${JSON.stringify(seen.body)}`,
  });

  const places: [path: string, peer: string | undefined][] = [
    ['/sessions', undefined],
    ['/sessions/extend', 'paris'],
    ['/vm-replications', 'paris'],
  ];
  const answers: [name: string, answer: Handler][] = [
    ['an error that echoes', say(400, error)],
    ['a refusal that echoes', say(401, error)],
    ['a failure that echoes', say(500, error)],
    ['a page that echoes', say(502, (seen) => `<pre>${htmlEcho(seen)}</pre>`)],
    ['nonsense that echoes', say(200, (seen) => `<pre>${echo(seen)}</pre>`)],
    [
      'a redirect that echoes',
      ({ body }) => ({
        status: 302,
        headers: { location: `http://x/?b=${encodeURIComponent(JSON.stringify(body))}` },
      }),
    ],
    [
      'a cut connection',
      () =>
        ({ socket }) =>
          socket?.destroy(),
    ],
    [
      'a broken answer',
      () =>
        ({ socket }) =>
          socket?.end(`HTTP/1.1 200 OK\r\nx-vcav-auth: ${TOKEN}\r\nBroken Header\r\n\r\n`),
    ],
  ];
  const cases = places.flatMap(([path, peer]) => answers.map(([name, answer]) => ({ path, peer, name, answer })));

  it.each(cases)('$name to $path', async ({ path, peer, answer }) => {
    await withFake(
      on(path, answer),
      async ({ lyon }) => {
        const failure = await failureOf(lyon.startReplication(startBody(), { peer, onPremAuth: ON_PREM }));
        expectClean(failure);
        expectClean(await failureOf(lyon.startReplication(startBody(), { peer, onPremAuth: ON_PREM })));
      },
      options,
    );
  });

  it('nor does one of a time-out, or of an answer that does not fit', async () => {
    const odd: Handler = (seen) => (seen.path === '/tasks/odd' ? { body: { id: seen.headers } } : null);
    const silent: Handler = ({ path }) => (path === '/tasks/silent' ? () => undefined : null);
    await withFake(
      before(before(odd, silent), before(loggedIn, anyTask)),
      async ({ lyon }) => {
        expectClean(await failureOf(lyon.task('odd')));
        expectClean(await failureOf(lyon.task('silent', { timeout: 30 })));
      },
      options,
    );
  });

  it('nor does the client itself, when printed', async () => {
    await withFake(
      before(loggedIn, anyTask),
      async ({ lyon, sites }) => {
        await lyon.task('t1');
        const text = `${inspect(lyon, { depth: 8, showHidden: true })} ${JSON.stringify(lyon)} ${inspect(sites, { depth: 8 })}`;
        for (const secret of [PASSWORD, TOKEN]) expect(text).not.toContain(secret);
      },
      options,
    );
  });
});

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const unicode = (text: string): string =>
  Array.from(text, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');

const ENCODINGS: [name: string, write: (secret: string) => string][] = [
  ['as it is', (secret) => secret],
  ['in base64', base64],
  ['in a URL of a URL', (secret) => encodeURIComponent(encodeURIComponent(secret))],
  ['in JSON of JSON', (secret) => JSON.stringify(JSON.stringify({ secret }))],
  ['in hexadecimal', (secret) => Buffer.from(secret).toString('hex')],
  ['as bytes', (secret) => Buffer.from(secret).reduce((text, byte) => `${text}\\x${byte.toString(16)}`, '')],
  [
    'as a mail',
    (secret) =>
      secret.replaceAll(/[^a-z]/gi, (one) =>
        [...Buffer.from(one)].map((byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
      ),
  ],
  ['with its accents apart', (secret) => secret.normalize('NFD')],
  ['in base64 behind a user', (secret) => base64(`ops@acme:${secret}`)],
  ['in base64 for URLs', (secret) => Buffer.from(`u:${secret}`).toString('base64url')],
  ['as a form', (secret) => new URLSearchParams({ p: secret }).toString().slice(2)],
  [
    'as a URL in small letters',
    (secret) => encodeURIComponent(secret).replaceAll(/%../g, (byte) => byte.toLowerCase()),
  ],
  ['in escapes of Unicode', unicode],
  ['in HTML by numbers', (secret) => Array.from(secret, (c) => `&#x${c.codePointAt(0)?.toString(16)};`).join('')],
];

describe('what a site repeats of a secret', () => {
  const HARD = 'a <b>pass</b> "w&rd/9+ä" 100%';
  const hard: FakeOptions = {
    ...options,
    lyon: { login: { type: 'vcdCredentials', user: 'ops@acme', password: new Secret(HARD) } },
  };
  const answers = (answer: Handler) => before(before(loggedIn, answer), anyTask);
  const OF: [whose: string, secret: string][] = [
    ['its own password', HARD],
    ["another site's password", PEER_PASSWORD],
    ['a token', TOKEN],
  ];
  const cases = ENCODINGS.flatMap(([how, write]) => OF.map(([whose, secret]) => ({ how, write, whose, secret })));
  function told(text: string, written: string): void {
    expect(text).toContain('[secret]');
    for (const part of [written, written.slice(-8)]) expect(text).not.toContain(part);
  }

  it.each(cases)('$whose $how is not in the error of a page', async ({ write, secret }) => {
    const written = write(secret);
    const page: Handler = ({ path }) =>
      path === '/tasks/t9' ? { status: 502, body: `${'x'.repeat(170)} ${written} ` } : null;
    await withFake(answers(page), async ({ lyon }) => told((await failureOf(lyon.task('t9'))).message, written), hard);
  });

  it.each(cases)('$whose $how is not in what a task that failed says', async ({ write, secret }) => {
    const written = write(secret);
    const failed: Handler = ({ path }) =>
      path === '/tasks/t9'
        ? { body: { id: 't9', state: 'FAILED', endTime: 2, error: { code: 'X', msg: `wrong: ${written}`, args: [] } } }
        : null;
    await withFake(
      answers(failed),
      async ({ lyon }) => told(JSON.stringify((await lyon.task('t9')).error), written),
      hard,
    );
  });

  it.each(ENCODINGS)('%s is not in names, ids and states of any list either', async (_, write) => {
    const site = (name: string) => ({ site: name, apiVersion: '4.7', description: write(HARD) });
    const listing: Handler = ({ path }) => {
      if (path === '/sites') return { body: [site('lyon'), { ...site('oslo'), buildVersion: write(PEER_PASSWORD) }] };
      const vm = { id: write(PEER_PASSWORD), name: `web ${write(HARD)}`, vappName: write(TOKEN) };
      if (path.startsWith('/inventory/vms')) return { body: { items: [vm], offset: 0, limit: 100, total: 1 } };
      const task = { id: 't9', state: 'RUNNING', user: write(HARD), workflowInfo: { resourceName: write(TOKEN) } };
      return path === '/tasks/t9' ? { body: task } : null;
    };
    await withFake(
      answers(listing),
      async ({ lyon }) => {
        const seen = JSON.stringify([await lyon.sites(), await lyon.task('t9'), await lyon.inventory.vms({})]);
        expect(seen).toContain('[secret]');
        for (const secret of [HARD, PEER_PASSWORD, TOKEN])
          expect(seen).not.toContain(JSON.stringify(write(secret)).slice(1, -1));
      },
      hard,
    );
  });

  it('leaves short passwords in names, and names of sites, as they are', async () => {
    const listing: Handler = ({ path }) =>
      path === '/sites' ? { body: [{ site: 'lyon' }, { site: 'web-lyon' }] } : null;
    await withFake(
      answers(listing),
      async ({ lyon }) => expect((await lyon.sites()).map(({ site }) => site)).toEqual(['lyon', 'web-lyon']),
      { lyon: { login: { type: 'vcdCredentials', user: 'ops@acme', password: new Secret('lyon') } } },
    );
  });

  it('leaves what a config says of users and organizations as it is, though a password is the same', async () => {
    const task = { id: 't9', state: 'RUNNING', user: 'ops@acme-east', workflowInfo: { resourceName: 'acme-east' } };
    const listing: Handler = ({ path }) => (path === '/tasks/t9' ? { body: task } : null);
    await withFake(answers(listing), async ({ lyon }) => expect(await lyon.task('t9')).toMatchObject(task), {
      lyon: { login: { type: 'vcdCredentials', user: 'ops@acme-east', password: new Secret('acme-east') } },
    });
  });

  it.each([
    'SUCCEEDED',
    'NotAuthenticated',
    'web-prod-7',
    'C4-441a891a-5294-4dff-b02d-c605d335be1b',
    '441a891a-5294-4dff-b02d-c605d335be1b',
    'VM',
  ])('is not read into the answers of another site by a site that calls its token %s', async (token) => {
    const hostile: Handler = ({ method, path }) =>
      method === 'POST' && path === '/sessions' ? { body: {}, headers: { 'x-vcav-auth': token } } : null;
    const task = {
      id: '441a891a-5294-4dff-b02d-c605d335be1b',
      state: 'SUCCEEDED',
      workflowInfo: { resourceId: 'C4-441a891a-5294-4dff-b02d-c605d335be1b', resourceName: 'web-prod-7' },
      warnings: [{ error: { code: 'NotAuthenticated', msg: 'VM off' } }],
    };
    const honest: Handler = ({ path }) => (path.startsWith('/tasks/') ? { body: structuredClone(task) } : null);
    await withFake(before(honest, loggedIn), async ({ fake }) => {
      const other = await startFakeSite(before(hostile, anyTask));
      const sites = clientFor([siteConfig('lyon', fake.url), siteConfig('madrid', other.url)]);
      try {
        await sites.get('madrid').task('t1');
        expect(await sites.get('lyon').task(task.id)).toMatchObject(task);
      } finally {
        await other.close();
        await sites.close();
      }
    });
  });

  it('is not in what is shown of a page that repeats it so often that the cut comes near', async () => {
    const long = Array.from({ length: 500 }, (_, n) => `${n}.kEy`).join('-');
    const page = answers(({ path }) => (path === '/tasks/t9' ? { status: 502, body: long.repeat(40) } : null));
    await withFake(
      page,
      async ({ lyon }) => {
        const { message } = await failureOf(lyon.task('t9'));
        for (let at = 0; at + 20 < long.length; at += 10) expect(message).not.toContain(long.slice(at, at + 20));
      },
      { lyon: { login: { type: 'vcdAccessToken', org: 'acme', token: new Secret(long) } } },
    );
  });

  it('is not in what a task says that was sent the token of its source', async () => {
    const failed: Handler = ({ path }) =>
      path === '/tasks/t9'
        ? { body: { id: 't9', state: 'FAILED', endTime: 2, error: { code: 'X', msg: `wrong: ${ON_PREM}`, args: [] } } }
        : null;
    await withFake(answers(failed), async ({ lyon }) => told(JSON.stringify((await lyon.task('t9')).error), ON_PREM), {
      paris: { onPremAuth: new Secret(ON_PREM) },
    });
  });

  it('is nothing that is kept of a page in answer to a login', async () => {
    const page: Handler = ({ path }) => (path === '/sessions' ? { status: 502, body: 'ROT13: nffjbeq' } : null);
    await withFake(before(page, anyTask), async ({ lyon }) => {
      const { message } = await failureOf(lyon.task('t1'));
      expect(message).toContain('not shown');
      expect(message).not.toContain('ROT13');
    });
  });

  it('does not make our own words unreadable, however short it is', async () => {
    const short = (password: string): FakeOptions => ({
      lyon: { login: { type: 'vcdCredentials', user: 'ops@acme', password: new Secret(password) } },
    });
    const broken = answers(({ path }) => (path === '/tasks/t9' ? { body: 'e of the Unexpected' } : null));
    for (const password of ['e', 'the', 'UnexpectedResponse'])
      await withFake(
        broken,
        async ({ lyon }) => {
          const { code, detail } = await failureOf(lyon.task('t9'));
          expect(code).toBe('UnexpectedResponse');
          expect(detail).toMatch(/^the body is not JSON|^\[secret\] body is not JSON/);
        },
        short(password),
      );
  });
});

describe('taking secrets out of a text', () => {
  it('leaves none of the values that went out', () => {
    const secret = fc.string({ unit: 'grapheme', minLength: 5 }).filter((text) => text.trim().length > 4);
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (value, left, right) => {
        const scrub = scrubber({ headers: { 'X-VCAV-Auth': value }, body: { deep: [{ adminPassword: value }] } });
        for (const form of forms(value)) {
          const text = scrub(`${left}${form}${right}`);
          // What stands around it may spell it by accident.
          if (!`${left}|${right}`.includes(value))
            expect(text.includes(form) && !'[secret]'.includes(form)).toBe(false);
        }
      }),
    );
  });

  it.each(SECRET_NAMES.flatMap((name) => [name, `X-${name.toUpperCase()}`, `my_${name}`]))('by the name %s', (name) => {
    const scrub = scrubber({ headers: { [name]: TOKEN }, body: { deep: [{ [name]: PEER_PASSWORD }] } });
    expect(scrub(`${TOKEN} and ${PEER_PASSWORD}`)).toBe('[secret] and [secret]');
  });

  it('takes tokens of thousands of characters out of names, with what else there is', () => {
    const known = new KnownSecrets();
    // Of some, a JWT say, thousands of characters.
    const tokens = Array.from({ length: 12 }, (_, n) => `q1w2e3r4t5y6u7i8o9p0-${n + 10}${'.xY9'.repeat(n * 100)}`);
    for (const token of tokens) known.learn({}, token, 'lyon');
    expect(tokens.map((token) => known.ofNames('lyon')(`vm ${token}`))).toEqual(tokens.map(() => 'vm [secret]'));
  });

  it('takes the longest token out of a text, in whichever spelling, in little time', () => {
    const token = Array.from({ length: 1_000 }, (_, n) => `${n}%/"\\`)
      .join('')
      .slice(0, LONGEST_SECRET);
    const known = new KnownSecrets();
    known.learn({}, token, 'lyon');
    const before = process.cpuUsage();
    const scrub = known.scrubber({ by: 'lyon' });
    const spelt = ENCODINGS.map(([, write]) => scrub(`it was ${write(token)}.`));
    for (const text of spelt) expect(text).toMatch(/^it was .{0,20}\[secret\].{0,8}\.$/);
    // Of a second, for an expression of all that it may be.
    expect(process.cpuUsage(before).user).toBeLessThan(1_000_000);
  });

  it('takes tokens out that begin alike', () => {
    const known = new KnownSecrets();
    const tokens = ['q1w2e3r4', 'p0o9i8u7y6', 'm5n4'].map((own) => `eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.${own}`);
    for (const token of tokens) known.learn({}, token, 'lyon');
    expect(known.scrubber({ by: 'lyon' })(tokens.join(' '))).toBe('[secret] [secret] [secret]');
  });

  it('leaves everything else', () => {
    const scrub = scrubber({ headers: { Accept: 'application/json' }, body: { vcdUser: 'ops@acme', rpo: 5 } });
    expect(scrub('ops@acme wants application/json 5')).toBe('ops@acme wants application/json 5');
  });
});
