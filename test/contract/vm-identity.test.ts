import { describe, expect, it } from '@jest/globals';
import pc from 'picocolors';
import { failuresText } from '../../cli/text/run-text.js';
import { nameWithId } from '../../contract/vm-identity.js';
import { dependencyNotMet, terminated } from '../../workflows/run/unbegun.js';
import { noReplication, obstacleToRecovery, windowMissed } from '../../workflows/vm/steps/preconditions.js';
import { report, vm } from '../support/reports.js';

const id = '441a891a-5294-4dff-b02d-c605d335be1b';
const unnamed = { ...vm('x'), id, name: id };

describe('a VM in a text', () => {
  it('is its name with its id, and the id alone until a name is known', () => {
    expect(nameWithId({ id, name: 'web1' })).toBe(`web1 (${id})`);
    expect(nameWithId(unnamed)).toBe(id);
  });

  it('is never an id said twice, whatever is said of it', () => {
    const replication = { id: 'R', recoveryState: 'COMPLETE', isPaused: false, latestInstance: null } as never;
    const window = { closes: '2026-12-06T05:00:00Z', missed: 'fail' } as const;
    const texts = [
      obstacleToRecovery('migrate', unnamed, { site: 'lyon', peer: 'paris', replication })?.message,
      noReplication('failover', unnamed, 'paris', 'lyon').message,
      windowMissed('migrate', unnamed, 'lyon', window).message,
      dependencyNotMet(unnamed, { ...unnamed, state: 'failed' }).message,
      terminated(unnamed, 'lyon').message,
      failuresText(report([{ ...unnamed, error: terminated(unnamed, 'lyon') }]), pc.createColors(false)).join('\n'),
    ];
    for (const text of texts) {
      expect(text).toContain(id);
      expect(text).not.toContain(`${id} (${id})`);
    }
  });
});
