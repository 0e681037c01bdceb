/** The examples that stand with the public functions of the library: each has one, and all of them compile. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { DrillHandle } from '../../client/drills/drill-handle.js';
import { Drover } from '../../client/drover.js';
import * as client from '../../client/index.js';
import { RunHandle } from '../../client/run-handle.js';
import { SiteHandle } from '../../client/site-handle.js';
import * as vcda from '../../vcda/index.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What an example goes on from, unless it has its own. */
const GIVEN = {
  drover: "declare const drover: import('drover').Drover;",
  run: "declare const run: import('drover').RunHandle;",
  drill: "declare const drill: import('drover').DrillHandle;",
  sites: "declare const sites: import('drover/vcda').Sites;",
};

const texts = ['client', 'plan', 'vcda'].flatMap((room) =>
  readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(root, room, name), 'utf8')),
);

/** Whether what stands before a declaration has an example. @param after the class that it is in, or nothing */
function hasExample(after: string, declaration: RegExp): boolean {
  return texts.some((text) => {
    const from = text.indexOf(after);
    const at = from < 0 ? -1 : text.slice(from).search(declaration);
    const before = text.slice(0, from + at).trimEnd();
    return at >= 0 && before.endsWith('*/') && before.slice(before.lastIndexOf('/**')).includes('@example\n');
  });
}

const isClass = (value: unknown): boolean => /^class\b/.test(String(value));
const functions = Object.entries({ ...client, ...vcda })
  .filter(([, value]) => typeof value === 'function' && !isClass(value))
  .map(([name]) => [name, '', new RegExp(`^export (async )?(function|const) ${name}\\b`, 'm')] as const);
/** Overloads are documented once, at the first. */
const methods = [Drover, RunHandle, SiteHandle, DrillHandle].flatMap((one) =>
  Object.entries(Object.getOwnPropertyDescriptors(one.prototype))
    .filter(([name, { value }]) => name !== 'constructor' && typeof value === 'function')
    .map(([name]) => {
      const of = `export class ${one.name} `;
      return [`${one.name}.${name}`, of, new RegExp(`^ {2}(async )?${name}\\(`, 'm')] as const;
    }),
);

describe('an example', () => {
  test('stands with each public function and each method of a handle', () => {
    expect(functions.length).toBeGreaterThan(15);
    expect(methods.length).toBeGreaterThan(45);
    const without = [...functions, ...methods].filter(([, after, declaration]) => !hasExample(after, declaration));
    expect(without.map(([name]) => name)).toEqual([]);
  });

  test('compiles as it stands', async () => {
    const examples = texts.flatMap((text) =>
      [...text.matchAll(/ \* ```ts\n([^]*?) \* ```\n/g)].map(([, lines = '']) => lines.replace(/^ *\* ?/gm, '')),
    );
    expect(examples.length).toBeGreaterThanOrEqual(functions.length + methods.length);
    mkdirSync(join(root, 'node_modules/.cache'), { recursive: true });
    const folder = mkdtempSync(join(root, 'node_modules/.cache/examples-'));
    try {
      for (const [at, example] of examples.entries()) {
        const isOwn = (name: string) => new RegExp(`\\bconst (\\{[^=}]*)?\\b${name}\\b(?!:)`).test(example);
        const given = Object.entries(GIVEN).filter(([name]) => !isOwn(name));
        const lines = [...given.map(([, line]) => line), 'export {};', example];
        writeFileSync(join(folder, `example-${at + 1}.ts`), lines.join('\n'));
      }
      const paths = { drover: [join(root, 'client/index.ts')], 'drover/vcda': [join(root, 'vcda/index.ts')] };
      const options = { noUnusedLocals: false, rootDir: root, paths };
      const settings = { extends: join(root, 'tsconfig.json'), compilerOptions: options, include: ['*.ts'] };
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings));
      const tsc = join(root, 'node_modules/typescript/bin/tsc');
      const compiled = await promisify(execFile)(process.execPath, [tsc, '-p', folder, '--pretty', 'false']).catch(
        (error: { stdout: string }) => error,
      );
      const said = compiled.stdout.replace(/^\S*(example-\d+)\.ts/gm, (_, name: string) => {
        const example = examples[Number(name.split('-')[1]) - 1] ?? '';
        return `${example}${name}`;
      });
      expect(said).toBe('');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
