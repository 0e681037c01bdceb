/** One item of a list that cannot be read: what may be the VM's is never passed over, what cannot be is no obstacle. */
import { describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { type ByIds, byIds } from '../../activities/by-ids.js';
import { replicationsOfVm } from '../../activities/passed-over.js';
import type { VmReplication } from '../../vcda/index.js';
import { failureOf, withFake } from '../vcda/support/client.js';
import type { Reply } from '../vcda/support/fake-site.js';

const MINE = { id: 'C4-1', vmId: 'mine' };
const OTHER = { id: 'C4-2', vmId: 'other' };

const lookUp = (
  items: unknown[],
  inDoubt: boolean,
  judge: (ids: Promise<string[]>, told: () => string[]) => Promise<void>,
) =>
  withFake(
    ({ path }) => (path === '/vm-replications' ? { body: { items, total: items.length } } : null),
    async ({ lyon }) => {
      const found = new MockActivityEnvironment().run(() => replicationsOfVm(lyon, 'mine', {}, inDoubt));
      await judge(
        found.then((all) => (all as (typeof MINE)[]).map(({ id }) => id)),
        () => lyon.unreadable.all.map(({ item: { path, detail } }) => `${path}: ${detail}`),
      );
    },
  );

describe('an item that cannot be read', () => {
  it.each([
    ['beside the one that was asked for', [MINE, null], true, ['C4-1']],
    ['and is another VM’s by what can be read', [OTHER, { vmId: 'other', id: null }], true, []],
    ['in a list of all, before anything was sent', [OTHER, null], false, []],
    ['as text in a list of all, before anything was sent', [OTHER, 'cannot be rendered'], false, []],
  ])('%s, is passed over and told', async (_name, items, inDoubt, ids) => {
    await lookUp(items, inDoubt, async (found, told) => {
      expect(await found).toEqual(ids);
      expect(told()).toEqual([expect.stringMatching(/^\/vm-replications: item 1 cannot be read/)]);
    });
  });

  it.each([
    ['alone in the answer', [null], false, 'item 0 cannot be read'],
    ['in a list of all, once something may have been sent', [OTHER, null], true, 'item 1 cannot be read'],
    ['and names the VM, before anything was sent', [{ vmId: 'mine' }], false, 'item 0 cannot be read'],
    ['and names the VM', [{ vmId: 'mine' }], true, 'item 0 cannot be read'],
    ['and names the VM in capitals', [{ vmId: 'MINE' }], true, 'item 0 cannot be read'],
    ['as far as its VM goes', [{ id: 'C4-7', vmId: { of: 'mine' } }], true, 'C4-7 names no VM'],
  ])('%s, may be it: an error that names the item', async (_name, items, inDoubt, says) => {
    await lookUp(items, inDoubt, async (found) => {
      const error = await failureOf(found);
      expect(error).toMatchObject({ code: 'UnexpectedResponse', site: 'lyon' });
      expect(error.detail).toContain(says);
      expect(error.detail).toContain('may be the replication of mine');
    });
  });
});

describe('what is asked for by ids', () => {
  const ask = (list: unknown[], alone: Reply | null, judge: (answer: ByIds<VmReplication>, asked: number) => void) =>
    withFake(
      ({ path }) => {
        if (path === '/vm-replications') return { body: { items: list, total: list.length } };
        return path === '/vm-replications/C4-1' ? alone : null;
      },
      async ({ fake, lyon }) => {
        const answer = await new MockActivityEnvironment().run(() =>
          byIds(
            lyon,
            ['C4-1', 'C4-2'],
            {
              list: (ids, unreadable) => lyon.replicationsById(ids, { unreadable }),
              one: (id) => lyon.findReplication(id),
              tells: ({ destinationState }) => destinationState != null,
              isUp: async () => true,
              isOfAll: () => false,
            },
            new Set(),
          ),
        );
        judge(answer as ByIds<VmReplication>, fake.count('GET /vm-replications/C4-1'));
      },
    );
  const other = { ...OTHER, destinationState: {} };
  const mine = { ...MINE, destinationState: {} };

  it.each([
    ['is not read as an item', null],
    ['names no id', { ...mine, id: null }],
    ['tells nothing but its id', { id: 'C4-1', destinationState: 'text' }],
  ])('is asked for alone where its item %s', async (_name, item) => {
    await ask([item, other], { body: mine }, ({ found, failed }, asked) => {
      expect([found.get('C4-1')?.vmId, [...failed.keys()], asked]).toEqual(['mine', [], 1]);
    });
  });

  it('is not gone where its item cannot be read, and its own address answers nothing that is the site’s', async () => {
    await ask([null, other], { status: 502, body: 'Bad Gateway' }, ({ found, failed }) => {
      expect([...found.keys()]).toEqual(['C4-2']);
      expect(failed.get('C4-1')).toMatchObject({ status: 502 });
    });
  });

  it('is gone where a well-formed list is without it, which is asked no further', async () => {
    await ask([other], null, ({ found, failed }, asked) => {
      expect([[...found.keys()], [...failed.keys()], asked]).toEqual([['C4-2'], [], 0]);
    });
  });
});
