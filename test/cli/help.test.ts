import { tmpdir } from 'node:os';
import { beforeAll, describe, expect, it } from '@jest/globals';
import pMap from 'p-map';
import { cli, type Finished } from './support/cli.js';
import { warmCli } from './support/warm-cli.js';

const COMMANDS = [
  'demo',
  'run',
  'failover',
  'reverse',
  'failback',
  'drill',
  'list',
  'show',
  'watch',
  'report',
  'approve',
  'pause',
  'resume',
  'cancel',
  'doctor',
  'worker',
  'simulator',
];
const OF_DRILL = [
  'run',
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
const here = { cwd: tmpdir() };

describe('help', () => {
  let helps: Map<string, Finished>;
  beforeAll(async () => {
    const ask = async (name: string) => [name, await warmCli([...name.split(' '), '--help'], here)] as const;
    helps = new Map(await pMap([...COMMANDS, ...OF_DRILL], ask, { concurrency: 1 }));
  });

  it.each([...COMMANDS, ...OF_DRILL])('of %s has an example and the global options', (command) => {
    const { code, stdout = '' } = helps.get(command) ?? {};
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`Examples?:\\n {2}\\$ drover ${command}`));
    expect(stdout).toMatch(/--config <file>[\s\S]*--json[\s\S]*--quiet/);
  });

  it('of the program names every command', async () => {
    const { code, stdout } = await cli(['--help'], here);
    expect(code).toBe(0);
    for (const command of COMMANDS) {
      expect(stdout).toMatch(new RegExp(`^ {2}${command}\\b`, 'm'));
    }
  });

  it('of drill names every command of it', () => {
    for (const command of OF_DRILL) {
      expect(helps.get('drill')?.stdout).toMatch(new RegExp(`^ {2}${command.split(' ')[1]}\\b`, 'm'));
    }
  });

  it('gives the version', async () => {
    expect(await cli(['--version'], here)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });
});
