/** What is said of a copy that waits at its gate, by what its site shows of it. */
import { describe, expect, it } from '@jest/globals';
import { healthOf } from '../../activities/copy-health.js';
import type { VmReplication } from '../../vcda/index.js';

const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;
const CLOCK = { least: -1, most: 1 };
const copy = { vm: { id: 'v1', name: 'web1' }, replicationId: 'C4-1' };
const at = { site: 'lyon', clock: CLOCK, now: NOW };

const shown = (change: Partial<VmReplication> = {}, age = HOUR): VmReplication => ({
  id: 'C4-1',
  dataConnectionState: 'OK',
  settings: { rpo: 24 * 60 },
  destinationState: { latestInstance: { key: 'i', timestamp: NOW - age } },
  ...change,
});

describe('a copy that waits', () => {
  it('and is well has its age, and no trouble', () => {
    expect(healthOf(copy, shown(), at)).toEqual({ unit: 'v1', lagSeconds: 3_600, trouble: null });
  });

  it('tells what it was sent last, beyond its first copy', () => {
    const sent = (sequenceNumber: number) =>
      shown({
        destinationState: {
          latestInstance: { key: 'i', timestamp: NOW, sequenceNumber, transferBytes: 4_096, transferSeconds: 7 },
        },
      });
    expect(healthOf(copy, sent(2), at).delta).toEqual({ bytes: 4_096, seconds: 7 });
    expect(healthOf(copy, sent(1), at)).not.toHaveProperty('delta');
  });

  it.each([
    ['is gone', null, 'ReplicationGone'],
    ['is paused', shown({ isPaused: true }), 'ReplicationPaused'],
    ['says that it is paused', shown({ dataConnectionState: 'PAUSED' }), 'ReplicationPaused'],
    ['is in error', shown({ dataConnectionState: 'ERROR' }), 'ReplicationError'],
    ['is older than its RPO', shown({}, 25 * HOUR), 'RpoMissed'],
    ['was recovered', shown({ destinationState: { recoveryInfo: { recoveryState: 'COMPLETE' } } }), 'AlreadyRecovered'],
  ])('and %s says so, with the VM, the site, and what to do', (_, seen, code) => {
    const { trouble } = healthOf(copy, seen, at);
    expect(trouble).toMatchObject({ code, advice: expect.stringMatching(/\.$/) });
    expect(trouble?.message).toContain('C4-1 of web1 (v1)');
    expect(trouble?.message).toContain('lyon');
  });

  it('misses its RPO by the word of its site where its age is not known', () => {
    const late = shown({ destinationState: { currentRpoViolation: 90 } });
    const { lagSeconds, trouble } = healthOf(copy, late, { ...at, clock: null });
    expect(lagSeconds).toBeNull();
    expect(trouble).toMatchObject({ code: 'RpoMissed', message: expect.stringContaining('90 min more') });
  });

  it('of a source that is off has no age: there is nothing to send', () => {
    const off = shown({ dataConnectionState: 'POWERED_OFF' }, 48 * HOUR);
    expect(healthOf(copy, off, at)).toEqual({ unit: 'v1', lagSeconds: null, trouble: null });
  });

  it('has no age by a clock that was set since it was measured', () => {
    expect(healthOf(copy, shown({}, -HOUR), at)).toMatchObject({ lagSeconds: null, trouble: null });
  });

  it('in a test of a drill is well', () => {
    const tested = shown({ destinationState: { recoveryInfo: { recoveryState: 'TEST' } } });
    expect(healthOf(copy, tested, at).trouble).toBeNull();
  });
});
