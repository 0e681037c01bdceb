/** What one of many ids makes a site answer concerns that one alone. */
import { describe, expect, it } from '@jest/globals';
import { byIds } from '../../activities/by-ids.js';
import { VcdaError } from '../../vcda/index.js';
import { withFake } from '../vcda/support/client.js';

const failure = (status: number | null, code: string, path = '/tasks') =>
  new VcdaError({ site: 'lyon', code, detail: 'no', status, method: 'GET', path, acted: 'unknown' });

/** A site that fails whenever one of `bad` is named. */
function siteWith(bad: Set<string>, error: VcdaError, isUp = true) {
  const lists: string[][] = [];
  const ways = {
    list: async (ids: string[]) => {
      lists.push(ids);
      if (!isUp || ids.some((id) => bad.has(id))) throw error;
      return new Map(ids.map((id) => [id, id]));
    },
    one: async (id: string) => {
      if (!isUp || bad.has(id)) throw error;
      return id;
    },
    tells: () => true,
    isUp: async () => isUp,
    isOfAll: () => false,
  };
  return { lists, ways };
}

describe.each([
  ['503', failure(503, 'GeneralServerFailure')],
  ['no answer in time', failure(null, 'Timeout')],
  ['a cut connection', failure(null, 'Unreachable')],
  ['garbage', failure(200, 'UnexpectedResponse')],
])('an id for which a site gives %s', (_, error) => {
  it('keeps no other from being told, and is asked for alone until it is told as well', () =>
    withFake(
      () => null,
      async ({ lyon }) => {
        const bad = new Set(['b']);
        const { lists, ways } = siteWith(bad, error);
        const suspects = new Set<string>();
        const first = await byIds(lyon, ['a', 'b', 'c'], ways, suspects);
        expect([...first.found.keys()].toSorted()).toEqual(['a', 'c']);
        expect([...first.failed]).toEqual([['b', error]]);
        await byIds(lyon, ['a', 'b', 'c'], ways, suspects);
        expect(lists.at(-1)).toEqual(['a', 'c']);
        bad.clear();
        const healed = await byIds(lyon, ['a', 'b', 'c'], ways, suspects);
        expect(healed.failed.size).toBe(0);
        await byIds(lyon, ['a', 'b', 'c'], ways, suspects);
        expect(lists.at(-1)).toEqual(['a', 'b', 'c']);
      },
    ));

  it('is told from a site that is away, which is asked no more than once for each', () =>
    withFake(
      () => null,
      async ({ lyon }) => {
        const { ways } = siteWith(new Set(), error, false);
        let asked = 0;
        async function one(id: string) {
          asked += 1;
          return id;
        }
        await expect(byIds(lyon, ['a', 'b', 'c'], { ...ways, one }, new Set())).rejects.toBe(error);
        expect(asked).toBe(0);
      },
    ));
});
