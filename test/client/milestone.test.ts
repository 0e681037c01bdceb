/** What a pipeline waits for, by how a run stands. */
import { describe, expect, it } from '@jest/globals';
import { exitCodeOfWaited } from '../../cli/exit-codes.js';
import { attentionFor, type Findings } from '../../client/attention.js';
import { type Milestone, type Sync, standingOf } from '../../client/milestone.js';
import type { VmReport } from '../../contract/report.js';
import { report, vm } from '../support/reports.js';

const findings: Findings = {
  runFailing: null,
  failing: [],
  endedOutside: null,
  loading: null,
  unknown: [],
  approval: 'wave',
  brakes: [],
};

function seen(vms: VmReport[], change: Parameters<typeof report>[1] = {}) {
  const given = report(vms, change);
  return { ...given, attention: attentionFor(given, findings) };
}

/** `reached`, what a person must do first, or that it is still on its way. */
function standing(milestone: Milestone, given: ReturnType<typeof seen>, sync: Sync = 'ahead') {
  const { reached, needed } = standingOf(given, milestone, sync);
  return reached ? 'reached' : needed.length > 0 ? needed.map(({ kind }) => kind) : 'on its way';
}

const queued = vm('queued');
const copying = vm('copying', { state: 'running', step: 'initial-sync' });
const moving = vm('moving', { state: 'running', step: 'migrate' });
const atGate = (name: string, waitingFor: VmReport['waitingFor'], change: Partial<VmReport> = {}) =>
  vm(name, { state: 'waiting', step: 'gate', waitingFor, ...change });
const approval = atGate('approval', 'approval');
const done = vm('done', { state: 'succeeded', step: 'done' });
const failed = vm('failed', {
  state: 'failed',
  error: { code: 'X', message: 'x', operation: null, taskId: null, site: null, advice: null },
});
const later = vm('later', { wave: 'two' });

describe('a run is synced', () => {
  it('once each VM has ended or its copy is made, whatever it waits for then', () => {
    expect(standing('synced', seen([copying, approval]))).toBe('on its way');
    expect(standing('synced', seen([queued, approval]))).toBe('on its way');
    expect(standing('synced', seen([approval, moving, done, failed]))).toBe('reached');
  });

  it('never before all of its VMs are known', () => {
    const loading = seen([approval]);
    expect(standing('synced', { ...loading, totals: { ...loading.totals, vms: 500 } })).toBe('on its way');
  });

  it('not without an approval where copies of later waves wait for it', () => {
    expect(standing('synced', seen([approval, copying, later]), 'wave')).toEqual(['approval']);
    expect(standing('synced', seen([approval, copying]), 'wave')).toBe('on its way');
    expect(standing('synced', seen([approval, later]), 'ahead')).toBe('on its way');
  });
});

describe('a run stands at its gate', () => {
  it('once nothing goes on before somebody approves, or a window opens', () => {
    expect(standing('gate', seen([approval, done, failed]))).toBe('reached');
    expect(standing('gate', seen([atGate('w', 'window'), atGate('d', 'dependency', { wave: 'two' })]))).toBe('reached');
    expect(standing('gate', seen([approval, moving]))).toBe('on its way');
    expect(standing('gate', seen([approval, atGate('next', 'capacity')]))).toBe('on its way');
    expect(standing('gate', seen([approval, queued]))).toBe('on its way');
    expect(standing('gate', seen([approval, later]), 'wave')).toBe('reached');
    expect(standing('gate', seen([done, atGate('d', 'dependency', { wave: 'two' })]))).toBe('on its way');
  });

  it('not when its window is over, which a person must see to', () => {
    const error = { ...failed.error, code: 'WindowMissed' } as VmReport['error'];
    expect(standing('gate', seen([atGate('late', 'window', { error }), copying]))).toEqual(['missed']);
    expect(standing('done', seen([atGate('late', 'window', { error })]))).toEqual(['missed']);
  });
});

describe('a run is done', () => {
  it('when it is over, and needs a person first who has to approve, or to say resume', () => {
    expect(standing('done', seen([moving, atGate('w', 'window')]))).toBe('on its way');
    expect(standing('done', seen([moving, approval]))).toEqual(['approval']);
    expect(standing('done', seen([atGate('u', 'until')]))).toEqual(['until']);
    expect(standing('done', seen([moving], { state: 'paused', pausedBecause: 'by ann' }))).toEqual(['paused']);
    expect(standing('done', seen([done], { finishedAt: '2026-12-05T22:00:00.000Z', state: 'succeeded' }))).toBe(
      'reached',
    );
  });

  it.each(['synced', 'gate', 'done'] as const)(
    'and not %s while a site refuses what only a person can lift',
    (what) => {
      const hold = { site: 'lyon', code: 'LoginRefused', message: 'refused', advice: null };
      expect(standing(what, seen([{ ...copying, hold, waitingFor: 'hold', state: 'waiting' }]))).toEqual(['hold']);
    },
  );
});

describe('the exit code of what was waited for', () => {
  it('is 1 where a VM failed, and 4 where a person is needed', () => {
    const code = (reached: boolean, ...vms: VmReport[]) => exitCodeOfWaited({ report: seen(vms), reached, needed: [] });
    expect([code(true, approval), code(true, approval, failed), code(false, approval)]).toEqual([0, 1, 4]);
  });
});
