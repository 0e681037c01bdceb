/** What a person changes of VMs that have not been cut over, wherever they are: settings, wave, whether they belong to the run. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { VmChange } from '../../../contract/amend.js';
import { isVmChange } from '../../../contract/guards.js';
import type { OperationKind } from '../../../contract/operation.js';
import type { VmReport } from '../../../contract/report.js';
import type { Phase } from '../../../contract/unit.js';
import { type Plan, vappUnit } from '../../../plan/types.js';
import { noMemory } from '../../../workflows/run/retry.js';
import { aPlan, aVm, aWave } from '../../support/plans.js';
import { RunOfShards } from '../support/run-of-shards.js';

const NOW = Date.parse('2026-12-05T21:00:00Z');
const memory = noMemory({ site: 'lyon', peer: 'paris' });
const [a, b, c, d] = ['id-of-a', 'id-of-b', 'id-of-c', 'id-of-d'] as const;
const waves = [aWave('pilot', aVm('a'), aVm('b')), aWave('core', aVm('c'), aVm('d', { after: [c] }))];
const cutover = { approval: 'wave', window: null, powerOn: 'asSource', consolidate: false } as const;

/** Each test is made with all VMs in one shard, and with a shard for each. */
let most = 500;
const runOf = (change: Partial<Plan> = {}) => new RunOfShards(aPlan({ waves, cutover, ...change }), { most }, NOW);
const goneOn = (run: RunOfShards) =>
  new RunOfShards(aPlan({ waves, cutover }), { most, carried: structuredClone(run.carried) }, NOW);
const vmOf = (run: RunOfShards, id: string) => run.report(NOW).vms.find((vm) => vm.id === id) as VmReport;
const next = (run: RunOfShards) => run.next(NOW).map(({ vm, phase }) => `${phase} ${vm.name}`);

/** Its workflow ends, having sent these. */
function ends(run: RunOfShards, id: string, state: VmReport['state'], sent: OperationKind[], phase: Phase): void {
  run.started(id, NOW, phase);
  const record = { operationId: 'o', taskId: null, adopted: false, submittedAt: '', finishedAt: '' } as const;
  const operations = sent.map((kind, n) => {
    const result = state === 'failed' && n === sent.length - 1 ? 'failed' : 'succeeded';
    return { ...record, kind, result } as const;
  });
  const isWaiting = state === 'waiting';
  const its: Partial<VmReport> = { state, step: isWaiting ? 'gate' : 'done', operations };
  const report = { ...vmOf(run, id), ...its, replicationId: operations[0]?.result === 'succeeded' ? `C4-${id}` : null };
  const word = { run: 'r1', unit: id, revision: 1, report, memory: isWaiting ? memory : null, claimedBy: null };
  run.said({ ...word, ...(isWaiting ? {} : { left: memory }), kept: true }, NOW);
}

