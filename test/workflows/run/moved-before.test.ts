/** A VM that was moved is not moved again: by Drover's record, whatever ran last; and what only looks so is refused. */
import { randomUUID } from 'node:crypto';
import { expect, it as plainly } from '@jest/globals';
import { beginsAtOnce, seenOf } from '../../../activities/moved-before.js';
import type { RunReport } from '../../../contract/report.js';
import type { Plan, PlanVm } from '../../../plan/types.js';
import { inShort } from '../../support/in-short.js';
import { type Lab, withLab } from '../../support/lab.js';
import { sharedLab } from '../../support/shared-lab.js';
import { describe, it } from '../../support/side-by-side.js';

async function done(lab: Lab, change: Partial<Plan> = {}): Promise<RunReport> {
  const { result } = await lab.start(lab.plan(change));
  return result();
}

function vmOf(lab: Lab) {
  const vm = lab.plan().waves[0]?.vms[0];
  if (vm === undefined) throw new RangeError('the lab has no VM');
  return vm;
}

const withPart = sharedLab({ vms: 14 });
const withSharded = sharedLab({ vms: 2, shardOf: 1 });

const only = (...vms: Plan['waves'][number]['vms']): Partial<Plan> => ({ waves: [{ name: 'all', vms }] });

const migrated = (lab: Lab): (string | null)[] =>
  lab.simulator.control.ledger().flatMap(({ kind, vmId }) => (kind === 'migrate' ? [vmId] : []));
const sent = (lab: Lab, since: number) =>
  lab.simulator.control.ledger().filter(({ seq, taskId }) => seq > since && taskId !== null);
const lastSeq = (lab: Lab): number => lab.simulator.control.ledger().at(-1)?.seq ?? 0;

/** The lab's VM is moved, and its twin of another id stands at the source. */
async function withTwin(lab: Lab, named = (name: string): string => name) {
  const vm = vmOf(lab);
  expect((await done(lab)).state).toBe('succeeded');
  const id = randomUUID();
  const name = named(vm.name);
  lab.simulator.control.setVms({ id, site: lab.source, name });
  return { vm, twin: { ...vm, id, name }, since: lastSeq(lab) };
}

const SHARDS = [
  ['in one shard', withPart],
  ['in a shard of its own', withSharded],
] as const;

describe('a VM that a run has moved', () => {
  it.concurrent('is skipped, though a mistaken failover of it has failed since', () =>
    withPart(1, async (lab) => {
      expect((await done(lab)).state).toBe('succeeded');
      expect((await done(lab, { kind: 'failover' })).vms[0]?.error?.code).toBe('NoReplication');
      const again = await done(lab);
      expect(again.vms[0]).toMatchObject({ state: 'skipped', error: { code: 'AlreadyMigrated' } });
      expect(migrated(lab)).toEqual([vmOf(lab).id]);
    }));

  it.concurrent('makes another of its name suspect, until the plan says that it is to be moved', () =>
    withPart(1, async (lab) => {
      const { vm, twin, since } = await withTwin(lab);
      const refused = await done(lab, only(twin));
      expect(refused.vms[0]?.error).toMatchObject({ code: 'MaybeMoved', advice: expect.stringContaining('remigrate') });
      expect(refused.vms[0]?.error?.message).toContain(vm.id);
      expect(sent(lab, since)).toEqual([]);
      expect((await done(lab, only({ ...twin, remigrate: true }))).state).toBe('succeeded');
      expect(migrated(lab)).toEqual([vm.id, twin.id]);
    }));

  it.concurrent('makes another of its name in capitals suspect', () =>
    withPart(1, async (lab) => {
      const { vm, twin, since } = await withTwin(lab, (name) => name.toUpperCase());
      const refused = await done(lab, only(twin));
      expect(refused.vms[0]?.error).toMatchObject({ code: 'MaybeMoved', message: expect.stringContaining(vm.id) });
      expect(sent(lab, since)).toEqual([]);
    }));

  const NAMED = [
    ['another of its name', (name: string) => name],
    ['another of its name in capitals', (name: string) => name.toUpperCase()],
  ] as const;

  // Capitals are more to see through.
  it.concurrent.each(inShort(NAMED, ([name]) => name.endsWith('capitals')))(
    'makes %s suspect where plans name ids alone',
    (_, named) =>
      withPart(1, async (lab) => {
        const { id } = vmOf(lab);
        expect((await done(lab, only({ id, name: id, after: [] }))).state).toBe('succeeded');
        const twin = randomUUID();
        lab.simulator.control.setVms({ id: twin, site: lab.source, name: named(vmOf(lab).name) });
        const since = lastSeq(lab);
        const refused = await done(lab, only({ id: twin, name: twin, after: [] }));
        expect(refused.vms[0]?.error).toMatchObject({ code: 'MaybeMoved', message: expect.stringContaining(id) });
        expect(sent(lab, since)).toEqual([]);
      }),
  );

  it.concurrent.each(inShort(SHARDS, ([, part]) => part === withSharded))(
    'is no reason against another of its name that the same plan names, %s',
    (_, part) =>
      part(1, async (lab) => {
        const { vm, twin } = await withTwin(lab);
        const both = await done(lab, only(vm, twin));
        expect(both.vms.map(({ state }) => state)).toEqual(['skipped', 'succeeded']);
        expect(migrated(lab)).toEqual([vm.id, twin.id]);
      }),
  );
});

