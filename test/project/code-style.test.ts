import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../..', import.meta.url));

const REFUSED = {
  'a function that counts': 'export function counter() {\n  let n = 0;\n  return () => ++n;\n}',
  'a function by its name':
    'export function counter() {\n  let n = 0;\n  function next() {\n    n += 1;\n    return n;\n  }\n  return next;\n}',
  'an object of functions':
    'export function counter() {\n  let n = 0;\n  const next = () => n++;\n  return { next };\n}',
  'an object by its name':
    'export function counter() {\n  let n = 0;\n  const all = {\n    next() {\n      n += 1;\n    },\n  };\n  return all;\n}',
  'a function in a constant': 'export const next = () => {\n  return 1;\n};',
};

/** Files of a command. */
const OF_A_COMMAND = {
  'that writes to stdout': "process.stdout.write('web1 succeeded');",
  'that takes stderr for another': 'export const to = process.stderr;',
  'that says what process it is': 'export const pid = process.pid;',
};

const TAKEN = {
  'a sum, and a function that tells it':
    'export function summed(list: number[]) {\n  let sum = 0;\n  for (const one of list) sum += one;\n  return () => sum;\n}',
  'a sum that a callback makes':
    'export function summed(list: number[]) {\n  let sum = 0;\n  list.forEach((one) => {\n    sum += one;\n  });\n  return sum;\n}',
  'a class': 'export class Counter {\n  #n = 0;\n\n  next() {\n    this.#n += 1;\n    return this.#n;\n  }\n}',
};

describe('what CONTRIBUTING says of functions and state', () => {
  let folder: string;
  let refused: Set<string>;
  const cases = [...Object.entries(REFUSED), ...Object.entries(TAKEN)];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drover-style-'));
    await cp(join(root, 'tools/lint'), join(folder, 'tools/lint'), { recursive: true });
    await cp(join(root, 'biome.json'), join(folder, 'biome.json'));
    for (const [at, [, code]] of cases.entries()) await writeFile(join(folder, `case-${at}.ts`), `${code}\n`);
    await mkdir(join(folder, 'cli/commands'), { recursive: true });
    for (const [at, code] of Object.values(OF_A_COMMAND).entries())
      await writeFile(join(folder, 'cli/commands', `command-${at}.ts`), `${code}\n`);
    const output = await new Promise<string>((resolve) => {
      // It ends with 1, since it finds something.
      const args = ['lint', '--vcs-enabled=false', '--reporter=json', '--max-diagnostics=none', '.'];
      execFile(join(root, 'node_modules/.bin/biome'), args, { cwd: folder }, (_, stdout) => resolve(stdout));
    });
    refused = new Set([...output.matchAll(/(case|command)-\d+\.ts/g)].map(([file]) => file));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const isRefused = (what: string) => refused.has(`case-${cases.findIndex(([one]) => one === what)}.ts`);

  test.each(Object.keys(REFUSED))('%s is refused', (what) => expect(isRefused(what)).toBe(true));
  test.each(Object.keys(TAKEN))('%s is not', (what) => expect(isRefused(what)).toBe(false));

  test.each([...Object.keys(OF_A_COMMAND).entries()])('command %i %s', (at, what) => {
    expect(refused.has(`command-${at}.ts`)).toBe(!what.includes('what process'));
  });
});
