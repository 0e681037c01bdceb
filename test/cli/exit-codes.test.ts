import { describe, expect, it } from '@jest/globals';
import { InvalidArgumentError } from 'commander';
import { NotAgreed } from '../../cli/errors.js';
import { exitCodeOfError, exitCodeOfReport, exitCodeOfVm } from '../../cli/exit-codes.js';
import { errorDocument, errorLines } from '../../cli/text/render-error.js';
import { Interrupted, NoWorker, RunExists, RunNotFound, WorkflowFailing } from '../../client/errors.js';
import type { VmState } from '../../contract/report.js';
import { BadInput } from '../../plan/source/problem.js';
import { TemporalUnreachable } from '../../temporal/unreachable.js';
import { report, vm } from '../support/reports.js';

const finished = (...states: VmState[]) =>
  report(
    states.map((state, n) => vm(`vm${n}`, { state })),
    {
      finishedAt: '2026-12-05T22:00:00.000Z',
      state: states.every((state) => state === 'succeeded') ? 'succeeded' : 'failed',
    },
  );

describe('the exit code of a run', () => {
  it('is 0 when all succeeded, and while it goes on', () => {
    expect(exitCodeOfReport(finished('succeeded', 'succeeded'))).toBe(0);
    expect(exitCodeOfReport(report([vm('a', { state: 'failed' }), vm('b')]))).toBe(0);
  });

  it.each(['failed', 'cancelled', 'skipped'] as const)('is 1 when one VM is %s', (state) => {
    expect(exitCodeOfReport(finished('succeeded', state))).toBe(1);
  });
});

describe('the exit code of a failover that nobody has agreed to', () => {
  it.each([
    [2, 'nobody said --no-input', false],
    [4, '--no-input was said', true],
  ])('is %i where %s', (code, _why, isUnasked) => {
    expect(exitCodeOfError(new NotAgreed('r1', 'drover failover r1 --confirm', isUnasked))).toBe(code);
  });
});

describe('the exit code of one VM', () => {
  const error = { operation: null, taskId: null, site: null, message: '', advice: null };

  it.each([
    [0, 'SkippedByPerson'],
    [0, 'AlreadyMigrated'],
    [1, 'DependencyNotMet'],
  ])('is %i when it was skipped as %s', (code, why) => {
    expect(exitCodeOfVm(vm('a', { state: 'skipped', error: { ...error, code: why } }))).toBe(code);
  });
});

describe('the exit code of an error', () => {
  it.each([
    [2, new BadInput([{ file: 'plan.yaml', line: 3, column: 5, message: 'wrong' }])],
    [2, new RunNotFound('x', [])],
    [2, new RunExists('x', { name: 'a', kind: 'migrate' }, { name: 'b', kind: 'drill' })],
    [2, new InvalidArgumentError('no')],
    [3, new TemporalUnreachable({ address: 'localhost:1', namespace: 'default' }, 'gone', 'Look')],
    [3, new NoWorker('drover')],
    [3, new WorkflowFailing('run/x', 7, 'TypeError: x is undefined')],
    [130, new Interrupted('No longer watching', null)],
  ])('is %i for %s', (code, error) => {
    expect(exitCodeOfError(error)).toBe(code);
  });
});

describe('an error', () => {
  it('of a file names every problem with line and column', () => {
    const error = new BadInput([
      { file: 'plan.yaml', line: 3, column: 5, message: 'wrong' },
      { file: 'plan.yaml', line: 9, column: 1, message: 'unknown key', expected: 'name' },
    ]);
    expect(errorLines(error)).toEqual([
      expect.stringMatching(/^plan\.yaml:3:5\s+wrong/),
      expect.stringMatching(/^plan\.yaml:9:1\s+unknown key.*expected name/),
      '2 problems found; nothing was done.',
    ]);
    expect(errorDocument(error).error).toMatchObject({ code: 'BadInput', problems: error.problems });
  });

  it('says what to do next', () => {
    expect(errorLines(new RunNotFound('x', ['x1', 'x2'])).join('\n')).toBe(
      'No run is named x. Nearest: x1, x2.\n  next: drover list --all',
    );
    expect(errorDocument(new NoWorker('drover'))).toEqual({
      error: {
        code: 'NoWorker',
        message: 'No worker listens on task queue drover.',
        problems: [],
        next: 'start one with: drover worker',
      },
    });
  });

  it('that nobody foresaw is told with its causes', () => {
    expect(errorLines(new Error('outer', { cause: new Error('inner') })).join('\n')).toBe(
      'Unexpected error: outer: inner',
    );
  });
});
