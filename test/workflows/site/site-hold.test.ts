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
});
