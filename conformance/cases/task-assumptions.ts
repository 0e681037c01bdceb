/** What the documents leave open about tasks: each shows which alternative the server has. */

import { type Draft } from '../case.js';
import type { Context } from '../context.js';
import { need, shows } from '../finding.js';
import { isOver, running, someTask } from '../lab.js';
import { answered, at, listAt, numberAt, textAt } from '../look.js';
import { TASK_STATES } from '../shapes.js';

/** epoch ms at which nothing has ended yet */
const FAR = Date.UTC(2099, 0);
const UNKNOWN = '00000000-0000-4000-8000-000000000000';

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

export const taskAssumptions: Draft[] = [
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
    id: 'ended-after',
    title: 'GET /tasks?endTimeAfter= lists what ended since, and nothing that runs',
    source: '[assumed → endTimeAfterFilter; doc V35, VSP tasks/get]',
    row: 'endTimeAfterFilter',
    assumes: 'supported',
    mode: 'read',
    async check(context) {
      const shown = await filterWorks(context, { endTimeAfter: `${FAR}` });
      return shows(shown.startsWith('400') ? 'refused' : shown);
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
];
