import { type Draft, inFamily, must, need, shows } from '../case.js';
import type { Context } from '../context.js';
import { ended, isOver, someReplication, someTask } from '../lab.js';
import { answered, at, listAt, mustAnswer, mustFit, mustFitAll, numberAt, same, textAt } from '../look.js';
import { envelope, TASK_STATES, task } from '../shapes.js';

const UNKNOWN = '00000000-0000-4000-8000-000000000000';

/** A filter that asks for what some task has, and must let through that and nothing else. */
const equal = (name: string, member: string, source: string): Draft => ({
  id: `filter-${name}`,
  title: `GET /tasks?${name}= lists tasks with that ${member}`,
  source,
  mode: 'read',
  async check(context) {
    const tasks = listAt((await context.get('/tasks')).body);
    const wanted = tasks.map((it) => at(it, member)).find((it) => it != null && it !== '');
    need(typeof wanted === 'string', `no task has a ${member}`);
    const reply = await context.get('/tasks', { [name]: wanted });
    mustAnswer(reply, 200);
    const strangers = listAt(reply.body).filter((it) => at(it, member) !== wanted);
    must(strangers.length === 0, `${strangers.length} of the listed tasks have another ${member}`);
    must(listAt(reply.body).length > 0, 'the task that has it is not listed');
  },
});

/** Strict comparisons with a moment in ms: the task's own moment is outside, one millisecond beside it is inside. */
const timed = (name: string, member: 'startTime' | 'endTime', sign: 1 | -1): Draft => ({
  id: `filter-${name}`,
  title: `GET /tasks?${name}= is a strict ${sign === 1 ? 'greater' : 'less'} than, in ms`,
  source: '[doc V35 tasks/get, VSP tasks/get]',
  mode: 'read',
  async check(context) {
    const some = await someTask(context);
    const moment = numberAt(some, member);
    need(moment !== undefined && moment > 0, `the task has no ${member}`);
    const inside = await context.list('/tasks', { [name]: moment - sign });
    const outside = await context.list('/tasks', { [name]: moment });
    const holds = (it: unknown) => sign * ((numberAt(it, member) ?? 0) - moment) > 0;
    must(outside.every(holds), 'lists tasks that are not strictly beyond the moment');
    must(
      inside.some((it) => at(it, 'id') === at(some, 'id')),
      'does not list a task 1 ms beyond the moment',
    );
  },
});

async function running(context: Context): Promise<unknown> {
  const { id } = await someReplication(context);
  const reply = await context.post(`/vm-replications/${id}/sync`);
  need(reply.status < 300, `a sync is answered ${answered(reply)}`);
  need(textAt(reply.body, 'id') !== undefined, 'a sync is answered without a task');
  return reply.body;
}

async function filterWorks(context: Context, query: Record<string, string>): Promise<string> {
  await someTask(context);
  const all = numberAt((await context.get('/tasks')).body, 'total');
  const reply = await context.get('/tasks', query);
  if (reply.status !== 200) return answered(reply);
  const found = numberAt(reply.body, 'total') ?? listAt(reply.body).length;
  return found === 0 ? 'supported' : found === all ? 'ignored' : `${found} of ${all} tasks`;
}

async function states(context: Context): Promise<Set<string>> {
  const first = await running(context);
  const seen = new Set<string>();
  for (let n = 0, state = textAt(first, 'state') ?? ''; n < 200; n++) {
    seen.add(state);
    if (state === 'SUCCEEDED' || state === 'FAILED') break;
    await context.pass(1000);
    state = textAt((await context.get(`/tasks/${textAt(first, 'id')}`)).body, 'state') ?? state;
  }
  return seen;
}

