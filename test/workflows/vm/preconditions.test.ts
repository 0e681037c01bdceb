/** When a replication may be recovered or reversed; a refusal tells a person what it is about and what to do. */
import { describe, expect, it } from '@jest/globals';
import type { Located, SourcePower } from '../../../contract/questions.js';
import type { ReplicationSummary } from '../../../contract/replication.js';
import { untouched, type VmError } from '../../../contract/report.js';
import {
  noReplication,
  obstacleToRecovery,
  obstacleToRemoval,
  obstacleToReverse,
  type Recovering,
  windowMissed,
  wrongVm,
} from '../../../workflows/vm/steps/preconditions.js';

const vm = { id: '441a891a', name: 'web1' };

const at = (change: Partial<ReplicationSummary> = {}): Located => ({
  site: 'lyon',
  peer: 'paris',
  replication: {
    id: 'C4-77',
    recoveryState: 'NOT_STARTED',
    dataConnectionState: 'OK',
    overallHealth: 'GREEN',
    isPaused: false,
    isMigration: false,
    vmId: vm.id,
    vmName: vm.name,
    sourceSite: 'paris',
    destinationSite: 'lyon',
    isReversed: false,
    latestInstance: { key: 'i1', timestamp: 1_000 },
    recoveredVappId: null,
    recoveredVmId: null,
    progress: null,
    mark: null,
    isMovingReplica: false,
    lastError: null,
    ...change,
  },
});

const KINDS: Recovering[] = ['failover', 'failover-test', 'migrate'];

/** What every refusal must tell. */
function expectTelling(refusal: VmError | null, operation: string): void {
  expect(refusal).toMatchObject({
    operation,
    taskId: null,
    site: 'lyon',
    advice: expect.stringMatching(/^[A-Z].*\.$/),
  });
  for (const part of [operation, 'web1', '441a891a', 'lyon', 'C4-77', 'was not sent']) {
    expect(refusal?.message).toContain(part);
  }
}

describe.each(KINDS)('%s', (kind) => {
  it('is allowed on a protected VM with an instance', () => {
    expect(obstacleToRecovery(kind, vm, at())).toBeNull();
  });

  it.each<[string, Partial<ReplicationSummary>, RegExp]>([
    ['AlreadyRecovered', { recoveryState: 'COMPLETE' }, /kind reverse/],
    ['TestCopyExists', { recoveryState: 'TEST' }, /^Clean the test up in VCDA, or drover drill sweep lyon/],
    ['RecoveryUnderWay', { recoveryState: 'IN_PROGRESS' }, /^Wait for its task at lyon/],
    ['ReplicationPaused', { isPaused: true }, /^Resume replication C4-77 at lyon/],
  ])('is refused with %s', (code, change, advice) => {
    const refusal = obstacleToRecovery(kind, vm, at(change));
    expect(refusal).toMatchObject({ code, advice: expect.stringMatching(advice) });
    expectTelling(refusal, kind);
  });

  it('of what was recovered while paused says first that it was recovered', () => {
    expect(obstacleToRecovery(kind, vm, at({ recoveryState: 'COMPLETE', isPaused: true }))?.code).toBe(
      'AlreadyRecovered',
    );
  });
});

describe('a replication without an instance', () => {
  it.each<Recovering>(['failover', 'failover-test'])('cannot be recovered by %s', (kind) => {
    const refusal = obstacleToRecovery(kind, vm, at({ latestInstance: null }));
    expect(refusal).toMatchObject({ code: 'NoInstance', advice: expect.stringContaining('Wait for its first sync') });
    expectTelling(refusal, kind);
  });

  it('can be migrated, since that syncs first', () => {
    expect(obstacleToRecovery('migrate', vm, at({ latestInstance: null }))).toBeNull();
  });
});

describe('reverse', () => {
  it('is allowed on what was recovered', () => {
    expect(obstacleToReverse(vm, at({ recoveryState: 'COMPLETE' }))).toBeNull();
  });

  it.each(['NOT_STARTED', 'TEST', 'IN_PROGRESS'])('is refused while the replication says %s', (recoveryState) => {
    const refusal = obstacleToReverse(vm, at({ recoveryState }));
    expect(refusal).toMatchObject({ code: 'NotRecovered', message: expect.stringContaining(recoveryState) });
    expectTelling(refusal, 'reverse');
  });
});

describe('the original that a reverse removes', () => {
  const power = (is: SourcePower['power'], isMissing = false): SourcePower => ({
    power: is,
    at: 0,
    known: 'as the inventory says',
    ...(isMissing ? { isMissing } : {}),
  });
  const recovered = at({ recoveryState: 'COMPLETE', recoveredVmId: 'vm-9' });

  it.each<[what: string, copy: SourcePower, original: SourcePower, code: string | null]>([
    ['both run', power('on'), power('on'), null],
    ['both are off', power('off'), power('off'), null],
    ['the recovered one runs', power('on'), power('off'), null],
    ['nothing is known of the original', power('off'), power('unknown'), null],
    ['the original alone runs', power('off'), power('on'), 'RecoveredNotRunning'],
    ['the recovered one is not listed', power('unknown', true), power('off'), 'RecoveredNotRunning'],
    [
      'the original runs, and of the recovered one nothing is known',
      power('unknown'),
      power('on'),
      'RecoveredNotRunning',
    ],
  ])('where %s', (_what, copy, original, code) => {
    const refusal = obstacleToRemoval(vm, recovered, copy, original);
    expect(refusal?.code ?? null).toBe(code);
    if (refusal !== null) expectTelling(refusal, 'reverse');
  });
});

