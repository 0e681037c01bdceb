import { describe, expect, it } from '@jest/globals';
import pc from 'picocolors';
import { drillsText, historyText } from '../../cli/text/drill-list-text.js';
import { showText } from '../../cli/text/show-text.js';
import { vmText } from '../../cli/text/vm-text.js';
import { compareDrills } from '../../client/drills/drill-history.js';
import type { CheckResult, OperationRecord, VmReport } from '../../contract/report.js';
import { drillResult, formatted, report, vm } from '../support/reports.js';

const plain = pc.createColors(false);
const colors = pc.createColors(true);

const check = (name: string, ok: boolean, detail: string): CheckResult => ({
  name,
  ok,
  detail,
  attempts: 3,
  startedAt: '2026-12-05T21:10:00.000Z',
  finishedAt: '2026-12-05T21:10:30.000Z',
});

const db = vm('db1', {
  wave: 'db',
  state: 'succeeded',
  step: 'done',
  rtoSeconds: 61,
  rpoSeconds: 240,
  checks: [check('tcp 5432', true, 'tcp 10.0.0.5:5432: open')],
});
const web = vm('web1', {
  wave: 'web',
  state: 'failed',
  step: 'checks',
  checks: [check('tcp 443', true, 'open'), check('http /health', false, 'http /health: 503, expected 200')],
  error: {
    code: 'CheckFailed',
    message: 'web1 did not pass.',
    operation: 'failover-test',
    taskId: null,
    site: 'lyon',
    advice: null,
  },
});
const ended = report([db, web], {
  run: 'crm-1',
  plan: 'crm',
  kind: 'drill',
  state: 'failed',
  finishedAt: '2026-12-05T21:30:00.000Z',
  drill: drillResult({
    objectives: { rtoSeconds: 60, rpoSeconds: 900 },
    rtoSeconds: 61,
    rpoSeconds: 240,
    groups: [
      { name: 'db', rtoSeconds: 61, rpoSeconds: 240 },
      { name: 'web', rtoSeconds: null, rpoSeconds: null },
    ],
    missed: ['RTO of db1 (id-of-db1): 61 s, objective 60 s: 1 s over'],
    swept: [{ vm: 'old1', run: 'crm-0' }],
    notSwept: [{ vm: 'old2', run: 'crm-0', reason: 'The test copy at lyon stays: somebody else made it.' }],
  }),
});

const tested = (result: OperationRecord['result'] = 'succeeded'): OperationRecord => ({
  kind: 'failover-test',
  operationId: 'o',
  taskId: 't',
  adopted: false,
  submittedAt: '2026-12-05T21:00:00.000Z',
  finishedAt: null,
  result,
});

describe('the report of a drill', () => {
  const text = formatted('text', ended);

  it('has what was measured, against what was wanted', () => {
    expect(text).toMatch(/^drill crm, mode test, /m);
    expect(text).toMatch(/^ +RTO +1 min 01 s, at most 1 min 00 s wanted$/m);
    expect(text).toMatch(/^ +RPO +4 min 00 s, at most 15 min 00 s wanted$/m);
    expect(text).toMatch(/^db +1 min 01 s +4 min 00 s$/m);
    expect(text).toContain('missed: RTO of db1 (id-of-db1): 61 s, objective 60 s: 1 s over');
    expect(text).toMatch(/^ +left behind +nothing$/m);
  });

  it('has the checks that failed with what was seen, and how many passed', () => {
    expect(text).toMatch(/^ +checks +2 of 3 passed$/m);
    expect(text).toMatch(/^web1 +http \/health +3 +http \/health: 503, expected 200$/m);
    expect(text).toMatch(/^web1 +web +failed +checks +1\/2 +CheckFailed$/m);
    expect(text).toMatch(/GROUP +VMS/);
  });

  it('names the copies of earlier drills that it removed', () => {
    expect(text).toContain('Removed 1 test copy that earlier drills had left: old1 (crm-0).');
  });

  it('names those that it found and left, and why', () => {
    expect(text).toMatch(/^Found and not removed: 1 test copy of earlier drills:\n {2}old2 \(crm-0\): .* stays: /m);
  });

  it('says nothing of outages, which a drill has none of', () => {
    expect(text).not.toContain('Outage');
  });

  it('shows a missed objective in red', () => {
    expect(showText(ended, colors)).toContain(colors.red(`missed: ${ended.drill?.missed[0]}`));
    expect(showText(ended, colors)).toContain(colors.red('1 min 01 s'));
  });

  it('has all of it in JSON', () => {
    expect(JSON.parse(formatted('json', ended))).toMatchObject({ kind: 'drill', drill: ended.drill });
  });
});

