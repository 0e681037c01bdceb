/**
 * Secrets with a mark in them, in every place that a config has for one, and a site that says all of them again in every
 * encoding: after a migration, a failure, a failing login, a drill and a look by doctor the marks are looked for wherever
 * something is written.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Payload } from '@temporalio/common';
import { stringify } from 'yaml';
import type { RunReport } from '../../client/index.js';
import { isVmWorkflowId } from '../../contract/names.js';
import { onQueuesOf } from '../../contract/queues.js';
import { connectClient } from '../../temporal/connection.js';
import { gzipCodec } from '../../temporal/data-converter.js';
import { type Started, startCli } from '../cli/support/cli.js';
import { warmCli } from '../cli/support/warm-cli.js';
import { freePort } from '../support/free-port.js';
import { until } from '../support/until.js';
import { openWorld, type World } from './support/world.js';

/** Of letters and digits alone: most encodings leave them as they are. */
const marks = {
  password: 'Zq7pAssW',
  file: 'Zq7fIlEs',
  onPrem: 'Zq7oNpRm',
  header: 'Zq7hEaDr',
  variable: 'Zq7vArIb',
  api: 'Zq7aPiTo',
  tenant: 'Zq7tEnAn',
  proxy: 'Zq7pRoXy',
  store: 'Zq7sToRe',
  command: 'Zq7cOmMa',
};
const odd = (mark: string) => `a ${mark} ä<b>&"'\\%2F+=/;`;
const secrets = Object.fromEntries(Object.entries(marks).map(([name, mark]) => [name, odd(mark)])) as typeof marks;

const escapedUnits = (text: string) =>
  Array.from(text, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
const escapedBytes = (text: string) =>
  [...Buffer.from(text)].map((one) => `%${one.toString(16).padStart(2, '0')}`).join('');
const entities = (text: string) => Array.from(text, (one) => `&#${one.codePointAt(0)};`).join('');
/** What every base64 of a text that has the mark in it has, wherever that begins. */
const inBase64 = (text: string) =>
  [0, 1, 2].map((before) => {
    const whole = Buffer.from(`${'x'.repeat(before)}${text}`).toString('base64');
    return whole.slice(Math.ceil((before * 8) / 6), Math.floor(((before + text.length) * 8) / 6));
  });
const ENCODINGS: ((text: string) => string)[] = [
  (text) => text,
  (text) => JSON.stringify(text),
  encodeURIComponent,
  (text) => new URLSearchParams({ text }).toString(),
  (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;'),
  escapedUnits,
  escapedBytes,
  entities,
  (text) => Buffer.from(text).toString('base64'),
  (text) => Buffer.from(`ops@acme:${text}`).toString('base64url'),
];

/** The names of those whose mark a text has, in whatever encoding. */
const leaked = (text: string): string[] =>
  Object.entries(marks).flatMap(([name, mark]) =>
    [mark, escapedUnits(mark), escapedBytes(mark), entities(mark), ...inBase64(mark)].some((form) =>
      text.includes(form),
    )
      ? [name]
      : [],
  );

const echoOf = (names: (keyof typeof marks)[]): string =>
  names.flatMap((name) => ENCODINGS.map((encode) => encode(secrets[name]))).join(' | ');
/** Of these the config of a worker of its own has the secrets. */
const OF_REFUSED: (keyof typeof marks)[] = ['api', 'proxy', 'store', 'command'];
/** What a site says that repeats what it was sent. */
const echo = echoOf(['password', 'file', 'onPrem', 'header', 'variable', 'api', 'tenant']);
const refusedEcho = echoOf(OF_REFUSED);

/** Of reports, but for those that a person is shown. */
const FORMATS = ['csv', 'md', 'html', 'junit'];

let world: World;
let worker: Started;
/** `host:port` where the worker tells its figures */
let metricsAt = '';
/** says the header that it got again, in a place where an answer may lead */
const application = createServer(({ headers }, response) => {
  const token = String(headers.authorization);
  response.writeHead(302, { location: `/${encodeURIComponent(token)}?token=${encodeURIComponent(token)}` }).end();
});
const captured: [string, string][] = [];

/** A worker of its own, whose store and proxies refuse what they are sent and say it again. */
let refused: Started;
const refusing = {
  store: createTcpServer(refuseStore),
  proxy: createServer(),
  site: createServer((request, response) => {
    request.on('data', (part: Buffer) => offered.push(part.toString()));
    request.on('end', () =>
      response
        .writeHead(401, { 'content-type': 'application/json' })
        .end(JSON.stringify({ code: 'Unauthorized', msg: refusedEcho, args: [refusedEcho] })),
    );
  }),
};
/** what it is told of the logins that it wants */
const offered: string[] = [];
refusing.proxy.on('connect', ({ headers }, socket) => {
  offered.push(String(headers['proxy-authorization']));
  socket.end(
    `HTTP/1.1 407 ${headers['proxy-authorization']}\r\nx-said: ${encodeURIComponent(refusedEcho)}\r\n\r\n${refusedEcho}`,
  );
});

/** PostgreSQL's own protocol, as far as the refusal of a password. */
function refuseStore(socket: Socket): void {
  socket.on('error', () => {});
  socket.on('data', (bytes) => {
    if (bytes[0] === 0x70) {
      offered.push(bytes.subarray(5, -1).toString());
      const fields = Buffer.from(`SFATAL\0VFATAL\0C28P01\0Mrefused: ${refusedEcho}\0D${refusedEcho}\0\0`);
      const length = Buffer.alloc(4);
      length.writeInt32BE(fields.length + 4);
      socket.end(Buffer.concat([Buffer.from('E'), length, fields]));
    } else if (bytes.readInt32BE(4) === 80_877_103) socket.write('N');
    else socket.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]));
  });
}

