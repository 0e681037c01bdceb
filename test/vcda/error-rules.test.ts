import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { ERROR_TABLE, type ErrorRow, errorRules, pauseBefore } from '../../vcda/index.js';
import { failureOf, withSimulator } from './support/client.js';

function rowOf(key: string): ErrorRow {
  const found = ERROR_TABLE.find((row) => row.key === key);
  if (found === undefined) throw new Error(`no row ${key}`);
  return found;
}

describe('the error table', () => {
  it('names each key once, and says for each row what a person does next', () => {
    expect(new Set(ERROR_TABLE.map((row) => row.key)).size).toBe(ERROR_TABLE.length);
    for (const { meaning, advice, retry } of ERROR_TABLE) {
      expect(meaning).toMatch(/\.$/);
      expect(advice).toMatch(/\.$/);
      expect(retry.initial).toBeLessThanOrEqual(retry.max);
      expect(retry.max).toBeLessThan(retry.for);
    }
  });

  it('treats an unknown 5xx as GeneralServerFailure, in both columns', () => {
    const { call, task, retry } = rowOf('5xx');
    expect({ call, task, retry }).toEqual(
      (({ call, task, retry }) => ({ call, task, retry }))(rowOf('GeneralServerFailure')),
    );
  });
});

describe('looking a failure up', () => {
  const rules = errorRules();
  it.each([
    ['the code before the status', { code: 'BadRequest', status: 500 }, 'BadRequest'],
    ['the status before its class', { code: 'Odd', status: 503 }, '503'],
    ['a status that says "not now" before the code', { code: 'BadRequest', status: 429 }, '429'],
    ['the class of an unknown status', { code: 'Odd', status: 599 }, '5xx'],
    ['what has neither as a 4xx', { code: 'Odd' }, '4xx'],
    ['a redirect as the word of a front end', { code: 'HTTP 302', status: 302 }, 'FrontEnd'],
    ['a 404 without a code as the word of a front end', { code: 'HTTP 404', status: 404 }, 'FrontEnd'],
    ['a 404 with any code as a 4xx', { code: 'Odd', status: 404 }, '4xx'],
    ['a 500 without a code as a 5xx', { code: 'HTTP 500', status: 500 }, '5xx'],
    ['a code that an object has by itself as a 4xx', { code: 'constructor', status: null }, '4xx'],
    ['the code that ends a task', { code: 'OperationInProgress' }, 'OperationInProgress'],
  ])('takes %s', (_name, failure, key) => {
    expect(rules(failure).key).toBe(key);
  });

  it('reads the two columns apart: a code may fail a call and be tried again as a task, or the reverse', () => {
    expect(rules({ code: 'RemoteAuthenticationFailure' })).toMatchObject({ call: 'extend', task: 'retry' });
    expect(rules({ code: 'UnexpectedResponse' })).toMatchObject({ call: 'retry', task: 'fail' });
  });
});

describe('a config that overrides rows', () => {
  it('changes what it names and leaves the rest of the row', () => {
    const rules = errorRules({
      GeneralServerFailure: { retry: { initial: 5_000 } },
      PolicyViolation: { action: 'hold', task: 'hold' },
    });
    const original = rowOf('GeneralServerFailure');
    expect(rules({ code: 'GeneralServerFailure' })).toEqual({
      ...original,
      retry: { ...original.retry, initial: 5_000 },
    });
    expect(rules({ code: 'PolicyViolation' })).toMatchObject({ call: 'hold', task: 'hold' });
    expect(rules({ code: 'BadRequest' })).toEqual(rowOf('BadRequest'));
  });

  it('makes rows of its own: of a code, of a status', () => {
    const rules = errorRules({
      QuotaExceeded: { action: 'retry', retry: { max: 1_000 }, task: 'retry' },
      '409': { retry: { for: 60_000 } },
      '507': { action: 'hold' },
    });
    expect(rules({ code: 'QuotaExceeded', status: 400 })).toMatchObject({ key: 'QuotaExceeded', call: 'retry' });
    expect(rules({ code: 'Odd', status: 409 })).toMatchObject({ key: '409', call: 'retry', retry: { for: 60_000 } });
    expect(rules({ code: 'Odd', status: 507 })).toMatchObject({ key: '507', call: 'hold', task: 'retry' });
    expect(rules({ code: 'Odd', status: 508 }).key).toBe('5xx');
  });

  it('has the last word on a code that it names, whatever the status', () => {
    const rules = errorRules({ GeneralServerFailure: { action: 'hold' } });
    expect(rules({ code: 'GeneralServerFailure', status: 503 }).call).toBe('hold');
    expect(rules({ code: 'Odd', status: 503 }).key).toBe('503');
  });

  it('holds for the sites made from it', async () => {
    await withSimulator(
      async ({ simulator, sites, lyon }) => {
        simulator.control.addFaults({ kind: 'status', status: 500, operation: 'task' });
        expect(sites.rules(await failureOf(lyon.task('t1')))).toMatchObject({
          key: 'GeneralServerFailure',
          call: 'fail',
        });
      },
      { errors: { GeneralServerFailure: { action: 'fail' } } },
    );
  });
});

describe('the pause before a retry', () => {
  const anyRow = fc
    .record({ initial: fc.integer({ min: 1, max: 60_000 }), more: fc.nat(600_000) })
    .map(({ initial, more }) => ({
      ...rowOf('503'),
      retry: { initial, max: initial + more, for: 3_600_000 },
    }));
  const random = fc.double({ min: 0, max: 1, noNaN: true });

  it('is positive, never above the longest of the row, and grows', () => {
    fc.assert(
      fc.property(anyRow, fc.integer({ min: 1, max: 10_000 }), random, (row, attempt, at) => {
        const pause = pauseBefore(row, attempt, null, at);
        expect(pause).toBeGreaterThanOrEqual(Math.floor(row.retry.initial * 0.75));
        expect(pause).toBeLessThanOrEqual(row.retry.max);
        expect(pauseBefore(row, attempt + 1, null, at)).toBeGreaterThanOrEqual(pause);
      }),
    );
  });

  it('is what the site asks for, within bounds', () => {
    fc.assert(
      fc.property(anyRow, fc.double({ min: 0, max: 1e15, noNaN: true }), random, (row, asked, at) => {
        const pause = pauseBefore(row, 1, asked, at);
        expect(pause).toBeGreaterThanOrEqual(row.retry.initial);
        expect(pause).toBeLessThanOrEqual(Math.max(row.retry.max, 600_000));
        if (asked >= row.retry.initial && asked <= 600_000) expect(pause).toBe(asked);
      }),
    );
  });
});
