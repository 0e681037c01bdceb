/** Whose turn it is for a site's places: fair between runs, never above the limit or a run's share, nobody passed over for ever. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { SlotRequest } from '../../../contract/site.js';
import { SiteState } from '../../../workflows/site/site-state.js';
import { inTurns } from '../../../workflows/site/turns.js';

const request = (run: string, n: number, share: number | null = null): SlotRequest => ({
  slot: 'sync',
  workflowId: `vm/paris/${run}-${n}`,
  run,
  vm: { id: `${run}-${n}`, name: `${run}-${n}` },
  share,
});

/** A site with places for syncs, of which each that is given out is given back in the order of the grants. */
class Busy {
  readonly #site = new SiteState();
  readonly #held: SlotRequest[] = [];
  /** every VM that got a place, in that order */
  readonly served: string[] = [];

  constructor(syncs: number) {
    this.#site.configure({ syncs, cutovers: 1 });
  }

  asks(run: string, vms: number, share: number | null = null): void {
    for (let n = 0; n < vms; n += 1) this.#site.request(request(run, n, share));
  }

  grants(): string[] {
    const granted = this.#site.grant();
    this.#held.push(...granted);
    this.served.push(...granted.map(({ vm }) => vm.name));
    return granted.map(({ run }) => run);
  }

  /** Gives back the place that was given out first. */
  isDone(): boolean {
    const first = this.#held.shift();
    if (first !== undefined) this.#site.release(first);
    return first !== undefined;
  }

  get holding(): string[] {
    return this.#held.map(({ run }) => run);
  }

  brake(brake: boolean): void {
    this.#site.set({ brake });
  }
}

/** In whose order places are given out from now on. */
function order(site: Busy): string[] {
  const runs = site.grants();
  while (site.isDone()) runs.push(...site.grants());
  return runs;
}

describe('the places of a site', () => {
  it('go to a run of 10 behind one of 100 within one turn of the limits', () => {
    const site = new Busy(10);
    site.asks('big', 100);
    site.grants();
    site.asks('small', 10);
    for (let n = 0; n < 10; n += 1) {
      site.isDone();
      site.grants();
    }
    expect(site.holding.filter((run) => run === 'small')).toHaveLength(5);
  });

  it('go by turns where there is one alone', () => {
    const site = new Busy(1);
    site.asks('big', 10);
    expect(site.grants()).toEqual(['big']);
    site.asks('small', 3);
    site.isDone();
    expect(order(site).slice(0, 6)).toEqual(['big', 'small', 'big', 'small', 'big', 'small']);
  });

  it('go to the big run when the small one has enough by its own share', () => {
    const site = new Busy(6);
    site.asks('small', 10, 1);
    site.asks('big', 100);
    expect(site.grants().filter((run) => run === 'small')).toHaveLength(1);
    expect(site.holding).toHaveLength(6);
  });

  it('go to nobody while the brake is on, and in turns when it is off', () => {
    const site = new Busy(2);
    site.brake(true);
    site.asks('big', 10);
    site.asks('small', 1);
    expect(site.grants()).toEqual([]);
    site.brake(false);
    expect(site.grants().sort()).toEqual(['big', 'small']);
  });

  it('are granted again to one that holds its place and did not hear of it', () => {
    const site = new SiteState();
    site.configure({ syncs: 1, cutovers: 1 });
    site.request(request('r', 0));
    expect(site.grant()).toHaveLength(1);
    site.request(request('r', 0));
    expect(site.grant()).toHaveLength(1);
    site.request(request('r', 1));
    expect(site.grant()).toEqual([]);
  });

  const waiting = fc.array(
    fc.record({
      run: fc.constantFrom('a', 'b', 'c', 'd'),
      share: fc.option(fc.integer({ min: 1, max: 5 }), { nil: null }),
    }),
    { maxLength: 40 },
  );
  const holding = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 12 });

  it('are never more than the limit or than a share, and none stays free that somebody may have', () => {
    fc.assert(
      fc.property(waiting, holding, fc.integer({ min: 0, max: 20 }), (queue, held, limit) => {
        const { served, queue: rest } = inTurns(
          queue,
          held.map((run) => ({ run })),
          limit,
        );
        expect(served.length).toBeLessThanOrEqual(Math.max(0, limit - held.length));
        expect([...served, ...rest].map((one) => queue.indexOf(one)).sort((a, b) => a - b)).toEqual([...queue.keys()]);
        const now = [...held, ...served.map(({ run }) => run)];
        const has = (of: string) => now.filter((run) => run === of).length;
        for (const { run, share } of rest) {
          if (now.length < limit) expect(share !== null && has(run) >= share).toBe(true);
          if (share === null) for (const one of served) expect(has(one.run)).toBeLessThanOrEqual(has(run) + 1);
        }
      }),
    );
  });

  it('come to everybody, in the order of arrival within a run', () => {
    const runs = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 1, max: 8 })), { minLength: 1 });
    fc.assert(
      fc.property(runs, fc.integer({ min: 1, max: 5 }), (asked, syncs) => {
        const most = new Map<string, number>();
        for (const [run, vms] of asked) most.set(run, Math.max(vms, most.get(run) ?? 0));
        const site = new Busy(syncs);
        for (const [run, vms] of most) site.asks(run, vms);
        order(site);
        for (const [run, vms] of most) {
          const inOrder = Array.from({ length: vms }, (_, n) => `${run}-${n}`);
          expect(site.served.filter((name) => name.startsWith(run))).toEqual(inOrder);
        }
      }),
    );
  });
});