const portOf = (server: { address(): unknown }): number => (server.address() as AddressInfo).port;
const refusedQueue = () => `${world.taskQueue}-refused`;

function refusedConfig({ tag }: World): object {
  const proxy = { url: `http://127.0.0.1:${portOf(refusing.proxy)}`, user: 'ops', passwordFile: 'proxy.secret' };
  const login = { type: 'vcdCredentials', user: 'ops@acme', passwordCommand: ['/bin/cat', 'command.secret'] };
  const director = { type: 'vcdApiToken', vcd: 'https://vcd.example.com', org: 'acme', tokenFile: 'berlin.secret' };
  return {
    sites: {
      [`oslo-${tag}`]: { url: `http://127.0.0.1:${portOf(refusing.site)}`, login },
      [`rome-${tag}`]: { url: 'https://vcda.example.com', login, proxy },
      [`bern-${tag}`]: { url: 'https://vcda.example.com', login: director, proxy },
    },
    store: {
      url: `postgres://drover@127.0.0.1:${portOf(refusing.store)}/drover?sslmode=disable`,
      passwordFile: 'store.secret',
    },
    worker: { taskQueue: refusedQueue() },
  };
}

async function lookAtRefused(): Promise<void> {
  const { folder, address } = world;
  folder.write('proxy.secret', `${secrets.proxy}\n`);
  folder.write('store.secret', `${secrets.store}\n`);
  folder.write('command.secret', `${secrets.command}\n`);
  folder.write('refused.yaml', stringify(refusedConfig(world)));
  const env = { TEMPORAL_ADDRESS: address, DROVER_LOG: 'trace' };
  refused = startCli(['worker', '--config', 'refused.yaml'], { cwd: folder.path, env });
  await until(
    async () => refused.said.stdout + refused.said.stderr,
    (said) => said.includes('Runs go on'),
  );
  await until(
    () => look('doctor', '--config', 'refused.yaml'),
    (said) => said.includes(`rome-${world.tag}`),
  );
}

/** What a person sees of a command on a terminal, or in a file. */
async function look(...args: string[]): Promise<string> {
  const env = { TEMPORAL_ADDRESS: world.address, FORCE_COLOR: '1', SCAN_PASSWORD: secrets.password };
  const { stdout, stderr } = await warmCli(args, { cwd: world.folder.path, env });
  captured.push([args.join(' '), stdout + stderr]);
  return stdout;
}

const applicationUrl = () => `http://127.0.0.1:${(application.address() as AddressInfo).port}/`;

function configOf({ simulator, sites, tag, taskQueue }: World): object {
  const site = (name: string, login: object, logins?: object) => [
    name,
    {
      url: simulator.sites[name]?.url,
      login: { type: 'vcdCredentials', user: 'ops@acme', ...login },
      ...(logins && { logins }),
      onPremAuth: secrets.onPrem,
      limits: { requestsPerSecond: 200 },
      polling: { interval: '300ms', selfCheck: '20s' },
      reconcile: { settle: '2s' },
    },
  ];
  const tells =
    "console.error(process.argv.length, process.env.SCANNED, Buffer.from(process.env.SCANNED).toString('base64')); process.exit(1)";
  return {
    sites: Object.fromEntries([
      site(sites.source, { password: '$' + '{SCAN_PASSWORD}' }),
      site(
        sites.destination,
        { user: 'admin@acme', passwordFile: 'lyon.secret' },
        { tenant: { type: 'vcdCredentials', user: 'tenant@acme', passwordFile: 'tenant.secret' } },
      ),
      [
        `berlin-${tag}`,
        {
          url: simulator.sites[sites.source]?.url,
          login: {
            type: 'vcdApiToken',
            vcd: simulator.directors[sites.source]?.url,
            org: 'acme',
            tokenFile: 'berlin.secret',
          },
        },
      ],
    ]),
    errors: { GeneralServerFailure: { retry: { initial: '100ms', max: '200ms' } } },
    hooks: {
      allow: [applicationUrl()],
      secrets: { HEALTH: { value: secrets.header }, VARIABLE: { file: 'variable.secret' } },
    },
    worker: {
      taskQueue,
      checks: {
        tells: { program: process.execPath, args: ['-e', tells, '--'], env: { SCANNED: { secret: 'VARIABLE' } } },
      },
    },
  };
}

