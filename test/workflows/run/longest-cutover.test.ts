import { describe, expect, it } from '@jest/globals';
import type { OperationRecord } from '../../../contract/report.js';
import { longestCutover } from '../../../workflows/run/longest-cutover.js';

const cut = (
  kind: OperationRecord['kind'],
  minutes: number | null,
  result: OperationRecord['result'] = 'succeeded',
) => ({
  operations: [
    {
      kind,
      operationId: 'o',
      taskId: 't',
      adopted: false,
      submittedAt: '2026-12-05T22:00:00.000Z',
      finishedAt: minutes === null ? null : new Date(Date.UTC(2026, 11, 5, 22, minutes)).toISOString(),
      result,
    },
  ],
});

describe('the longest cutover of a run', () => {
  it('is that of the VM that took longest from its submission to its end', () => {
    expect(longestCutover([cut('migrate', 4), cut('failover', 9), cut('migrate', 7)])).toBe(9 * 60_000);
  });

  it('is not known while none has ended well, whatever else took how long', () => {
    const others = [cut('start', 50), cut('sync', 20), cut('migrate', null, null), cut('migrate', 30, 'failed')];
    expect(longestCutover(others)).toBeNull();
  });

  it('is not known from times that contradict each other', () => {
    expect(longestCutover([cut('migrate', -3), cut('migrate', 0)])).toBeNull();
  });
});
