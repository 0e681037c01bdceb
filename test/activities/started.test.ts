/** Which of a VM's replications a start has made: by mark, by name, by the tasks of the site; else a person decides. */
import { describe, expect, it } from '@jest/globals';
import { startedAmong } from '../../activities/started.js';
import type { Task, VmReplication } from '../../vcda/index.js';

const MARK = `drover1:${'A'.repeat(24)}`;
const OTHER = `drover1:${'B'.repeat(24)}`;

const start = {
  vm: { id: 'vm-1', name: 'web1' },
  operationId: 'drover/run/vm-1/start/1',
  taskId: 'own',
  mark: MARK,
  named: [] as string[],
};

const replication = (id: string, description = ''): VmReplication => ({ id, vmId: 'vm-1', settings: { description } });

const task = (id: string, made: string | null, change: Partial<Task> = {}): Task => ({
  id,
  state: 'SUCCEEDED',
  endTime: 2,
  startTime: 1,
  user: 'ops@acme',
  workflowInfo: { type: 'start', resourceType: 'vmReplication', resourceId: null, resourceName: 'web1' },
  result: made === null ? null : { id: made },
  ...change,
});

const RUNNING = { state: 'RUNNING', endTime: -1 };

function judged(replications: VmReplication[], all: Task[], change: Partial<typeof start> = {}, isWhole = true) {
  const { its, untold, beside } = startedAmong(replications, { all, isWhole }, { ...start, ...change });
  return { its: its?.id ?? null, untold: untold.map(({ id }) => id), beside };
}
const its = (id: string, ...beside: string[]) => ({ its: id, untold: [], beside });
const untold = (...ids: string[]) => ({ its: null, untold: ids, beside: [] });
const none = untold();

describe('of the replications of its VM a start has made', () => {
  const [one, two] = [replication('C4-1'), replication('C4-2')];

  it('the one that bears its mark, or that an answer has named, whatever else there is', () => {
    expect(judged([one, replication('C4-2', MARK)], [])).toEqual(its('C4-2', 'C4-1'));
    expect(judged([one, two], [], { named: ['C4-1'] })).toEqual(its('C4-1', 'C4-2'));
    expect(judged([replication('C4-1', OTHER)], [task('own', 'C4-1')])).toEqual(none);
  });

  it('the one that its task names, beside what a person’s task names', () => {
    const theirs = task('theirs', 'C4-2', { user: 'ann@acme' });
    expect(judged([one, two], [task('own', 'C4-1'), theirs])).toEqual(its('C4-1', 'C4-2'));
    expect(judged([two], [task('own', null, RUNNING), theirs])).toEqual(none);
    expect(judged([two], [task('own', null, { state: 'FAILED' }), theirs])).toEqual(none);
    expect(judged([two], [task('own', 'C4-1'), task('theirs', null)])).toEqual(untold('C4-2'));
  });

  it('the only one, while it runs and no other task can have made it', () => {
    const own = task('own', null, RUNNING);
    expect(judged([one], [own])).toEqual(its('C4-1'));
    const ofAnother = { workflowInfo: { type: 'start', resourceName: 'web2' } };
    expect(judged([one], [own, task('other', null, ofAnother)])).toEqual(its('C4-1'));
    expect(judged([one], [own, task('failed', null, { state: 'FAILED' })])).toEqual(its('C4-1'));
  });

  it.each([
    ['it is over and names nothing', [task('own', null)]],
    ['a person’s may have made it', [task('own', null, RUNNING), task('theirs', null, { user: 'ann@acme' })]],
    ['a person’s may just be making it', [task('own', null, RUNNING), task('theirs', null, RUNNING)]],
    [
      'a task of a kind that nobody knows may have',
      [task('own', null, RUNNING), task('x', null, { workflowInfo: {} })],
    ],
    ['its own has failed', [task('own', null, { state: 'FAILED' })]],
    ['its own is forgotten, as others may be', []],
  ])('none that is known where %s', (_, tasks) => {
    expect(judged([one], tasks)).toEqual(untold('C4-1'));
  });

  it('none that is known where the site lists its own by id alone, as others may be missing', () => {
    expect(judged([one], [task('own', null, RUNNING)], {}, false)).toEqual(untold('C4-1'));
    expect(judged([one], [task('own', 'C4-1')], {}, false)).toEqual(its('C4-1'));
  });

  it('none that is known of two that no task names', () => {
    expect(judged([one, two], [task('own', null)])).toEqual(untold('C4-1', 'C4-2'));
  });
});
