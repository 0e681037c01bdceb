import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../plan/config/load-config.js';
import { CERTIFICATE, directory } from '../support/plan-files.js';

const FINGERPRINT = `SHA-256:${Array(32).fill('ab').join(':')}`;
const FILE = `sites:
  paris: { url: https://vcda.paris.example.com/, login: { type: vcdCredentials, user: ops@acme, password: "\${PARIS_PASSWORD}" } }
  lyon:
    url: https://vcda.lyon.example.com:8443
    login: { type: localUser, user: root, passwordFile: secrets/lyon }
    tls: { ca: certs/lyon.pem }
    limits: { syncs: 5, cutovers: "\${CUTOVERS}", requestsPerSecond: 0.5 }
    polling: { interval: 250ms, selfCheck: 1h }
    reconcile: { settle: 0s }
    missingFor: 30m
    timeouts: { connect: 1s, request: 2s }
  nice:
    url: http://127.0.0.1:8046
    login: { type: vcdAccessToken, org: acme, tokenFile: secrets/nice }
    tls: { fingerprint: "${FINGERPRINT}" }
errors:
  GeneralServerFailure: { retry: { initial: 5s, max: 5m, for: 2h } }
  503: { action: hold, task: retry }
worker:
  taskQueue: other
  checks:
    check-crm: { program: /opt/checks/crm, args: [--quick, "\${CUTOVERS}"] }
    ping: { program: /bin/ping }
`;
const FILES = {
  'drover.yaml': FILE,
  'secrets/lyon': 'swordfish\n',
  'secrets/nice': 'jwt',
  'certs/lyon.pem': CERTIFICATE,
};
const env = { PARIS_PASSWORD: 'hunter2', CUTOVERS: '7' };

describe('the store in a config', () => {
  function storeOf(text: string, need: 'client' | 'worker' = 'worker') {
    const folder = directory({ 'drover.yaml': `sites: {}\n${text}`, 'secrets/db': 'hunter2\n' });
    return { folder, store: loadConfig(join(folder, 'drover.yaml'), { env, need }).store };
  }

  it('is a SQLite file beside the config, wherever the worker was started', () => {
    const { folder, store } = storeOf('');
    expect(store).toEqual({ kind: 'sqlite', file: join(folder, '.drover/store.db') });
    expect(loadConfig(null, { env, need: 'client' }).store).toEqual({
      kind: 'sqlite',
      file: join(process.cwd(), '.drover/store.db'),
    });
  });

  it('may be another SQLite file', () => {
    const { folder, store } = storeOf('store: { url: "sqlite:data/kept.db" }');
    expect(store).toEqual({ kind: 'sqlite', file: join(folder, 'data/kept.db') });
    expect(storeOf('store: { url: "sqlite:/var/lib/drover/store.db" }').store).toEqual({
      kind: 'sqlite',
      file: '/var/lib/drover/store.db',
    });
  });

  it('may be a PostgreSQL, whose password no client reads and nothing shows', () => {
    const text =
      'store: { url: "postgres://drover@db.example.com:5433/drover?sslmode=require", passwordFile: secrets/db }';
    const { store } = storeOf(text);
    const url = 'postgres://drover@db.example.com:5433/drover?sslmode=require';
    expect(store).toEqual({ kind: 'postgres', url, password: expect.anything() });
    expect(store.kind === 'postgres' && store.password?.reveal()).toBe('hunter2');
    expect(inspect(store, { depth: 9 })).not.toContain('hunter2');
    expect(storeOf(text, 'client').store).toEqual({ kind: 'postgres', url });
  });
});

