import { describe, expect, it } from '@jest/globals';
import { headOf, piecesOf, planOfVms } from '../../contract/pieces.js';
import { aPlan, aVm, aWave } from '../support/plans.js';

const names = (vms: { name: string }[]) => vms.map(({ name }) => name);
const plan = aPlan({
  waves: [
    aWave('pilot', aVm('a'), aVm('b')),
    aWave('core', aVm('c', { after: ['id-of-a'] }), aVm('d', { after: ['id-of-c'] }), aVm('e', { after: ['id-of-a'] })),
  ],
});

describe('a plan in pieces', () => {
  it('has each VM once, in order, and knows its place and wave', () => {
    const pieces = piecesOf(plan, 2);
    expect(pieces.map(({ first }) => first)).toEqual([0, 2, 4]);
    expect(pieces.map(({ waves }) => waves.map(({ at, vms }) => [at, names(vms)]))).toEqual([
      [[0, ['a', 'b']]],
      [[1, ['c', 'd']]],
      [[1, ['e']]],
    ]);
  });

  it('says which of its VMs others wait for, and who', () => {
    expect(piecesOf(plan, 2).map(({ awaited }) => awaited)).toEqual([[{ id: 'id-of-a', by: [1, 2] }], [], []]);
    expect(piecesOf(plan).map(({ awaited }) => awaited)).toEqual([[]]);
  });

  it.each([1, 2, 3, 500])('is the same plan again when put together, with %i VMs in a piece', (most) => {
    const head = headOf(plan);
    const vms = piecesOf(plan, most).flatMap(({ waves }) =>
      waves.flatMap((wave) => wave.vms.map((vm) => ({ wave: head.waves[wave.at]?.name ?? '', vm }))),
    );
    expect(planOfVms(head, vms)).toEqual(plan);
  });

  it('is the same plan again by its VMs alone, if they are all there', () => {
    const vms = plan.waves.flatMap(({ name, vms: its }) => its.map((vm) => ({ wave: name, vm })));
    expect(planOfVms(headOf(plan), vms)).toEqual(plan);
    expect(planOfVms(headOf(plan), vms.slice(1))).toBeNull();
    expect(planOfVms(headOf(plan), [...vms, { wave: vms[0]?.wave ?? '', vm: aVm('f') }])).toBeNull();
  });

  it('is one piece at least', () => {
    expect(piecesOf({ waves: [] })).toEqual([{ first: 0, waves: [], awaited: [] }]);
  });
});
