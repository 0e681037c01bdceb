/** What earlier runs left of a VM is known by the store alone, once Temporal has forgotten them. */
import { describe, expect, it } from '@jest/globals';
import type { OperationRecord } from '../../contract/report.js';
import { evidence, unit } from '../support/evidence.js';
import { withBench } from './support/bench.js';

const at = '2026-12-05T22:00:01.000Z';
const done = (kind: OperationRecord['kind'], result: OperationRecord['result']): OperationRecord => ({
  kind,
  operationId: `drover/exit-1/web1/${kind}/1`,
  taskId: 't1',
  adopted: false,
  submittedAt: at,
  finishedAt: at,
  result,
});

describe('earlier runs that the store alone remembers', () => {
  it('are known by their ids, and by what they left off', () =>
    withBench({}, async (bench) => {
      const workflowId = `vm/${bench.source}/id-of-web1`;
      const left = unit(
        'web1',
        { workflowId },
        {
          state: 'failed',
          replicationId: 'C4-1',
          recoveredAs: ['copy-1'],
          operations: [done('start', 'succeeded'), done('migrate', 'failed')],
          source: { power: 'off', since: at, known: 'POWERED_OFF', before: 'on' },
          downSince: at,
        },
      );
      await bench.store.keepEvidence(evidence({ units: [left] }));
      const { earlierRuns, powerBefore } = bench.activities;
      const power = { power: 'on', downSince: at };
      expect(await bench.attempt(() => earlierRuns({ workflowId }))).toEqual({
        replicationIds: ['C4-1'],
        vmIds: ['copy-1'],
        left: power,
      });
      expect(await bench.attempt(() => powerBefore(workflowId))).toEqual(power);
    }));
});
