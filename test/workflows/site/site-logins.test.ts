/** Whose turn it is to send a site's login, and what is remembered of those that were refused. */
import { describe, expect, it } from '@jest/globals';
import { SiteLogins } from '../../../workflows/site/site-logins.js';

const refused = (mark: number, at = 1_000) => ({ mark, at, after: 0, status: 401, detail: 'no' });
const over = (by: string, mark: number, isRefused = true, salt = 'salt') => ({
  by,
  outcome: { salt, mark, refused: isRefused ? refused(mark) : null },
});

describe('the turn', () => {
  it('is one worker’s until it says that it is over', () => {
    const logins = new SiteLogins();
    expect(logins.take('a', 0)).toBe(0);
    expect(logins.take('b', 5_000)).toBe(15_000);
    expect(logins.isFree).toBe(false);
    logins.over({ by: 'b', outcome: null });
    expect(logins.isFree).toBe(false);
    logins.over({ by: 'a', outcome: null });
    expect(logins.take('b', 5_000)).toBe(0);
  });

  it('passes on by itself from one that was killed, and is carried on', () => {
    const logins = new SiteLogins();
    logins.take('a', 0);
    const next = new SiteLogins(structuredClone(logins.carried));
    expect(next.take('b', 19_999)).toBe(1);
    expect(next.take('b', 20_000)).toBe(0);
    next.over({ by: 'a', outcome: null });
    expect(next.isFree).toBe(false);
  });
});

describe('what was refused', () => {
  it('is remembered by its mark until just that is accepted', () => {
    const logins = new SiteLogins();
    logins.over(over('a', 7));
    logins.over(over('b', 8));
    expect(logins.memory).toEqual({ salt: 'salt', refused: [refused(7), refused(8)] });
    logins.over(over('c', 7, false));
    logins.over(over('c', 7, false));
    expect(new SiteLogins(logins.carried).memory.refused).toEqual([refused(8)]);
  });

  it('is not told by marks of another salt', () => {
    const logins = new SiteLogins();
    logins.over(over('a', 7));
    logins.over(over('b', 8, true, 'other'));
    logins.over(over('b', 7, false, 'other'));
    expect(logins.memory).toEqual({ salt: 'salt', refused: [refused(7)] });
  });
});
