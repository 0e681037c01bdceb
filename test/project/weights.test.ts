/** The order of the test files where Jest remembers no durations, as in a fresh clone. */
import { existsSync, readFileSync } from 'node:fs';
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
  const longForms = ['test/chaos/chaos', 'test/client/drill-fires', 'test/crash/kill-drill', 'test/crash/kill-worker'];
  for (const form of longForms) {
    expect(existsSync(fileURLToPath(new URL(`${form}.long.ts`, root)))).toBe(true);
    expect(existsSync(fileURLToPath(new URL(`${form}.test.ts`, root)))).toBe(true);
  }
});
