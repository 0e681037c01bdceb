import { inFamily } from '../case.js';
import { must, need } from '../finding.js';
import { ended, running, someTask } from '../lab.js';
import { at, listAt, mustAnswer, mustFit, mustFitAll, numberAt, same, textAt } from '../look.js';
import { envelope, task } from '../shapes.js';
import { taskAssumptions } from './task-assumptions.js';
import { taskFilters } from './task-filters.js';

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
  ...taskFilters,
  ...taskAssumptions,
]);
