/** One item of a list that cannot be read: what may be the VM's is never passed over, what cannot be is no obstacle. */
import { describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { replicationsOfVm } from '../../activities/passed-over.js';
import { failureOf, withFake } from '../vcda/support/client.js';

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
        () => lyon.unreadable.all,
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
    ['and names the VM', [{ vmId: 'mine' }], true, 'item 0 cannot be read'],
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
