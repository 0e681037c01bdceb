/** VMs that a person adds to a run that goes on: where they stand in it, and what keeps them from it. */
import { describe, expect, it } from '@jest/globals';
import { differenceOf, isAddVms } from '../../../contract/add.js';
import { headOf } from '../../../contract/pieces.js';
import type { Plan } from '../../../plan/types.js';
import { aPlan, aVm, aWave } from '../../support/plans.js';
import { RunOfShards } from '../support/run-of-shards.js';

const NOW = Date.parse('2026-12-05T21:00:00Z');
const cutover = { approval: 'wave', window: null, powerOn: 'asSource', consolidate: false } as const;
const waves = [aWave('pilot', aVm('a')), aWave('core', aVm('b'))];
const runOf = (change: Partial<Plan> = {}) => new RunOfShards(aPlan({ waves, cutover, ...change }), {}, NOW);
const names = (run: RunOfShards) => run.next(NOW).map(({ vm, phase }) => `${phase} ${vm.name}`);
const stateOf = (run: RunOfShards, name: string) => run.report(NOW).vms.find((vm) => vm.name === name);
const late = [{ at: 0, vms: [aVm('x'), aVm('y', { after: ['id-of-x'] })] }];

describe('VMs that are added to a run', () => {
  it('are counted at once, begun with their wave, and of its plan', () => {
    const run = runOf();
    expect(run.add(late, NOW)).toBe(1);
    expect(run.report(NOW).totals).toMatchObject({ vms: 4, waiting: 4 });
    expect(stateOf(run, 'x')).toMatchObject({ wave: 'pilot', state: 'waiting' });
    expect(names(run)).toEqual(['copy a', 'copy b', 'copy x', 'copy y']);
    expect(run.plan?.waves.map(({ name, vms }) => [name, vms.map((vm) => vm.name)])).toEqual([
      ['pilot', ['a', 'x', 'y']],
      ['core', ['b']],
    ]);
  });

  it('have none of the approvals from before, and get those from now on', () => {
    const run = runOf({ sync: 'wave' });
    run.approve({ wave: 'pilot' });
    run.add(late, NOW);
    expect(names(run)).toEqual(['through a', 'copy x']);
    run.approve({ wave: 'pilot' });
    expect(names(run)).toEqual(['through a', 'through x']);
  });

  it('begin nothing while the run is paused, and are cancelled with it', () => {
    const run = runOf();
    run.pause({ message: 'lunch', advice: null });
    run.add(late, NOW);
    expect(names(run)).toEqual([]);
    run.cancel({}, NOW);
    expect(run.report(NOW).totals).toMatchObject({ vms: 4, cancelled: 4 });
  });

  it('have their turn where all of the run was over', () => {
    const run = runOf({ sync: 'wave' });
    run.cancel({ vm: 'a' }, NOW);
    run.cancel({ vm: 'b' }, NOW);
    run.add(late, NOW);
    expect(names(run)).toEqual(['copy x']);
    run.approve({});
    expect(names(run)).toEqual(['through x']);
  });

  it('stay over continue-as-new, and so does that their plan was added', () => {
    const run = runOf();
    run.add(late, NOW);
    const next = new RunOfShards(aPlan({ waves, cutover }), { carried: structuredClone(run.carried) }, NOW);
    expect(next.tree.hasAdded('sha256:of-these')).toBe(true);
    expect(next.tree.hasAdded('sha256:of-others')).toBe(false);
    expect(next.report(NOW).totals.vms).toBe(4);
    expect(next.plan?.waves[0]?.vms.length).toBe(3);
    expect(names(next)).toEqual(['copy a', 'copy b', 'copy x', 'copy y']);
  });

  it('keep the run from being over while they are looked at', () => {
    const run = runOf();
    run.cancel({}, NOW);
    run.tree.add(true);
    run.tree.lost(0);
    expect(run.tree.isDone).toBe(false);
    run.tree.add(false);
    expect(run.tree.isDone).toBe(true);
  });
});

describe('a plan whose VMs are added', () => {
  const head = headOf(aPlan({ cutover }));
  it.each<[Partial<Plan>, string | null]>([
    [{ name: 'late', limits: { syncs: 1 }, priority: 'high', stopAfter: { count: 1 }, waves: [] }, null],
    [
      { cutover: { ...cutover, window: { opens: '1', closes: '2', missed: 'hold', begun: 'finish', mustEnd: false } } },
      null,
    ],
    [{ kind: 'protect' }, 'kind is "protect" in it and "migrate" in the run'],
    [{ source: { site: 'nice' } }, 'source.site is "nice" in it and "paris" in the run'],
    [
      { destination: { site: 'lyon', vdc: 'other', storageProfile: '*' } },
      'destination.vdc is "other" in it and "vdc" in the run',
    ],
    [{ cutover: { ...cutover, approval: 'none' } }, 'cutover.approval is "none" in it and "wave" in the run'],
    [{ owner: 'acme@lyon' }, 'owner is "acme@lyon" in it and nothing in the run'],
  ])('that says %j: %s', (change, difference) => {
    expect(differenceOf(head, headOf(aPlan({ cutover, ...change })))).toBe(difference);
  });

  it.each([
    [{ waves: [aWave('a', aVm('x'))] }, true],
    [{ waves: [] }, false],
    [{ waves: [{ name: 'a', vms: [] }] }, false],
    [{ waves: [{ name: 'a', vms: [{ id: 'x', name: 'x' }] }] }, false],
    [{ waves: [aWave('a', aVm('x'))], digest: 7 }, false],
    [{ waves: [aWave('a', aVm('x'))], plan: null }, false],
    [{ waves: [aWave('a', aVm('x'))], validUntil: 'soon' }, false],
  ])('is none where it says %j', (change, isOne) => {
    const told = { plan: head, digest: 'd', ...change };
    expect(isAddVms(told)).toBe(isOne);
  });
});
