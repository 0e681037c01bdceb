/** Whose priority goes first for a site's places; judged by what the site gives out. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isSlotRequest } from '../../../contract/guards.js';
import { PRIORITIES, type Priority, type SlotRequest } from '../../../contract/site.js';
import { SiteState } from '../../../workflows/site/site-state.js';

function request(run: string, n: number, change: Partial<SlotRequest> = {}): SlotRequest {
  const name = `${run}-${n}`;
  return { slot: 'sync', workflowId: `vm/paris/${name}`, run, vm: { id: name, name }, share: null, ...change };
}

function asks(site: SiteState, run: string, vms: number, change: Partial<SlotRequest> = {}): void {
  for (let n = 0; n < vms; n += 1) site.request(request(run, n, change));
}

function siteWith(syncs: number): SiteState {
  const site = new SiteState();
  site.configure({ syncs, cutovers: syncs });
  return site;
}

/** In whose order places are given out, each given back before the next are. */
function order(site: SiteState, most = 1_000): string[] {
  const runs: string[] = [];
  for (let held = site.grant(); held.length > 0 && runs.length < most; held = site.grant()) {
    runs.push(...held.map(({ run }) => run));
    for (const one of held) site.release(one);
  }
  return runs;
}

describe('the places of a site', () => {
  it('go to the run of the higher priority, whoever asked first', () => {
    const site = siteWith(4);
    asks(site, 'low', 3, { priority: 'low' });
    asks(site, 'plain', 3);
    asks(site, 'high', 3, { priority: 'high' });
    expect(order(site)).toEqual(['high', 'high', 'high', 'plain', 'plain', 'plain', 'low', 'low', 'low']);
  });

  it('go by turns between runs of one priority', () => {
    const site = siteWith(1);
    asks(site, 'a', 2, { priority: 'high' });
    asks(site, 'b', 2, { priority: 'high' });
    expect(order(site)).toEqual(['a', 'b', 'a', 'b']);
  });

  it('go to what undoes and to syncs before a cutover first, of whatever priority', () => {
    const site = siteWith(1);
    asks(site, 'high', 1, { priority: 'high' });
    asks(site, 'delta', 1, { priority: 'low', purpose: 'before-cutover' });
    asks(site, 'home', 1, { priority: 'low', purpose: 'undo' });
    expect(order(site)).toEqual(['home', 'delta', 'high']);
  });

  it('go to a lower one once in nine, however many of a higher one come, over a continue-as-new as well', () => {
    let site = siteWith(1);
    asks(site, 'low', 2, { priority: 'low' });
    const runs: string[] = [];
    for (let n = 0; n < 18; n += 1) {
      site.request(request('high', n, { priority: 'high' }));
      site.request(request('high', 100 + n, { priority: 'high' }));
      const [granted] = site.grant();
      runs.push(granted?.run ?? '');
      if (granted !== undefined) site.release(granted);
      site = new SiteState(structuredClone(site.carried));
    }
    const nine = [...Array.from({ length: 8 }, () => 'high'), 'low'];
    expect(runs).toEqual([...nine, ...nine]);
  });

  it('go by a priority that is set while its VMs wait', () => {
    const site = siteWith(1);
    asks(site, 'one', 2);
    asks(site, 'other', 2);
    site.share({ run: 'other', at: 1, syncs: null, cutovers: null, priority: 'high' });
    expect(order(site)).toEqual(['other', 'other', 'one', 'one']);
  });

  const all = fc.array(
    fc.record({
      run: fc.constantFrom('a', 'b', 'c', 'd'),
      priority: fc.option(fc.constantFrom(...PRIORITIES), { nil: undefined }),
      share: fc.option(fc.integer({ min: 1, max: 3 }), { nil: null }),
      purpose: fc.constantFrom('undo', 'before-cutover', 'first'),
    }),
    { maxLength: 40 },
  );

  it('are never more than the limit, and come to everybody once, whatever their priorities', () => {
    fc.assert(
      fc.property(all, fc.integer({ min: 1, max: 6 }), (asked, syncs) => {
        const site = siteWith(syncs);
        for (const [n, { run, priority, share, purpose }] of asked.entries()) {
          const its = priority === undefined ? {} : { priority: priority as Priority };
          site.request(request(run, n, { share, purpose: purpose as 'undo' | 'before-cutover' | 'first', ...its }));
        }
        const served: string[] = [];
        for (let held = site.grant(); held.length > 0; held = site.grant()) {
          expect(held.length).toBeLessThanOrEqual(syncs);
          served.push(...held.map(({ workflowId }) => workflowId));
          for (const one of held) site.release(one);
        }
        expect(new Set(served).size).toBe(served.length);
        expect(served).toHaveLength(asked.length);
      }),
    );
  });
});

describe('a priority that is none', () => {
  it('is refused, since a site would sort by it for ever', () => {
    expect(isSlotRequest(request('a', 1, { priority: 'low' }))).toBe(true);
    expect(isSlotRequest({ ...request('a', 1), priority: 'urgent' })).toBe(false);
  });
});
