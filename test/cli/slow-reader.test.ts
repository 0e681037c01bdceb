import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { siteVdcId } from '../../simulator/index.js';
import { type Folder, tempFolder } from '../support/folder.js';
import { cleanEnv, MAIN } from './support/cli.js';

const VMS = 5_000;

let folder: Folder;
beforeAll(() => {
  folder = tempFolder();
  const rows = Array.from({ length: VMS }, (_, n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')},vm-${n}`);
  writeFileSync(join(folder.path, 'vms.csv'), ['id,name', ...rows].join('\n'));
  writeFileSync(
    join(folder.path, 'drover.yaml'),
    'sites: { paris: { url: https://a.test }, lyon: { url: https://b.test } }\n',
  );
  const destination = `{ site: lyon, vdc: ${siteVdcId('lyon')} }`;
  writeFileSync(
    join(folder.path, 'plan.yaml'),
    `name: many\nkind: migrate\nsource: { site: paris }\ndestination: ${destination}\nvms: vms.csv\n`,
  );
  // More than a pipe takes at once.
  const wrong = Array.from({ length: VMS }, (_, n) => `key-${n}: 1`).join('\n');
  writeFileSync(join(folder.path, 'wrong.yaml'), `name: wrong\n${wrong}\n`);
});
afterAll(() => folder.remove());

const drover = (...args: string[]) =>
  spawn(process.execPath, [MAIN, ...args], { cwd: folder.path, env: cleanEnv(), stdio: ['ignore', 'pipe', 'pipe'] });

const dryRun = (plan = 'plan.yaml') => drover('run', plan, '--dry-run', '--json');

describe('a document for a file that cannot take it', () => {
  it.each([
    ['a document', ['run', 'plan.yaml', '--dry-run', '--json']],
    ['a text', ['run', 'plan.yaml', '--dry-run']],
    ['an error', ['run', 'wrong.yaml', '--dry-run', '--json']],
    ['help', ['--help']],
  ])('is told as lost, with exit code 2: %s', async (_, args) => {
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, [MAIN, ...args], {
      cwd: folder.path,
      env: cleanEnv(),
      stdio: ['ignore', full, 'pipe'],
    });
    closeSync(full);
    const closed = once(child, 'close');
    const said = await text(child.stderr as Readable);
    expect(await closed).toEqual([2, null]);
    expect(said).toMatch(/standard output cannot be written: no space is left/);
    expect(said).not.toMatch(/at .*\.js/);
  });

  it('says so where only a part of it was written', async () => {
    const file = join(folder.path, 'cut.json');
    // In blocks of 512 bytes or 1 KiB; what is beyond is refused as on a full disk.
    const limited = `ulimit -f 16; trap '' XFSZ; exec "$0" "$@" > '${file}'`;
    const args = ['-c', limited, process.execPath, MAIN, 'run', 'plan.yaml', '--dry-run', '--json'];
    const child = spawn('sh', args, { cwd: folder.path, env: cleanEnv(), stdio: ['ignore', 'ignore', 'pipe'] });
    const closed = once(child, 'close');
    const said = await text(child.stderr as Readable);
    expect(await closed).toEqual([2, null]);
    expect(said).toContain('standard output cannot be written');
    expect(statSync(file).size).toBeGreaterThan(0);
  });
});

describe('a long document on a pipe', () => {
  it('arrives to its last byte, however slowly it is read', async () => {
    const child = dryRun();
    const closed = once(child, 'close');
    let text = '';
    for await (const part of child.stdout.setEncoding('utf8')) {
      text += part;
      await turn();
    }
    expect(await closed).toEqual([0, null]);
    expect(text.length).toBeGreaterThan(256 * 1024);
    expect(JSON.stringify(JSON.parse(text))).toContain(`vm-${VMS - 1}`);
  });

  it.each([
    ['all is well', 'plan.yaml', 0],
    ['it tells of what is wrong', 'wrong.yaml', 2],
  ])('ends quietly when its reader has seen enough, with the code that it deserves: %s', async (_, plan, code) => {
    const child = dryRun(plan);
    const closed = once(child, 'close');
    let complaints = '';
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      complaints += part;
    });
    await once(child.stdout, 'readable');
    child.stdout.destroy();
    expect(await closed).toEqual([code, null]);
    expect(complaints).not.toMatch(/EPIPE|at .*\.js/);
  });
});
