import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { meantBy, vmNamed } from '../../contract/vm-choice.js';
import { VmNames } from '../../plan/vm-names.js';

const a = { id: '7f-1', name: 'web' };
const b = { id: '7f-2', name: 'web' };
const c = { id: '7f-3', name: '7f-1' };

describe('a VM that a person names', () => {
  it('is the one with the id, before any that has it as a name', () => {
    expect(vmNamed([c, b, a], '7f-1')).toEqual({ found: 'one', vm: a });
    expect(vmNamed([a, b, c], '7F-3')).toEqual({ found: 'one', vm: c });
  });

  it('is the one with the name, when no other has it', () => {
    expect(vmNamed([a, c], 'web')).toEqual({ found: 'one', vm: a });
  });

  it('is none of several with one name; all of them are told', () => {
    expect(vmNamed([a, b, c], 'web')).toEqual({ found: 'many', vms: [a, b] });
  });

  it('is none when nobody has the word', () => {
    expect(vmNamed([a, b], 'WEB')).toEqual({ found: 'none' });
    expect(vmNamed([], '')).toEqual({ found: 'none' });
  });

  it('is the same one in a plan and in a run, whoever asks', () => {
    const words = ['7f-1', '7F-1', '7f-2', 'web', 'WEB', 'db', ''];
    const vm = fc.record({ id: fc.constantFrom('7f-1', '7f-2', '7f-3'), name: fc.constantFrom(...words) });
    const all = fc.uniqueArray(vm, { selector: ({ id }) => id });
    fc.assert(
      fc.property(all, fc.constantFrom(...words), (vms, typed) => {
        const choice = vmNamed(vms, typed);
        const chosen = choice.found === 'one' ? [choice.vm] : choice.found === 'many' ? choice.vms : [];
        expect(new VmNames(vms).find(typed)).toEqual(chosen);
        expect(meantBy(vms, new Set(), typed)).toEqual(chosen.map((one) => ({ vm: one })));
      }),
    );
  });
});