/** vcda-api.md §2 */
export const tasks = inFamily('tasks', [
  {
    id: 'envelope',
    title: 'GET /tasks is answered with items, offset, limit, total',
    source: '[doc V35 tasks/get]',
    mode: 'read',
    async check(context) {
      const reply = await context.get('/tasks');
      mustAnswer(reply, 200);
      mustFit(envelope, reply.body);
    },
  },
  {
    id: 'defaults',
    title: 'offset is 0 and limit is 100 when not given',
    source: '[doc V35 tasks/get]',
    mode: 'read',
    async check(context) {
      const { body } = await context.get('/tasks');
      const seen = `offset ${numberAt(body, 'offset')}, limit ${numberAt(body, 'limit')}`;
      must(seen === 'offset 0, limit 100', seen);
    },
  },
  {
    id: 'limit-replaced',
    title: 'a limit above the ceiling is replaced by 100',
    source: '[doc V35 tasks/get]',
    mode: 'read',
    async check(context) {
      const reply = await context.get('/tasks', { limit: 1_000_000 });
      mustAnswer(reply, 200);
      const limit = numberAt(reply.body, 'limit');
      must(limit === 100, `limit ${limit}`);
    },
  },
  {
    id: 'ceiling',
    title: 'the greatest limit that is taken',
    source: '[assumed → pageCeiling]',
    row: 'pageCeiling',
    assumes: '100',
    mode: 'read',
    async check(context) {
      for (const limit of [1000, 500, 200]) {
        if (numberAt((await context.get('/tasks', { limit })).body, 'limit') === limit) return shows(limit);
      }
      return shows(100);
    },
  },
  {
    id: 'offset',
    title: 'offset leaves out the first tasks',
    source: '[doc V35 tasks/get]',
    mode: 'read',
    async check(context) {
      await someTask(context);
      if (context.target.mode === 'full') await running(context);
      const all = listAt((await context.get('/tasks', { limit: 2 })).body).map((it) => at(it, 'id'));
      need(all.length === 2, 'there are no two tasks');
      const { body } = await context.get('/tasks', { offset: 1, limit: 1 });
      const ids = listAt(body).map((it) => at(it, 'id'));
      must(same(ids, all.slice(1)), 'the second page does not begin where the first ends');
    },
  },
  {
    id: 'fields',
    title: 'a task has every documented member, of its type and range',
    source: '[seed; doc V35, S45]',
    mode: 'read',
    async check(context) {
      await someTask(context);
      mustFitAll(task, listAt((await context.get('/tasks')).body));
    },
  },
  {
    id: 'get',
    title: 'GET /tasks/{id} is the task of the list',
    source: '[client terraform-provider-vcda, PsychoBelka]',
    mode: 'read',
    async check(context) {
      const id = textAt(await someTask(context), 'id');
      const reply = await context.get(`/tasks/${id}`);
      mustAnswer(reply, 200);
      must(at(reply.body, 'id') === id, 'another task');
    },
  },
  {
    id: 'end-time',
    title: 'endTime is -1 exactly while the task runs',
    source: '[seed]',
    mode: 'read',
    async check(context) {
      const open = context.target.mode === 'full' ? [await running(context)] : [];
      const listed = [...open, ...listAt((await context.get('/tasks')).body)].filter((it) => at(it, 'endTime') != null);
      need(listed.length > 0, 'there is no task with an endTime');
      const over = (it: unknown) => ['SUCCEEDED', 'FAILED'].includes(textAt(it, 'state') ?? '');
      const wrong = listed.filter((it) => (at(it, 'endTime') === -1) === over(it));
      must(
        wrong.length === 0,
        wrong.map((it) => `state ${textAt(it, 'state')}, endTime ${numberAt(it, 'endTime')}`)[0] ?? '',
      );
    },
  },
  {
    id: 'result-or-error',
    title: 'result only of a success, error only of a failure',
    source: '[seed]',
    mode: 'read',
    async check(context) {
      const listed = listAt((await context.get('/tasks')).body);
      need(listed.length > 0, 'the site lists no task');
      for (const it of listed) {
        const state = textAt(it, 'state');
        if (state !== 'SUCCEEDED') must(at(it, 'result') == null, `state ${state}, and a result`);
        if (state !== 'FAILED') must(at(it, 'error') == null, `state ${state}, and an error`);
        if (state === 'FAILED') must(at(it, 'error') != null, 'state FAILED without an error');
      }
    },
  },
  {
    id: 'site',
    title: 'a task names the site that runs it',
    source: '[seed]',
    mode: 'read',
    async check(context) {
      const seen = textAt(await someTask(context), 'site');
      const local = await context.localName();
      must(seen === local, `site ${seen ?? 'missing'}, not ${local}`);
    },
  },
  ...TASK_STATES.map(
    (state): Draft => ({
      id: `filter-state-${state}`,
      title: `GET /tasks?state=${state} lists such tasks alone`,
      source: '[doc VSP tasks/get]',
      mode: 'read',
      async check(context) {
        const reply = await context.get('/tasks', { state });
        mustAnswer(reply, 200);
        need(Array.isArray(at(reply.body, 'items')), 'the answer is no list');
        const others = listAt(reply.body).filter((it) => at(it, 'state') !== state);
        must(others.length === 0, `lists ${textAt(others[0], 'state')}`);
      },
    }),
  ),
  equal('type', 'workflowInfo.type', '[doc V35, VSP tasks/get]'),
  equal('resourceId', 'workflowInfo.resourceId', '[doc V35, VSP tasks/get]'),
  equal('resourceName', 'workflowInfo.resourceName', '[doc V35, VSP tasks/get]'),
  equal('resourceType', 'workflowInfo.resourceType', '[doc V35, VSP tasks/get]'),
  timed('startTimeAfter', 'startTime', 1),
  timed('startTimeBefore', 'startTime', -1),
  timed('endTimeAfter', 'endTime', 1),
  timed('endTimeBefore', 'endTime', -1),
  {
    id: 'filter-ids',
    title: 'GET /tasks?ids= lists those tasks',
    source: '[assumed → taskIdsFilter]',
    row: 'taskIdsFilter',
    assumes: 'supported',
    mode: 'read',
    check: async (context) => shows(await filterWorks(context, { ids: UNKNOWN })),
  },
  {
    id: 'filter-operation-id',
    title: 'GET /tasks?operationID= lists the tasks of that operation',
    source: '[assumed → operationIdFilter; client PsychoBelka]',
    row: 'operationIdFilter',
    assumes: 'supported',
    mode: 'read',
    check: async (context) => shows(await filterWorks(context, { operationID: `drover-conformance-${UNKNOWN}` })),
  },
  {
    id: 'filter-user',
    title: 'GET /tasks?user= lists the tasks of a user, for administrators',
    source: '[doc V35, VSP tasks/get]',
    mode: 'write',
    async check(context) {
      need(context.target.provider !== null, 'there is no administrator’s login');
      const user = textAt(await someTask(context), 'user');
      const reply = await (await context.session(context.target.provider))('GET', '/tasks', {
        query: { user: user ?? '' },
      });
      mustAnswer(reply, 200);
      must(listAt(reply.body).length > 0, 'lists none');
      must(
        listAt(reply.body).every((it) => at(it, 'user') === user),
        'lists tasks of others',
      );
    },
  },
  {
    id: 'filter-user-and-org',
    title: 'user and sourceOrg cannot be combined',
    source: '[doc V35, VSP tasks/get]',
    mode: 'write',
    async check(context) {
      need(context.target.provider !== null, 'there is no administrator’s login');
      const query = { user: 'a', sourceOrg: 'b' };
      mustAnswer(await (await context.session(context.target.provider))('GET', '/tasks', { query }), 400);
    },
  },
  {
    id: 'sort',
    title: 'sort=startTime&desc=true lists the newest first',
    source: '[assumed → vcda-api.md §0.3]',
    assumes: 'newest first',
    mode: 'read',
    async check(context) {
      await someTask(context);
      const reply = await context.get('/tasks', { sort: 'startTime', desc: 'true' });
      const times = listAt(reply.body).map((it) => numberAt(it, 'startTime') ?? 0);
      if (reply.status === 200) need(new Set(times).size > 1, 'there are no two tasks');
      const falling = times.every((time, n) => n === 0 || time <= (times[n - 1] ?? 0));
      return shows(reply.status !== 200 ? answered(reply) : falling ? 'newest first' : 'ignored');
    },
  },
  {
    id: 'unknown-id',
    title: 'an unknown task',
    source: '[assumed → vcda-api.md §2.3]',
    assumes: '404 TaskNotFound',
    mode: 'read',
    check: async (context) => shows(answered(await context.get(`/tasks/${UNKNOWN}`))),
  },
  {
    id: 'cancel',
    title: 'tasks cannot be cancelled',
    source: '[assumed → vcda-api.md §2: no such call was found]',
    assumes: '404 NotFound',
    mode: 'write',
    check: async (context) => shows(answered(await context.call('DELETE', `/tasks/${UNKNOWN}`))),
  },
  {
    id: 'queued',
    title: 'tasks of replications wait in state QUEUED first',
    source: '[assumed → queuedState; client terraform-provider-vcda]',
    row: 'queuedState',
    assumes: 'false',
    mode: 'write',
    check: async (context) => shows((await states(context)).has('QUEUED')),
  },
  {
    id: 'other-states',
    title: 'tasks have further states that are not final',
    source: '[assumed → unknownTaskState]',
    row: 'unknownTaskState',
    assumes: 'false',
    mode: 'write',
    async check(context) {
      const known = new Set<string>([...TASK_STATES, 'QUEUED']);
      return shows([...(await states(context))].some((state) => !known.has(state)));
    },
  },
  {
    id: 'visible-after',
    title: 'ms after the 202 until lists show the task',
    source: '[assumed → tasksVisibleAfter]',
    row: 'tasksVisibleAfter',
    assumes: '0',
    mode: 'write',
    async check(context) {
      const id = textAt(await running(context), 'id');
      for (let waited = 0; waited <= 60_000; waited += 1000) {
        if ((await context.list('/tasks')).some((it) => at(it, 'id') === id)) return shows(waited);
        await context.pass(1000);
      }
      return shows('more than 60000');
    },
  },
  {
    id: 'late-tasks',
    title: 'where a task that is not visible yet is missing',
    source: '[assumed → lateTasks]',
    row: 'lateTasks',
    assumes: 'lists',
    mode: 'write',
    async check(context) {
      const id = textAt(await running(context), 'id');
      const listed = (await context.list('/tasks')).some((it) => at(it, 'id') === id);
      need(!listed, 'lists show a task at once');
      return shows((await context.get(`/tasks/${id}`)).status === 200 ? 'lists' : 'everywhere');
    },
  },
  {
    id: 'forgotten-after',
    title: 'ms after its end until a task is forgotten',
    source: '[assumed → tasksForgottenAfter]',
    row: 'tasksForgottenAfter',
    assumes: '86400000',
    mode: 'write',
    async check(context) {
      const id = textAt(await running(context), 'id') ?? '';
      const known = async () => (await context.get(`/tasks/${id}`)).status === 200;
      let over = false;
      for (let n = 0; n < 7200 && !over; n++) {
        await context.pass(1000);
        const { status, body } = await context.get(`/tasks/${id}`);
        over = status !== 200 || isOver(body);
      }
      need(over && (await known()), 'the task never ended, or was never seen to end');
      const steps = [5_000, 60_000, 3_600_000, 24 * 3_600_000];
      for (let n = 0, waited = 0; n < steps.length; n++) {
        const step = steps[n] ?? 0;
        await context.pass(step - 2_000 - waited);
        if (!(await known())) return shows(`between ${steps[n - 1] ?? 0} and ${step}`);
        await context.pass(4_000);
        waited = step + 2_000;
        if (!(await known())) return shows(step);
      }
      return shows(`more than ${steps.at(-1)}`);
    },
  },
  {
    id: 'ends',
    title: 'a task that succeeds ends with progress 100, a result and its type',
    source: '[seed]',
    mode: 'write',
    async check(context) {
      const done = await ended(context, { status: 202, headers: new Headers(), body: await running(context) });
      need(at(done, 'state') === 'SUCCEEDED', 'the sync failed');
      must(at(done, 'progress') === 100, `progress ${numberAt(done, 'progress')}`);
      must(textAt(done, 'resultType') !== undefined, 'no resultType');
      must(at(done, 'result') != null, 'no result');
    },
  },
]);
