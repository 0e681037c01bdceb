/** What a command that starts nothing over a plan says of why. */
import { expect, it } from '@jest/globals';
import { findingLine } from '../../cli/text/plan-check-text.js';

it('names the VM, also where the message does not, and once', () => {
  const finding = { severity: 'error', code: 'AddressMissing', site: 'lyon', advice: 'Give it one.' } as const;
  const vm = { id: '441a', name: 'web1' };
  expect(findingLine({ ...finding, vm, message: 'NIC 0 has no ipAddress.' })).toBe(
    'error AddressMissing: web1 (441a): NIC 0 has no ipAddress. (Give it one.)',
  );
  expect(findingLine({ ...finding, vm, message: 'web1 (441a) is off.', advice: null })).toBe(
    'error AddressMissing: web1 (441a) is off.',
  );
  expect(findingLine({ ...finding, vm: null, message: 'no VDC.', advice: null })).toBe('error AddressMissing: no VDC.');
});
