import { describe, expect, it } from '@jest/globals';
import pc from 'picocolors';
import { listText } from '../../cli/commands/list.js';
import { showText } from '../../cli/text/show-text.js';
import { vmText } from '../../cli/text/vm-text.js';
import { type ActRecord, actId } from '../../contract/act.js';
import type { VmReport } from '../../contract/report.js';
import { inWords } from '../../contract/words.js';
import { formatted, report, vm } from '../support/reports.js';

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

describe('a run as it is shown', () => {
  const gate = vm('web1', { state: 'waiting', step: 'gate', waitingFor: 'approval' });
  const each = { count: 20, p50: 60_000, p95: 90_000 };
  const wave = { name: 'pilot', vms: 9, p50: 120_000, p95: 180_000 };
  const estimate = { each, atOnce: 5, waves: [wave], p50: 120_000, p95: 180_000 };
  const known = { cutovers: { vms: 9, site: 'lyon', estimate }, copies: { vms: 3, unknown: 1, left: 600_000 } };

  it('says how long what is left takes: of the run, of each wave, and of a VM', () => {
    const shown = report([gate], { forecast: known });
    const text = showText(shown, plain);
    expect(text).toContain(
      'Left to cut over: 9 VMs, expected to take 2 min 00 s, at most 3 min 00 s: 5 at once, each as the last 20 at lyon',
    );
    expect(text).toMatch(/Left to copy: 3 VMs, .* in 10 min 00 s; of 1 .* not known before it has begun/);
    expect(text).toMatch(/NOW +CUTOVERS LEFT\npilot .* 2 min 00 s, at most 3 min 00 s\n/);
    expect(vmText(shown, gate, plain)).toMatch(/cutover takes +1 min 00 s, at most 1 min 30 s, by the last 20 at lyon/);
  });

  it('says that it is not known, rather than a guess', () => {
    const forecast = { cutovers: { vms: 9, site: null, estimate: null }, copies: { vms: 3, unknown: 3, left: null } };
    const text = showText(report([gate], { forecast }), plain);
    expect(text).toContain(
      'Left to cut over: 9 VMs; how long that takes is not known, since fewer than 5 were measured',
    );
    expect(text).toContain('Left to copy: 3 VMs; how long that takes is not known before it has begun');
    expect(text).not.toContain('CUTOVERS LEFT');
  });
});

