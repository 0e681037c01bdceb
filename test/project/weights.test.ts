/** The order of the test files where Jest remembers no durations, as in a fresh clone. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';

const root = new URL('../../', import.meta.url);
const weights = JSON.parse(readFileSync(new URL('test/support/weights.json', root), 'utf8')) as Record<string, number>;

it('the weights name test files that exist, the longest first', () => {
  const files = Object.keys(weights);
  expect(files.filter((file) => !existsSync(fileURLToPath(new URL(file, root))))).toEqual([]);
  expect(Object.values(weights)).toEqual(Object.values(weights).toSorted((a, b) => b - a));
  expect(files[0]).toMatch(/\.test\.ts$/);
});

it('every long form has a short one', () => {
  const entries = readdirSync(new URL('test/', root), { recursive: true, encoding: 'utf8' });
  const longForms = entries.filter((file) => file.endsWith('.long.ts'));
  expect(longForms).not.toHaveLength(0);
  expect(longForms.filter((file) => !entries.includes(file.replace('.long.ts', '.test.ts')))).toEqual([]);
});
