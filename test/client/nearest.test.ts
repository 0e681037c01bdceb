import { describe, expect, it } from '@jest/globals';
import { AmbiguousName, NotInRun } from '../../client/errors.js';
import { findScope, findUnit, findVm } from '../../client/scope.js';
import { nearest } from '../../plan/source/nearest.js';
import { report, vm } from '../support/reports.js';

describe('nearest names', () => {
  const runs = ['paris-exit-20261205', 'paris-exit-20261204', 'lyon-exit-1', 'x'];

  it('are those that begin like what was typed, and those mistyped by a few letters', () => {
    expect(nearest('paris-exit', runs)).toEqual(['paris-exit-20261205', 'paris-exit-20261204']);
    expect(nearest('pariz-exit-20261205', runs)[0]).toBe('paris-exit-20261205');
    expect(nearest('LYON-EXIT-1', runs)).toEqual(['lyon-exit-1']);
  });

  it('are none when nothing is near', () => {
    expect(nearest('quarterly-drill', runs)).toEqual([]);
    expect(nearest('', runs)).toEqual([]);
  });
});

describe('what a person means by a word', () => {
  const run = report([vm('web1'), vm('web2', { wave: 'rest' }), vm('twin'), vm('twin', { id: 'other' })]);

  it('is a wave, a VM by id, or a VM by name', () => {
    expect(findScope(run, 'rest')).toEqual({ wave: 'rest' });
    expect(findScope(run, 'web1')).toEqual({ vm: 'id-of-web1' });
    expect(findScope(run, 'other')).toEqual({ vm: 'other' });
    expect(findScope(run, undefined)).toEqual({});
  });

  it('is a wave or a VM as it was said where both have the name, and refused where it was not', () => {
    const both = report([vm('crm', { wave: 'web' }), vm('db', { wave: 'crm' }), vm('vm:x', { wave: 'wave:y' })]);
    expect(() => findScope(both, 'crm')).toThrow(AmbiguousName);
    expect(() => findScope(both, 'crm')).toThrow(/a wave and a VM .*wave:crm, vm:id-of-crm.*Nothing was done/);
    expect(findScope(both, 'wave:crm')).toEqual({ wave: 'crm' });
    expect(findScope(both, 'vm:crm')).toEqual({ vm: vm('crm').id });
    expect(findScope(both, 'vm:x')).toEqual({ vm: vm('vm:x').id });
    expect(findScope(both, 'wave:y')).toEqual({ wave: 'wave:y' });
    expect(() => findScope(both, 'vm:crn')).toThrow(/no VM crn.*Nearest: crm/);
    expect(() => findScope(both, 'wave:crn')).toThrow(/no wave crn.*Nearest: crm/);
  });

  describe('that looks like a prefix and a name', () => {
    const odd = report([
      vm('n703'),
      vm('vm:n703', { id: 'id-702' }),
      vm('wave:w1', { wave: 'w1' }),
      vm('web', { wave: 'vm:n703' }),
    ]);

    it('is refused where it can be read both ways, with what can be meant', () => {
      expect(() => findScope(odd, 'vm:n703')).toThrow(AmbiguousName);
      expect(() => findScope(odd, 'vm:n703')).toThrow(
        /a wave and 2 VMs .*wave:vm:n703, vm:id-702 \(vm:n703\), vm:id-of-n703 \(n703\)/,
      );
      expect(() => findScope(odd, 'wave:w1')).toThrow(/w1 \(wave\), vm:id-of-wave:w1\. Nothing was done/);
    });

    it('is what can be meant in one way only, whichever of the words told says it', () => {
      expect(findScope(odd, 'wave:vm:n703')).toEqual({ wave: 'vm:n703' });
      expect(findScope(odd, 'n703')).toEqual({ vm: 'id-of-n703' });
      expect(findScope(odd, 'w1')).toEqual({ wave: 'w1' });
    });

    it('is the VM with that id, whatever else bears it as a name', () => {
      const named = report([vm('a'), vm('id-of-a'), vm('vm:id-of-a'), vm('b', { wave: 'id-of-a' })]);
      expect(findScope(named, 'id-of-a')).toEqual({ vm: 'id-of-a' });
      expect(findScope(named, 'vm:id-of-a')).toEqual({ vm: 'id-of-a' });
    });

    it('is refused for one VM alone as well', () => {
      expect(findVm(odd, 'n703').id).toBe('id-of-n703');
      expect(findVm(odd, 'vm:web').id).toBe('id-of-web');
      expect(() => findVm(odd, 'vm:n703')).toThrow(/2 VMs .*one of id-702 \(vm:n703\), id-of-n703 \(n703\)/);
      expect(() => findVm(odd, 'wave:web')).toThrow(NotInRun);
    });
  });

  it('is never all of a vApp where one of its VMs was named, but to look at it', () => {
    const member = { id: 'id-of-db', name: 'db', replicationId: null };
    const run = report([vm('crm', { id: 'vapp:crm', vms: [member] }), vm('web')]);
    expect(findVm(run, 'db').id).toBe('vapp:crm');
    expect(() => findScope(run, 'db')).toThrow(/no VM moved by itself db\. Nearest: vapp:crm/);
    for (const word of ['db', 'vm:db', member.id])
      expect(() => findUnit(run, word)).toThrow(/no VM moved by itself .*Nearest: vapp:crm/);
    expect([findUnit(run, 'crm').id, findUnit(run, 'vapp:crm').id, findUnit(run, 'web').id]).toEqual([
      'vapp:crm',
      'vapp:crm',
      'id-of-web',
    ]);
  });

  it('is refused with the nearest names, or with the ids when a name is not enough', () => {
    expect(() => findVm(run, 'wbe1')).toThrow(NotInRun);
    expect(() => findVm(run, 'wbe1')).toThrow(/Nearest: .*web1/);
    expect(() => findVm(run, 'twin')).toThrow(AmbiguousName);
    expect(() => findVm(run, 'twin')).toThrow(/id-of-twin, other/);
  });
});