describe('two VMs of one name that are off, and that one plan names', () => {
  function bothOff(lab: Lab) {
    const vm = vmOf(lab);
    const other = { ...vm, id: randomUUID() };
    const off = { powerState: 'POWERED_OFF' } as const;
    lab.simulator.control.setVms({ id: vm.id, ...off }, { id: other.id, site: lab.source, name: vm.name, ...off });
    return { vm, other };
  }

  it.concurrent('are both moved, one after the other', () =>
    withPart(1, async (lab) => {
      const { vm, other } = bothOff(lab);
      const waves = [
        { name: 'first', vms: [vm] },
        { name: 'second', vms: [other] },
      ];
      const report = await done(lab, { sync: 'wave', waves });
      expect(report.vms.map(({ error }) => error)).toEqual([null, null]);
      expect(migrated(lab)).toEqual([vm.id, other.id]);
    }));

  const AS = [
    ['', (vm: PlanVm) => vm, withPart],
    [' in two shards', (vm: PlanVm) => vm, withSharded],
    [' by their ids', ({ id }: PlanVm) => ({ id, name: id, after: [] }), withPart],
  ] as const;

  it.concurrent.each(inShort(AS, ([as]) => as !== ''))(
    'are moved though an earlier run has moved one, where plans name them%s',
    (_, as, part) =>
      part(1, async (lab) => {
        const { vm, other } = bothOff(lab);
        expect((await done(lab, only(as(vm)))).state).toBe('succeeded');
        const both = await done(lab, only(as(vm), as(other)));
        expect(both.vms.map(({ state }) => state)).toEqual(['skipped', 'succeeded']);
        expect(migrated(lab)).toEqual([vm.id, other.id]);
      }),
  );

  it.concurrent('are not, while a third of their name stands there', () =>
    withPart(1, async (lab) => {
      const { vm, other } = bothOff(lab);
      expect((await done(lab, only(vm))).state).toBe('succeeded');
      const third = randomUUID();
      lab.simulator.control.setVms({ id: third, site: lab.destination, name: vm.name });
      const [, refused] = (await done(lab, only(vm, other))).vms;
      expect(refused?.error).toMatchObject({ code: 'MaybeMoved', message: expect.stringContaining(third) });
      expect(migrated(lab)).toEqual([vm.id]);
    }));
});

