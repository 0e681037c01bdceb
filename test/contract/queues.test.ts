import { describe, expect, it } from '@jest/globals';
import { loginsIn } from '../../contract/logins.js';
import {
  coordinationQueue,
  pairQueue,
  pairsOf,
  queueOfSiteWith,
  siteQueue,
  unitsQueue,
} from '../../contract/queues.js';
import { loginAt } from '../../plan/types.js';

describe('task queues', () => {
  it('of units lead back to the one of the config', () => {
    expect(coordinationQueue(unitsQueue('drover'))).toBe('drover');
    expect(coordinationQueue('drover')).toBe('drover');
  });

  it('of two sites are the same in whichever order they are named, and others than those of each', () => {
    expect(pairQueue('drover', 'lyon', 'paris')).toBe(pairQueue('drover', 'paris', 'lyon'));
    const all = [siteQueue('drover', 'lyon'), siteQueue('drover', 'paris'), pairQueue('drover', 'lyon', 'paris')];
    expect(new Set(all).size).toBe(3);
    expect(pairQueue('drover', 'lyon', 'lyon')).toBe(siteQueue('drover', 'lyon'));
  });

  it('are those of no default login where one is named that cannot be', () => {
    const odd = { ['x'.repeat(201)]: 'tenant', 'Lyon (EU)': 'tenant', lyon: 'a/b', paris: 7 };
    expect(loginsIn({ logins: odd })).toEqual({ ...odd, paris: '' });
    expect(siteQueue('drover', 'paris', loginAt(loginsIn({ logins: odd }), 'paris'))).not.toBe(
      siteQueue('drover', 'paris'),
    );
  });

  it('differ where logins do, and are those of before without any', () => {
    expect(siteQueue('drover', 'lyon')).toBe('drover/site/lyon/default');
    expect(siteQueue('drover', 'lyon', 'tenant')).toBe('drover/site/lyon/tenant');
    expect(pairQueue('drover', 'paris', 'lyon')).toBe('drover/pair/lyon+paris/default+default');
    const logins = { paris: 'tenant', oslo: 'none' };
    expect(pairQueue('drover', 'paris', 'lyon', logins)).toBe('drover/pair/lyon+paris/default+tenant');
    expect(pairQueue('drover', 'lyon', 'paris', logins)).toBe('drover/pair/lyon+paris/default+tenant');
    expect(pairQueue('drover', 'paris', 'paris', logins)).toBe('drover/site/paris/tenant');
  });

  it('of a site that may be shown others are those of both where the login of the other is named', () => {
    const logins = { lyon: 'ops', paris: 'tenant' };
    const both = pairQueue('drover', 'lyon', 'paris', logins);
    expect(queueOfSiteWith('drover', 'lyon', Object.keys(logins), logins)).toBe(both);
    expect(queueOfSiteWith('drover', 'paris', Object.keys(logins), logins)).toBe(both);
    expect(queueOfSiteWith('drover', 'lyon', ['paris'], { lyon: 'ops' })).toBe(siteQueue('drover', 'lyon', 'ops'));
    expect(queueOfSiteWith('drover', 'lyon', ['paris'], {})).toBe(siteQueue('drover', 'lyon'));
  });

  it('differ where names of sites do, whatever is in these', () => {
    const names = ['a', 'a+b', 'a/b', 'a%002bb', 'b', 'ü', 'a b'];
    const queues = pairsOf(names).map(([one, other]) => pairQueue('drover', one, other));
    expect(new Set(queues).size).toBe((names.length * (names.length - 1)) / 2);
  });
});
