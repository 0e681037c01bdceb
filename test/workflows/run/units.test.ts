/** What a run keeps of units between their workflows: gates, what is begun next, words that come twice, late, or from strangers. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { VmReport } from '../../../contract/report.js';
import type { UnitMemory, UnitWord } from '../../../contract/unit.js';
import type { Plan } from '../../../plan/types.js';
import { noMemory } from '../../../workflows/run/retry.js';
import { aPlan, aVm, aWave } from '../../support/plans.js';
import { RunOfShards } from '../support/run-of-shards.js';

const NOW = Date.parse('2026-12-05T21:00:00Z');
const memory: UnitMemory = { ...noMemory({ site: 'lyon', peer: 'paris' }), numbers: { start: 1 } };
const twoWaves = [aWave('pilot', aVm('web1')), aWave('core', aVm('db1'), aVm('db2', { after: ['id-of-db1'] }))];
const [web1, db1, db2] = ['id-of-web1', 'id-of-db1', 'id-of-db2'] as const;

/** Each test is made with all VMs in one shard, and with a shard for each. */
let most = 500;
const progressOf = (change: Partial<Plan> = {}, until?: 'synced') =>
  new RunOfShards(aPlan({ waves: twoWaves, ...change }), { until, most }, NOW);
const goneOn = (state: RunOfShards, waves = twoWaves, now = NOW) =>
  new RunOfShards(aPlan({ waves }), { most, carried: structuredClone(state.carried) }, now);
const vmOf = (state: RunOfShards, id: string, now = NOW) =>
  state.report(now).vms.find((vm) => vm.id === id) as VmReport;
const next = (state: RunOfShards, now = NOW) => state.next(now).map(({ vm, phase }) => `${phase} ${vm.name}`);

function wordOf(state: RunOfShards, id: string, change: Partial<UnitWord> = {}): UnitWord {
  const report: VmReport = { ...vmOf(state, id), state: 'succeeded', step: 'done' };
  return { run: 'r1', unit: id, revision: 1, report, memory: null, claimedBy: null, kept: true, ...change };
}

const started = { kind: 'start', operationId: 'o', taskId: 't', adopted: false, submittedAt: '', finishedAt: '' };

function atGate(state: RunOfShards, id: string, revision = 1): UnitWord {
  const operations = [{ ...started, result: 'succeeded' }] as VmReport['operations'];
  const report: VmReport = {
    ...vmOf(state, id),
    state: 'waiting',
    step: 'gate',
    replicationId: `C4-${id}`,
    operations,
  };
  return wordOf(state, id, { revision, report, memory });
}

function begin(state: RunOfShards, ...ids: string[]): void {
  for (const id of ids) state.started(id, NOW);
}