describe('the report as text', () => {
  const text = formatted('text', done);

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

  it('holds what was expected of cutovers against what came, in each format for people', () => {
    const expected = { site: 'lyon', count: 20, p50Seconds: 60, p95Seconds: 90, atOnce: 5, share: null };
    const operation = {
      kind: 'migrate',
      operationId: 'o',
      taskId: 't',
      adopted: false,
      submittedAt: '2026-12-05T21:00:00.000Z',
      finishedAt: '2026-12-05T21:01:10.000Z',
      result: 'succeeded',
    } as const;
    const run = report([vm('web1', { state: 'succeeded', operations: [operation] })], { expected });
    for (const format of ['text', 'md', 'html'] as const) {
      const page = formatted(format, run).replace(/<[^>]*>|\\/g, '');
      expect(page).toMatch(
        /expected 1 min 00 s, at most 1 min 30 s, by the last 20 at lyon; took 1 min 10 s; 1 cutover/,
      );
      expect(page).toMatch(/expected 1 min 00 s, at most 1 min 30 s, 5 at once; some was under way for 1 min 10 s/);
    }
    const json = JSON.parse(formatted('json', run));
    expect(json.cutovers).toMatchObject({ expected: { atOnce: 5 }, measured: { underWaySeconds: 70 } });
  });

  it('says what is to be known of VMs that succeeded, once for all of which the same is said', () => {
    const elsewhere = (name: string) =>
      vm(name, { state: 'succeeded', notes: [`${name} goes to VDC gold, not silver.`] });
    expect(formatted('text', report([elsewhere('web1'), elsewhere('web2')]))).toContain(
      'To know:\n  web1, web2: web1 goes to VDC gold, not silver.\n',
    );
    expect(text).not.toContain('To know');
  });

  it('says which hooks have failed with no other effect than that, in each format for people', () => {
    const hook = {
      event: 'afterVm',
      url: 'https://itsm.example.com/moved',
      key: 'k',
      at: '2026-12-05T21:00:00.000Z',
      finishedAt: '2026-12-05T21:00:01.000Z',
      attempts: 4,
      result: 'failed',
      rule: 'warn',
      error: 'it answered 500',
    } as const;
    const told = (name: string) => vm(name, { state: 'succeeded', hooks: [hook, { ...hook, result: 'succeeded' }] });
    const hooks = [{ ...hook, event: 'afterWave', wave: 'pilot' } as const, { ...hook, rule: 'hold' } as const];
    const run = report([told('web1'), told('web2')], { hooks });
    for (const format of ['text', 'md', 'html'] as const) {
      const page = formatted(format, run).replace(/<[^>]*>|\\/g, '');
      expect(page).toMatch(/The hook afterVm failed \(https:\/\/itsm\S+\): it answered 500 \(?web1, web2/);
      expect(page).toContain(
        'The hook afterWave of wave pilot failed (https://itsm.example.com/moved): it answered 500',
      );
      expect(page.match(/The hook/g)).toHaveLength(2);
    }
  });

  it('has what persons have told the run, who they were and what came of it; and how many are not told', () => {
    const act = (number: number, change: Partial<ActRecord> = {}): ActRecord => ({
      id: actId('execution', number),
      at: '2026-12-05T21:01:00.000Z',
      actor: 'ann@acme',
      proof: 'claimed',
      command: 'drover approve',
      act: 'approve',
      target: 'wave:pilot',
      note: null,
      reference: null,
      before: null,
      after: { affected: 2, message: 'approved wave pilot: web1, web2' },
      refused: null,
      ...change,
    });
    const bad = act(2, {
      actor: 'bob',
      act: 'pause',
      target: null,
      note: 'a\n\u001b[31mlook',
      after: null,
      refused: 'no',
    });
    const told = formatted('text', { ...done, acts: [act(1), bad] });
    expect(told).toMatch(/^Acts:\nAT +WHO +ACT +FOR +NOTE +EFFECT$/m);
    expect(told).toMatch(/ann@acme +approve +wave:pilot +approved wave pilot: web1, web2$/m);
    expect(told).toMatch(/bob +pause +a\\n\\u001b\[31mlook +refused: no$/m);
    expect(text).not.toContain('Acts');
    expect(formatted('text', { ...done, acts: [act(3)] })).toContain(
      'Acts, but for the first 2, of which the store does not tell:',
    );
  });

  it('has no colours, which files and pipes would show', () => {
    expect(text).not.toContain('\u001b');
  });
});

describe('show', () => {
  const at = '2026-12-05T21:02:00.000Z';
  const since = { since: at, advice: null, tries: null, until: null };
  const many = report([
    ...Array.from({ length: 120 }, (_, n) => vm(`idle${n}`, { state: 'succeeded' })),
    ...Array.from({ length: 3 }, (_, n) => vm(`asks${n}`, { state: 'waiting', waitingFor: 'approval', step: 'gate' })),
    ...Array.from({ length: 24 }, (_, n) =>
      vm(`busy${n}`, { state: 'running', step: 'initial-sync', ...(n === 23 ? { stepSince: at } : {}) }),
    ),
    vm('off', { state: 'running', step: 'migrate', downSince: at }),
    vm('slow', { state: 'running', step: 'sync', retrying: { code: 'CopyStalled', message: 'no byte', ...since } }),
    failed,
  ]);

  it('of many VMs lists those that tell how it goes, and counts the rest', () => {
    const text = showText(many, plain);
    expect(text).toContain('150 VMs: 120 succeeded, 1 failed, 26 running, 3 waiting');
    expect(text).toMatch(/^1 source off:\nVM +WAVE +STEP +DOWN FOR\n+off +pilot +migrate +\d/m);
    expect(text).toMatch(/^1 VM in trouble:\n.*WHY\n+slow +pilot +sync +\d.* CopyStalled$/m);
    expect(text).toMatch(/^24 running:\nVM +WAVE +STEP +ON IT FOR\n+busy23 +pilot +initial-sync +\d/m);
    expect(text.match(/^busy/gm)).toHaveLength(20);
    expect(text).toContain('\nand 4 more\n');
    expect(text).toContain(
      'Not listed: 120 succeeded, 3 waiting (3 waiting for approval), 1 failed. All VMs: drover show exit-1 --all;',
    );
    expect(text).not.toMatch(/^(idle|asks)/m);
  });

  it('lists all VMs, or those that were asked for', () => {
    const attention = [{ kind: 'approval', message: '3 VMs wait.', next: 'drover approve exit-1 pilot' }] as const;
    const all = showText({ ...many, attention: [...attention] }, plain, many.vms);
    expect(all.match(/^(idle|busy|asks)/gm)).toHaveLength(147);
    expect(all).toMatch(/^! 3 VMs wait\.\n +next: drover approve exit-1 pilot\n\nWAVE +VMS /m);
    const some = showText(many, plain, [failed]);
    expect(some).toMatch(/^1 of 150 VMs:\n+VM [^]*^web2 /m);
    expect(showText(many, plain, [])).toContain('0 of 150 VMs are so.');
  });

  it('tells of VMs that an earlier run has moved in one line, as no failure', () => {
    const error = {
      code: 'AlreadyMigrated',
      message: 'm',
      operation: null,
      taskId: null,
      site: null,
      advice: 'Leave it out.',
    };
    const moved = Array.from({ length: 10 }, (_, n) => vm(`old${n}`, { state: 'skipped', error }));
    const run = report([...moved, vm('new', { state: 'succeeded' })]);
    for (const text of [showText(run, plain), formatted('text', run)]) {
      expect(text).toContain('11 VMs: 1 succeeded, 10 moved by an earlier run');
      expect(text).toMatch(/^10 VMs moved by an earlier run, and left alone: old0, .*\. Leave it out\.$/m);
      expect(text).not.toContain('with an error');
    }
  });

  it('says of a VM that was not heard of as of when it knows what it does', () => {
    const asOf = '2026-12-05T21:02:00.000Z';
    const text = showText(report([vm('web1', { state: 'running', step: 'migrate', asOf })]), plain);
    expect(text).toMatch(/web1 .* running +migrate as of 2026-12-0\d \d\d:\d\d:00/);
    expect(text).toContain('1 not heard of now');
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
    ['report', formatted('text', all)],
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
    expect(formatted('text', all)).toContain('The migrate warned: PowerOnFailed: could not be powered on (w1, w2)');
  });
});

describe('the report as JSON', () => {
  it('has the members of the contract and no others', () => {
    const parsed: unknown = JSON.parse(formatted('json', done));
    const { attention: _, forecast: __, vms, ...members } = done;
    const known = { source: { site: null }, destination: { site: null, vmId: null } };
    expect(parsed).toEqual({
      ...members,
      totals: { ...members.totals, movedBefore: 0 },
      acts: [],
      version: 2,
      planDigest: null,
      source: { site: null },
      destination: { site: null, vdc: null, storageProfile: null },
      window: null,
      approval: null,
      cutovers: null,
      versions: { drover: null, temporal: null, sites: {} },
      environment: null,
      writtenAt: '2026-12-06T06:00:00.000Z',
      writtenBy: '0.1.0',
      missing: ['the plan, with VDC, storage profile, window and approval'],
      checksum: null,
      vms: vms.map((one) => ({ ...one, unit: one.id, ...known })),
    });
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

describe('a VM of which the store alone has all, while that does not answer', () => {
  const cut = vm('web1', { state: 'failed', cut: { operations: 4, warnings: 2 } });

  it('has its warnings counted, and says how much of it is left out', () => {
    expect(formatted('text', report([cut]))).toMatch(/^VM .* WARNINGS[^]*^web1 .* 2$/m);
    expect(vmText(report([cut]), cut, plain)).toContain('4 operations and 2 warnings left out: the store alone has');
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
      needs: null,
    };
    expect(listText({ runs: [run], more: false }, plain)).toMatch(/^a +p +migrate +unknown +\? /m);
    expect(listText({ runs: [], more: false }, plain)).toContain('drover run PLAN');
    const needs = { approval: 3, hold: 0, until: 0, missed: 1 };
    const waits = { ...run, state: 'paused' as const, needs };
    expect(listText({ runs: [waits], more: false }, plain)).toContain('resume, 3 approvals, 1 past the window');
    const braked = { ...run, state: 'running' as const, brakes: ['lyon'] };
    expect(listText({ runs: [braked], more: false }, plain)).toContain('brake of lyon');
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
