/** Units that are several VMs: what counts them, cuts a plan into pieces, and tells whether they are still the same. */
import { describe, expect, it } from '@jest/globals';
import { claimNames } from '../../contract/claim-names.js';
import { headOf, piecesOf, planOfVms } from '../../contract/pieces.js';
import { totalsOf, untouched } from '../../contract/report.js';
import { differenceInWords, vappDifference } from '../../contract/vapp.js';
import { meantBy } from '../../contract/vm-choice.js';
import { wantedOf } from '../../contract/wanted-units.js';
import { vappUnit } from '../../plan/types.js';
import { inTurns } from '../../workflows/site/turns.js';
import { aPlan, aVm, aWave } from '../support/plans.js';

const vms = (...names: string[]) => names.map((name) => ({ id: `id-of-${name}`, name }));
const crm = aVm('crm', { id: vappUnit('1'), vms: vms('db', 'app', 'web') });

describe('a vApp', () => {
  it('counts as its VMs, and is never of two pieces', () => {
    const plan = aPlan({ waves: [aWave('one', aVm('a'), aVm('b'), crm), aWave('two', aVm('c'))] });
    const pieces = piecesOf(plan, 4);
    expect(
      pieces.map(({ first, waves }) => [first, waves.flatMap((wave) => wave.vms.map(({ name }) => name))]),
    ).toEqual([
      [0, ['a', 'b']],
      [4, ['crm', 'c']],
    ]);
    const head = headOf(plan);
    expect(head.waves).toEqual([
      { name: 'one', vms: 5, units: 3 },
      { name: 'two', vms: 1 },
    ]);
    expect(
      planOfVms(
        head,
        plan.waves.flatMap(({ name, vms: its }) => its.map((vm) => ({ wave: name, vm }))),
      ),
    ).toEqual(plan);
    expect(totalsOf([untouched(crm, 'one'), untouched(aVm('a'), 'one')])).toMatchObject({ vms: 4, waiting: 4 });
  });

  it('is told by the ids of its VMs, in whatever order', () => {
    expect(vappDifference(vms('a', 'b'), vms('b', 'a'))).toBeNull();
    const difference = vappDifference(vms('a', 'b'), vms('b', 'c', 'd'));
    expect(difference === null ? '' : differenceInWords(difference)).toBe(
      'c (id-of-c), d (id-of-d) were added, and a (id-of-a) has gone',
    );
  });

  it('is claimed, and found, by each of its VMs', () => {
    expect(claimNames(crm)).toEqual(['id-of-db', 'id-of-app', 'id-of-web']);
    const row = untouched(crm, 'one');
    expect(wantedOf([row], { ids: ['id-of-app'], replicationIds: [] })).toEqual([row]);
  });

  it('is meant by its name, behind vapp: too, and by its id', () => {
    const all = [
      { id: crm.id, name: 'crm' },
      { id: 'x', name: 'vm1' },
    ];
    for (const typed of ['crm', 'vapp:crm', 'vapp:1']) expect(meantBy(all, new Set(), typed)).toEqual([{ vm: all[0] }]);
    expect(meantBy(all, new Set(), 'vapp:vm1')).toEqual([]);
  });

  it('has as many places at a site as VMs, is not overtaken while it waits for them, and has all where there are never enough', () => {
    const one = { run: 'r', share: null };
    const big = { run: 's', share: null, places: 3 };
    expect(inTurns([big, one], [{ run: 'r' }, { run: 'r' }], 4)).toEqual({
      served: [],
      queue: [big, one],
      isKept: true,
    });
    expect(inTurns([big, one], [{ run: 'r' }], 4).served).toEqual([big]);
    expect(inTurns([big, one], [], 2).served).toEqual([big]);
    expect(inTurns([{ ...big, share: 2 }], [{ run: 's' }], 9).served).toEqual([]);
  });
});
