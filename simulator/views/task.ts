import type { Task } from '../world/tasks.js';
import type { World } from '../world/world.js';

// The first part of a task's time that it spends waiting, when tasks queue at all.
const QUEUED_FOR = 3000;

/** A task as the API shows it (vcda-api.md §2.2). */
export function taskInfo(world: World, task: Task) {
  const progress = taskProgress(world, task);
  const { odd } = task;
  const over = odd?.staysRunning !== 'bare';
  const result = odd !== null && 'result' in odd ? odd.result : task.result;
  return {
    id: task.id,
    user: task.user,
    workflowInfo: {
      type: task.type,
      resourceType: task.resourceType,
      resourceId: task.resourceId,
      resourceName: task.resourceName,
    },
    progress,
    state: taskState(world, task, progress),
    lastUpdated: world.shown(task.site, task.endedAt ?? Math.max(task.startedAt, world.now - 1000)),
    startTime: world.shown(task.site, task.startedAt),
    endTime: task.endedAt === null ? -1 : world.shown(task.site, task.endedAt),
    ...(over && task.state === 'SUCCEEDED' ? { resultType: task.resultType, result } : {}),
    ...(over && task.state === 'FAILED' ? { error: task.error } : {}),
    warnings: task.endedAt === null ? [] : (odd?.warnings ?? []),
    site: task.site,
    ...odd?.members,
  };
}

export function taskProgress(world: World, task: Task): number {
  if (task.state === 'SUCCEEDED') return 100;
  const { from, to, start, end } = task.pace;
  const now = task.endedAt ?? world.now;
  const share = end <= start ? 1 : Math.min(1, Math.max(0, (now - start) / (end - start)));
  return Math.min(99, Math.floor(from + (to - from) * share));
}

export function taskState(world: World, task: Task, progress = taskProgress(world, task)): string {
  if (task.state !== 'RUNNING') return task.odd?.staysRunning === undefined ? task.state : 'RUNNING';
  if (world.assumptions.queuedState && world.now < task.startedAt + QUEUED_FOR) return 'QUEUED';
  if (world.assumptions.unknownTaskState) return progress < 50 ? 'PREPARING' : 'FINALIZING';
  return task.state;
}
