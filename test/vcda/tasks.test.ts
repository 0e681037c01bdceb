import { describe, expect, it } from '@jest/globals';
import { taskEnd } from '../../vcda/index.js';
import { until } from '../support/until.js';
import { failureOf, startBody, withSimulator } from './support/client.js';
import { done, provider, replicated, viaParis } from './support/operations.js';

describe('tasks', () => {
  it('are found by every documented filter', async () => {
    await withSimulator(
      async ({ lyon }) => {
        const { id: replication } = await replicated(lyon);
        const sync = await done(lyon, lyon.syncReplication(replication, { ...viaParis, operationId: 'o1' }));
        const [from, to] = [(sync.startTime ?? 0) - 1, (sync.startTime ?? 0) + 1];
        const info = sync.workflowInfo;
        const filters: Parameters<typeof lyon.tasks>[0][] = [
          { ids: [sync.id] },
          { operationID: 'o1' },
          { type: 'sync', state: 'SUCCEEDED' },
          { resourceId: info?.resourceId ?? '', type: 'sync' },
          { resourceName: info?.resourceName ?? '', type: 'sync' },
          { resourceType: [info?.resourceType ?? '', 'pair'], type: 'sync' },
          { startTimeAfter: from, startTimeBefore: to },
          { endTimeAfter: (sync.endTime ?? 0) - 1, endTimeBefore: (sync.endTime ?? 0) + 1 },
          { user: 'administrator@system', type: 'sync' },
          { sourceOrg: 'acme', destinationOrg: 'acme', type: 'sync' },
          { sort: 'startTime', desc: true, type: 'sync' },
        ];
        for (const filter of filters) expect((await lyon.tasks(filter)).map(({ id }) => id)).toEqual([sync.id]);
        expect(await lyon.tasks({ state: 'FAILED' })).toEqual([]);
        expect(await failureOf(lyon.tasks({ user: 'x', sourceOrg: 'acme' }))).toMatchObject({ code: 'BadRequest' });
      },
      { site: provider },
    );
  });

  it('are sorted as asked', async () => {
    await withSimulator(async ({ lyon }) => {
      await replicated(lyon, 0);
      await replicated(lyon, 1);
      const times = (await lyon.tasks({ sort: 'startTime', desc: true })).map(({ startTime }) => startTime ?? 0);
      expect(times).toEqual(times.toSorted((a, b) => b - a));
    });
  });

  it('end with VCDA’s reason when they fail', async () => {
    await withSimulator(async ({ simulator, lyon }) => {
      simulator.control.addFaults({
        kind: 'fail-task',
        operation: 'start',
        error: { code: 'PolicyViolation', msg: 'no incoming replications' },
      });
      const { id } = await lyon.startReplication(startBody(), viaParis);
      await expect(done(lyon, lyon.task(id))).rejects.toThrow('PolicyViolation: no incoming replications');
      const task = await lyon.task(id);
      expect(taskEnd(task)).toBe('failed');
      expect(task.error).toEqual({ code: 'PolicyViolation', msg: 'no incoming replications', args: [] });
    });
  });

  it('that the site has forgotten are a typed failure', async () => {
    await withSimulator(async ({ simulator, lyon }) => {
      const task = await done(lyon, lyon.startReplication(startBody(), viaParis));
      simulator.control.setAssumptions({ tasksForgottenAfter: 1 });
      await until(
        () => lyon.tasksById([task.id]),
        (found) => found.size === 0,
      );
      expect(await failureOf(lyon.task(task.id))).toMatchObject({ code: 'TaskNotFound', status: 404 });
    });
  });
});
