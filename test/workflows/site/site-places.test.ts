/** In which order the places of a site are given out: what undoes, what is cut over next, the rest; never above the limits. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CODES } from '../../../contract/codes.js';
import { PURPOSES, type SlotPurpose, type SlotRequest } from '../../../contract/site.js';
import type { Watch } from '../../../contract/watch.js';
import { SitePlaces } from '../../../workflows/site/site-places.js';
import { SiteState } from '../../../workflows/site/site-state.js';

const request = (name: string, change: Partial<SlotRequest> = {}): SlotRequest => ({
  slot: 'sync',
  workflowId: `vm/paris/${name}`,
  run: 'r',
  vm: { id: name, name },
  share: null,
  ...change,
});

const names = (granted: SlotRequest[]): string[] => granted.map(({ vm }) => vm.name);
const limits = (syncs: number, cutovers = 9) => ({ syncs, cutovers });
const nobody = () => false;

function placesWith(...asked: SlotRequest[]): SitePlaces {
  const places = new SitePlaces();
  for (const one of asked) places.request(one);
  return places;
}

const watch = (name: string): Watch => ({
  operationId: `drover/r/${name}/start/1`,
  workflowId: `vm/paris/${name}`,
  run: 'r',
  vm: { id: name, name },
  kind: 'start',
  taskId: null,
  replicationId: `C4-${name}`,
  peer: 'paris',
  until: 'synced',
  phase: 'sync',
  slot: 'sync',
  since: 1,
});

describe('of those who wait for a place', () => {
  it('goes first what undoes, then a sync before a cutover, then the rest, whoever came first', () => {
    const places = placesWith(
      request('copy'),
      request('delta', { purpose: 'before-cutover' }),
      request('home', { purpose: 'undo' }),
    );
    const order = [];
    for (let n = 0; n < 3; n += 1) {
      const [granted] = places.grant(limits(1), nobody);
      if (granted === undefined) break;
      order.push(granted.vm.name);
      places.release(granted);
    }
    expect(order).toEqual(['home', 'delta', 'copy']);
  });

  it('a way home waits for no share of its run', () => {
    const places = placesWith(request('one', { share: 1 }), request('two', { share: 1 }));
    expect(names(places.grant(limits(4), nobody))).toEqual(['one']);
    places.request(request('home', { share: 1, purpose: 'undo' }));
    expect(names(places.grant(limits(4), nobody))).toEqual(['home']);
  });

  it('the same holds of places for cutovers', () => {
    const places = placesWith(
      request('next', { slot: 'cutover' }),
      request('home', { slot: 'cutover', purpose: 'undo' }),
    );
    expect(names(places.grant(limits(9, 1), nobody))).toEqual(['home']);
  });
});

describe('while a cutover is due before which a sync comes', () => {
  const copies = Array.from({ length: 10 }, (_, n) => request(`copy${n}`));
  const due = request('due', { slot: 'cutover', syncs: true });

  it('one place in four is kept for that', () => {
    const places = placesWith(due, ...copies);
    expect(names(places.grant(limits(8), nobody)).filter((name) => name.startsWith('copy'))).toHaveLength(6);
    for (const name of ['a', 'b', 'c']) places.request(request(name, { purpose: 'before-cutover' }));
    expect(names(places.grant(limits(8), nobody))).toEqual(['a', 'b']);
  });

  it('a place that what undoes has is one of those', () => {
    const places = placesWith(due, ...copies.slice(0, 3), request('home', { purpose: 'undo' }));
    expect(names(places.grant(limits(4), nobody)).filter((name) => name !== 'due')).toEqual([
      'home',
      'copy0',
      'copy1',
      'copy2',
    ]);
  });

  it('a running copy keeps its place', () => {
    const places = placesWith(...copies);
    expect(places.grant(limits(8), nobody)).toHaveLength(8);
    places.request(due);
    places.grant(limits(8), nobody);
    expect(places.holders.filter(({ slot }) => slot === 'sync')).toHaveLength(8);
  });

  it.each([
    ['no cutover', []],
    ['a cutover that syncs nothing', [request('plain', { slot: 'cutover' })]],
  ])('and with %s, none is', (_, others) => {
    const places = placesWith(...others, ...copies);
    const granted = places.grant(limits(8), nobody);
    expect(granted.filter(({ slot }) => slot === 'sync')).toHaveLength(8);
  });
});

describe('the place of a copy that sends nothing', () => {
  it('is lent to another, and to no third when it goes on', () => {
    const places = placesWith(request('one'), request('two'), request('three'));
    const [one] = places.grant(limits(1), nobody);
    expect(names(places.grant(limits(1), (id) => id === one?.workflowId))).toEqual(['two']);
    expect(places.grant(limits(1), nobody)).toEqual([]);
    places.release(request('two'));
    expect(places.grant(limits(1), nobody)).toEqual([]);
    places.release(request('one'));
    expect(names(places.grant(limits(1), nobody))).toEqual(['three']);
  });

  it.each([CODES.copyStalled, CODES.replicationPaused])('is known by what its VM was told: %s', (told) => {
    const site = new SiteState();
    site.configure(limits(1));
    for (const name of ['one', 'two']) site.request(request(name));
    expect(names(site.grant())).toEqual(['one']);
    site.watch(watch('one'));
    expect(site.grant()).toEqual([]);
    const { operationId } = watch('one');
    site.apply({ ended: [], hold: null, news: [{ operationId, phase: 'sync', seen: { told } }] });
    expect(names(site.grant())).toEqual(['two']);
  });

  it('of an operation that nobody knew to have one counts until it ends', () => {
    const site = new SiteState();
    site.configure(limits(1));
    site.watch(watch('forgotten'));
    site.request(request('next'));
    expect(site.grant()).toEqual([]);
    const { operationId } = watch('forgotten');
    site.apply({ ended: [{ operationId, phase: 'sync', ok: true, replicationId: null }], hold: null });
    expect(names(site.grant())).toEqual(['next']);
  });

  it('is asked for by the site itself once the copy of a VM that goes on to its cutover is complete, and not of one that failed', () => {
    const wants = (name: string) => ({ ...watch(name), next: request(name, { slot: 'cutover' }) });
    const end = (name: string, ok: boolean) =>
      ({ operationId: watch(name).operationId, phase: 'sync', ok, replicationId: null }) as const;
    const site = new SiteState();
    site.configure(limits(3, 3));
    for (const name of ['one', 'two']) site.watch(wants(name));
    expect(site.grant()).toEqual([]);
    site.apply({ ended: [end('one', true), end('two', false)], hold: null });
    expect(site.grant()).toEqual([request('one', { slot: 'cutover' })]);
    // Its poll may say so twice.
    site.apply({ ended: [end('one', true)], hold: null });
    expect(site.grant()).toEqual([]);
  });
});

describe('what a terminated workflow of the site knew', () => {
  it('is taken over: who holds is told so again, and nobody gets a place above the limit', () => {
    const before = new SiteState();
    before.configure(limits(2));
    for (const name of ['one', 'two', 'three']) before.request(request(name));
    before.grant();
    before.set({ brake: true, limits: { cutovers: 3 } });

    const after = new SiteState();
    after.configure(limits(2));
    after.recall(before.carried);
    expect(after.status('lyon')).toMatchObject({ brake: true, limits: { cutovers: 3 } });
    expect(names(after.grant())).toEqual(['one', 'two']);
    after.set({ brake: false });
    expect(after.grant()).toEqual([]);
    after.release(request('one'));
    expect(names(after.grant())).toEqual(['three']);
  });

  it('keeps a place for the sync before a cutover still, while that cutover is under way', () => {
    const before = new SiteState();
    before.configure(limits(8));
    before.request(request('due', { slot: 'cutover', syncs: true }));
    before.grant();
    before.watch({ ...watch('due'), kind: 'migrate', phase: 'task', until: 'task', slot: 'cutover' });

    const after = new SiteState();
    after.configure(limits(8));
    after.recall(before.carried);
    for (let n = 0; n < 10; n += 1) after.request(request(`copy${n}`));
    expect(names(after.grant()).filter((name) => name.startsWith('copy'))).toHaveLength(6);
  });
});

describe('whatever is asked, given back and lent', () => {
  const steps = fc.array(
    fc.oneof(
      fc.record({
        does: fc.constant('asks' as const),
        n: fc.integer({ min: 0, max: 30 }),
        slot: fc.constantFrom('sync' as const, 'cutover' as const),
        purpose: fc.constantFrom<SlotPurpose>(...PURPOSES),
        syncs: fc.boolean(),
      }),
      fc.record({ does: fc.constant('gives' as const), n: fc.integer({ min: 0, max: 30 }) }),
    ),
    { maxLength: 60 },
  );

  it('no limit is exceeded, and no place stays free that somebody may have', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 3 }), (all, syncs, cutovers) => {
        const places = new SitePlaces();
        for (const step of all) {
          if (step.does === 'gives') {
            const held = places.holders[step.n];
            if (held !== undefined) places.release(held);
          } else {
            const { n, slot, purpose } = step;
            const marks = slot === 'cutover' && step.syncs ? ({ syncs: true } as const) : {};
            places.request(request(`vm${n}`, { slot, purpose, ...marks }));
            places.grantAgain();
          }
          places.grant({ syncs, cutovers }, nobody);
          const held = (slot: string) => places.holders.filter((one) => one.slot === slot).length;
          const waits = (slot: string) => places.queue.some((one) => one.slot === slot);
          expect(held('sync')).toBeLessThanOrEqual(syncs);
          expect(held('cutover')).toBeLessThanOrEqual(cutovers);
          if (waits('cutover')) expect(held('cutover')).toBe(cutovers);
          if (waits('sync')) expect(held('sync')).toBeGreaterThanOrEqual(syncs - Math.floor(syncs / 4));
        }
      }),
    );
  });
});
