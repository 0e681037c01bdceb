import { describe, expect, it } from '@jest/globals';
import { recoveryState, taskEnd } from '../../vcda/index.js';
import { withFake, withSimulator } from './support/client.js';
import { runningTask } from './support/fake-site.js';

/** The sample task of both seeds, as it stands there. */
const seedTask = {
  endTime: 1499929558827,
  error: {
    args: [],
    code: 'Forbidden',
    msg: 'Permission denied.',
    stacktrace: 'com.vmware.h4.api.error.exceptions.PermissionDeniedException: Permission denied.',
  },
  id: 'f61d60d2-698a-46dc-a266-88df27644956',
  lastUpdated: 1499929558827,
  progress: 100,
  result: {
    destination: {
      destinationCatalogItemId: '0221b98b-b91c-4524-a491-f744f67bffbe',
      org: 'org2',
      recoveredVappId: 'null',
      site: 'site2',
      vdcId: '5ee9224f-305d-46f6-865f-b605e70acef8',
      vdcName: 'Virtual DC 2',
    },
    source: { vappName: 'vApp1' },
    vappReplicationId: 'C4VAPP-ccbe771e-b685-46c7-8c7a-4ed36915d963',
  },
  resultType: 'string',
  site: 'site2',
  startTime: 1499929548951,
  state: 'string',
  user: 'root',
  warnings: [],
  workflowInfo: {},
};

describe('reading', () => {
  it('takes the sample task of the seeds', async () => {
    await withFake(
      ({ path }) => (path === '/tasks/t1' ? { body: seedTask } : null),
      async ({ lyon }) => {
        const task = await lyon.task('t1');
        expect(task).toMatchObject({ id: seedTask.id, result: seedTask.result, error: { code: 'Forbidden' } });
        expect(taskEnd(task)).toBe('failed');
      },
    );
  });

  it('takes times in quotes, as some writers of JSON put numbers of 64 bits', async () => {
    const quoted = { ...runningTask('t1'), startTime: '1499929548951', endTime: '-1' };
    await withFake(
      ({ path }) => (path === '/tasks/t1' ? { body: quoted } : null),
      async ({ lyon }) => {
        expect(await lyon.task('t1')).toMatchObject({ startTime: 1499929548951, endTime: -1 });
      },
    );
  });

  it.each([
    ['QUEUED', -1, null],
    ['RUNNING', -1, null],
    ['PREPARING', -1, null],
    ['PREPARING', null, null],
    ['SUCCEEDED', 1499929558827, 'succeeded'],
    ['FAILED', 1499929558827, 'failed'],
    ['CANCELLED', 1499929558827, 'failed'],
    [null, -1, null],
  ])('a task in state %s with the end %s has ended as %s', async (state, endTime, end) => {
    const body = { ...runningTask('t1'), state, endTime };
    await withFake(
      ({ path }) => (path === '/tasks/t1' ? { body } : null),
      async ({ lyon }) => expect(taskEnd(await lyon.task('t1'))).toBe(end),
    );
  });

  it('keeps members and values that no page names, and misses none that may be absent', async () => {
    const body = {
      items: [
        { id: 'C4-1', dataConnectionState: 'DREAMING', overallHealth: 'PURPLE', novelty: { deep: [1] } },
        { id: 'C4-2', destinationState: { recoveryInfo: { recoveryState: 'RECOVERING' } }, source: null },
      ],
    };
    await withFake(
      ({ path }) => (path === '/vm-replications' ? { body } : null),
      async ({ lyon }) => {
        const [first, second] = await lyon.replications({});
        expect(first).toEqual(body.items[0]);
        expect(first && recoveryState(first)).toBe('UNKNOWN');
        expect(second && recoveryState(second)).toBe('RECOVERING');
      },
    );
  });

  it('takes the states that the simulator invents', async () => {
    await withSimulator(
      async ({ lyon }) => {
        await lyon.replications({});
        expect((await lyon.about()).productName).toContain('Availability');
        expect((await lyon.license()).isLicensed).toBe(true);
        expect(Math.abs(((await lyon.clock()) ?? 0) - Date.now())).toBeLessThan(20_000);
      },
      { assumptions: { unknownTaskState: true, queuedState: true } },
    );
  });
});
