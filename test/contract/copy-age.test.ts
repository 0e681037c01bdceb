/** How old a copy is: what is not known is never young. */
import { describe, expect, it } from '@jest/globals';
import { heldAt, isOlderThan } from '../../contract/copy-age.js';
import { syncEndedAt } from '../../workflows/vm/steps/sync-ended.js';

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;
/** its clock is ahead by 10 minutes, give or take a second */
const AHEAD = { least: 10 * MINUTE - 1_000, most: 10 * MINUTE + 1_000 };
const instance = (timestamp: number | null) => ({ key: 'i', timestamp });

describe('the moment that an instance holds', () => {
  it('is on our clock, and the earliest that it can be', () => {
    expect(heldAt(instance(NOW), AHEAD, NOW)).toBe(NOW - 10 * MINUTE - 1_000);
  });

  it.each([
    ['there is none', null, AHEAD],
    ['it has no time', instance(null), AHEAD],
    ['the clock of its site was not measured', instance(NOW), null],
    ['it was made after it is seen, so that the clock was set since', instance(NOW + 12 * MINUTE), AHEAD],
  ])('is not known where %s', (_, one, clock) => {
    expect(heldAt(one, clock, NOW)).toBeNull();
  });
});

describe('the end of a sync of our own', () => {
  it('is what the site says, on our clock, and not later than it was seen', () => {
    const told = { endedAt: NOW + 10 * MINUTE, at: NOW + 5_000 };
    expect(syncEndedAt(told, { adopted: false }, AHEAD)).toBe(NOW - 1_000);
    expect(syncEndedAt({ ...told, at: NOW - 2_000 }, { adopted: false }, AHEAD)).toBe(NOW - 2_000);
  });

  it('is when it was seen where the site does not tell, but for one that was found', () => {
    expect(syncEndedAt({ endedAt: null, at: NOW }, { adopted: false }, AHEAD)).toBe(NOW);
    expect(syncEndedAt({ endedAt: NOW, at: NOW }, { adopted: false }, null)).toBe(NOW);
    expect(syncEndedAt({ endedAt: NOW, at: NOW }, { adopted: true }, null)).toBeNull();
  });
});

describe('a copy', () => {
  it.each([
    [[NOW - 29 * MINUTE], false],
    [[NOW - 31 * MINUTE], true],
    [[NOW - 31 * MINUTE, NOW - MINUTE], false],
    [[null, NOW - MINUTE], false],
    [[null, null], true],
  ])('of which the moments are %j is too old after 30 minutes: %s', (moments, isOld) => {
    expect(isOlderThan(30 * MINUTE, moments, NOW)).toBe(isOld);
  });
});
