/** What a drill remembers of VMs that others hold, that speak on their way, or that were not begun in time. */
import { describe, expect, it } from '@jest/globals';
import type { VmReport } from '../../../contract/report.js';
import type { UnitWord } from '../../../contract/unit.js';
import { RunProgress } from '../../../workflows/run/run-state.js';
import { madeUpDrill } from '../support/made-up.js';

const NOW = 1_000_000;
const { name, destination, groups } = madeUpDrill([['a'], ['b', 'c']]);
const progressOf = () => new RunProgress({ run: 'r1', plan: { name, kind: 'drill', destination, waves: groups } }, NOW);
const idsOf = (all: { vm: { id: string } }[]) => all.map(({ vm }) => vm.id);
const vmOf = (state: RunProgress, id: string) => state.report(NOW).vms.find((vm) => vm.id === id) as VmReport;
const plain = (id: string) => ({ id, name: id, after: [] });
/** As the VM itself says it, which knows nothing of what its run knows beside. */
function wordOf(state: RunProgress, id: string, change: Partial<VmReport>): UnitWord {
  const { asOf: _, hold: __, ...own } = vmOf(state, id);
  return { run: 'r1', unit: id, revision: 1, report: { ...own, ...change }, memory: null, claimedBy: null, kept: true };
}
const end = (state: RunProgress, id: string): boolean =>
  state.said(wordOf(state, id, { state: 'succeeded', step: 'done' }), NOW);

describe('VMs that are not begun', () => {
  it('are those of every group, since a drill takes them all before it recovers one', () => {
    const state = progressOf();
    expect(idsOf(state.unstarted())).toEqual(['a', 'b', 'c']);
    state.started('b', NOW);
    expect(idsOf(state.unstarted())).toEqual(['a', 'c']);
    end(state, 'b');
    expect(idsOf(state.unstarted())).toEqual(['a', 'c']);
  });

  it('are again those that others turn out to have', () => {
    const state = progressOf();
    state.started('a', NOW);
    state.blocked('a', 'run other', NOW);
    expect(idsOf(state.unstarted())).toEqual(['a', 'b', 'c']);
    expect(state.open).toEqual([]);
  });

  it('are none while the drill is paused, or is being cancelled', () => {
    const state = progressOf();
    state.pause({ message: 'freeze', advice: null });
    expect(state.unstarted()).toEqual([]);
    state.resume(NOW);
    expect(state.unstarted()).toHaveLength(3);
    state.cancel({}, NOW);
    expect(state.unstarted()).toEqual([]);
  });
});

describe('a stop', () => {
  it.each([{}, { vm: 'a' }, { wave: groups[0]?.name ?? '' }])(
    'that comes while a VM is being begun ends it, also when others have it (%j)',
    (scope) => {
      const state = progressOf();
      state.started('a', NOW);
      expect(state.cancel(scope, NOW)).toMatchObject({
        stopped: expect.arrayContaining([expect.objectContaining({ id: 'a' })]),
      });
      state.blocked('a', 'run other', NOW);
      expect(vmOf(state, 'a')).toMatchObject({ state: 'cancelled', step: 'done', error: null });
      expect(state.open).toEqual([]);
    },
  );
});

describe('VMs that others do not let go', () => {
  it('are skipped, with the holder and what to do', () => {
    const state = progressOf();
    state.started('a', NOW);
    state.blocked('a', 'run other', NOW);
    state.skipBlocked(['a'], NOW + 1_000);
    const vm = vmOf(state, 'a');
    expect(vm).toMatchObject({ state: 'skipped', step: 'done', waitingFor: null, error: { code: 'VmInUse' } });
    expect(vm.finishedAt).toBe(new Date(NOW + 1_000).toISOString());
    expect(vm.error?.message).toMatch(/^vm-a \(a\) was skipped: .*run other/);
    expect(vm.error?.advice).toMatch(/^Run the drill again/);
    expect(idsOf(state.unstarted())).toEqual(['b', 'c']);
  });

  it('make a drill that proved less than it was for', () => {
    const state = progressOf();
    state.blocked('a', 'run other', NOW);
    state.skipBlocked(['a'], NOW);
    for (const id of ['b', 'c']) {
      state.started(id, NOW);
      end(state, id);
    }
    expect(state.isDone).toBe(true);
    expect(state.report(NOW)).toMatchObject({ state: 'failed', totals: { succeeded: 2, skipped: 1 } });
  });
});

