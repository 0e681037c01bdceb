/** Who is told to have recovered a VM, by the tasks of a site. */
import { describe, expect, it } from '@jest/globals';
import { newestOf } from '../../activities/recovered-by.js';
import type { Task } from '../../vcda/index.js';

const subject = { vm: { id: 'vm-1', name: 'web1' }, replicationId: 'C4-1' };

const task = (id: string, type: string, startTime: number, change: Partial<Task> = {}): Task => ({
  id,
  state: 'SUCCEEDED',
  user: 'ann@acme',
  startTime,
  endTime: startTime + 1,
  workflowInfo: { type, resourceId: 'C4-1', resourceName: 'web1' },
  ...change,
});

describe('who has recovered a VM', () => {
  it('is who began the newest recovery that has not failed', () => {
    const tasks = [
      task('t1', 'failover', 10),
      task('t2', 'migrate', 30, { user: 'ben@acme' }),
      task('t3', 'migrate', 40, {
        state: 'FAILED',
        error: { code: 'OperationInProgress', msg: '', stacktrace: undefined },
      }),
      task('t4', 'sync', 50),
      task('t5', 'failover', 60, { workflowInfo: { type: 'failover', resourceId: 'C4-2', resourceName: 'web1' } }),
    ];
    expect(newestOf(tasks, subject)).toEqual({
      kind: 'migrate',
      taskId: 't2',
      isUnderWay: false,
      who: 'ben@acme',
    });
  });

  it('is not known where it was reversed since, or where the site has no such task', () => {
    expect(newestOf([task('t1', 'migrate', 10), task('t2', 'reverse', 20)], subject)).toBeNull();
    expect(newestOf([task('t4', 'sync', 50)], subject)).toBeNull();
  });

  it('may be at it still', () => {
    const running = task('t1', 'migrate', 10, { state: 'RUNNING', endTime: undefined });
    expect(newestOf([running], subject)).toMatchObject({ taskId: 't1', isUnderWay: true });
  });

  it('is not known by name where the site names no user', () => {
    expect(newestOf([task('t1', 'failover', 10, { user: null })], subject)).toEqual({
      kind: 'failover',
      taskId: 't1',
      isUnderWay: false,
      who: null,
    });
  });
});