describe('a drill that goes on', () => {
  it('shows its phase, and what is still up until when', () => {
    const held = report(
      [
        { ...db, state: 'running', step: 'hold', operations: [tested()] },
        { ...web, state: 'running', step: 'checks', operations: [tested()] },
      ],
      { kind: 'drill', drill: drillResult({ phase: 'hold', heldUntil: '2026-12-05T22:00:00.000Z' }) },
    );
    const text = showText(held, plain);
    expect(text).toMatch(/^ +phase +hold$/m);
    expect(text).toMatch(
      /^ +still up +2 test copies, until 2026-12-0\d \d\d:00:00 \S+ or drover drill finish exit-1: db1, web1$/m,
    );
    expect(text).toMatch(/^ +RTO +not known yet$/m);
  });

  it('shows until when what it has begun is undone', () => {
    const undone = { state: 'running', step: 'resync', undoneBy: '2026-12-05T22:00:00.000Z' } as const;
    const failover = { ...tested(), kind: 'failover' } as const;
    const going = report([{ ...db, ...undone, operations: [failover] }], {
      kind: 'drill',
      drill: drillResult({ mode: 'roundtrip', phase: 'clean-up' }),
    });
    expect(showText(going, plain)).toMatch(
      /^ +still up +1 VM, being undone until 2026-12-0\d \d\d:00:00 \S+ at the latest: db1$/m,
    );
  });

  it('tells no end of what is being removed, and counts a copy that its clean-up has left', () => {
    const cleanup = (result: 'succeeded' | null) => ({ ...tested(), kind: 'cleanup', result }) as const;
    const phase = { phase: 'clean-up', heldUntil: '2026-12-05T22:00:00.000Z' } as const;
    const [left, gone] = [
      vm('left', { state: 'running', step: 'clean-up', operations: [tested(), cleanup('succeeded'), cleanup(null)] }),
      vm('gone', { state: 'running', step: 'clean-up', operations: [tested(), cleanup('succeeded')] }),
    ];
    const text = showText(report([left, gone], { kind: 'drill', drill: drillResult(phase) }), plain);
    expect(text).toMatch(/^ +still up +1 test copy: left$/m);
  });

  it('counts as still up what it has made and not removed, and nothing that somebody else has', () => {
    const error = { message: 'm', operation: 'failover-test', taskId: null, site: 'lyon', advice: null } as const;
    const removed = { ...tested(), kind: 'cleanup' } as const;
    const refused = { ...error, code: 'TestCopyExists' };
    const held = report(
      [
        vm('own', { state: 'running', step: 'hold', operations: [tested()] }),
        vm('being-removed', {
          state: 'running',
          step: 'clean-up',
          operations: [tested(), { ...removed, result: null }],
        }),
        vm('left', {
          state: 'failed',
          step: 'clean-up',
          operations: [tested()],
          error: { ...error, code: 'TestCopyLeft' },
        }),
        vm('persons', { state: 'running', step: 'clean-up', error: refused }),
        vm('persons-over', { state: 'failed', step: 'clean-up', error: refused }),
        vm('never-made', { state: 'running', step: 'clean-up', operations: [tested('failed')] }),
        vm('removed', { state: 'running', step: 'clean-up', operations: [tested(), removed] }),
        vm('over', {
          state: 'failed',
          step: 'clean-up',
          operations: [tested(), removed],
          error: { ...error, code: 'X' },
        }),
      ],
      { kind: 'drill', drill: drillResult({ phase: 'hold' }) },
    );
    expect(showText(held, plain)).toMatch(/^ +still up +3 test copies: own, being-removed, left$/m);
  });

  it('counts as still up all that a round trip has taken away and not brought home, whatever their step', () => {
    const out = { ...tested(), kind: 'failover' } as const;
    const running = (name: string, step: VmReport['step'], operations: OperationRecord[]) =>
      vm(name, { state: 'running', step, operations });
    const drill = { ...drillResult({ phase: 'hold' }), mode: 'roundtrip' as const };
    const vms = [
      running('held', 'hold', [out]),
      running('turned', 'resync', [out]),
      running('waits', 'failover-back', [out, { ...out, result: null }]),
      running('home', 'checks', [out, out]),
      running('not-gone', 'sync', []),
    ];
    expect(showText(report(vms, { kind: 'drill', drill }), plain)).toMatch(/^ +still up +3 VMs: held, turned, waits$/m);
  });
});

describe('one VM of a drill', () => {
  it('has each check with its result, attempts and what was seen', () => {
    const text = vmText(ended, web, plain);
    expect(text).toMatch(/^http \/health +failed +3 +30 s +http \/health: 503, expected 200$/m);
    expect(text).toMatch(/^ +group +web$/m);
    expect(vmText(ended, db, plain)).toMatch(/^ +RTO +1 min 01 s$/m);
  });
});

describe('a failover', () => {
  it('shows RTO and RPO of each VM where they are known', () => {
    const run = report([vm('web1', { rtoSeconds: 12, rpoSeconds: 300 }), vm('web2')], { kind: 'failover' });
    expect(showText(run, plain)).toMatch(/^VM +WAVE +STATE +STEP +RTO +RPO$/m);
    expect(showText(run, plain)).toMatch(/^web1 .* 12 s +5 min 00 s$/m);
  });
});

describe('the history of a drill', () => {
  const past = (run: string, rtoSeconds: number | null, failed: number | null, missed: string[] = []) => ({
    run,
    state: 'succeeded' as const,
    startedAt: '2026-12-05T21:00:00.000Z',
    finishedAt: null,
    rtoSeconds,
    rpoSeconds: null,
    vms: 3,
    failed,
    missed,
  });

  it('holds each drill against the one before that has the number', () => {
    const runs = compareDrills([past('c', 30, 1), past('b', null, 0), past('a', 42, 0)]);
    expect(runs.map(({ change }) => [change.rtoSeconds, change.failed])).toEqual([
      [-12, 1],
      [null, 0],
      [null, null],
    ]);
  });

  it('shows the change beside the number, and what was missed', () => {
    const runs = compareDrills([past('c', 30, 1, ['RTO of db1: 10 s over', 'RTO of db2: 2 s over']), past('a', 42, 0)]);
    const text = historyText({ drill: 'crm', runs, more: false }, plain);
    expect(text).toMatch(/^c .* 30 s \(-12 s\) +1 of 3 \(\+1\) +RTO of db1: 10 s over; and 1 more$/m);
    expect(text).toMatch(/^a .* 42 s +0 of 3$/m);
  });

  it('says how to begin when there is none', () => {
    expect(historyText({ drill: 'crm', runs: [], more: false }, plain)).toContain('drover drill trigger crm');
    expect(drillsText([], plain)).toContain('drover drill schedule');
  });
});
