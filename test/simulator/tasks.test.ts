import { describe, expect, it } from '@jest/globals';
import {
  type Client,
  ended,
  login,
  now,
  operate,
  pass,
  provider,
  replicated,
  startBody,
  until,
  vms,
  withSimulator,
} from './support/client.js';

const start = (at: Client, index: number, operationID: string) =>
  at.post('/vm-replications', startBody(index), { operationID });

describe('GET /tasks', () => {
  it('filters by everything documented', async () => {
    await withSimulator({}, async (_simulator, { lyon }) => {
      const at = await login(lyon, provider, 'paris');
      const before = now() - 1;
      const first = (await start(at, 0, 'op-0')).body.id;
      pass(1);
      const second = (await start(at, 1, 'op-1')).body.id;
      const ids = async (filter: string) => (await at.get(`/tasks?${filter}`)).body.items.map((it) => it.id);
      expect(await ids(`ids=${second},nonesuch`)).toEqual([second]);
      expect(await ids('operationID=op-0')).toEqual([first]);
      expect(await ids('operationID=op-9')).toEqual([]);
      expect(await ids('type=start&resourceType=vmReplication,vappReplication')).toEqual([first, second]);
      expect(await ids('resourceName=vm-001')).toEqual([first]);
      expect(await ids('user=administrator@system')).toEqual([first, second]);
      expect(await ids('destinationOrg=acme&sourceOrg=acme')).toEqual([first, second]);
      expect(await ids('sort=startTime&desc=true')).toEqual([second, first]);
      expect(await ids(`startTimeAfter=${before}`)).toEqual([first, second]);
      expect(await ids(`startTimeBefore=${before + 1}`)).toEqual([]);
      for (const id of [first, second]) await ended(at, id);
      expect(await ids('state=RUNNING')).toEqual([]);
      expect(await ids('state=SUCCEEDED')).toEqual([first, second]);
      expect(await ids(`endTimeAfter=${before}`)).toEqual([first, second]);
      const replication = (await at.get(`/tasks/${first}`)).body.result.id;
      const { id } = await operate(at, 'POST', `/vm-replications/${replication}/pause`);
      expect(await ids(`resourceId=${replication}`)).toEqual([id]);
      expect((await at.get('/tasks?user=root&sourceOrg=acme')).status).toBe(400);
      expect((await at.get('/tasks?sort=colour')).status).toBe(400);
      expect((await (await login(lyon)).get('/tasks?user=root')).status).toBe(403);
    });
  });

  it('pages, with a limit above the ceiling replaced by 100', async () => {
    await withSimulator({ vms: 130 }, async ({ control }, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      const all = control.world().sites['paris']?.vms ?? [];
      await Promise.all(
        all.map((vm) =>
          at.post('/vm-replications', startBody(0, { source: { type: 'vm', site: 'paris', vmId: vm.id } })),
        ),
      );
      for (const limit of ['', '&limit=100', '&limit=101', '&limit=100000']) {
        expect((await at.get(`/tasks?offset=0${limit}`)).body).toMatchObject({ offset: 0, limit: 100, total: 130 });
      }
      // the loop of the public clients [client PsychoBelka, PowerVCAV]
      const seen = new Set<string>();
      for (let offset = 0, total = 1; offset < total; offset += 100) {
        const { body } = await at.get(`/tasks?offset=${offset}`);
        total = body.total;
        for (const task of body.items) seen.add(task.id);
      }
      expect(seen.size).toBe(130);
      expect((await at.get('/tasks?offset=-1')).status).toBe(400);
      control.setAssumptions({ pageCeiling: 500 });
      expect((await at.get('/tasks?limit=200')).body.items).toHaveLength(130);
    });
  });

  it('lives at the site that runs it', async () => {
    await withSimulator({}, async (_simulator, { paris, lyon }) => {
      const at = await login(paris, undefined, 'lyon');
      const { body } = await at.post('/vm-replications?site=lyon', startBody());
      expect(body['site']).toBe('lyon');
      expect((await at.get(`/tasks/${body.id}`)).status).toBe(404);
      expect((await at.get(`/tasks/${body.id}?site=lyon`)).status).toBe(200);
      const there = await login(lyon);
      expect((await there.get(`/tasks/${body.id}`)).status).toBe(200);
    });
  });
});

