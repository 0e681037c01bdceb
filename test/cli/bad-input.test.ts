import { once } from 'node:events';
import { symlinkSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Folder, tempFolder } from '../support/folder.js';
import { warmCli } from './support/warm-cli.js';

const PLAN = `name: exit
kind: migrate
source: { site: paris }
destination: { site: lyon, vdc: 5ee9224f-305d-46f6-865f-b605e70acef8 }
waves:
  - name: pilot
    vms: [ { id: 441a891a-5294-4dff-b02d-c605d335be1b, name: web1 } ]
`;
const CONFIG = `sites:
  paris: { url: "http://127.0.0.1:1" }
  lyon: { url: "http://127.0.0.1:2" }
`;

let folder: Folder;
/** stands where Temporal would be, and counts who comes */
let temporal: Server;
let visits = 0;

beforeAll(async () => {
  folder = tempFolder();
  folder.write('good.yaml', PLAN);
  folder.write('drover.yaml', CONFIG);
  temporal = createServer((socket) => {
    visits += 1;
    socket.destroy();
  }).listen(0, '127.0.0.1');
  await once(temporal, 'listening');
});
afterAll(() => {
  temporal.close();
  folder.remove();
});

async function refused(args: string[]) {
  const before = visits;
  const { port } = temporal.address() as AddressInfo;
  const result = await warmCli(args, { cwd: folder.path, env: { TEMPORAL_ADDRESS: `127.0.0.1:${port}` } });
  expect(result.code).toBe(2);
  expect(visits).toBe(before);
  return result;
}

describe('a bad plan or config', () => {
  it('is told with file, line and column of every problem of both, and nothing is started', async () => {
    folder.write('bad.yaml', PLAN.replace('kind: migrate', 'kind: teleport').replace('name: web1', 'nmae: web1'));
    folder.write('bad-config.yaml', CONFIG.replace('url: "http://127.0.0.1:1"', 'ulr: "http://127.0.0.1:1"'));
    const { stdout, stderr } = await refused(['run', 'bad.yaml', '--config', 'bad-config.yaml']);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^bad-config\.yaml:2:12 .*ulr/m);
    expect(stderr).toMatch(/^bad\.yaml:2:7 .*teleport/m);
    expect(stderr).toMatch(/^bad\.yaml:7:56 .*nmae/m);
  });

  it('is one JSON document with --json', async () => {
    folder.write('bad.yaml', PLAN.replace('site: paris', 'site: pariss'));
    const { stdout } = await refused(['run', 'bad.yaml', '--json']);
    const { error } = JSON.parse(stdout) as { error: { code: string; problems: unknown[] } };
    expect(error.code).toBe('BadInput');
    expect(error.problems).toEqual([expect.objectContaining({ file: 'bad.yaml', line: 3, column: 17 })]);
  });

  it('is refused by a dry run as well', async () => {
    folder.write('bad.yaml', `${PLAN}colour: blue\n`);
    expect((await refused(['run', 'bad.yaml', '--dry-run'])).stderr).toMatch(/^bad\.yaml:8:1 .*colour/m);
  });

  it('that leads to what is none quotes nothing of it', async () => {
    const secret = 'root:$6$hunter2:19000:0:99999:7:::';
    symlinkSync(folder.write('shadow', `${secret}\n`), `${folder.path}/vms.csv`);
    folder.write('leads.yaml', `${PLAN.replace(/waves:[^]*/, '')}vms: vms.csv\n`);
    for (const args of [['leads.yaml'], ['shadow'], ['leads.yaml', '--config', 'shadow'], ['leads.yaml', '--json']]) {
      const { stdout, stderr } = await refused(['run', ...args, '--dry-run']);
      expect(stdout + stderr).not.toMatch(/hunter2|root:/);
    }
  });

  it('that does not exist is named', async () => {
    expect((await refused(['run', 'nowhere.yaml'])).stderr).toContain('nowhere.yaml');
    expect((await refused(['list', '--config', 'nowhere.yaml'])).stderr).toContain('nowhere.yaml');
  });
});

describe('a command that needs the sites', () => {
  it.each([[['run', '../good.yaml']], [['doctor']]])('says that there is no config: %j', async (args) => {
    const empty = tempFolder();
    const { code, stderr } = await warmCli(args, { cwd: empty.path });
    expect(code).toBe(2);
    expect(stderr).toMatch(/drover\.yaml .*--config FILE or DROVER_CONFIG/);
    empty.remove();
  });
});

describe('a login that doctor shall try', () => {
  it.each([
    ['paris=msp', /--login .*paris is in no --pair/],
    ['msp', /--login .*no site is named/],
  ])('but that is of no --pair is refused, not passed over: %s', async (login, told) => {
    expect((await refused(['doctor', '--login', login])).stderr).toMatch(told);
  });
});

describe('a worker', () => {
  it('needs logins, and says for which site', async () => {
    const { stdout } = await refused(['worker', '--json']);
    const { error } = JSON.parse(stdout) as { error: { problems: unknown[] } };
    expect(error.problems).toEqual([
      expect.objectContaining({ file: 'drover.yaml', line: 2 }),
      expect.objectContaining({ file: 'drover.yaml', line: 3 }),
    ]);
  });
});

