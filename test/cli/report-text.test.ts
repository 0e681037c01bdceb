import { describe, expect, it } from '@jest/globals';
import pc from 'picocolors';
import { listText } from '../../cli/commands/list.js';
import { REPORT_FORMATS } from '../../cli/report/index.js';
import { showText } from '../../cli/text/show-text.js';
import { vmText } from '../../cli/text/vm-text.js';
import type { VmReport } from '../../contract/report.js';
import { inWords } from '../../contract/words.js';
import { report, vm } from '../support/reports.js';

const plain = pc.createColors(false);
const failed = vm('web2', {
  state: 'failed',
  step: 'migrate',
  outageSeconds: null,
  error: {
    code: 'Forbidden',
    message: 'may not',
    operation: 'migrate',
    taskId: 't-9',
    site: 'lyon',
    advice: 'grant the right.',
  },
});
const done = report([vm('web1', { state: 'succeeded', step: 'done', outageSeconds: 12.4 }), failed], {
  state: 'failed',
  finishedAt: '2026-12-05T21:03:20.000Z',
});

describe('the report as text', () => {
  const text = REPORT_FORMATS.text(done);

  it('has totals, waves, failures with code, task and next step, and outages', () => {
    expect(text).toContain('2 VMs: 1 succeeded, 1 failed');
    expect(text).toMatch(/^pilot +2 +1 +1/m);
    expect(text).toContain('Forbidden: may not. Next: grant the right.');
    expect(text).toContain('operation migrate, task t-9, site lyon');
    expect(text).toContain(
      'Outage of 1 VM: shortest at most 12.4 s, median at most 12.4 s, longest at most 12.4 s (web1).',
    );
    expect(text).toContain('3 min 20 s');
  });

  it('says what is to be known of VMs that succeeded, once for all of which the same is said', () => {
    const elsewhere = (name: string) =>
      vm(name, { state: 'succeeded', notes: [`${name} goes to VDC gold, not silver.`] });
    expect(REPORT_FORMATS.text(report([elsewhere('web1'), elsewhere('web2')]))).toContain(
      'To know:\n  web1, web2: web1 goes to VDC gold, not silver.\n',
    );
    expect(text).not.toContain('To know');
  });

  it('has no colours, which files and pipes would show', () => {
    expect(text).not.toContain('\u001b');
  });
});

