/** What a person hears who typed something that is not there, or named what cannot be used. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Folder, tempFolder } from '../support/folder.js';
import { cli } from './support/cli.js';
import { warmCli } from './support/warm-cli.js';

const PLAN = `name: exit
kind: migrate
source: { site: paris }
destination: { site: lyon, vdc: 5ee9224f-305d-46f6-865f-b605e70acef8 }
waves:
  - name: pilot
    vms: [ { id: 441a891a-5294-4dff-b02d-c605d335be1b, name: web1 } ]
`;
const DRILL = `name: crm
source: { site: paris }
destination: { site: lyon }
scope: { vms: [ { id: 441a891a-5294-4dff-b02d-c605d335be1b, name: web1 } ] }
`;
const CONFIG = `sites:
  paris: { url: "http://127.0.0.1:1" }
  lyon: { url: "http://127.0.0.1:2" }
`;

let folder: Folder;
beforeAll(() => {
  folder = tempFolder();
  folder.write('plan.yaml', PLAN);
  folder.write('drill.yaml', DRILL);
  folder.write('drover.yaml', CONFIG);
});
afterAll(() => folder.remove());

const drover = (args: string[], env: Record<string, string> = {}) => warmCli(args, { cwd: folder.path, env });

describe('a setting of a VM or of a run that is none', () => {
  it.each([
    [['retry', 'R', 'vm:a', 'color=red'], 'KEY one of network, address, storageProfile, powerOn'],
    [['retry', 'R', 'network=x'], 'must come first'],
    [['retry', 'R', 'a', 'address=ten'], 'an IP address is expected'],
    [['retry', 'R', 'a', 'powerOn=maybe'], 'asSource, true or false is expected'],
    [['retry', 'R', 'a', 'network=x', 'network=y'], 'given twice'],
    [['set', 'R', 'priority=urgent'], 'one of high, normal, low is expected'],
    [['set', 'R', 'wave=core'], 'belong together'],
    [['set', 'R', 'wave=core', 'vm=a', 'priority=high'], 'belong together'],
    [['remove', 'R'], "missing required argument 'vm'"],
  ])('%j is said so, before anybody is asked', async (args, said) => {
    const { code, stderr } = await drover(args, { TEMPORAL_ADDRESS: '127.0.0.1:1' });
    expect(stderr).toContain(said);
    expect(code).toBe(2);
  });
});

describe('help', () => {
  it.each([
    [['help', 'drill', 'schedule'], 'drover drill schedule'],
    [['drill', 'help', 'schedule'], 'drover drill schedule'],
    [['help', 'run'], 'drover run'],
    [['help', 'drill'], 'drover drill'],
    [['help'], 'drover'],
  ])('%j is that of %s', async (args, usage) => {
    const { code, stdout } = await drover(args);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^Usage: ${usage} (\\[|<)`));
  });

  it.each([
    [['help', 'nosuch'], 'nosuch'],
    [['help', 'drill', 'shedule'], 'drill shedule'],
    [['drill', 'help', 'shedule'], 'drill shedule'],
    [['help', 'run', 'nosuch'], 'run nosuch'],
  ])('%j says that there is no such command', async (args, name) => {
    const { code, stderr } = await drover(args);
    expect(code).toBe(2);
    expect(stderr).toContain(`unknown command '${name}'`);
  });

  it('says what may have been meant', async () => {
    expect((await drover(['help', 'drill', 'shedule'])).stderr).toContain('Did you mean schedule?');
  });
});

describe('what cannot be run', () => {
  it.each([
    [['nosuch'], 'drover --help'],
    [['--config', 'run', 'nosuch'], 'drover --help'],
    [['drill', 'nosuch'], 'drover drill --help'],
    [['drill', 'pause', 'x'], 'drover drill pause --help'],
    [['show'], 'drover show --help'],
    [['list', '--nosuch'], 'drover list --help'],
  ])('%j names the help that tells more', async (args, next) => {
    expect((await drover(args)).stderr).toMatch(new RegExp(`\n  next: ${next}\n$`));
    expect(JSON.parse((await drover([...args, '--json'])).stdout)).toMatchObject({ error: { next } });
  });
});

describe('codes of usage errors in JSON', () => {
  it.each([
    [['nosuch'], 'UnknownCommand'],
    [['list', '--nosuch'], 'UnknownOption'],
    [['show'], 'MissingArgument'],
    [['report', 'x', '--out'], 'MissingArgument'],
    [['drill', 'pause', 'x'], 'MissingOption'],
    [['report', 'x', '--format', 'pdf'], 'InvalidArgument'],
    [['list', 'x'], 'TooManyArguments'],
  ])('%j: %s', async (args, code) => {
    const { code: exit, stdout } = await drover([...args, '--json']);
    expect(exit).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code } });
  });
});

describe('a file of another kind', () => {
  it.each([
    [['drill', 'run', 'plan.yaml'], 'plan.yaml  this is a plan, not a drill (hint: drover run plan.yaml)'],
    [['drill', 'schedule', 'plan.yaml'], 'plan.yaml  this is a plan, not a drill (hint: drover run plan.yaml)'],
    [['run', 'drill.yaml'], 'drill.yaml  this is a drill, not a plan (hint: drover drill run drill.yaml)'],
    [['failover', 'drill.yaml'], 'drill.yaml  this is a drill, not a plan (hint: drover drill run drill.yaml)'],
    [['run', 'drover.yaml'], 'drover.yaml  this is a config, not a plan (hint: name it with --config)'],
    [['drill', 'run', 'drover.yaml'], 'drover.yaml  this is a config, not a drill (hint: name it with --config)'],
    [['list', '--config', 'plan.yaml'], 'plan.yaml  this is a plan, not a config (hint: drover run plan.yaml)'],
    [
      ['worker', '--config', 'drill.yaml'],
      'drill.yaml  this is a drill, not a config (hint: drover drill run drill.yaml)',
    ],
  ])('%j says which, instead of a list of unknown keys', async (args, line) => {
    const { code, stderr } = await drover(args);
    expect(code).toBe(2);
    expect(stderr.split('\n')[0]).toBe(line);
    expect(stderr).not.toContain('unknown key');
  });
});

describe('a file with a key of another kind', () => {
  it('is still what the command wants, with an unknown key', async () => {
    folder.write('scoped.yaml', `${PLAN}scope: {}\n`);
    expect((await drover(['run', 'scoped.yaml'])).stderr).toMatch(/^scoped\.yaml:8:1 {2}unknown key "scope"/);
  });
});

describe('a cutover window that is over', () => {
  const window = (closes: string) => `cutover: { window: { opens: 2020-12-05T22:00:00Z, closes: ${closes} } }\n`;

  it('is refused before anything is started or copied, also by a dry run, with its place', async () => {
    folder.write('over.yaml', `${PLAN}${window('2020-12-06T05:00:00Z')}`);
    const { code, stderr, stdout } = await drover(['run', 'over.yaml', '--dry-run']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^over\.yaml:8:\d+ {2}cutover\.window is over: it closed at 2020-12-06T05:00:00/);
    expect(stdout).toBe('');
    expect((await drover(['run', 'over.yaml', '--dry-run', '--json'])).code).toBe(2);
  });

  it('is not one that is open still, or to come', async () => {
    folder.write('open.yaml', `${PLAN}${window('2120-12-06T05:00:00Z')}`);
    expect(await drover(['run', 'open.yaml', '--dry-run'])).toMatchObject({ code: 0 });
  });

  it('is refused for a plan that is a failover itself, and forgotten where it was agreed for another cutover', async () => {
    const plan = `${PLAN}${window('2020-12-06T05:00:00Z')}`;
    folder.write('over.yaml', plan);
    folder.write('over-failover.yaml', plan.replace('kind: migrate', 'kind: failover').replace(/, vdc: [^ ]+/, ''));
    const refused = await drover(['failover', 'over-failover.yaml', '--dry-run']);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('closed at 2020-12-06T05:00:00') });
    expect(await drover(['failover', 'over.yaml', '--dry-run'])).toMatchObject({ code: 0 });
  });
});

describe('a file that cannot be used', () => {
  it.each([
    [['drill', 'apply', 'nowhere'], 'nowhere  does not exist'],
    [['drill', 'apply', 'plan.yaml'], 'plan.yaml  is no folder'],
  ])('%j is told in words', async (args, line) => {
    const { code, stderr } = await drover(args);
    expect(code).toBe(2);
    expect(stderr).toContain(line);
    expect(stderr).not.toMatch(/\bE[A-Z]{4,}\b/);
  });
});

describe('a setting that cannot be used', () => {
  it('is named: a port that does not exist', async () => {
    const { code, stderr } = await drover(['simulator', '--port', '70000']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/--port.*70000.*1 to 65534/);
  });

  it('is named: an address for --health', async () => {
    const { code, stderr } = await drover(['worker', '--health', 'x']);
    expect(code).toBe(2);
    expect(stderr).toContain('--health');
    expect(stderr).not.toContain('DROVER_HEALTH');
  });

  it('is named: a folder for temporary files that is not there', async () => {
    const { code, stderr } = await drover(['demo', '--vms', '1'], { TMPDIR: '/nowhere/at/all' });
    expect(code).toBe(2);
    expect(stderr).toContain('TMPDIR');
    expect(stderr).not.toMatch(/\bENOENT\b/);
  });

  it('is named: an address for metrics on which something else listens', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = `127.0.0.1:${(taken.address() as AddressInfo).port}`;
    try {
      folder.write('open.yaml', CONFIG.replaceAll(' }', ', login: { type: vcdCredentials, user: a@b, password: b } }'));
      const { code, stderr } = await cli(['worker', '--config', 'open.yaml'], {
        cwd: folder.path,
        env: { DROVER_METRICS: address },
      });
      expect(code).toBe(2);
      expect(stderr).toContain(`DROVER_METRICS=${address}`);
    } finally {
      taken.close();
    }
  });
});
