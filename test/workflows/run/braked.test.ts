/** What a person is told of a brake, and of a pause, by whoever they hold up: in words. */
import { describe, expect, it } from '@jest/globals';
import { brakeNote, brakesInWords, sitesOfWork, underBrakes } from '../../../workflows/run/braked.js';
import { standingInWords } from '../../../workflows/run/standing.js';
import { aPlan, aVm, aWave } from '../../support/plans.js';
import { RunOfShards } from '../support/run-of-shards.js';

const NOW = Date.parse('2026-12-05T21:00:00Z');

describe('an approval under a brake', () => {
  it('lets nobody go on now, and says what is waited for', () => {
    const standing = { now: 2, capacity: 1, copying: 3 };
    expect(standingInWords(underBrakes(standing, ['lyon']), brakesInWords(['lyon']))).toBe(
      '3 VMs are still copying, 3 wait for the brake of site lyon',
    );
    expect(standingInWords(underBrakes(standing, []), brakesInWords([]))).toBe(
      '2 VMs can go on now, 3 are still copying, 1 waits for a free place',
    );
  });

  it('knows at which sites the VMs are worked', () => {
    expect(sitesOfWork(aPlan())).toEqual(['lyon']);
    expect(sitesOfWork(aPlan({ kind: 'failback' }))).toEqual(['lyon', 'paris']);
    expect(brakeNote(['lyon'])).toBe('; the brake of site lyon is on, so that nothing begins there');
    expect(brakeNote([])).toBe('');
  });
});

describe('an approval in a pause', () => {
  it.each([[[]], [['a']], [['a', 'b']]])('lets nobody go on now, be they on their way (%j) or not', (open) => {
    const cutover = { approval: 'wave', window: null, powerOn: true, consolidate: false } as const;
    const run = new RunOfShards(aPlan({ waves: [aWave('all', aVm('a'), aVm('b'))], cutover }), {}, NOW);
    for (const name of open) run.started(`id-of-${name}`, NOW);
    run.pause({ message: 'freeze', advice: null }, NOW);
    expect(run.approve({}, NOW).standing).not.toHaveProperty('now');
  });
});
