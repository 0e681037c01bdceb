/** 500 good files with mistakes as people make them: each is a plan, drill or config still, or told with file, line and hint. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import { exitCodeOfError } from '../../cli/exit-codes.js';
import { errorLines } from '../../cli/text/render-error.js';
import { loadConfig } from '../../plan/config/load-config.js';
import { loadDrill } from '../../plan/drill/load-drill.js';
import { loadPlan } from '../../plan/load-plan.js';
import { loadSheet } from '../../plan/sheet.js';
import { BadInput } from '../../plan/source/problem.js';
import { A, CERTIFICATE, directory, VDC } from '../support/plan-files.js';

const root = join(import.meta.dirname, '../..');
const example = (name: string): string => readFileSync(join(root, 'examples', name), 'utf8');
const page = readFileSync(join(root, 'docs/files.md'), 'utf8');
const onPage = Object.fromEntries(
  [...page.matchAll(/```yaml\n# (\S+)\n(.*?)```/gs)].map(([, name = '', text = '']) => [name, text]),
);
const [csv = ''] = [...page.matchAll(/```csv\n(.*?)```/gs)].map((block) => block[1] ?? '');

const dir = directory({
  'core.csv': csv,
  'crm.yaml': example('crm.yaml'),
  'secrets/lyon': 'x',
  'secrets/store': 'x',
  'certs/lyon.pem': CERTIFICATE,
});
const file = join(dir, 'given.yaml');
const load = {
  plan: () => loadPlan(file, { sites: ['paris', 'lyon'] }),
  drill: () => loadDrill(file, { sites: ['paris', 'lyon'] }),
  config: () => loadConfig(file, { env: { PARIS_PASSWORD: 'x' }, need: 'client' }),
};
const GOOD: [keyof typeof load, string][] = [
  // Two waves of a few VMs are enough to mistake.
  ['plan', example('night/night.yaml')],
  ['plan', example('crm.yaml')],
  ['plan', onPage['plan.yaml'] ?? ''],
  ['drill', example('crm-drill.yaml')],
  ['config', onPage['drover.yaml'] ?? ''],
];

/** What a hand, a merge or an editor does to a line. */
const MISTAKES: ((line: string, other: string, at: number) => string)[] = [
  () => '',
  (line) => `${line}\n${line}`,
  (line, other) => `${other}\n${line}`,
  (line) => ` ${line}`,
  (line) => line.replace(/^ {1,2}/, ''),
  (line) => `\t${line}`,
  (line) => line.replace(':', ''),
  (line) => line.replace(': ', ':'),
  (line) => line.replace(/: .*$/, ':'),
  (line, _, at) => line.slice(0, at) + line.slice(at + 1),
  (line, _, at) => line.slice(0, at) + (line[at] ?? '') + line.slice(at),
  (line, _, at) => line.slice(0, at),
  (line) =>
    line.replace(/\w/, (letter) => (letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase())),
  (line) => line.replace(/\d+/, '99999999999999999999'),
  (line) => line.replace(/\d+/, '-1'),
  (line) => line.replace(/[[{]/, ''),
  (line) => line.replace(/[\]}]/, ''),
  (line) => line.replace(/"/, ''),
  (line) => line.replace(/: (\S+)/, ': [ $1 ]'),
  (line) => line.replace(/: (\S+)/, ': { $1: $1 }'),
  (line) => line.replace(/: (\S+)/, ': *$1'),
  (line) => line.replace(/: (\S+)/, ': !!binary $1'),
  (line) => line.replace(/: (\S+)/, ': \u201c$1\u201d'),
  (line) => `<<<<<<< HEAD\n${line}\n=======`,
];

const mistaken = fc
  .record({
    good: fc.constantFrom(...GOOD),
    mistakes: fc.array(
      fc.record({ line: fc.nat(80), other: fc.nat(80), at: fc.nat(60), mistake: fc.constantFrom(...MISTAKES) }),
      { minLength: 1, maxLength: 3 },
    ),
  })
  .map(({ good: [kind, text], mistakes }) => {
    const lines = text.split('\n');
    for (const { line, other, at, mistake } of mistakes) {
      const place = line % lines.length;
      lines[place] = mistake(lines[place] ?? '', lines[other % lines.length] ?? '', at);
    }
    return [kind, lines.join('\n')] as const;
  });

/** @returns what a person reads; empty: nothing is wrong */
function told(reading: () => unknown): string[] {
  try {
    reading();
    return [];
  } catch (error) {
    // Whatever else it were would be exit 1 and a stack.
    expect(error).toBeInstanceOf(BadInput);
    expect(exitCodeOfError(error)).toBe(2);
    return errorLines(error);
  }
}

describe('a file with mistakes', () => {
  it.each(GOOD)('is a good %s without them', (kind, text) => {
    writeFileSync(file, text);
    expect(told(load[kind])).toEqual([]);
  });

  it('is good all the same, or told with its place, each mistake in one line', () => {
    let refused = 0;
    fc.assert(
      fc.property(mistaken, ([kind, text]) => {
        writeFileSync(file, text);
        const lines = told(load[kind]);
        if (lines.length > 0) refused += 1;
        const count = text.split('\n').length;
        for (const line of lines.slice(0, -1)) {
          expect(line).not.toMatch(/[\n\r\t]|^ +at |\[object |undefined|NaN/);
          const [, where, row] = /^(\S+?)(?::(\d+):\d+)? {2}\S/.exec(line) ?? [];
          expect(where).toMatch(/\.(yaml|csv|pem)$|lyon$/);
          if (where === file) expect(Number(row ?? 1)).toBeLessThanOrEqual(count);
        }
      }),
      { numRuns: 500 },
    );
    expect(refused).toBeGreaterThan(250);
  });
});

describe('a sheet', () => {
  const sheet = join(dir, 'sheet.csv');
  const rows = (count: number, row: (n: number) => string): string =>
    Array.from({ length: count }, (_, n) => row(n)).join('\n');
  function problems(text: string): string[] {
    writeFileSync(sheet, text);
    return told(() => loadSheet(sheet, { name: 'VM' })).slice(0, -1);
  }

  test.each(['|', ':', '#'])('that is separated by %s is told in one line', (separator) => {
    const text = `VM${separator}Wave\nweb1${separator}a\n`;
    expect(problems(text)).toEqual([
      expect.stringMatching(/sheet\.csv:1:1 {2}.*separated by neither comma, semicolon nor tab\)$/),
    ]);
  });

  test('with two columns of one name is told in one line, where that column is meant', () => {
    expect(problems('VM,Wave,VM\nweb1,a,web1\n')).toEqual([
      expect.stringMatching(/sheet\.csv:1:9 {2}the column "VM" is there twice/),
    ]);
    expect(problems('VM,Wave,Wave\nweb1,a,b\n')).toEqual([]);
  });

  test('may have 20,000 rows, and one mistake in all of them is told of some, and counted', () => {
    expect(problems(`VM,Wave\n${rows(20_000, (n) => `web${n},a`)}\n`)).toEqual([]);
    writeFileSync(join(dir, 'many.csv'), `id,name\n${rows(2_000, (n) => `${A},web${n}`)}\n`);
    const head = 'name: p\nkind: migrate\nsource: { site: paris }\n';
    writeFileSync(file, `${head}destination: { site: lyon, vdc: ${VDC} }\nvms: many.csv\n`);
    const lines = told(load.plan);
    expect(lines).toHaveLength(22);
    expect(lines.at(-2)).toMatch(/many\.csv {2}and 1979 times more: the VM .* is there twice/);
  });
});
