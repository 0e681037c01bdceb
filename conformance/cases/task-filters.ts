/** Query parameters of GET /tasks: vcda-api.md §2.1 */

import { type Draft } from '../case.js';
import { must, need } from '../finding.js';
import { someTask } from '../lab.js';
import { at, listAt, mustAnswer, numberAt, textAt } from '../look.js';
import { TASK_STATES } from '../shapes.js';

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
    const holds = (it: unknown) => sign * ((numberAt(it, member) ?? 0) - moment) > 0;
    // In this order new tasks can only help, and of a long list one page is enough.
    const outside = (await context.get('/tasks', { [name]: moment })).body;
    const inside = (await context.get('/tasks', { [name]: moment - sign })).body;
    must(listAt(outside).every(holds), 'lists tasks that are not strictly beyond the moment');
    const [without, within] = [numberAt(outside, 'total'), numberAt(inside, 'total')];
    need(without !== undefined && within !== undefined, 'the list does not say its total');
    must(within > without, 'does not list a task 1 ms beyond the moment');
  },
});

export const taskFilters: Draft[] = [
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
];