describe('a list of VMs, in report and show', () => {
  const cause = { ...failed.error, code: 'GeneralServerFailure' } as NonNullable<typeof failed.error>;
  const alike = ['a', 'b', 'c'].map((name) =>
    vm(name, { state: 'failed', error: { ...cause, message: `of ${name}` } }),
  );
  const off = vm('off', {
    state: 'failed',
    error: { ...cause, message: 'of off' },
    downSince: '2026-12-05T22:05:00.000Z',
  });
  const warning = { code: 'PowerOnFailed', message: 'could not be powered on' };
  const warned = ['w1', 'w2'].map((name) =>
    vm(name, {
      state: 'succeeded',
      operations: [
        {
          kind: 'migrate',
          operationId: 'o',
          taskId: 't',
          adopted: false,
          submittedAt: '2026-12-05T21:00:00.000Z',
          finishedAt: '2026-12-05T21:01:05.000Z',
          result: 'succeeded',
          warnings: [warning],
        },
      ],
    }),
  );
  const all = report([...warned, ...alike, off], { state: 'failed' });

  it.each([
    ['report', REPORT_FORMATS.text(all)],
    ['show', showText(all, plain)],
  ])('%s: what may be down is first, what failed alike is told once, warnings are counted', (_, text) => {
    const rows = text.slice(text.lastIndexOf('STATE')).split('\n');
    expect(rows.slice(1).map((row) => row.split(' ')[0])).toEqual(['off', 'a', 'b', 'c', 'w1', 'w2']);
    expect(text).toMatch(/off \(id-of-off\)[^]*and so did 3 other VMs: a, b, c/);
    expect(text.match(/may not|: of (off|[abc])/g)).toHaveLength(1);
    expect(text).toContain('6 VMs: 2 succeeded, 4 failed; 2 warnings');
  });

  it.each([
    ['message', { message: 'of other: no space' }],
    ['advice', { message: 'of other', advice: 'Make space.' }],
    ['site', { message: 'of other', site: 'nice' }],
    ['operation', { message: 'of other', operation: 'sync' }],
  ] as const)('one of the same code with another %s is told for itself', (_, change) => {
    const other = vm('other', { state: 'failed', error: { ...cause, ...change } });
    const text = showText(report([...alike, other]), plain);
    expect(text).toMatch(/^a \(id-of-a\)[^]*and so did 2 other VMs: b, c[^]*^other \(id-of-other\)/m);
    expect(text).toContain(change.message);
  });

  it('failed alike where only its names, ids and times differ', () => {
    function one(name: string, n: number): VmReport {
      const id = `441a891a-5294-4dff-b02d-c605d335be1${n}`;
      const message =
        `migrate of ${name} (${id}) at lyon: 500 X: a disk of ${name} [replication C4-${id}, operation ` +
        `drover/r/${id}/migrate/1]; see task t-${n}, off since 2026-12-05T22:05:00.00${n}Z.`;
      const operations = [{ ...warned[0]?.operations[0], taskId: `t-${n}` } as VmReport['operations'][number]];
      return vm(name, { id, state: 'failed', operations, error: { ...cause, message } });
    }
    const text = showText(report([one('web1', 1), one('b', 2), one('w.*(x', 3)]), plain);
    expect(text).toMatch(/and so did 2 other VMs: b, w\.\*\(x/);
  });

  it('the report says what was warned of, once for all that were warned alike', () => {
    expect(REPORT_FORMATS.text(all)).toContain('The migrate warned: PowerOnFailed: could not be powered on (w1, w2)');
  });
});

describe('the report as JSON', () => {
  it('has the members of the contract and no others', () => {
    const parsed: unknown = JSON.parse(REPORT_FORMATS.json(done));
    const { attention: _, ...members } = done;
    expect(parsed).toEqual(members);
  });
});

describe('what show prints', () => {
  it('puts first what a person must do', () => {
    const waits = report([vm('web1', { state: 'waiting', step: 'gate', waitingFor: 'approval' })], {
      attention: [{ kind: 'approval', message: '1 VM waits', next: 'drover approve exit-1 pilot' }],
    });
    const text = showText(waits, plain);
    expect(text.indexOf('next: drover approve exit-1 pilot')).toBeLessThan(text.indexOf('WAVE'));
    expect(text).toMatch(/^web1 +pilot +waiting +gate +approval/m);
  });

  it('of one VM has every operation with its id, task and time', () => {
    const moved = vm('web1', {
      state: 'running',
      step: 'migrate',
      operations: [
        {
          kind: 'start',
          operationId: 'drover/exit-1/id/start/1',
          taskId: 't-1',
          adopted: true,
          submittedAt: '2026-12-05T21:00:00.000Z',
          finishedAt: '2026-12-05T21:01:05.000Z',
          result: 'succeeded',
        },
      ],
    });
    expect(vmText(report([moved]), moved, plain)).toMatch(
      /^start +succeeded .* 1 min 05 s +t-1 +found +drover\/exit-1\/id\/start\/1$/m,
    );
  });
});

describe('one VM that cannot go on at the moment', () => {
  it('says what, since when, how often and until when, and what its tasks warned of', () => {
    const said = {
      code: 'OperationInProgress',
      message: 'somebody syncs it',
      advice: 'Wait for it.',
      since: '2026-12-05T21:00:00.000Z',
      tries: 3,
      until: '2026-12-05T22:00:00.000Z',
    };
    const sent = {
      kind: 'migrate' as const,
      operationId: 'drover/exit-1/id/migrate/1',
      taskId: 't-1',
      adopted: false,
      submittedAt: said.since,
      finishedAt: null,
      result: null,
      warnings: [{ code: 'PowerOnFailed', message: 'it did not start' }],
    };
    const busy = vm('web1', { state: 'running', retrying: said, operations: [sent] });
    const text = vmText(report([busy]), busy, plain);
    expect(text).toMatch(
      /OperationInProgress since 2026-12-0\d .*, tried 3 times, until 2026-12-0.*: somebody syncs it\. Next: Wait/,
    );
    expect(text).toContain('The migrate warned: PowerOnFailed: it did not start');
    const waits = { ...busy, retrying: { ...said, tries: null, until: null } };
    expect(vmText(report([waits]), waits, plain)).not.toMatch(/tried|until/);
  });
});

describe('the list of runs', () => {
  it('shows a run that nobody can answer for, and says how to begin when there is none', () => {
    const run = {
      run: 'a',
      plan: 'p',
      kind: 'migrate',
      state: null,
      startedAt: '2026-12-05T21:00:00.000Z',
      finishedAt: null,
      totals: null,
    };
    expect(listText({ runs: [run], more: false }, plain)).toMatch(/^a +p +migrate +unknown +\? /m);
    expect(listText({ runs: [], more: false }, plain)).toContain('drover run PLAN');
  });
});

describe('a duration', () => {
  it.each([
    [0, '0 s'],
    [59_400, '59 s'],
    [65_000, '1 min 05 s'],
    [3_720_000, '1 h 02 min'],
    [null, '-'],
  ])('of %p ms reads %s', (ms, text) => {
    expect(inWords(ms)).toBe(text);
  });
});
