/** Reports as files: of their owner alone, whole or as they were, and never where a link leads. */
import { execFile } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeReport } from '../../cli/report/write-report.js';
import { BadInput } from '../../plan/source/problem.js';
import { type Folder, tempFolder } from '../support/folder.js';

const COMPILED = fileURLToPath(new URL('../../dist/cli/report/write-report.js', import.meta.url));

let folder: Folder;
const at = (name: string) => join(folder.path, name);
beforeAll(() => {
  folder = tempFolder();
});
afterAll(() => folder.remove());

/** Why it was not written. */
function refusal(file: string, text = 'new'): string {
  try {
    writeReport(file, text);
  } catch (error) {
    if (error instanceof BadInput) return error.message;
    throw error;
  }
  throw new Error('it was written');
}

describe('a report that is written to a file', () => {
  it('is for its owner alone, whatever the file was before', () => {
    writeFileSync(at('open.txt'), 'old');
    chmodSync(at('open.txt'), 0o666);
    for (const name of ['open.txt', 'fresh.txt']) {
      writeReport(at(name), 'new\n');
      expect(readFileSync(at(name), 'utf8')).toBe('new\n');
      expect(statSync(at(name)).mode & 0o777).toBe(0o600);
    }
  });

  it('changes nothing of what a link leads to, or has another name', () => {
    writeFileSync(at('precious.txt'), 'precious');
    symlinkSync(at('precious.txt'), at('link.txt'));
    symlinkSync(at('nowhere.txt'), at('dangling.txt'));
    linkSync(at('precious.txt'), at('name.txt'));
    expect(refusal(at('link.txt'))).toMatch(/link\.txt {2}is a link, which a report does not follow/);
    expect(refusal(at('dangling.txt'))).toMatch(/is a link/);
    writeReport(at('name.txt'), 'new');
    expect(readFileSync(at('precious.txt'), 'utf8')).toBe('precious');
    expect(lstatSync(at('link.txt')).isSymbolicLink()).toBe(true);
    expect(readdirSync(folder.path)).not.toContain('nowhere.txt');
  });

  it('that cannot be written whole leaves the old one, and nothing beside it', async () => {
    writeFileSync(at('report.txt'), 'old');
    const before = readdirSync(folder.path);
    // As a disk that is full: no file of this process may grow beyond 8 KiB.
    const script = `import { writeReport } from ${JSON.stringify(COMPILED)}; try { writeReport(process.argv[1], 'x'.repeat(2 ** 20)); } catch (error) { console.log(error.message); }`;
    const command = 'ulimit -f 8; exec "$@"';
    const { stdout } = await promisify(execFile)('bash', [
      '-c',
      command,
      'bash',
      process.execPath,
      '--input-type=module',
      '-e',
      script,
      at('report.txt'),
    ]);
    expect(stdout).toMatch(/report\.txt {2}cannot be written/);
    expect(readFileSync(at('report.txt'), 'utf8')).toBe('old');
    expect(readdirSync(folder.path)).toEqual(before);
  });

  it('goes into a device as it is, and says when it takes no more', () => {
    writeReport('/dev/null', 'new');
    expect(lstatSync('/dev/null').isFile()).toBe(false);
    expect(refusal('/dev/full')).toMatch(/no space is left/);
    expect(refusal(folder.path)).toMatch(/it is a folder/);
    expect(refusal(at('no/such/folder.txt'))).toMatch(/its folder does not exist/);
  });
});
