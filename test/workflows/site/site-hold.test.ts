/** When a site's poll rests for a person, and when a resume has come before the refusal that would make it rest. */
import { describe, expect, it } from '@jest/globals';
import type { PolledSite } from '../../../contract/watch.js';
import { SiteState } from '../../../workflows/site/site-state.js';

const refused = (askedAt: number): PolledSite => ({
  ended: [],
  hold: { code: 'LoginRefused', message: 'no', advice: null, askedAt },
});

describe('a site whose poll was refused', () => {
  it('rests until somebody says resume, and then has nothing against being asked', () => {
    const site = new SiteState();
    site.apply(refused(0));
    expect(site.hold).toMatchObject({ code: 'LoginRefused' });
    site.resume(1_000);
    expect(site.hold).toBeNull();
  });

  it('does not rest for a refusal from before the resume that is told after it', () => {
    const site = new SiteState();
    site.resume(1_000);
    site.apply(refused(0));
    expect(site.hold).toBeNull();
    site.apply(refused(1_000));
    expect(site.hold).not.toBeNull();
  });

  it('rests for the logins that were refused, until somebody says resume for just these', () => {
    const site = new SiteState();
    const [tenant, other] = [{ lyon: 'tenant' }, { lyon: 'other' }];
    site.resume(1_000);
    site.apply(refused(0), tenant);
    expect([site.hold, site.holdOf(tenant)?.code, site.holdOf(other)]).toEqual([null, 'LoginRefused', null]);
    site.resume(2_000);
    site.resume(2_000, other);
    expect(site.holdOf(tenant)).not.toBeNull();
    site.resume(2_000, { ...tenant });
    expect(site.holdOf(tenant)).toBeNull();
    const next = new SiteState(site.carried);
    next.apply(refused(1_000), tenant);
    expect(next.holdOf(tenant)).toBeNull();
  });

  it('remembers what was resumed of some logins alone, whatever anybody sends', () => {
    const site = new SiteState();
    for (let n = 0; n < 1_000; n += 1) site.resume(n, { lyon: `login-${n}` });
    expect(Object.keys(site.carried.resumed ?? {}).length).toBeLessThan(100);
    expect(site.carried.resumed?.[JSON.stringify([['lyon', 'login-999']])]).toBe(999);
  });
});