beforeAll(async () => {
  for (const server of [application, ...Object.values(refusing)])
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  world = await openWorld({
    vms: 3,
    worker: false,
    users: {
      password: secrets.password,
      vcd: { 'ops@acme': secrets.password, 'admin@acme': secrets.file, 'tenant@acme': secrets.tenant },
    },
    apiTokens: { [secrets.api]: { user: 'ops@acme' } },
  });
  const { folder, simulator, sites, address } = world;
  folder.write('lyon.secret', `${secrets.file}\n`);
  folder.write('tenant.secret', `${secrets.tenant}\n`);
  folder.write('berlin.secret', `${secrets.api}\n`);
  folder.write('variable.secret', `${secrets.variable}\n`);
  folder.write('drover.yaml', stringify(configOf(world)));
  metricsAt = `127.0.0.1:${await freePort()}`;
  const env = {
    TEMPORAL_ADDRESS: address,
    DROVER_LOG: 'trace',
    DROVER_METRICS: metricsAt,
    SCAN_PASSWORD: secrets.password,
  };
  worker = startCli(['worker'], { cwd: folder.path, env });
  await world.listening();

  const { file } = world.plan('scan-protect', [1], ['replication: { rpo: 15m }'], 'protect');
  await look('run', file, '--id', `protect-${world.tag}`, '--wait');

  const msg = echo;
  const hook = { url: `${applicationUrl()}hook?page=1`, retries: 0, headers: { Authorization: { secret: 'HEALTH' } } };
  const { vms, file: exit } = world.plan(
    'scan-exit',
    [2],
    [`hooks: ${JSON.stringify({ afterVm: hook, afterRun: hook })}`],
  );
  simulator.control.addFaults(
    { operation: 'start', kind: 'status', status: 500, error: { code: 'GeneralServerFailure', msg }, times: 2 },
    { operation: 'migrate', kind: 'fail-task', error: { code: 'NothingKnown', msg }, times: 1 },
    {
      operation: 'tasks',
      kind: 'status',
      status: 502,
      body: `<html>${msg}</html>`,
      headers: { 'content-type': 'text/html' },
      times: 2,
    },
  );
  await look('run', exit, '--id', `exit-${world.tag}`, '--wait');

  const check = { within: '1s', interval: '500ms' };
  const drill = world.drill('scan-drill', 1, [
    `checks: ${JSON.stringify([
      { http: `${applicationUrl()}health?page=1`, headers: { Authorization: { secret: 'HEALTH' } }, ...check },
      { command: 'tells', args: ['{name}'], ...check },
    ])}`,
  ]);
  await look('drill', 'run', drill, '--id', `drill-${world.tag}`, '--wait');

  simulator.control.clearFaults();
  simulator.control.addFaults({
    operation: 'login',
    kind: 'status',
    status: 401,
    body: { code: 'Unauthorized', msg, args: [msg] },
  });
  simulator.control.expireSessions();
  // By both logins of a site that repeats them.
  await look('doctor');
  await look('doctor', '--json');
  await look('list', '--all');
  for (const run of [`protect-${world.tag}`, `exit-${world.tag}`, `drill-${world.tag}`]) {
    await look('show', run);
    await look('report', run);
    await look('report', run, '--format', 'json');
  }
  for (const format of FORMATS) await look('report', `exit-${world.tag}`, '--format', format);
  await lookAtRefused();
  for (const vm of vms) await look('show', `exit-${world.tag}`, vm);
  await look('report', `exit-${world.tag}`, '--out', join(folder.path, 'report.txt'));
  const [, told = ''] = captured.find(([command]) => command === `report exit-${world.tag} --format json`) ?? [];
  // The hooks were sent, and what was answered is told without what it repeats.
  expect(told).toMatch(/hook\?page=\*\*\*: 302 to .*which is not followed/);
  expect(sites.source).toMatch(/^paris/);
}, 600_000);

afterAll(async () => {
  for (const one of [worker, refused]) {
    one?.child.kill('SIGKILL');
    await one?.finished;
  }
  await world.close();
  for (const server of [application, ...Object.values(refusing)]) server.close();
});