describe('a replication that the plan names', () => {
  const unnamed = { id: vm.id, name: vm.id };
  const judged = (change: Partial<ReplicationSummary>, of = unnamed, ids = [vm.id, 'recovered']) =>
    wrongVm('failover', of, 'paris', at(change), { ids, replicationIds: ['C4-earlier'] })?.code ?? 'its own';
  const turned = { vmId: 'new', vmName: 'web1', sourceSite: 'lyon', destinationSite: 'paris' };

  it.each<[string, Partial<ReplicationSummary>]>([
    ['the plan’s id', {}],
    ['an id that it was recovered as', { vmId: 'recovered', vmName: 'web1-1' }],
    ['an id that the site does not tell', { vmId: null }],
    ['the other way, by an id that it was recovered as', { ...turned, vmId: 'recovered' }],
    [
      'reversed, where the site tells no ends, by such an id',
      { vmId: 'recovered', sourceSite: null, isReversed: true },
    ],
    ['the other way, by the id that it has there, which the plan names', { ...turned, vmId: vm.id }],
  ])('is of this VM by %s', (_, change) => {
    expect(judged(change)).toBe('its own');
  });

  it('is of this VM, the other way, by being the one that earlier runs worked, as long as they know no id of it', () => {
    const itself = { ...turned, id: 'C4-earlier' };
    expect(judged(itself, unnamed, [vm.id])).toBe('its own');
    expect(judged(itself)).toBe('NameMismatch');
  });

  it.each<[string, Partial<ReplicationSummary>]>([
    ['another id', { vmId: 'other', vmName: 'web2' }],
    ['another id under its own name', { vmId: 'other' }],
    ['another id without a name', { vmId: 'other', vmName: null }],
    ['another id at the same site, whatever a flag says', { vmId: 'other', isReversed: true }],
    ['another id at the same site, though earlier runs worked it', { vmId: 'other', id: 'C4-earlier' }],
    ['an id that nothing links to it, the other way', turned],
    ['such an id, where the site tells no ends', { vmId: 'new', sourceSite: null, isReversed: true }],
  ])('is of another VM by %s, with and without a name in the plan', (_, change) => {
    expect(judged(change)).toBe('NameMismatch');
    expect(judged(change, vm)).toBe('NameMismatch');
  });
});

describe('a reversed replication that the plan names', () => {
  const turned = at({ vmId: 'new', vmName: 'web9', sourceSite: 'lyon', destinationSite: 'paris' });
  const known = { ids: [vm.id], replicationIds: [] };

  it('is of this VM by the mark that says so', () => {
    const marked = { ...turned, isMarkedAsIts: true };
    expect(wrongVm('failover', vm, 'paris', marked, known)).toBeNull();
    const recovered = { ...known, ids: [vm.id, 'recovered'] };
    expect(wrongVm('failover', vm, 'paris', marked, recovered)).toMatchObject({ code: 'NameMismatch' });
  });

  it('is refused with both VMs, and with how to name it, where nothing links it to this one', () => {
    const refused = wrongVm('failover', vm, 'paris', turned, known);
    expect(refused).toMatchObject({ code: 'NameMismatch', site: 'lyon' });
    for (const part of ['web1 (441a891a)', 'web9 (new)', 'C4-77', 'lyon']) expect(refused?.message).toContain(part);
    expect(refused?.advice).toContain('id in the plan (new)');
  });
});

describe('a window that was missed', () => {
  it.each(['migrate', 'failover'] as const)('is told of a %s by its own name, with what to do', (kind) => {
    const closes = '2026-12-06T05:00:00.000Z';
    const failed = windowMissed(kind, untouched(vm, 'all'), 'lyon', { closes, missed: 'fail' });
    expect(failed).toMatchObject({ code: 'WindowMissed', operation: kind, taskId: null, site: 'lyon' });
    expect(failed.message).toBe(
      `the cutover window of web1 (441a891a) closed at ${closes} before its ${kind} could begin.`,
    );
    expect(failed.advice).toMatch(/^Run the VM again/);
    expect(windowMissed(kind, untouched(vm, 'all'), 'lyon', { closes, missed: 'hold' }).advice).toMatch(
      /^Move its window \(drover set RUN window\.closes=…\): its copy is kept\. Or cancel it/,
    );
  });
});

describe('a VM without a replication', () => {
  it('is named with both sites, and what may be wrong', () => {
    const { message, advice, ...rest } = noReplication('failover', vm, 'paris', 'lyon');
    expect(rest).toEqual({ code: 'NoReplication', operation: 'failover', taskId: null, site: 'lyon' });
    for (const part of ['web1 (441a891a)', 'paris', 'lyon']) expect(message).toContain(part);
    for (const part of ['replicationId', 'kind: protect']) expect(advice).toContain(part);
  });
});
