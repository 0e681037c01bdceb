/** Completion, as bash itself does it with the script. */
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Folder, tempFolder } from '../support/folder.js';
import { warmCli } from './support/warm-cli.js';

let folder: Folder;
beforeAll(async () => {
  folder = tempFolder();
  folder.write('paris exit.yaml', '');
  folder.write('other.csv', '');
  const { stdout } = await warmCli(['completion', 'bash'], { cwd: folder.path });
  folder.write('completion.bash', stdout);
});
afterAll(() => folder.remove());

/** What bash offers where these words were typed, the last of them not to its end. */
function offered(...words: string[]): string[] {
  const script = [
    'source ./completion.bash',
    'COMP_WORDS=("$@")',
    'COMP_CWORD=$(($# - 1))',
    '_drover',
    'for one in "${COMPREPLY[@]}"; do echo "$one"; done',
  ].join('\n');
  const options = { cwd: folder.path, encoding: 'utf8' } as const;
  const out = execFileSync('bash', ['--norc', '-c', script, 'bash', 'drover', ...words], options);
  return out.split('\n').filter((line) => line !== '');
}

describe('bash completes', () => {
  it('commands, at any depth', () => {
    expect(offered('re')).toEqual(['reverse', 'report', 'resume', 'retry', 'remove', 'replications']);
    expect(offered('drill', 'un')).toEqual(['unschedule']);
    expect(offered('--config', 'drill', 'sho')).toEqual(['show']);
  });

  it('the options of a command, with those of all', () => {
    expect(offered('wait', '--')).toEqual(expect.arrayContaining(['--for', '--timeout', '--json', '--help']));
    expect(offered('drill', 'run', 'x.yaml', '--dry')).toEqual(['--dry-run']);
    expect(offered('wait', '--dry')).toEqual([]);
  });

  it('values that are one of some words, and files, also with blanks in their names', () => {
    expect(offered('wait', 'x', '--for', 's')).toEqual(['synced']);
    expect(offered('completion', '')).toEqual(['bash', 'zsh']);
    expect(offered('run', 'paris')).toEqual(['paris exit.yaml']);
    expect(offered('list', '--config', 'ot')).toEqual(['other.csv']);
    expect(offered('approve', 'ot')).toEqual([]);
  });
});

describe('the script for zsh', () => {
  it('is that of bash, read by the means of zsh; another shell is refused', async () => {
    const { stdout } = await warmCli(['completion', 'zsh'], { cwd: folder.path });
    expect(stdout).toMatch(/bashcompinit[^]*_drover\(\) \{[^]*complete -F _drover drover/);
    expect(await warmCli(['completion', 'fish'], { cwd: folder.path })).toMatchObject({ code: 2 });
  });
});
