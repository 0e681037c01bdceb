import { describe, expect, it } from '@jest/globals';
import { decisiveOf } from '../../../contract/look.js';
import type { ReplicationSummary } from '../../../contract/replication.js';
import { type Irreversible, unfitness } from '../../../workflows/vm/steps/fitness.js';

const vm = { id: 'vm-1', name: 'web1' };
const replication: ReplicationSummary = {
  id: 'C4-1',
  recoveryState: 'NOT_STARTED',
  dataConnectionState: 'OK',
  overallHealth: 'GREEN',
  isPaused: false,
  isMigration: true,
  vmId: 'vm-1',
  vmName: 'web1',
  sourceSite: 'paris',
  destinationSite: 'lyon',
  isReversed: false,
  latestInstance: { key: '1', timestamp: 1 },
  recoveredVappId: null,
  recoveredVmId: null,
  progress: null,
  mark: null,
  isMovingReplica: false,
  lastError: null,
};

function judged(kind: Irreversible, change: Partial<ReplicationSummary> | null, unfitFor = 0, accepted?: string) {
  const seen = change === null ? null : { ...replication, ...change };
  const copy = {
    site: 'lyon',
    peer: 'paris',
    replicationId: 'C4-1',
    replication: seen,
    missingFor: 10 * 60_000,
    ids: ['vm-1', 'vm-9'],
  };
  return unfitness(kind, vm, copy, unfitFor, accepted ?? null);
}

function verdict(...asked: Parameters<typeof judged>): string {
  const unfit = judged(...asked);
  return unfit === null ? 'fit' : `${unfit.is} ${unfit.why.code}`;
}

