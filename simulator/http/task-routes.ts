import type { FastifyInstance } from 'fastify';
import { badRequest, forbidden, taskNotFound } from '../errors.js';
import { type Caller, sees } from '../operations/caller.js';
import { taskInfo, taskState } from '../views/task.js';
import type { Replication } from '../world/model.js';
import type { Task } from '../world/tasks.js';
import type { World } from '../world/world.js';
import { list, number, page, type Selection } from './paging.js';
import { caller, parameter, type Query, query } from './request.js';
import type { Shared } from './shared.js';
import { requireToRead } from './verbs.js';

export function taskRoutes(api: FastifyInstance, shared: Shared, site: string): void {
  const { world } = shared;

  api.get('/tasks', { config: { operation: 'tasks' } }, async (request) => {
    const who = caller(shared, site, request);
    const wanted = query(request);
    const found = sorted(wanted, findTasks(world, who, wanted));
    return page(wanted, world.assumptions.pageCeiling, found, (task) => {
      requireToRead(world, who, replicationOfTask(world, task));
      return taskInfo(world, task);
    });
  });

  api.get('/tasks/:id', { config: { operation: 'task' } }, async (request) => {
    const who = caller(shared, site, request);
    const id = parameter(request);
    const task = world.tasks(who.site).get(id);
    if (task === undefined || !sees(who, task.org)) throw taskNotFound(id);
    requireToRead(world, who, replicationOfTask(world, task));
    return taskInfo(world, task);
  });
}

function replicationOfTask(world: World, { resourceId }: Task): Replication[] {
  return resourceId === null ? [] : [world.findReplication(resourceId)].filter((it) => it !== undefined);
}

/** Filters of GET /tasks (vcda-api.md §2.1). */
function findTasks(world: World, who: Caller, wanted: Query): Selection<Task> {
  const { assumptions } = world;
  const byOrg = wanted.sourceOrg !== undefined || wanted.destinationOrg !== undefined;
  if (!who.provider && (wanted.user !== undefined || byOrg)) throw forbidden();
  if (wanted.user !== undefined && byOrg) throw badRequest("'user' cannot be combined with an organisation.");
  const ids = assumptions.taskIdsFilter === 'supported' ? list(wanted, 'ids') : undefined;
  const operationId = assumptions.operationIdFilter === 'supported' ? wanted.operationID : undefined;
  const resourceTypes = list(wanted, 'resourceType');
  const endTimeAfter = number(wanted, 'endTimeAfter');
  if (endTimeAfter !== undefined && assumptions.endTimeAfterFilter === 'refused')
    throw badRequest("Unknown query parameter 'endTimeAfter'.", ['endTimeAfter']);
  const moments = {
    startTimeAfter: number(wanted, 'startTimeAfter'),
    startTimeBefore: number(wanted, 'startTimeBefore'),
    endTimeAfter: assumptions.endTimeAfterFilter === 'supported' ? endTimeAfter : undefined,
    endTimeBefore: number(wanted, 'endTimeBefore'),
  };
  const timed = Object.values(moments).some((moment) => moment !== undefined);
  const store = world.tasks(who.site);
  const candidates = store.candidates({
    ...(ids === undefined ? {} : { ids }),
    ...(operationId === undefined ? {} : { operationId }),
    ...(wanted.resourceId === undefined ? {} : { resourceId: wanted.resourceId }),
    open: wanted.state !== undefined && wanted.state !== 'SUCCEEDED' && wanted.state !== 'FAILED',
  });
  const equals = (want: string | undefined, value: string | null) => want === undefined || want === value;
  const holds = (task: Task) =>
    sees(who, task.org) &&
    store.visible(task) &&
    equals(operationId, task.operationId) &&
    (wanted.state === undefined || taskState(world, task) === wanted.state) &&
    equals(wanted.user, task.user) &&
    equals(wanted.sourceOrg, task.sourceOrg) &&
    equals(wanted.destinationOrg, task.destinationOrg) &&
    equals(wanted.type, task.type) &&
    equals(wanted.resourceId, task.resourceId) &&
    equals(wanted.resourceName, task.resourceName) &&
    (resourceTypes === undefined || resourceTypes.includes(task.resourceType)) &&
    (!timed || within(world, task, moments));
  return { all: candidates, holds };
}

function within(
  world: World,
  task: Task,
  moments: Record<'startTimeAfter' | 'startTimeBefore' | 'endTimeAfter' | 'endTimeBefore', number | undefined>,
): boolean {
  const started = world.shown(task.site, task.startedAt);
  // A task that runs has endTime -1; a plain comparison would call that "before" anything.
  const ended = task.endedAt === null ? -1 : world.shown(task.site, task.endedAt);
  return (
    (moments.startTimeAfter === undefined || started > moments.startTimeAfter) &&
    (moments.startTimeBefore === undefined || started < moments.startTimeBefore) &&
    (moments.endTimeAfter === undefined || ended > moments.endTimeAfter) &&
    (moments.endTimeBefore === undefined || (ended >= 0 && ended < moments.endTimeBefore))
  );
}

/** `sort=startTime&desc=true`; the real syntax was cut off (vcda-api.md §0.3). Default: oldest first. */
function sorted(wanted: Query, { all, holds }: Selection<Task>): Selection<Task> {
  if (wanted.sort === undefined && wanted.desc !== 'true') return holds === undefined ? { all } : { all, holds };
  const tasks = [...all].filter(holds ?? (() => true));
  if (wanted.sort === undefined) return { all: tasks.reverse() };
  const keys: Record<string, (task: Task) => string | number> = {
    id: (task) => task.id,
    startTime: (task) => task.startedAt,
    endTime: (task) => task.endedAt ?? -1,
    state: (task) => task.state,
    user: (task) => task.user,
    type: (task) => task.type,
    resourceName: (task) => task.resourceName ?? '',
  };
  const key = Object.hasOwn(keys, wanted.sort) ? keys[wanted.sort] : undefined;
  if (key === undefined) throw badRequest(`Cannot sort by '${wanted.sort}'.`, [wanted.sort]);
  const sign = wanted.desc === 'true' ? -1 : 1;
  tasks.sort((a, b) => {
    const [x, y] = [key(a), key(b)];
    return x < y ? -sign : x > y ? sign : 0;
  });
  return { all: tasks };
}
