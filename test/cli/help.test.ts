import { tmpdir } from 'node:os';
import { beforeAll, describe, expect, it } from '@jest/globals';
import pMap from 'p-map';
import { cli, type Finished } from './support/cli.js';
import { warmCli } from './support/warm-cli.js';

const COMMANDS = [
  'demo',
  'up',
  'plan',
  'run',
  'failover',
  'reverse',
  'failback',
  'drill',
  'list',
  'show',
  'watch',
  'wait',
  'report',
  'approve',
  'pause',
  'resume',
  'cancel',
  'skip',
  'retry',
  'set',
  'undo',
  'add',
  'remove',
  'tidy',
  'site',
  'replications',
  'doctor',
  'worker',
  'simulator',
  'completion',
];
const OF_DRILL = [
  'run',
  'finish',
  'note',
  'sign',
  'coverage',
  'schedule',
  'list',
  'pause',
  'resume',
  'trigger',
  'unschedule',
  'history',
  'apply',
  'sweep',
].map((name) => `drill ${name}`);
const OF_PLAN = ['new', 'check', 'convert'].map((name) => `plan ${name}`);
const OF_SITE = ['list', 'show', 'set', 'brake'].map((name) => `site ${name}`);
const ALL = [...COMMANDS, ...OF_DRILL, ...OF_PLAN, ...OF_SITE];

/** Below `Commands:`, but for `help` itself. */
const commandsIn = (help: string): string[] =>
  [...help.slice(help.indexOf('\nCommands:')).matchAll(/^ {2}([a-z]+)\b/gm)].flatMap(([, name = '']) =>
    name === 'help' ? [] : [name],
  );
const here = { cwd: tmpdir() };

describe('help', () => {
  let helps: Map<string, Finished>;
  beforeAll(async () => {
    const ask = async (name: string) => [name, await warmCli([...name.split(' '), '--help'], here)] as const;
    helps = new Map(await pMap(ALL, ask, { concurrency: 1 }));
  });

  it.each(ALL)('of %s has an example and the global options', (command) => {
    const { code, stdout = '' } = helps.get(command) ?? {};
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`Examples?:\\n {2}\\$ drover ${command}`));
    expect(stdout).toMatch(/--config <file>[\s\S]*--json[\s\S]*--quiet/);
  });

  it('of the program names every command', async () => {
    const { code, stdout } = await cli(['--help'], here);
    expect(code).toBe(0);
    expect(commandsIn(stdout).toSorted()).toEqual(COMMANDS.toSorted());
  });

  it.each([
    ['drill', OF_DRILL],
    ['plan', OF_PLAN],
    ['site', OF_SITE],
  ])('of %s names every command of it', (name, all) => {
    const found = commandsIn(helps.get(name)?.stdout ?? '').map((one) => `${name} ${one}`);
    expect(found.toSorted()).toEqual(all.toSorted());
  });

  it('gives the version', async () => {
    expect(await cli(['--version'], here)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });
});
