/** Whether the last cutover of a VM, of whichever run, has left its source off. */
import { describe, expect, it } from '@jest/globals';
import { leftBefore, leftOff } from '../../activities/source-power.js';
import type { OperationRecord, VmReport } from '../../contract/report.js';
import { vm } from '../support/reports.js';

const since = '2026-12-05T22:00:01.000Z';
const source: VmReport['source'] = { power: 'off', since, known: 'POWERED_OFF', before: 'on' };

const migrate = (result: OperationRecord['result']): OperationRecord => ({
  kind: 'migrate',
  operationId: 'drover/r/v/migrate/1',
  taskId: 't1',
  adopted: false,
  submittedAt: since,
  finishedAt: since,
  result,
});

const left = (result: OperationRecord['result'], change: Partial<VmReport>) =>
  leftOff(vm('web1', { source, operations: [migrate(result)], ...change }));

describe('a cutover that an earlier run began', () => {
  it('has left its source off when its task failed, or ended well and brought nothing up', () => {
    const told = { power: 'on', downSince: since };
    expect(left('failed', { state: 'failed', downSince: since })).toEqual(told);
    expect(left('succeeded', { state: 'failed', downSince: since })).toEqual(told);
    expect(left(null, { state: 'running', downSince: since })).toEqual(told);
  });

  it('has not when it is at its end, whatever was left behind after it or is off by the plan', () => {
    expect(left('succeeded', { state: 'succeeded', downSince: null })).toBeNull();
    expect(left('succeeded', { state: 'succeeded', downSince: since })).toBeNull();
    expect(left('succeeded', { state: 'failed', downSince: null })).toBeNull();
    expect(leftOff(undefined)).toBeNull();
  });

  it('is over when a failover has brought the VM up since', () => {
    const left = vm('web1', { state: 'failed', source, operations: [migrate('failed')], downSince: since });
    const failover = (result: OperationRecord['result'], change: Partial<VmReport> = {}) =>
      vm('web1', { source, operations: [{ ...migrate(result), kind: 'failover' }], ...change });
    expect(leftBefore([failover('succeeded'), left])).toBeNull();
    expect(leftBefore([failover('failed', { state: 'failed' }), vm('web1'), left])?.downSince).toBe(since);
  });
});