describe('a good config', () => {
  it('says where an API token is kept, and reaches its Cloud Director as the environment says', () => {
    const login = 'login: { type: vcdApiToken, vcd: "https://vcd.a.example/", org: acme, tokenFile: token }';
    const folder = directory({
      'drover.yaml': `sites: { lyon: { url: https://a.example, ${login} } }`,
      token: 'jwt\n',
    });
    const proxied = { HTTPS_PROXY: 'http://proxy.example:3128', NO_PROXY: 'a.example:8443' };
    const load = (need: 'client' | 'worker') => loadConfig(join(folder, 'drover.yaml'), { env: proxied, need });
    expect(load('worker').sites.lyon?.login).toEqual({
      type: 'vcdApiToken',
      vcd: 'https://vcd.a.example',
      org: 'acme',
      file: join(folder, 'token'),
      token: expect.anything(),
      proxy: { url: 'http://proxy.example:3128', from: 'HTTPS_PROXY' },
    });
    expect(inspect(load('worker'), { depth: 9 })).not.toContain('jwt');
    expect(load('client').sites.lyon?.login).toBeUndefined();
  });

  it('keeps the token of an on-premises site for workers alone, as a secret', () => {
    const text =
      'sites: { prem: { url: https://a.example, onPremAuth: "${TOKEN}", login: { type: localUser, user: root, password: x } } }';
    const file = join(directory({ 'drover.yaml': text }), 'drover.yaml');
    const worker = loadConfig(file, { env: { TOKEN: 'hunter2' }, need: 'worker' }).sites['prem'];
    expect(worker?.onPremAuth?.reveal()).toBe('hunter2');
    expect(inspect(worker, { depth: 9 })).not.toContain('hunter2');
    expect(loadConfig(file, { env: { TOKEN: 'hunter2' }, need: 'client' }).sites['prem']).not.toHaveProperty(
      'onPremAuth',
    );
  });

  it('for a worker has the secrets, the certificates and every default', () => {
    const file = join(directory(FILES), 'drover.yaml');
    const { sites, errors, worker } = loadConfig(file, { env, need: 'worker' });
    expect(sites['paris']).toEqual({
      name: 'paris',
      url: 'https://vcda.paris.example.com',
      login: { type: 'vcdCredentials', user: 'ops@acme', password: expect.anything() },
      tls: {},
      limits: { syncs: 50, cutovers: 20, requestsPerSecond: 20 },
      polling: { interval: 5_000, selfCheck: 900_000 },
      reconcile: { settle: 60_000 },
      missingFor: 600_000,
      timeouts: { connect: 10_000, request: 30_000 },
    });
    expect(sites['lyon']).toEqual({
      name: 'lyon',
      url: 'https://vcda.lyon.example.com:8443',
      login: { type: 'localUser', user: 'root', password: expect.anything() },
      tls: { ca: CERTIFICATE },
      limits: { syncs: 5, cutovers: 7, requestsPerSecond: 0.5 },
      polling: { interval: 250, selfCheck: 3_600_000 },
      reconcile: { settle: 0 },
      missingFor: 1_800_000,
      timeouts: { connect: 1_000, request: 2_000 },
    });
    expect(sites['nice']?.tls).toEqual({ fingerprint: FINGERPRINT.toUpperCase() });
    const secrets = Object.values(sites).map(({ login }) =>
      login !== undefined && 'token' in login ? login.token.reveal() : login?.password.reveal(),
    );
    expect(secrets).toEqual(['hunter2', 'swordfish', 'jwt']);
    expect(errors).toEqual({
      GeneralServerFailure: { retry: { initial: 5_000, max: 300_000, for: 7_200_000 } },
      503: { action: 'hold', task: 'retry' },
    });
    expect(worker).toEqual({
      taskQueue: 'other',
      checks: {
        'check-crm': { program: '/opt/checks/crm', args: ['--quick', '7'] },
        ping: { program: '/bin/ping', args: [] },
      },
    });
  });

  it('cannot be printed with its secrets', () => {
    const config = loadConfig(join(directory(FILES), 'drover.yaml'), { env, need: 'worker' });
    expect(`${JSON.stringify(config)}${inspect(config, { depth: 9, showHidden: true })}`).not.toMatch(
      /hunter2|swordfish|jwt/,
    );
  });

  it('for a client opens none of the files and keeps no login', () => {
    const config = loadConfig(join(directory({ 'drover.yaml': FILE }), 'drover.yaml'), { env, need: 'client' });
    expect(Object.values(config.sites).map(({ login, tls }) => [login, tls.ca])).toEqual(
      Array(3).fill([undefined, undefined]),
    );
  });

  it('of a machine that only steers runs needs no login', () => {
    const file = join(
      directory({ 'drover.yaml': 'sites: { paris: { url: "https://p" }, lyon: { url: "https://l" } }' }),
      'drover.yaml',
    );
    expect(Object.keys(loadConfig(file, { env: {}, need: 'client' }).sites)).toEqual(['paris', 'lyon']);
  });

  it('may be no file at all', () => {
    const config = loadConfig(null, { env: {}, need: 'worker' });
    expect(config).toEqual({
      file: null,
      sites: {},
      errors: {},
      store: { kind: 'sqlite', file: join(process.cwd(), '.drover/store.db') },
      worker: { taskQueue: 'drover', checks: {} },
    });
  });

  it('takes a variable inside a text, and a literal ${ written $${', () => {
    const login = `{ type: localUser, user: "\${ROLE}-\${ROLE}", password: "a$\${b}\${EMPTY}" }`;
    const file = join(
      directory({ 'drover.yaml': `sites: { paris: { url: "https://p", login: ${login} } }` }),
      'drover.yaml',
    );
    const { sites } = loadConfig(file, { env: { ROLE: 'ops', EMPTY: '' }, need: 'worker' });
    const read = sites['paris']?.login;
    expect(read?.type === 'localUser' && [read.user, read.password.reveal()]).toEqual(['ops-ops', 'a${b}']);
  });

  it.each(['http://localhost:1', 'http://127.9.9.9', 'http://[::1]:8046', 'https://vcda.example.com'])(
    'takes %s',
    (url) => {
      const file = join(directory({ 'drover.yaml': `sites: { paris: { url: "${url}" } }` }), 'drover.yaml');
      expect(loadConfig(file, { env: {}, need: 'client' }).sites['paris']?.url).toBe(url);
    },
  );
});