/** Every payload and every text of the histories on the task queue, as their readers see them. */
async function histories(): Promise<[string, string][]> {
  const temporal = await connectClient({ TEMPORAL_ADDRESS: world.address });
  try {
    const read: [string, string][] = [];
    for await (const { workflowId, runId, raw } of temporal.client.workflow.list({
      query: `${onQueuesOf(world.taskQueue)} OR ${onQueuesOf(refusedQueue())}`,
    })) {
      const { events } = await temporal.client.workflow.getHandle(workflowId, runId).fetchHistory();
      read.push([workflowId, (await texts([events, raw])).join('\n')]);
    }
    return read;
  } finally {
    await temporal.connection.close();
  }
}

async function texts(part: unknown): Promise<string[]> {
  if (typeof part === 'string') return [part];
  if (part instanceof Uint8Array) return [Buffer.from(part).toString()];
  if (typeof part !== 'object' || part === null) return [];
  if ('metadata' in part && 'data' in part && part.data instanceof Uint8Array) {
    const [plain] = await gzipCodec.decode([part as Payload]);
    return [Buffer.from(plain?.data ?? []).toString()];
  }
  return (await Promise.all(Object.values(part).map(texts))).flat();
}

describe('a mark of a secret', () => {
  it('was said by sites, servers and programs', async () => {
    const of = async (run: string) => JSON.parse(await look('report', run, '--json')) as RunReport;
    const exit = await of(`exit-${world.tag}`);
    expect(exit.vms.filter(({ state }) => state === 'failed').map(({ error }) => error?.code)).toEqual([
      'NothingKnown',
    ]);
    expect(JSON.stringify(exit)).toContain('[secret]');
    const drill = await of(`drill-${world.tag}`);
    expect(drill.vms[0]?.checks.map(({ detail }) => detail)).toEqual([
      expect.stringMatching(/302 to \/\[secret\]\?token=\*\*\*, expected 200/),
      expect.stringMatching(/exit code 1: 2 \[secret\] \[secret\]/),
    ]);
    expect(captured.find(([command]) => command === 'doctor')?.[1]).toMatch(/BAD/);
    expect(leaked(echo + refusedEcho)).toEqual(Object.keys(marks));
    expect(leaked(offered.join(' '))).toEqual(['proxy', 'store', 'command']);
    expect(world.simulator.directors[world.sites.source]?.tokens.exchanges).toBeGreaterThan(0);
  });

  it('stands in no history, and in nothing else that Temporal keeps', async () => {
    const read = await histories();
    expect(read.length).toBeGreaterThan(8);
    // Of a VM, which is told more than any other.
    expect(read.filter(([id]) => isVmWorkflowId(id)).length).toBeGreaterThanOrEqual(3);
    expect(read.flatMap(([id, text]) => leaked(text).map((name) => `${id}: ${name}`))).toEqual([]);
  });

  it('stands in no log, though it is written at trace', () => {
    expect(worker.said.stderr).toMatch(/"level":"(trace|debug)"/);
    for (const { said } of [worker, refused]) expect(leaked(said.stdout + said.stderr)).toEqual([]);
  });

  it('stands in no figure of the worker', async () => {
    const figures = await (await fetch(`http://${metricsAt}/metrics`)).text();
    expect(figures).toContain('temporal_');
    expect(leaked(figures)).toEqual([]);
  });

  it('stands on no terminal and in no report', () => {
    expect(captured.length).toBeGreaterThan(18);
    // Where a mark stood, something else does.
    for (const format of FORMATS)
      expect(captured).toContainEqual([
        `report exit-${world.tag} --format ${format}`,
        expect.stringMatching(/\[secret\\?\]/),
      ]);
    const report = readFileSync(join(world.folder.path, 'report.txt'), 'utf8');
    const all: [string, string][] = [...captured, ['report.txt', report]];
    expect(all.flatMap(([command, text]) => leaked(text).map((name) => `${command}: ${name}`))).toEqual([]);
  });

  it('stands in no file that Drover keeps', () => {
    const kept = join(world.folder.path, '.drover');
    const files = readdirSync(kept);
    expect(files).toContain('store.db');
    for (const file of files) expect([file, leaked(readFileSync(join(kept, file), 'latin1'))]).toEqual([file, []]);
  });

  it('is in the arguments of no process', async () => {
    const own = () =>
      readdirSync('/proc')
        .filter((name) => /^\d+$/.test(name))
        .flatMap((pid) => {
          try {
            return [readFileSync(`/proc/${pid}/cmdline`, 'latin1')];
          } catch {
            return [];
          }
        });
    const lines = await until(
      async () => own(),
      (all) => all.some((line) => line.includes('worker')),
    );
    expect(lines.flatMap(leaked)).toEqual([]);
  });
});
