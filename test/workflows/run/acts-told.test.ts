/** The acts of persons that a run carries with it. */
import { describe, expect, it } from '@jest/globals';
import { type ActRecord, isAuthor } from '../../../contract/act.js';
import { ActsTold } from '../../../workflows/run/acts-told.js';

const act = (id: string): ActRecord => ({
  id,
  at: '2026-12-05T22:00:00.000Z',
  actor: 'ann',
  proof: 'claimed',
  command: null,
  act: 'approve',
  target: `vm:${id}`,
  note: null,
  reference: null,
  before: null,
  after: { affected: 1, message: 'approved' },
  refused: null,
});
const ids = (said: ActsTold) => said.told.acts?.map(({ id }) => id);

describe('what persons have told a run', () => {
  it('is nothing where nobody has', () => {
    expect(new ActsTold().told).toEqual({});
    expect(new ActsTold().carried).toEqual({});
  });

  it('is carried in its order, and let go beyond a hundred once the store has it', () => {
    const first = new ActsTold();
    const all = Array.from({ length: 103 }, (_, n) => String(n));
    for (const id of all) first.add(act(id));
    const said = new ActsTold(JSON.parse(JSON.stringify(first.carried.actsTold)));
    expect(ids(said)).toEqual(all);
    said.isKept('1');
    expect(ids(said)).toEqual(all);
    said.isKept('0');
    expect(ids(said)).toEqual(all.slice(2));
    for (const id of all.slice(2)) said.isKept(id);
    expect(ids(said)).toEqual(all.slice(3));
  });
});

describe('who says it', () => {
  it.each([
    [{ actor: 'ann', command: 'drover approve' }, true],
    [{ actor: 'ann', command: null }, true],
    [{ actor: 'ann' }, false],
    [{ actor: '', command: null }, false],
    [{ actor: 7, command: null }, false],
    ['ann', false],
    [undefined, false],
  ])('%j is told as it is, or nobody is', (told, is) => {
    expect(isAuthor(told)).toBe(is);
  });
});