describe('a VM of which no record tells', () => {
  it.concurrent('is refused when it is off and one of its name stands in the destination VDC', () =>
    withPart(1, async (lab) => {
      const { id, name } = vmOf(lab);
      lab.simulator.control.setVms({ id, powerState: 'POWERED_OFF' }, { site: lab.destination, name });
      const since = lastSeq(lab);
      const { error } = (await done(lab)).vms[0] ?? {};
      expect(error).toMatchObject({ code: 'MaybeMoved', operation: 'start' });
      expect(sent(lab, since)).toEqual([]);
      expect((await done(lab, only({ ...vmOf(lab), remigrate: true }))).state).toBe('succeeded');
    }));

  it.concurrent('is refused all the same when a page stands before the lists for a while', () =>
    withLab({ vms: 1 }, async (lab) => {
      const { id, name } = vmOf(lab);
      const { control } = lab.simulator;
      control.setVms({ id, powerState: 'POWERED_OFF' }, { site: lab.destination, name });
      const since = lastSeq(lab);
      control.addFaults({ kind: 'front', path: '/inventory/vms', status: 403, page: 'html', times: 6 });
      expect((await done(lab)).vms[0]?.error).toMatchObject({ code: 'MaybeMoved', operation: 'start' });
      expect(sent(lab, since)).toEqual([]);
    }));

  it.concurrent('is refused as well when that has a computer name alone', () =>
    withLab({ vms: 1, assumptions: { inventoryComputerName: true } }, async (lab) => {
      const { id, name } = vmOf(lab);
      const twin = '00000000-0000-4000-8000-0000000000ff';
      const { control } = lab.simulator;
      control.setVms({ id, powerState: 'POWERED_OFF' }, { id: twin, site: lab.destination, name, computerName: name });
      control.addFaults({
        kind: 'unreadable',
        operation: 'inventory',
        site: lab.destination,
        item: twin,
        members: { name: null },
      });
      const since = lastSeq(lab);
      const [refused] = (await done(lab)).vms;
      expect(refused?.error).toMatchObject({ code: 'MaybeMoved', message: expect.stringContaining(twin) });
      expect(sent(lab, since)).toEqual([]);
    }));

  it.concurrent('is moved with a word when only one of its name stands there', () =>
    withPart(1, async (lab) => {
      lab.simulator.control.setVms({ site: lab.destination, name: vmOf(lab).name });
      const [vm] = (await done(lab)).vms;
      expect(vm).toMatchObject({ state: 'succeeded', notes: [expect.stringContaining('stands at')] });
    }));

  it.concurrent('is moved where the sites do not list their VMs', () =>
    withLab({ vms: 1 }, async (lab) => {
      const error = { code: 'Forbidden', msg: 'not for you' };
      lab.simulator.control.addFaults({ kind: 'status', operation: 'inventory', status: 403, error });
      expect((await done(lab)).state).toBe('succeeded');
    }));
});

describe('what the lists of two sites say', () => {
  const vm = { id: 'a', name: 'web1' };
  const off = { id: 'a', name: 'web1', computerName: 'host1', powerState: 'POWERED_OFF' };
  const there = (name: string, vdcId: string | null = 'vdc') => [{ id: 'b', name, vdcId }];

  plainly.each([
    ['its name', there('WEB1'), true],
    ['its computer name', there('host1'), true],
    ['another name', there('web2'), false],
    ['its name, in another VDC', there('web1', 'other'), false],
    // With a source that is off it is refused until a person has looked.
    ['its name, in no VDC that is told', there('web1', null), true],
    ['another name, in no VDC that is told', there('web2', null), false],
  ])('a VM of %s', (_, list, isTwin) => {
    const seen = seenOf([off], list, 'VDC', vm);
    expect(seen.isSourceOff).toBe(true);
    expect(seen.twin !== null).toBe(isTwin);
  });

  plainly.each([
    ['none but the computer name of the source', { name: null, computerName: 'Host1' }, true],
    ['none but a computer name that is the name of the source', { name: null, computerName: 'web1' }, true],
    ['none but another computer name', { name: null, computerName: 'host2' }, false],
    ['its name with blanks around it', { name: ' Web1\t' }, true],
    ['its name, in a VDC that is blank', { name: 'web1', vdcId: '' }, true],
    ['a computer name that is blank', { name: 'web2', computerName: ' ' }, false],
  ])('a VM of %s', (_, names, isTwin) => {
    const list = [{ id: 'b', vdcId: 'vdc', ...names }];
    expect(seenOf([off], list, 'VDC', vm).twin?.id).toBe(isTwin ? 'b' : undefined);
    expect(
      seenOf([{ ...off, computerName: '' }], [{ id: 'b', name: 'web2', computerName: '', vdcId: 'vdc' }], 'VDC', vm)
        .twin,
    ).toBeNull();
  });

  plainly.each([
    ['that is on and bears its name', {}, true],
    ['that no list tells of', { name: null }, true],
    ['that is off', { isSourceOn: false }, false],
    ['whose name stands at its destination', { twin: { id: 'b', name: 'web1' } }, false],
    ['whose site calls it otherwise, which is asked about first', { name: 'web2' }, false],
  ])('a VM %s has its place asked for with the look', (_, seen, isAsked) => {
    const on = { name: 'web1', isSourceOff: false, isSourceOn: true, twin: null };
    expect(beginsAtOnce({ ...on, ...seen }, vm)).toBe(isAsked);
  });

  plainly('nothing follows from a list that could not be had', () => {
    expect(seenOf(null, null, 'vdc', vm)).toEqual({ name: null, isSourceOff: false, isSourceOn: false, twin: null });
  });

  plainly.each([
    ['POWERED_ON', true],
    ['POWERED_OFF', false],
    ['SUSPENDED', false],
    [null, false],
  ])('a source that is %s is seen to be on: %s', (powerState, isOn) => {
    expect(seenOf([{ ...off, powerState }], null, 'vdc', vm).isSourceOn).toBe(isOn);
  });
});
