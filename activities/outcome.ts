/** What the state of a task and of a replication says about an operation: pure, so that every case can be tested. */
import type { Notice, NoticeError } from '../contract/notice.js';
import type { OperationKind } from '../contract/operation.js';
import type { Watch } from '../contract/watch.js';
import {
  contradictsItself,
  type ErrorRules,
  plausibleTime,
  type Task,
  taskEnd,
  type VmReplication,
} from '../vcda/index.js';
import { effectOf } from './effect.js';
import { againIfHarmless, NO_REASON, notice, taskError } from './notices.js';
import { isBelievedGone, type Seen } from './seen.js';
import { judgeSync } from './sync-outcome.js';
import { toldAtEnd } from './task-end.js';
import { warningsOf } from './task-warnings.js';

/** Whether judging the task phase needs the replication: its task ended well, in a way that Drover does not know, or is unknown. */
export function needsReplication(
  watch: Watch,
  past: Omit<Seen, 'replication'> & { quietFor?: number },
  settle: number,
): boolean {
  const { task, amissFor, quietFor = 0 } = past;
  if (watch.phase === 'sync') return true;
  // Why a sync sends nothing its task does not tell.
  if (watch.kind === 'sync' && quietFor > 0 && quietFor >= settle) return true;
  if (task !== undefined) {
    if (contradictsItself(task)) return amissFor >= settle;
    const end = taskEnd(task);
    return end === 'succeeded' || (end === 'failed' && task.state !== 'FAILED');
  }
  return isLost(watch, amissFor, settle) || (amissFor > 0 && mayEndUnseen(watch, past));
}

/** Whether the task has been missing for so long that it is not merely late. */
const isLost = (watch: Watch, amissFor: number, settle: number): boolean => watch.taskId === null || amissFor >= settle;

/** What these have done shows in the recovery state at their end, and not before. */
const SHOWN_BY_STATE = new Set<OperationKind>(['migrate', 'failover', 'failover-test', 'cleanup']);

/** Whether a missing task need not be waited for once the replication shows its effect. */
const mayEndUnseen = (watch: Watch, { wasListed }: Pick<Seen, 'wasListed'>): boolean =>
  wasListed || (watch.replicationId !== null && SHOWN_BY_STATE.has(watch.kind));

/**
 * The notice for a watch, or null while it goes on. A task that the site does not list is looked for as long as `settle`
 * (tasks may become visible late); then the replication's state decides. Where that shows the effect, it decides at once.
 */
export function judge(watch: Watch, seen: Seen, settle: number, now: number, rules: ErrorRules): Notice | null {
  const found =
    watch.phase === 'task' ? judgeTask(watch, seen, settle, now, rules) : judgeSync(watch, seen, settle, now, rules);
  if (found === null) return null;
  const warnings = warningsOf(seen.task);
  return { ...found, ...toldAtEnd(watch, seen.task, now), ...(warnings.length === 0 ? {} : { warnings }) };
}

function judgeTask(watch: Watch, seen: Seen, settle: number, now: number, rules: ErrorRules): Notice | null {
  const { task, replication, amissFor } = seen;
  const end = task === undefined ? null : taskEnd(task);
  const at = plausibleTime(task?.endTime) ?? now;
  if (isDeleted(watch, task) && replication != null)
    return amissFor < settle ? null : notice(watch, at, replication, stillThere(watch, rules));
  if (end === 'succeeded') return notice(watch, at, replication ?? null, null);
  if (end === 'failed') {
    // An end state that Drover does not know may hide a success: the replication's state is the better witness.
    if (task?.state !== 'FAILED' && effectOf(watch, replication ?? null) === 'done')
      return notice(watch, at, replication ?? null, null);
    const code = task?.error?.code ?? `TaskEndedAs${task?.state ?? 'Nothing'}`;
    return notice(watch, at, replication ?? null, taskError(watch, code, task?.error?.msg || NO_REASON, rules));
  }
  if (task !== undefined)
    return contradictsItself(task) && amissFor >= settle ? judgeContradiction(watch, task, seen, at, rules) : null;
  const isLate = !isLost(watch, amissFor, settle);
  if (isLate && !mayEndUnseen(watch, seen)) return null;
  // What vanishes from lists may come back: its operation is not lost yet.
  const wasAskedToGo = watch.kind === 'delete' && watch.preexisting !== true;
  const mayComeBack =
    !wasAskedToGo && replication === null && watch.replicationId !== null && !isBelievedGone(seen, settle);
  if (mayComeBack) return null;
  switch (effectOf(watch, replication ?? null)) {
    case 'done':
      return notice(watch, now, replication ?? null, null);
    case 'under way':
      return null;
    case 'none':
      if (isLate) return null;
      if (watch.kind === 'sync') return notice(watch, now, replication ?? null, null);
      return amissFor < settle
        ? null
        : notice(watch, now, replication ?? null, lostTask(watch, replication ?? null, rules));
  }
}

/** The task's state says that it runs, its end time that it is over: the replication, its error and its result tell how. */
function judgeContradiction(watch: Watch, task: Task, seen: Seen, at: number, rules: ErrorRules): Notice | null {
  const replication = seen.replication ?? null;
  const { error, state } = task;
  switch (effectOf(watch, replication)) {
    case 'done':
      return notice(watch, at, replication, null);
    case 'under way':
      return null;
    case 'none': {
      const tells = error == null && (watch.kind === 'sync' || (watch.kind === 'start' && task.result != null));
      if (tells) return notice(watch, at, replication, null);
      if (error == null && replication === null && seen.isGone === false) return null;
      const code = error?.code ?? `TaskEndedAs${state}`;
      const detail = error?.msg ?? 'the task has an end but no outcome, and the replication shows no effect of it';
      return notice(watch, at, replication, againIfHarmless(watch, taskError(watch, code, detail, rules)));
    }
  }
}

/** Whether the task says that the replication is gone, of which only a list without it is believed. */
export const isDeleted = ({ kind }: Pick<Watch, 'kind'>, task: Task | undefined): boolean =>
  kind === 'delete' && task !== undefined && taskEnd(task) === 'succeeded';

function stillThere(watch: Watch, rules: ErrorRules): NoticeError {
  const detail = 'its task ended well, and the site lists the replication still';
  return againIfHarmless(watch, taskError(watch, 'ReplicationStillListed', detail, rules));
}

function lostTask(watch: Watch, replication: VmReplication | null, rules: ErrorRules): NoticeError {
  if (watch.kind === 'chown') {
    const shown = replication === null ? 'no replication' : `owner ${replication.owner ?? 'none'}`;
    return taskError(watch, 'OwnerNotChanged', `the site took owner ${watch.newOwner}, and shows ${shown}`, rules);
  }
  const detail = 'the site no longer knows the task, and the replication shows no effect of it';
  return againIfHarmless(watch, taskError(watch, 'TaskLost', detail, rules));
}