describe('a copy right before what cannot be undone', () => {
  it.each(['OK', 'SYNCING', 'PRUNING', 'POWERED_OFF', 'UNKNOWN'])('that is %s is fit', (dataConnectionState) => {
    expect(verdict('migrate', { dataConnectionState })).toBe('fit');
  });

  it.each<[Partial<ReplicationSummary> | null, string]>([
    [{ isPaused: true }, 'held ReplicationPaused'],
    [{ dataConnectionState: 'PAUSED' }, 'held ReplicationPaused'],
    [{ isMovingReplica: true }, 'waiting ReplicaMoving'],
    [{ recoveryState: 'TEST' }, 'held TestCopyExists'],
    [{ recoveryState: 'IN_PROGRESS' }, 'waiting RecoveryUnderWay'],
    [{ recoveryState: 'COMPLETE' }, 'over AlreadyRecovered'],
    [{ dataConnectionState: 'ERROR' }, 'waiting ReplicationError'],
    [{ dataConnectionState: 'INITIAL_SYNCING' }, 'waiting CopyNotComplete'],
    [{ unknownState: 'RESHAPING' }, 'held UnknownState'],
    [{ recoveryState: 'HALF', unknownState: 'HALF' }, 'held UnknownState'],
    [{ vmId: 'vm-2', vmName: 'web2' }, 'held WrongReplication'],
    [{ vmId: 'vm-2' }, 'held WrongReplication'],
    [null, 'waiting ReplicationGone'],
  ])('that is %j is not cut over', (change, expected) => {
    expect(verdict('migrate', change)).toBe(expected);
  });

  it('needs a person when its error lasts, and is lost when nobody lists it for long', () => {
    expect(verdict('migrate', { dataConnectionState: 'ERROR' }, 6 * 60_000)).toBe('held ReplicationError');
    expect(verdict('migrate', null, 11 * 60_000)).toBe('over ReplicationGone');
  });

  it.each(['vm-9', null])('is fit under an id by which the VM is known, and where none is told: %s', (vmId) => {
    expect(verdict('migrate', { vmId, vmName: 'web1-1' })).toBe('fit');
  });

  it('does not look alike when it is another VM’s', () => {
    expect(decisiveOf({ ...replication, vmId: 'vm-2' })).not.toBe(decisiveOf(replication));
  });

  it.each<Irreversible>(['migrate', 'failover', 'failover-test', 'reverse'])(
    'that was turned round where it stands is told as what somebody else did: %s',
    (kind) => {
      const turned = { ...replication, sourceSite: 'lyon', destinationSite: 'paris', vmId: 'vm-77', isReversed: true };
      const at = { site: 'lyon', peer: 'paris', replicationId: 'C4-1', missingFor: 1, ids: ['vm-1'] };
      const unfit = unfitness(kind, vm, { ...at, replication: turned, towards: 'lyon' }, 0);
      expect(unfit).toMatchObject({ is: 'over', why: { code: 'DoneByOthers', site: 'paris' } });
      expect(unfit?.why.message).toMatch(/as VM vm-77 it is replicated from lyon to paris by now, reversed/);
      const known = unfitness('migrate', vm, { ...at, ids: ['vm-77'], replication: turned, towards: 'paris' }, 0);
      expect(known).toBeNull();
      expect(unfitness('migrate', vm, { ...at, replication: { ...replication, destinationSite: null } }, 0)).toBeNull();
    },
  );

  const silent = { dataConnectionState: 'UNKNOWN', overallHealth: 'RED' };

  it('that neither side reports on, and that is not healthy, is cut over only when a person says so', () => {
    const unfit = judged('migrate', silent);
    expect(unfit).toMatchObject({ is: 'held', why: { code: 'ReplicationUnhealthy' } });
    expect(unfit?.why.message).toMatch(/UNKNOWN.*RED.*C4-1/);
    expect(verdict('migrate', silent, 0, unfit?.unknownState)).toBe('fit');
    expect(verdict('migrate', { ...silent, overallHealth: 'GREEN' })).toBe('fit');
    expect(verdict('migrate', { ...silent, dataConnectionState: 'POWERED_OFF' })).toBe('fit');
    expect(decisiveOf({ ...replication, ...silent })).not.toBe(decisiveOf(replication));
  });

  it.each(['failover', 'failover-test'] as const)('that neither side reports on is fit for a %s', (kind) => {
    expect(verdict(kind, silent)).toBe('fit');
  });

  it('that would put the VM elsewhere than the plan is refused with both values', () => {
    const copy = { site: 'lyon', peer: 'paris', replicationId: 'C4-1', missingFor: 1, vdc: 'VDC-1' };
    const to = (destinationVdc: { id: string; name: string } | null, vdc = copy.vdc) =>
      unfitness('migrate', vm, { ...copy, vdc, replication: { ...replication, destinationVdc } }, 0);
    const refused = to({ id: 'vdc-2', name: 'spare' });
    expect(refused).toMatchObject({ is: 'over', why: { code: 'ReplicatedElsewhere' } });
    expect(refused?.why.message).toMatch(/vdc-2 \(spare\).*VDC-1.*C4-1/);
    expect(to({ id: 'vdc-1', name: 'main' })).toBeNull();
    expect(to({ id: 'vdc-1', name: 'main' }, 'Main')).toBeNull();
    expect(to(null)).toBeNull();
    expect(decisiveOf({ ...replication, destinationVdc: { id: 'a', name: null } })).not.toBe(decisiveOf(replication));
  });

  it('that would not put it where it was to go when it was looked at is refused with both, unless the plan wants it there', () => {
    const copy = { site: 'lyon', peer: 'paris', replicationId: 'C4-1', missingFor: 1 };
    const now = { ...replication, destinationVdc: { id: 'vdc-2', name: 'spare' } };
    const seen = (vdc: string | null, wants: string | null = null) =>
      unfitness('failover', vm, { ...copy, seen: { vdc, wants }, replication: now }, 0);
    expect(seen('vdc-1')?.why.message).toMatch(/VDC vdc-2 \(spare\), and in vdc-1 when it was looked at.*C4-1/);
    expect(seen('vdc-1', 'vdc-3')?.why.message).toMatch(/vdc-2 \(spare\), and the plan says vdc-3, and in vdc-1 when/);
    expect(seen('vdc-1', '*')).toMatchObject({ is: 'over', why: { code: 'ReplicatedElsewhere' } });
    for (const fit of [seen('vdc-1', 'spare'), seen('VDC-2'), seen(null), seen('vdc-2', 'vdc-3')])
      expect(fit).toBeNull();
  });

  it('that would put the VM in another organization than it was begun for is refused with both', () => {
    const copy = { site: 'lyon', peer: 'paris', replicationId: 'C4-1', missingFor: 1, ids: ['vm-1'] };
    const into = (destinationOrg: string | null, org?: string) =>
      unfitness('migrate', vm, { ...copy, ...(org && { org }), replication: { ...replication, destinationOrg } }, 0);
    const refused = into('globex', 'acme');
    expect(refused).toMatchObject({ is: 'over', why: { code: 'ReplicatedElsewhere' } });
    expect(refused?.why.message).toMatch(/globex instead of acme.*C4-1/);
    for (const fit of [into('Acme', 'acme'), into(null, 'acme'), into('globex')]) expect(fit).toBeNull();
    expect(decisiveOf({ ...replication, destinationOrg: 'globex' })).not.toBe(decisiveOf(replication));
  });

  it('says what the site says of its error', () => {
    const unfit = judged('migrate', {
      dataConnectionState: 'ERROR',
      lastError: { code: 'DatastoreFull', message: 'ds-7 is full' },
    });
    expect(unfit?.why.message).toMatch(/web1 \(vm-1\) at lyon .*DatastoreFull: ds-7 is full.*C4-1/);
  });

  it('in a state that nobody knows goes on when a person has said so, and only in that state', () => {
    expect(verdict('migrate', { unknownState: 'RESHAPING' }, 0, 'RESHAPING')).toBe('fit');
    expect(verdict('migrate', { unknownState: 'BENDING' }, 0, 'RESHAPING')).toBe('held UnknownState');
  });

  it.each(['failover', 'failover-test'] as const)('a %s is made although the source sends no more', (kind) => {
    expect(verdict(kind, { dataConnectionState: 'ERROR' })).toBe('fit');
    expect(verdict(kind, { isMovingReplica: true })).toBe('waiting ReplicaMoving');
    expect(verdict(kind, { recoveryState: 'TEST' })).toBe('held TestCopyExists');
  });

  it('a reverse needs what was recovered, and waits while the site moves it', () => {
    const recovered = { recoveryState: 'COMPLETE', dataConnectionState: 'FINISHED' };
    expect(verdict('reverse', recovered)).toBe('fit');
    expect(verdict('reverse', { ...recovered, isMovingReplica: true })).toBe('waiting ReplicaMoving');
    expect(verdict('reverse', {})).toBe('over NotRecovered');
  });
});