describe.each([
  ['in one shard', 500],
  ['in a shard each', 1],
])('VMs %s:', (_where, size) => {
  beforeEach(() => {
    most = size;
  });

  describe('copies ahead', () => {
    it('forget what was seen of a copy at its gate once something is under way for it, or it ends', () => {
      const state = progressOf({ cutover: { ...aPlan().cutover, approval: 'wave' } });
      begin(state, web1);
      state.said(atGate(state, web1), NOW);
      const trouble = { code: 'ReplicationPaused', message: 'it is paused', advice: 'Resume it.' };
      state.sawCopy({ unit: web1, lagSeconds: 60, trouble }, NOW);
      state.sawCopy({ unit: web1, lagSeconds: 120, trouble }, NOW + 1_000);
      const seen = vmOf(state, web1);
      expect(seen).toMatchObject({ state: 'waiting', waitingFor: 'approval', copy: { lagSeconds: 120 } });
      expect(seen.retrying).toMatchObject({ code: 'ReplicationPaused', since: new Date(NOW).toISOString() });
      expect(vmOf(goneOn(state), web1).copy).toEqual(seen.copy);
      begin(state, web1);
      expect(vmOf(state, web1)).not.toHaveProperty('copy');
      state.sawCopy({ unit: web1, lagSeconds: 60, trouble }, NOW);
      expect(vmOf(state, web1).retrying ?? null).toBeNull();
    });

    it('are begun for all waves at once, in the order of the plan; only what has its turn goes all the way', () => {
      expect(next(progressOf())).toEqual(['through web1', 'copy db1', 'copy db2']);
    });

    it('wait at the gate, as rows of the run, until the waves before are over', () => {
      const state = progressOf();
      begin(state, web1, db1, db2);
      state.said(atGate(state, db1), NOW);
      expect(next(state)).toEqual([]);
      expect(vmOf(state, db1)).toMatchObject({ state: 'waiting', step: 'gate', waitingFor: 'dependency' });
      state.said(wordOf(state, web1), NOW);
      expect(next(state)).toEqual(['cutover db1']);
      state.said(atGate(state, db2), NOW);
      begin(state, db1);
      expect(next(state)).toEqual([]);
      state.said(wordOf(state, db1, { revision: 2 }), NOW);
      expect(next(state)).toEqual(['cutover db2']);
    });

    it('are made wave by wave where the plan says so', () => {
      expect(next(progressOf({ sync: 'wave' }))).toEqual(['through web1']);
    });

    it('leave room for cutovers, however many VMs there are', () => {
      most = Math.max(most, 100);
      const many = Array.from({ length: 700 }, (_, n) => aVm(`vm${n}`));
      const state = progressOf({ waves: [aWave('all', ...many)], cutover: { ...aPlan().cutover, approval: 'wave' } });
      const first = state.next(NOW);
      expect(first).toHaveLength(400);
      begin(state, ...first.map(({ vm }) => vm.id));
      expect(state.next(NOW)).toEqual([]);
      for (const { vm } of first.slice(0, 150)) state.said(atGate(state, vm.id), NOW);
      state.approve({ wave: 'all' });
      const then = state.next(NOW);
      expect(then.filter(({ phase }) => phase === 'cutover')).toHaveLength(150);
      expect(then.length + state.open.length).toBeLessThanOrEqual(500);
    });
  });

  describe('a unit at its gate', () => {
    it('is told what earlier workflows of it have left, and counts them', () => {
      const state = progressOf({ cutover: { ...aPlan().cutover, approval: 'wave' } });
      expect(next(state)[0]).toBe('copy web1');
      begin(state, web1);
      expect(state.beginning(web1)).toMatchObject({ revision: 1, orders: { run: 'r1', paused: false, stop: false } });
      expect(state.beginning(web1)).not.toHaveProperty('known');
      state.said(atGate(state, web1), NOW);
      expect(vmOf(state, web1).waitingFor).toBe('approval');
      state.approve({ wave: 'pilot' });
      expect(next(state)[0]).toBe('cutover web1');
      begin(state, web1);
      expect(state.beginning(web1)).toMatchObject({
        revision: 2,
        known: { memory, report: { replicationId: `C4-${web1}` } },
      });
    });

    it('is held by a pause, and goes on with resume', () => {
      const state = progressOf({ cutover: { ...aPlan().cutover, approval: 'wave' } });
      begin(state, web1);
      state.said(atGate(state, web1), NOW);
      state.approve({ wave: 'pilot' });
      state.pause({ message: 'freeze', advice: null });
      expect(next(state)).toEqual([]);
      expect(vmOf(state, web1).waitingFor).toBe('pause');
      state.resume(NOW + 1);
      expect(next(state)[0]).toBe('cutover web1');
    });

    it('of a run that is to stop when all is synced waits until a person says resume', () => {
      const waves = [aWave('all', aVm('web1'))];
      const state = progressOf({ waves }, 'synced');
      expect(next(state)).toEqual(['copy web1']);
      begin(state, web1);
      state.said(atGate(state, web1), NOW);
      expect(vmOf(state, web1).waitingFor).toBe('until');
      const later = goneOn(state, waves);
      expect(vmOf(later, web1).waitingFor).toBe('until');
      later.pause({ message: 'no licence', advice: null });
      later.resume(NOW + 1);
      expect(vmOf(later, web1).waitingFor).toBe('until');
      later.resume(NOW + 2);
      expect(next(later)[0]).toBe('cutover web1');
    });

    it('that is cancelled is taken back, whatever holds the run, and only then has ended', () => {
      const state = progressOf();
      begin(state, db1);
      state.said(atGate(state, db1), NOW);
      state.pause({ message: 'freeze', advice: null });
      expect(state.cancel({ vm: db1 }, NOW)).toMatchObject({ done: { count: 0 }, asked: { count: 1, names: ['db1'] } });
      expect(next(state)).toEqual(['undo db1']);
      begin(state, db1);
      expect(state.beginning(db1)).toMatchObject({ revision: 2, known: { memory }, orders: { stop: true } });
      expect(next(state)).toEqual([]);
      const cancelled: VmReport = { ...vmOf(state, db1), state: 'cancelled', step: 'done' };
      state.said(wordOf(state, db1, { revision: 2, report: cancelled }), NOW);
      expect(vmOf(state, db1).state).toBe('cancelled');
      expect(next(state)).toEqual([]);
    });

    it('for which nothing was sent is cancelled at once', () => {
      const state = progressOf();
      begin(state, db1);
      const looked = atGate(state, db1);
      state.said({ ...looked, report: { ...looked.report, operations: [] } }, NOW);
      expect(state.cancel({}, NOW).done.names).toContain('db1');
      expect(state.isDone).toBe(true);
    });

    it('that is cancelled while a drill has its copy waits for that, says so, and is taken back then', () => {
      const state = progressOf();
      begin(state, db1);
      state.said(atGate(state, db1), NOW);
      state.cancel({ vm: db1 }, NOW);
      begin(state, db1);
      state.blocked(db1, 'run drill', NOW);
      expect(vmOf(state, db1)).toMatchObject({ state: 'waiting', waitingFor: 'claim', error: { code: 'VmInUse' } });
      expect(next(state)).toContain('undo db1');
    });

    it('that is told to stop while its last word is on its way is taken back', () => {
      const state = progressOf();
      begin(state, db1);
      state.cancel({ vm: db1 }, NOW);
      state.said(atGate(state, db1), NOW);
      expect(next(state)).toContain('undo db1');
    });

    it('is skipped when what it comes after has failed, and its copy is named', () => {
      const state = progressOf();
      begin(state, web1, db1, db2);
      state.said(wordOf(state, web1), NOW);
      state.said(atGate(state, db2), NOW);
      const failed: VmReport = { ...vmOf(state, db1), state: 'failed', step: 'done' };
      state.said(wordOf(state, db1, { report: failed }), NOW);
      expect(next(state)).toEqual([]);
      expect(vmOf(state, db2)).toMatchObject({
        state: 'skipped',
        replicationId: `C4-${db2}`,
        error: { code: 'DependencyNotMet', message: expect.stringContaining(`C4-${db2}`) },
      });
      expect(state.isDone).toBe(true);
    });
  });

  describe('a window', () => {
    const window = { opens: '2026-12-05T22:00:00Z', closes: '2026-12-06T05:00:00Z', begun: 'finish' } as const;
    const planned = (missed: 'hold' | 'fail') =>
      progressOf({
        waves: [aWave('all', aVm('web1'))],
        cutover: { ...aPlan().cutover, window: { ...window, missed } },
      });
    const [opens, closes] = [Date.parse(window.opens), Date.parse(window.closes)];

    it('wakes the run when it opens, and when it closes', () => {
      const state = planned('hold');
      begin(state, web1);
      state.said(atGate(state, web1), NOW);
      expect(state.wakeIn(NOW)).toBe(opens - NOW);
      expect(next(state, opens)).toEqual(['cutover web1']);
      state.pause({ message: 'freeze', advice: null });
      expect(state.wakeIn(opens)).toBe(closes - opens);
    });

    it('that was missed holds the unit, with what to do', () => {
      const state = planned('hold');
      begin(state, web1);
      state.said(atGate(state, web1), NOW);
      expect(next(state, closes)).toEqual([]);
      expect(vmOf(state, web1, closes)).toMatchObject({ waitingFor: 'window', error: { code: 'WindowMissed' } });
      expect(state.wakeIn(closes)).toBeNull();
      expect(state.isDone).toBe(false);
    });

    it('that was missed fails the unit where the plan says so', () => {
      const state = planned('fail');
      begin(state, web1);
      state.said(atGate(state, web1), NOW);
      expect(next(state, closes)).toEqual([]);
      expect(vmOf(state, web1)).toMatchObject({
        state: 'failed',
        error: { code: 'WindowMissed', operation: 'migrate' },
      });
      expect(state.isDone).toBe(true);
    });

    it('in which cutovers must end shrinks as they turn out to take long, and open units are told', () => {
      const waves = [aWave('all', aVm('web1'), aVm('db1'), aVm('db2'))];
      const cutover = { ...aPlan().cutover, window: { ...window, missed: 'fail', mustEnd: true } } as const;
      const state = progressOf({ waves, cutover });
      begin(state, web1, db1, db2);
      state.said(atGate(state, db2), NOW);
      const before = state.ordersFor(db1);
      const moved = { ...started, kind: 'migrate', result: 'succeeded', submittedAt: '2026-12-05T22:00:00Z' };
      const operations = [{ ...moved, finishedAt: '2026-12-05T23:00:00Z' }] as VmReport['operations'];
      state.said(
        wordOf(state, web1, { report: { ...vmOf(state, web1), state: 'succeeded', step: 'done', operations } }),
        NOW,
      );
      const after = state.ordersFor(db1);
      expect([before.notAfter, after.notAfter]).toEqual([closes, closes - 3_600_000]);
      expect(after.revision).toBeGreaterThan(before.revision);
      expect(next(state, closes - 3_600_000)).toEqual([]);
      expect(vmOf(state, db2)).toMatchObject({
        state: 'failed',
        error: { message: expect.stringContaining('mustEnd') },
      });
    });

    it('that is over before anything has begun is no reason to copy', () => {
      const state = planned('hold');
      expect(next(state, closes)).toEqual([]);
      expect(vmOf(state, web1, closes)).toMatchObject({ waitingFor: 'window', error: { code: 'WindowMissed' } });
    });
  });

  describe('a word', () => {
    it.each([
      ['of another run', { run: 'r2' }],
      ['of a unit that the run does not have', { unit: 'stranger' }],
      ['of an earlier workflow of the unit', { revision: 0 }],
      ['that comes before the unit was begun so', { revision: 2 }],
    ])('%s says nothing', (_, change) => {
      const state = progressOf();
      begin(state, web1);
      expect(state.said(wordOf(state, web1, change), NOW)).toBe(false);
      expect(state.open).toEqual([web1]);
      expect(vmOf(state, web1).state).toBe('running');
    });

    it('that comes twice counts once', () => {
      const state = progressOf();
      begin(state, web1);
      const word = wordOf(state, web1);
      expect(state.said(word, NOW)).toBe(true);
      expect(state.said(word, NOW)).toBe(false);
    });

    it('from the gate that comes late, when the next workflow of the unit has been begun, changes nothing', () => {
      const state = progressOf();
      begin(state, db1);
      const late = atGate(state, db1);
      state.said(late, NOW);
      begin(state, db1);
      expect(state.said(late, NOW)).toBe(false);
      expect(vmOf(state, db1).state).toBe('running');
    });

    it('of a unit that another run has claimed makes it wait for that one, from its start', () => {
      const state = progressOf();
      begin(state, web1);
      state.said(wordOf(state, web1, { memory, claimedBy: 'r9' }), NOW);
      expect(vmOf(state, web1)).toMatchObject({
        state: 'waiting',
        waitingFor: 'claim',
        error: { code: 'VmInUse', message: 'waits for run r9, which has this VM' },
      });
      expect(next(state)[0]).toBe('through web1');
    });
  });

  it('all of it is handed over by a continue-as-new', () => {
    const state = progressOf();
    begin(state, web1, db1, db2);
    state.said(atGate(state, db1), NOW);
    state.said(atGate(state, db2), NOW);
    state.cancel({ vm: db2 }, NOW);
    const later = goneOn(state, twoWaves, NOW + 5);
    expect(next(later)).toEqual(['undo db2']);
    later.said(wordOf(later, web1), NOW);
    expect(next(later).sort()).toEqual(['cutover db1', 'undo db2']);
    begin(later, db1);
    expect(later.beginning(db1).revision).toBe(2);
  });

  it('orders state the whole truth, and the newest is known by its number', () => {
    const state = progressOf();
    const before = state.ordersFor(web1);
    expect(before).toEqual({
      run: 'r1',
      unit: web1,
      revision: 0,
      paused: false,
      resumedAt: 0,
      stop: false,
      notAfter: null,
    });
    state.pause({ message: 'freeze', advice: null });
    const paused = state.ordersFor(web1);
    state.resume(NOW);
    begin(state, web1);
    state.cancel({ vm: web1 }, NOW);
    const after = state.ordersFor(web1);
    expect(paused).toMatchObject({ paused: true });
    expect(after).toMatchObject({ paused: false, resumedAt: NOW, stop: true });
    expect([before, paused, after].map(({ revision }) => revision)).toEqual([0, 1, 3]);
  });

  describe('evidence', () => {
    it('is left to the run of units that could not keep it, or that ended without a workflow', () => {
      const state = progressOf();
      begin(state, web1, db1);
      state.said(wordOf(state, web1), NOW);
      state.said(wordOf(state, db1, { kept: false }), NOW);
      state.cancel({ vm: db2 }, NOW);
      const later = goneOn(state);
      expect([web1, db1, db2].map((id) => later.isKept(id))).toEqual([true, false, false]);
    });
  });
});

