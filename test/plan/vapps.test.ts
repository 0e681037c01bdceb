/** vApps of a plan file: read beside its VMs, and refused with file, line and column. */
import { describe, expect, it } from '@jest/globals';
import { parsePlan } from '../../plan/load-plan.js';

const VAPP = '5ee9224f-305d-46f6-865f-b605e70acef8';
const plan = (waves: unknown, change: object = {}) => ({
  name: 'exit',
  kind: 'migrate',
  source: { site: 'paris' },
  destination: { site: 'lyon', vdc: VAPP },
  waves,
  ...change,
});
const read = (...given: Parameters<typeof plan>) => parsePlan(plan(...given)).waves;

describe('vapps of a wave', () => {
  it('stand beside its VMs, by id or name, and may come after each other', () => {
    const vm = { id: '441a891a-5294-4dff-b02d-c605d335be1b', name: 'web2' };
    const vapps = [
      { name: 'CRM', after: 'web2' },
      { id: `urn:vcloud:vapp:${VAPP}`, after: ['CRM'], powerOn: false },
    ];
    expect(read([{ name: 'one', vms: [vm], vapps }])).toEqual([
      {
        name: 'one',
        vms: [
          { ...vm, after: [] },
          { id: 'vapp:crm', name: 'CRM', after: [vm.id] },
          { id: `vapp:${VAPP}`, name: `vapp:${VAPP}`, after: ['vapp:crm'], powerOn: false },
        ],
      },
    ]);
  });

  it.each([
    [[{ name: 'one', vapps: [{}] }], /waves\[0\].vapps\[0\].*neither id nor name/],
    [[{ name: 'one', vapps: [{ name: 'a' }, { name: 'A' }] }], /the vApp a is there twice/],
    [[{ name: 'one', vapps: [{ id: 'x' }] }], /the uuid of a vApp/],
    [[{ name: 'one', vapps: [{ name: 'a', seedVmId: VAPP }] }], /unknown key "seedVmId"/],
    [[{ name: 'one' }], /vms is missing/],
  ])('are refused: %j', (waves, why) => {
    expect(() => read(waves)).toThrow(why);
  });

  it('have no older instances', () => {
    const recovery = { instance: { before: '2026-01-01T00:00:00Z' } };
    const change = { kind: 'failover', recovery };
    expect(() => read([{ name: 'one', vapps: [{ name: 'a' }] }], change)).toThrow(/a vApp is recovered as it was last/);
    const wave = { name: 'one', instance: recovery.instance, vapps: [{ name: 'a' }] };
    expect(() => read([wave], { kind: 'failover' })).toThrow(/waves\[0\].*a vApp is recovered as it was last/);
  });
});