describe.each([
  ['in one shard', 500],
  ['in a shard each', 1],
])('of VMs %s,', (_where, size) => {
  beforeEach(() => {
    most = size;
  });

  describe('a change', () => {
    const change: VmChange = { network: 'net-c', address: '10.0.3.7', powerOn: false };

    it('holds for what is begun next, is told with what was before, and stays', () => {
      const run = runOf();
      ends(run, a, 'waiting', ['start'], 'copy');
      const before = { network: null, address: null, powerOn: null };
      expect(run.change('a', change, NOW)).toMatchObject({ refused: null, before, done: { count: 1, names: ['a'] } });
      expect(run.change('a', { powerOn: true }, NOW).before).toEqual({ powerOn: false });
      run.approve({ wave: 'pilot' }, NOW);
      const begun = goneOn(run)
        .next(NOW)
        .find(({ vm }) => vm.id === a);
      const nics = [
        { nicIndex: 0, network: 'net-c', isConnected: true, ipAddress: '10.0.3.7', ipAddressAllocationMode: 'MANUAL' },
      ];
      expect(begun).toMatchObject({ phase: 'cutover', vm: { powerOn: true, vmNetworkSettings: { nics } } });
      expect(run.plan?.waves[0]?.vms[0]).toEqual(begun?.vm);
    });

    it('of a NIC leaves the others as the plan has them', () => {
      const vmNetworkSettings = {
        primaryNicIndex: 1,
        nics: [
          { nicIndex: 0, network: 'x' },
          { nicIndex: 1, network: 'y' },
        ],
      };
      const run = runOf({ waves: [aWave('pilot', aVm('a', { vmNetworkSettings }))] });
      expect(run.change('a', { network: 'z' }, NOW).before).toEqual({ network: 'y' });
      expect(run.plan?.waves[0]?.vms[0]?.vmNetworkSettings).toEqual({
        primaryNicIndex: 1,
        nics: [
          { nicIndex: 1, network: 'z', isConnected: true },
          { nicIndex: 0, network: 'x' },
        ],
      });
    });

    it('is refused of what is on its way, may have been cut over, or has succeeded', () => {
      const run = runOf();
      run.started(a, NOW, 'copy');
      ends(run, b, 'failed', ['start', 'migrate', 'delete'], 'through');
      ends(run, c, 'succeeded', ['start', 'migrate'], 'through');
      expect(run.change('a', change, NOW).refused).toMatch(/^a \(id-of-a\) is on its way/);
      expect(run.change('b', change, NOW).refused).toMatch(/may have been cut over/);
      expect(run.change('c', change, NOW).refused).toMatch(/has succeeded already/);
      expect(run.plan?.waves).toEqual(waves);
    });

    it('is made of what a reverse has brought to its gate', () => {
      const run = runOf({ kind: 'failback' });
      ends(run, a, 'waiting', ['reverse'], 'copy');
      expect(run.change('a', change, NOW)).toMatchObject({ refused: null, done: { count: 1 } });
    });

    it('of the storage profile is refused where a copy is placed, and has an effect where none is', () => {
      const run = runOf();
      ends(run, a, 'waiting', ['start'], 'copy');
      ends(run, b, 'failed', ['start'], 'copy');
      expect(run.change('a', { storageProfile: 'gold' }, NOW).refused).toMatch(
        /placed already.*drover cancel r1 vm:id-of-a/,
      );
      expect(run.change('b', { storageProfile: 'gold' }, NOW)).toMatchObject({ refused: null });
      run.retry({ vm: b }, NOW);
      expect(run.next(NOW).find(({ vm }) => vm.id === b)?.vm.storageProfile).toBe('gold');
    });

    it('of networks is refused of a vApp, which is recovered as one', () => {
      const id = vappUnit('0000');
      const run = runOf({ waves: [aWave('pilot', aVm('crm', { id, vms: [{ id: a, name: 'a' }] }))] });
      expect(run.change('crm', { network: 'net-c' }, NOW).refused).toMatch(/no effect/);
      expect(run.change('crm', { address: '10.0.3.7' }, NOW).refused).toMatch(/no effect/);
      expect(run.change('crm', { powerOn: false }, NOW)).toMatchObject({ refused: null });
    });

    it('that has no effect on its kind is refused', () => {
      const protects = { ...cutover, approval: 'none' } as const;
      expect(runOf({ kind: 'protect', cutover: protects }).change('a', change, NOW).refused).toMatch(/no effect/);
      expect(runOf({ kind: 'failover' }).change('a', { storageProfile: 'x' }, NOW).refused).toMatch(/no effect/);
    });
  });

  describe('a move to another wave', () => {
    it('has it judged by the approvals and the turn of that wave, and is the plan from then on', () => {
      const run = runOf();
      for (const id of [a, b, c]) ends(run, id, 'waiting', ['start'], 'copy');
      run.approve({ wave: 'pilot' }, NOW);
      expect(run.move('c', 0, NOW)).toMatchObject({ refused: null, before: { wave: 'core' } });
      expect(next(run)).toEqual(expect.arrayContaining(['cutover a', 'cutover b', 'cutover c']));
      expect(run.move('a', 1, NOW)).toMatchObject({ refused: null, before: { wave: 'pilot' } });
      expect(next(run)).not.toContain('cutover a');
      expect(vmOf(run, a)).toMatchObject({ wave: 'core', waitingFor: 'dependency' });
      expect(run.plan?.waves.map(({ name, vms }) => [name, vms.map(({ name: vm }) => vm).sort()])).toEqual([
        ['pilot', ['b', 'c']],
        ['core', ['a', 'd']],
      ]);
      const later = goneOn(run);
      expect(next(later)).toEqual(next(run));
      expect(later.plan).toEqual(run.plan);
    });

    it('holds whatever its workflow says of itself, which was begun for another wave', () => {
      const run = runOf();
      run.started(c, NOW, 'copy');
      const began = vmOf(run, c);
      run.move('c', 0, NOW);
      const report: VmReport = { ...began, state: 'waiting', step: 'gate' };
      run.said({ run: 'r1', unit: c, revision: 1, report, memory, claimedBy: null, kept: false }, NOW);
      expect(vmOf(run, c)).toMatchObject({ wave: 'pilot', step: 'gate' });
      run.approve({ wave: 'pilot' }, NOW);
      expect(next(run)).toContain('cutover c');
    });

    it('that empties a wave gives the next its turn', () => {
      const run = runOf({ waves: [aWave('pilot', aVm('a')), aWave('core', aVm('b'))] });
      for (const id of [a, b]) ends(run, id, 'waiting', ['start'], 'copy');
      run.approve({ wave: 'core' }, NOW);
      expect(next(run)).toEqual([]);
      run.move('a', 1, NOW);
      expect(next(run).sort()).toEqual(['cutover a', 'cutover b']);
    });

    it('is refused where an order of VMs would be turned round, since none of them could go on', () => {
      const run = runOf();
      expect(run.move('d', 0, NOW).refused).toMatch(/it comes after c \(id-of-c\), which is of wave core/);
      expect(run.move('c', 0, NOW).refused).toBeNull();
      expect(run.move('d', 0, NOW).refused).toBeNull();
      expect(run.move('c', 1, NOW).refused).toMatch(/d \(id-of-d\) of wave pilot comes after it/);
    });

    it('is refused where what it comes after has ended and may be tried again, which would wait for ever then', () => {
      const run = runOf();
      run.cancel({ vm: 'c' }, NOW);
      expect(run.move('d', 0, NOW).refused).toMatch(/it comes after c/);
    });

    it('is refused of what goes on to its cutover by itself, or has ended', () => {
      const run = runOf();
      run.started(a, NOW, 'through');
      run.started(c, NOW, 'copy');
      ends(run, b, 'failed', ['start'], 'copy');
      expect(run.move('a', 1, NOW).refused).toMatch(/has begun its cutover, or goes on to it/);
      expect(run.move('b', 1, NOW).refused).toMatch(/has ended/);
      expect(run.move('c', 0, NOW).refused).toBeNull();
    });

    it('holds for what was about to be begun', () => {
      const run = runOf();
      run.approve({ wave: 'pilot' }, NOW);
      const named = run.next(NOW).find(({ vm }) => vm.id === a);
      expect(named?.phase).toBe('through');
      run.move('a', 1, NOW);
      if (named !== undefined) expect(run.mayBegin(named, NOW)).toBe(false);
    });
  });

  describe('a removal', () => {
    it('takes out what has not begun, does not keep the run from succeeding, and changes nothing when typed again', () => {
      const run = runOf();
      expect(run.remove('d', NOW)).toMatchObject({ refused: null, done: { count: 1 } });
      const once = run.report(NOW);
      expect(run.remove('d', NOW)).toMatchObject({ refused: null });
      expect(run.report(NOW).vms).toEqual(once.vms);
      for (const id of [a, b, c]) ends(run, id, 'succeeded', ['start', 'migrate'], 'through');
      expect(vmOf(run, d)).toMatchObject({ state: 'skipped', error: { code: 'RemovedByPerson' } });
      expect(run.report(NOW)).toMatchObject({ totals: { succeeded: 3, skipped: 1, failed: 0 } });
      expect(run.isDone).toBe(true);
      expect(run.endState).toBe('succeeded');
    });

    it('is refused of what has begun, and of what others come after', () => {
      const run = runOf();
      run.started(a, NOW, 'copy');
      ends(run, b, 'waiting', ['start'], 'copy');
      expect(run.remove('a', NOW).refused).toMatch(/has begun: drover skip r1 vm:id-of-a/);
      expect(run.remove('b', NOW).refused).toMatch(/has begun/);
      expect(run.remove('c', NOW).refused).toMatch(/d \(id-of-d\) of wave core comes after it: remove that first/);
      run.remove('d', NOW);
      expect(run.remove('c', NOW).refused).toBeNull();
    });

    it('is taken back by a retry of that VM', () => {
      const run = runOf();
      run.remove('d', NOW);
      expect(run.retry({}, NOW).done.count).toBe(0);
      expect(run.retry({ vm: d }, NOW).done.count).toBe(1);
      expect(next(run)).toContain('copy d');
    });
  });
});

describe('a change of a VM', () => {
  it.each([{}, { color: 'red' }, { network: '' }, { network: 7 }, { address: 'ten' }, { powerOn: 'maybe' }, null])(
    'is none: %j',
    (junk) => {
      expect(isVmChange(junk)).toBe(false);
    },
  );

  it.each([{ network: 'a' }, { address: 'fe80::1' }, { storageProfile: '*' }, { powerOn: false }])(
    'is one: %j',
    (one) => {
      expect(isVmChange(one)).toBe(true);
    },
  );
});