describe('what an open VM says on its way', () => {
  it('is taken, and the VM stays open', () => {
    const state = progressOf();
    state.started('a', NOW);
    state.heard(wordOf(state, 'a', { step: 'ready', replicationId: 'C4-77' }), NOW + 1_000);
    const asOf = new Date(NOW + 1_000).toISOString();
    expect(vmOf(state, 'a')).toMatchObject({ state: 'running', step: 'ready', replicationId: 'C4-77', asOf });
    expect(state.open).toEqual(['a']);
  });

  it('does not undo its end when it comes late', () => {
    const state = progressOf();
    state.started('a', NOW);
    const late = wordOf(state, 'a', { step: 'hold' });
    expect(end(state, 'a')).toBe(true);
    state.heard(late, NOW);
    expect(vmOf(state, 'a')).toMatchObject({ state: 'succeeded', step: 'done' });
  });

  it('of a VM that the drill does not have is not taken', () => {
    const state = progressOf();
    state.heard({ ...wordOf(state, 'a', { id: 'stranger', step: 'hold' }), unit: 'stranger' }, NOW);
    expect(state.report(NOW).vms.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  });

  it('is handed over by a continue-as-new', () => {
    const state = progressOf();
    state.started('a', NOW);
    state.heard(wordOf(state, 'a', { step: 'hold' }), NOW);
    const plan = { name, kind: 'drill', destination, waves: groups } as const;
    const later = new RunProgress({ run: 'r1', plan, carried: state.carried }, NOW + 5_000);
    expect(vmOf(later, 'a').step).toBe('hold');
    expect(later.open).toEqual(['a']);
    expect(later.startedAt).toBe(NOW);
  });
});

describe('what is told of an open VM', () => {
  const hold = { site: 'lyon', code: 'LoginRefused', message: 'lyon refuses the login.', advice: null };
  const asOf = new Date(NOW).toISOString();

  it('is from when the last was heard of it; of one that waits or has ended it is from now', () => {
    const state = progressOf();
    expect(vmOf(state, 'a').asOf).toBeUndefined();
    state.started('a', NOW);
    expect(vmOf(state, 'a')).toMatchObject({ state: 'running', asOf });
    end(state, 'a');
    expect(vmOf(state, 'a').asOf).toBeUndefined();
  });

  it('is what a person must lift, until one has said so, also after a continue-as-new', () => {
    const state = progressOf();
    state.started('a', NOW);
    state.held('a', { hold, askedAt: NOW });
    state.held('b', { hold, askedAt: NOW });
    const plan = { name, kind: 'drill', destination, waves: groups } as const;
    const later = new RunProgress({ run: 'r1', plan, carried: state.carried }, NOW + 5_000);
    expect(later.report(NOW).vms.map((vm) => [vm.asOf, vm.hold])).toEqual([
      [asOf, hold],
      [undefined, undefined],
      [undefined, undefined],
    ]);
    later.resume(NOW + 6_000);
    expect(vmOf(later, 'a').hold).toBeUndefined();
    later.held('a', { hold, askedAt: NOW });
    expect(vmOf(later, 'a').hold).toBeUndefined();
    later.held('a', { hold, askedAt: NOW + 6_000 });
    expect(vmOf(later, 'a').hold).toEqual(hold);
    end(later, 'a');
    expect(vmOf(later, 'a').hold).toBeUndefined();
  });
});

describe('a VM that the plan gives no name', () => {
  const waves = [{ name: 'all', vms: [plain('a'), plain('b')] }];
  const unnamed = { name, kind: 'drill', destination, waves } as const;

  it('is called by the name that its site tells, also after a continue-as-new', () => {
    const state = new RunProgress({ run: 'r1', plan: unnamed }, NOW);
    state.started('a', NOW);
    expect(state.named('web1')).toMatchObject({ found: 'none' });
    state.called('a', 'web1');
    const later = new RunProgress({ run: 'r1', plan: unnamed, carried: state.carried }, NOW);
    expect(later.named('web1')).toMatchObject({ found: 'one', vm: { id: 'a', name: 'web1' } });
    expect(later.cancel({ vm: 'web1' }, NOW).stopped).toMatchObject([{ id: 'a' }]);
    expect(later.approve({ vm: 'a' })?.target).toBe('VM web1 (a)');
  });

  it('makes a name ambiguous that another has by the plan, or by its site', () => {
    const state = new RunProgress({ run: 'r1', plan: unnamed }, NOW);
    state.called('a', 'web1');
    state.called('b', 'web1');
    expect(state.named('web1')).toMatchObject({ found: 'many' });
  });

  it('keeps what it is called; one that the plan names is called by that, and a stranger not at all', () => {
    const state = new RunProgress({ run: 'r1', plan: unnamed }, NOW);
    state.called('a', 'web1');
    state.called('a', 'web2');
    state.called('stranger', 'web3');
    expect(state.report(NOW).vms.map((vm) => vm.name)).toEqual(['web1', 'b']);
    const planned = progressOf();
    planned.called('a', 'web1');
    expect(vmOf(planned, 'a').name).toBe('vm-a');
  });
});

describe('giving up', () => {
  it('ends what was not begun, leaves what has ended, and names the open VMs, which must be told', () => {
    const state = progressOf();
    state.started('a', NOW);
    end(state, 'a');
    state.started('b', NOW);
    expect(state.giveUp(NOW + 1_000)).toEqual(['b']);
    expect(vmOf(state, 'a').state).toBe('succeeded');
    expect(vmOf(state, 'b').state).toBe('running');
    expect(vmOf(state, 'c')).toMatchObject({
      state: 'failed',
      finishedAt: new Date(NOW + 1_000).toISOString(),
      error: {
        code: 'TimedOut',
        message: expect.stringMatching(/^vm-c \(c\) was not recovered: /),
        advice: expect.stringMatching(/timeout/),
      },
    });
    expect(state.isDone).toBe(false);
    expect(state.unstarted()).toEqual([]);
  });
});