describe('a task', () => {
  it('runs from 0 to 100 percent without going back', async () => {
    await withSimulator({}, async (_simulator, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      const id = await replicated(at);
      const { body } = await at.post(`/vm-replications/${id}/migrate`, {});
      let last = 0;
      const done = await until(
        () => at.get(`/tasks/${body.id}`),
        (task) => {
          expect(task.progress).toBeGreaterThanOrEqual(last);
          last = task.progress;
          return task.endTime !== -1;
        },
      );
      expect(done).toMatchObject({
        progress: 100,
        workflowInfo: { type: 'migrate', resourceId: id, resourceName: 'vm-001' },
      });
    });
  });
});

describe('assumptions about tasks', () => {
  it('operationIdFilter and taskIdsFilter ignored: everything is returned', async () => {
    const assumptions = { operationIdFilter: 'ignored', taskIdsFilter: 'ignored' } as const;
    await withSimulator({ assumptions }, async (_simulator, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      for (const index of [0, 1]) await start(at, index, `op-${index}`);
      expect((await at.get('/tasks?operationID=op-0')).body.total).toBe(2);
      expect((await at.get('/tasks?ids=nonesuch')).body.total).toBe(2);
    });
  });

  it('endTimeAfterFilter: supported, ignored or refused', async () => {
    await withSimulator({}, async ({ control }, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      await start(at, 0, 'runs');
      const asked = () => at.get('/tasks?endTimeAfter=1');
      expect((await asked()).body.total).toBe(0);
      control.setAssumptions({ endTimeAfterFilter: 'ignored' });
      expect((await asked()).body.total).toBe(1);
      control.setAssumptions({ endTimeAfterFilter: 'refused' });
      expect(await asked()).toMatchObject({ status: 400, body: { code: 'BadRequest' } });
    });
  });

  it('tasksVisibleAfter: missing in lists at first, or everywhere', async () => {
    await withSimulator({ assumptions: { tasksVisibleAfter: 20_000 } }, async ({ control }, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      const { body } = await start(at, 0, 'late');
      expect((await at.get('/tasks?operationID=late')).body.total).toBe(0);
      expect((await at.get(`/tasks/${body.id}`)).status).toBe(200);
      control.setAssumptions({ lateTasks: 'everywhere' });
      expect((await at.get(`/tasks/${body.id}`)).status).toBe(404);
      await until(
        () => at.get('/tasks?operationID=late'),
        (page) => page.total === 1,
      );
      expect((await at.get(`/tasks/${body.id}`)).status).toBe(200);
    });
  });

  it('tasksForgottenAfter: gone some time after the end', async () => {
    await withSimulator({ assumptions: { tasksForgottenAfter: 100_000 } }, async (_simulator, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      const { body } = await start(at, 0, 'short');
      await until(
        () => at.get(`/tasks/${body.id}`),
        (it) => it.code === 'TaskNotFound',
      );
      expect((await at.get('/tasks?operationID=short')).body.total).toBe(0);
      expect((await at.get('/vm-replications')).body.total).toBe(1);
    });
  });

  it('queuedState and unknownTaskState', async () => {
    const assumptions = { queuedState: true, unknownTaskState: true };
    await withSimulator({ assumptions }, async (_simulator, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      const { body } = await start(at, 0, 'odd');
      expect(body.state).toBe('QUEUED');
      const states = new Set<string>();
      await until(
        () => at.get(`/tasks/${body.id}`),
        (task) => states.add(task.state).has('SUCCEEDED'),
        1,
      );
      expect([...states]).toEqual(expect.arrayContaining(['QUEUED', 'PREPARING', 'FINALIZING', 'SUCCEEDED']));
      expect(states).not.toContain('RUNNING');
    });
  });

  it.each([
    [null, () => null],
    ['vmId', () => vms[0]?.id],
    ['replicationId', (replication: string) => replication],
  ] as const)('startTaskResource %s', async (startTaskResource, expected) => {
    await withSimulator({ assumptions: { startTaskResource } }, async (_simulator, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      const task = await operate(at, 'POST', '/vm-replications', startBody());
      expect(task['workflowInfo']).toMatchObject({
        type: 'start',
        resourceId: expected(task.result.id),
        resourceName: 'vm-001',
      });
    });
  });

  it('replicationVisible at the end of the task', async () => {
    await withSimulator(
      { speed: 300, assumptions: { replicationVisible: 'taskEnd' } },
      async ({ control }, { lyon }) => {
        const at = await login(lyon, undefined, 'paris');
        const { body } = await start(at, 0, 'hidden');
        const id = control.world().replications[0]?.id;
        expect((await at.get('/vm-replications')).body.total).toBe(0);
        expect((await at.get(`/vm-replications/${id}`)).status).toBe(404);
        await ended(at, body.id);
        expect((await at.get(`/vm-replications/${id}`)).status).toBe(200);
      },
    );
  });
});
