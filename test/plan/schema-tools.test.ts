import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { check } from '../../plan/source/check.js';
import { objectSource } from '../../plan/source/object-source.js';
import { formatProblem, type Problem } from '../../plan/source/problem.js';
import { choose, isMapping, parsed, strict, withRule } from '../../plan/source/schema-tools.js';

function read(schema: z.ZodType, value: unknown): { data: unknown; lines: string[] } {
  const problems: Problem[] = [];
  const data = check(schema, objectSource('it', value), [], problems);
  return { data, lines: problems.map(formatProblem) };
}

const even = parsed('an even number', {}, (value) =>
  typeof value === 'number' && value % 2 === 0 ? value : undefined,
);

it('tells all mistakes, though they are more than a call may have arguments', () => {
  const keys = Object.fromEntries(Array.from({ length: 150_000 }, (_, n) => [`k${n}`, 1]));
  expect(read(strict({ in: strict({}) }), { in: keys }).lines).toHaveLength(150_000);
});

describe('a mapping', () => {
  const schema = strict({ a: z.string(), b: even.exactOptional(), c: even.prefault(4) });

  it('takes keys without a value as left out', () => {
    expect(read(schema, { a: 'x', b: null, c: undefined })).toStrictEqual({ data: { a: 'x', c: 4 }, lines: [] });
  });

  it('reports an unknown key also where it has no value, beside what else is wrong', () => {
    expect(read(schema, { a: null, b: 3, bc: null }).lines).toEqual([
      'a has no value (expected text)',
      'b is 3 (expected an even number)',
      'bc  unknown key "bc" (expected a, b or c)',
    ]);
  });
});

describe('a rule over several keys', () => {
  const seen: unknown[] = [];
  const inner = strict({ low: even, high: even });
  const schema = strict({
    range: withRule(inner, (sound, report, written) => {
      seen.push(sound);
      const { low, high } = sound;
      if (low !== undefined && high !== undefined && low > high) report({ found: 'is too high' }, ['low']);
      if ('low' in written) report({ message: 'low is old', hint: 'write lowest' }, ['low'], 'key');
    }),
  });

  it('is asked whatever else is wrong, and sees no key that is', () => {
    expect(read(schema, { range: { low: 3, high: 2, mid: 1 } }).lines).toEqual([
      'range.low is 3 (expected an even number)',
      'range.mid  unknown key "mid" in range (expected low or high)',
      'range.low  low is old (hint: write lowest)',
    ]);
    expect(seen.at(-1)).toEqual({ high: 2 });
    expect(read(schema, { range: { low: 4, high: 2 } }).lines).toContain('range.low is too high');
  });

  it('is not asked of what is no mapping', () => {
    expect(read(schema, { range: 'x' }).lines).toEqual(['range is "x" (expected a mapping (key: value))']);
  });
});

describe('one of several schemas', () => {
  const schema = strict({
    one: choose({ number: even, mapping: strict({ of: even }) }, (value, report) => {
      if (typeof value === 'number') return 'number';
      return isMapping(value) ? 'mapping' : report({ expected: 'a number or a mapping' });
    }),
  });

  it('is the one that was meant, with its mistakes', () => {
    expect(read(schema, { one: 2 }).data).toEqual({ one: 2 });
    expect(read(schema, { one: { of: 3 } }).lines).toEqual(['one.of is 3 (expected an even number)']);
    expect(read(schema, { one: [] }).lines).toEqual(['one is an empty list (expected a number or a mapping)']);
    expect(read(schema, {}).lines).toEqual(['one is missing (expected a number or a mapping)']);
  });
});