describe('a reversal that nobody has confirmed', () => {
  it.each(['reverse', 'failback'])('is refused before anybody is asked: %s', async (kind) => {
    const { stderr } = await refused([kind, 'good.yaml']);
    expect(stderr).toContain(`A ${kind} removes the original VMs of plan exit at paris`);
    expect(stderr).toMatch(/next: .*--confirm removes-source/);
  });

  it('is refused in the plan itself, with its line', async () => {
    folder.write('bad.yaml', PLAN.replace('kind: migrate', 'kind: reverse'));
    expect((await refused(['run', 'bad.yaml'])).stderr).toMatch(/^bad\.yaml:2:7 .*confirm: removes-source/m);
  });
});

describe('a drill', () => {
  const DRILL = `name: crm
source: { site: paris }
destination: { site: lyon }
scope:
  vms: [ { id: 441a891a-5294-4dff-b02d-c605d335be1b, name: web1 } ]
`;

  it('that is bad is told with file, line and column, by every command that reads it', async () => {
    folder.write('bad.yaml', `${DRILL}schedule: { cron: "0 4 99 * *", timezone: Europe/Pariss }\n`);
    for (const command of ['run', 'schedule']) {
      const { stderr } = await refused(['drill', command, 'bad.yaml']);
      expect(stderr).toMatch(/^bad\.yaml:6:\d+ .*0 4 99/m);
      expect(stderr).toMatch(/^bad\.yaml:6:\d+ .*Pariss/m);
    }
  });

  it('that has no schedule cannot be scheduled', async () => {
    folder.write('once.yaml', DRILL);
    expect((await refused(['drill', 'schedule', 'once.yaml'])).stderr).toMatch(/^once\.yaml .*has no schedule/m);
  });

  it('is shown by a dry run, which asks nobody', async () => {
    folder.write('once.yaml', `${DRILL}checks: [ { tcp: 443, within: 2m } ]\nhold: 15m\nobjectives: { rto: 30m }\n`);
    const before = visits;
    const { code, stdout } = await warmCli(['drill', 'run', 'once.yaml', '--dry-run'], { cwd: folder.path });
    expect(code).toBe(0);
    expect(visits).toBe(before);
    expect(stdout).toMatch(/^crm-\d{8} +would be started; nothing was\.$/m);
    expect(stdout).toMatch(/^ +checks +tcp 443 within 2 min 00 s$/m);
    expect(stdout).toMatch(/^ +objectives +RTO at most 30 min 00 s$/m);
  });

  it('of a site that the config has not got cannot be swept', async () => {
    expect((await refused(['drill', 'sweep', 'lyonn'])).stderr).toContain('no site lyonn. Nearest: lyon.');
  });
});

describe('wrong usage', () => {
  it.each([
    [[], /Usage: drover/],
    [['runn'], /unknown command 'runn'\n\(Did you mean run\?\)/],
    [['run'], /missing required argument 'plan'/],
    [['list', '--al'], /unknown option '--al'\n\(Did you mean --all\?\)/],
    [['show', 'a', 'b', 'c'], /too many arguments/],
    [['report', 'x', '--format', 'pdf'], /Allowed choices are text, json/],
    [['report', 'x', '--format', 'html', '--json'], /--json prints JSON alone; --format html .*--out FILE/],
    [['report', '--drill', 'x', '--format', 'csv', '--json'], /--format csv .*--out FILE/],
    [['demo', '--vms', '0'], /whole number from 1/],
    [['simulator', '--speed', 'fast'], /number above 0/],
    [['run', 'good.yaml', '--id', 'a b'], /"a b" cannot be a run's id/],
    [['run', 'good.yaml', '--no-input'], /--no-input is for --wait/],
    [['reverse', 'good.yaml', '--no-input'], /--no-input is for --wait/],
    [['drill', 'run', 'once.yaml', '--no-input'], /--no-input is for --wait/],
    [['failover', 'nowhere.yaml'], /nowhere\.yaml/],
    [['failover', 'good.yaml', '--vms', 'nobody', '--vms', 'web1'], /Plan exit has no VM nobody/],
    [['reverse', 'good.yaml', '--confirm', 'yes'], /Allowed choices are removes-source/],
    [['drill', 'lst'], /unknown command 'lst'\n\(Did you mean list\?\)/],
    [['drill', 'pause', 'crm'], /required option '--note <text>'/],
    [['drill', 'history', 'crm', '--limit', '0'], /whole number from 1/],
  ])('%j is told, with exit code 2', async (args, message) => {
    const { stderr, stdout } = await refused(args);
    expect(stderr).toMatch(message);
    if (!args.includes('--json')) expect(stdout).toBe('');
  });

  it('is one JSON document with --json', async () => {
    const { stdout } = await refused(['show', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'MissingArgument', problems: [] } });
  });
});

describe('a dry run', () => {
  it('prints what would be done, and with --no-check asks nobody', async () => {
    const before = visits;
    const { code, stdout } = await warmCli(['run', 'good.yaml', '--dry-run', '--no-check', '--json'], {
      cwd: folder.path,
    });
    expect(code).toBe(0);
    expect(visits).toBe(before);
    expect(JSON.parse(stdout)).toMatchObject({
      run: expect.stringMatching(/^exit-\d{8}$/),
      vms: 1,
      plan: { name: 'exit' },
    });
  });
});
