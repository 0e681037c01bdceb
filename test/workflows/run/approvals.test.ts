/** What one word of approval opens, and what it leaves closed: over all shards. */
import { describe, expect, it } from '@jest/globals';
import type { Plan } from '../../../plan/types.js';
import { aPlan, aVm, aWave } from '../../support/plans.js';
import { RunOfShards } from '../support/run-of-shards.js';

const NOW = Date.parse('2026-12-05T21:00:00Z');
const planOf = (approval: Plan['cutover']['approval']): Plan =>
  aPlan({
    waves: [aWave('pilot', aVm('a'), aVm('b')), aWave('rest', aVm('c'), aVm('d'))],
    cutover: { approval, window: null, powerOn: true, consolidate: false },
  });
const inTwoWaves = (approval: Plan['cutover']['approval']) => new RunOfShards(planOf(approval), { most: 2 }, NOW);
/** What copies are begun for: `through` goes on to the cutover. */
const phases = (run: RunOfShards) => run.next(NOW).map(({ vm, phase }) => `${vm.name} ${phase}`);

describe('where the plan wants one approval for the run', () => {
  it('nothing passes before it, and waves order the cutovers after it', () => {
    const run = inTwoWaves('run');
    expect(phases(run)).toEqual(['a copy', 'b copy', 'c copy', 'd copy']);
    const told = run.approve({}, NOW);
    expect(told).toMatchObject({ target: 'the run', done: { count: 4 } });
    expect(phases(run)).toEqual(['a through', 'b through', 'c copy', 'd copy']);
    run.cancel({ wave: 'pilot' }, NOW);
    expect(phases(run)).toEqual(['c through', 'd through']);
  });

  it('it stands over a continue-as-new, and a second one changes nothing', () => {
    const run = inTwoWaves('run');
    run.approve({}, NOW);
    const before = phases(run);
    run.approve({}, NOW);
    expect(phases(run)).toEqual(before);
    const next = new RunOfShards(planOf('run'), { most: 2, carried: structuredClone(run.carried) }, NOW);
    expect(phases(next)).toEqual(before);
  });

  it('a wave or a VM may still be approved alone', () => {
    const run = inTwoWaves('run');
    run.approve({ vm: 'b' }, NOW);
    expect(phases(run)).toEqual(['a copy', 'b through', 'c copy', 'd copy']);
    run.approve({ wave: 'pilot' }, NOW);
    expect(phases(run)).toEqual(['a through', 'b through', 'c copy', 'd copy']);
  });
});

describe('where the plan wants one for each wave', () => {
  it('a word without a target is for the wave whose turn it is alone', () => {
    const run = inTwoWaves('wave');
    expect(run.approve({}, NOW).target).toBe('wave pilot');
    run.cancel({ wave: 'pilot' }, NOW);
    expect(phases(run)).toEqual(['c copy', 'd copy']);
  });
});