describe('what has ended and is tried again', () => {
  beforeEach(() => {
    most = 500;
  });

  function failed(state: RunOfShards, id: string, change: Partial<UnitWord> = {}): UnitWord {
    const error = { code: 'BadRequest', message: 'no', operation: null, taskId: null, site: null, advice: null };
    const report: VmReport = { ...vmOf(state, id), state: 'failed', step: 'done', error };
    return wordOf(state, id, { report, left: { ...memory, numbers: { start: 3 } }, ...change });
  }
  const numbersOf = (state: RunOfShards, id: string) => state.beginning(id).known?.memory.numbers;

  it('goes on from its start, or its gate, with numbers that only grow, also after a continue-as-new', () => {
    const state = progressOf({ cutover: { ...aPlan().cutover, approval: 'wave' } });
    begin(state, web1, db1);
    state.said(failed(state, web1), NOW);
    state.said(atGate(state, db1), NOW);
    const later = goneOn(state);
    begin(later, db1);
    later.said(failed(later, db1, { revision: 2 }), NOW);
    expect(later.retry({}, NOW).done.names.sort()).toEqual(['db1', 'web1']);
    expect(later.retry({}, NOW).done.count).toBe(0);
    const last = goneOn(later);
    expect(next(last)).toEqual(['cutover db1', 'through web1', 'copy db2']);
    expect(vmOf(last, db1)).toMatchObject({ state: 'waiting', step: 'gate', error: null, finishedAt: null });
    expect([numbersOf(last, web1), numbersOf(last, db1)]).toEqual([{ start: 3 }, { start: 3 }]);
    // A word of its workflow from before says nothing.
    expect(last.said(failed(last, web1), NOW)).toBe(false);
  });

  it('is not begun again where it may have been cut over, nor where it has succeeded', () => {
    const state = progressOf();
    begin(state, web1, db1);
    const operations = [{ ...started, kind: 'migrate', result: null }] as VmReport['operations'];
    const word = failed(state, web1);
    state.said({ ...word, report: { ...word.report, operations } }, NOW);
    state.said(wordOf(state, db1), NOW);
    expect(state.retry({}, NOW)).toMatchObject({ done: { count: 0 }, left: { count: 1, names: ['web1'] } });
    expect(state.retry({ vm: db1 }, NOW)).toMatchObject({ done: { count: 0 }, left: { count: 0 } });
  });

  it('leaps over numbers that a workflow may have used that nobody has heard of', () => {
    const state = progressOf();
    begin(state, web1);
    state.lost(web1, 1, NOW);
    state.retry({ vm: web1 }, NOW);
    expect(numbersOf(state, web1)?.start).toBeGreaterThan(100);
  });

  it('one that was left out on its way ends so when it says that it waits, and a cancellation takes it back all the same', () => {
    const state = progressOf();
    begin(state, web1, db1);
    expect(state.skip({ vm: web1 }, NOW).asked.names).toEqual(['web1']);
    expect(state.ordersFor(web1)).toMatchObject({ stop: true, leaves: true });
    const later = goneOn(state);
    expect(later.ordersFor(web1)).toMatchObject({ stop: true, leaves: true });
    later.said(atGate(later, web1), NOW);
    expect(vmOf(later, web1)).toMatchObject({ state: 'skipped', error: { code: 'SkippedByPerson' } });
    later.skip({ vm: db1 }, NOW);
    later.cancel({ vm: db1 }, NOW);
    expect(later.ordersFor(db1)).toEqual(expect.not.objectContaining({ leaves: true }));
  });
});
