/** The replication of a vApp, as that of one VM is looked at. */
import { describe, expect, it } from '@jest/globals';
import { unitOf } from '../../activities/vapp-replication.js';
import type { VmReplication } from '../../vcda/index.js';

const member = (name: string, change: Partial<VmReplication> = {}): VmReplication => ({
  id: `C4-${name}`,
  vmId: name,
  dataConnectionState: 'OK',
  settings: { description: 'mark' },
  source: { site: 'paris', vappId: 'v' },
  destinationState: {
    latestInstance: { key: name, timestamp: 2_000, transferBytes: 5 },
    recoveryInfo: { recoveryState: 'NOT_STARTED' },
  },
  ...change,
});
const of = (...vmReplications: VmReplication[]) => unitOf({ id: 'C4VAPP-1', vmReplications });
const recovered = (state: string, vAppId: string | null) => ({ recoveryInfo: { recoveryState: state, vAppId } });

describe('the replication of a vApp', () => {
  it('is known by the vApp, and holds what all its VMs hold', () => {
    const older = { latestInstance: { key: 'b', timestamp: 1_000, transferBytes: 7 } };
    expect(of(member('a'), member('b', { destinationState: older }))).toMatchObject({
      vmId: 'vapp:v',
      dataConnectionState: 'OK',
      settings: { description: 'mark' },
      destinationState: { latestInstance: { key: 'b', timestamp: 1_000, transferBytes: 12 } },
    });
    expect(of(member('a'), member('b', { destinationState: {} })).destinationState?.latestInstance).toBeNull();
  });

  it.each([
    [['OK', 'ERROR', 'INITIAL_SYNCING'], 'ERROR'],
    [['OK', 'INITIAL_SYNCING'], 'INITIAL_SYNCING'],
    [['OK', 'POWERED_OFF'], 'OK'],
    [['POWERED_OFF', 'POWERED_OFF'], 'POWERED_OFF'],
    [['OK', 'NOVEL'], 'NOVEL'],
  ])('with VMs that are %j is %s', (states, state) => {
    expect(of(...states.map((one) => member('a', { dataConnectionState: one }))).dataConnectionState).toBe(state);
  });

  it('waits for a first sync of a VM that is off', () => {
    const off = member('b', { dataConnectionState: 'POWERED_OFF', destinationState: {} });
    expect(of(member('a'), off).dataConnectionState).toBe('POWERED_OFF');
  });

  it('is recovered when all are, and in a state of its own when some are', () => {
    const both = of(
      member('a', { destinationState: recovered('COMPLETE', 'w') }),
      member('b', { destinationState: recovered('COMPLETE', 'w') }),
    );
    expect(both.destinationState?.recoveryInfo).toEqual({ recoveryState: 'COMPLETE', vAppId: 'w', vcdVmId: 'vapp:w' });
    const some = of(member('a'), member('b', { destinationState: recovered('COMPLETE', 'w') }));
    expect(some.destinationState?.recoveryInfo?.recoveryState).toBe('1 COMPLETE, 1 NOT_STARTED');
  });

  it('shows the mark of whoever has marked but one of its VMs', () => {
    const other = member('c', { settings: { description: 'other' } });
    expect(of(member('a'), member('b'), other).settings?.description).toBe('other');
    // Of two VMs with a mark each nobody can tell whose the vApp is.
    expect(of(member('a'), other).settings?.description).toBeNull();
    expect(of(other).settings?.description).toBe('other');
  });
});
