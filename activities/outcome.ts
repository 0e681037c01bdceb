/** What the state of a task and of a replication says about an operation: pure, so that every case can be tested. */

import type {
  Notice,
  NoticeError,
  OperationKind,
  ReplicaInstance,
  ReplicationSummary,
  Watch,
} from '../contract/operation.js';
import { nameWithId } from '../contract/vm-identity.js';
import {
  connectionState,
  contradictsItself,
  type ErrorRules,
  plausibleTime,
  recoveryState,
  type Task,
  taskEnd,
  unknownState,
  type VmReplication,
} from '../vcda/index.js';
import { MARK_LENGTH, readMark } from './mark.js';
import { isAsAsked } from './replication-differences.js';
import { toldAtEnd } from './task-end.js';
import { warningsOf } from './task-warnings.js';

/** A replication in `ERROR` is given this long to get well by itself before its VM fails: ms. */
export const ERROR_PATIENCE = 5 * 60_000;

/** Instead of `FINISHED`, where that is no success. */
const RECOVERED = 'RECOVERED';

/** Notice code for a source that is off: VCDA sends nothing until power-on or a manual sync [doc UG41 GUID-81EE4DE8]. */
export const SOURCE_OFF = 'SourcePoweredOff';

export type Effect = 'done' | 'under way' | 'none';

/** What the replication's own state says of an operation whose task is unknown; `null`: the site has no such replication. */
export function effectOf(
  { kind, recoveredVmId, reconfigure }: Pick<Watch, 'kind' | 'recoveredVmId' | 'reconfigure'>,
  replication: VmReplication | null,
): Effect {
  if (kind === 'delete') return replication === null ? 'done' : 'none';
  if (replication === null) return 'none';
  const recovery = recoveryState(replication);
  const recovered = (wanted: string): Effect =>
    recovery === wanted ? 'done' : recovery === 'IN_PROGRESS' ? 'under way' : 'none';
  switch (kind) {
    case 'start':
      return 'done';
    case 'migrate':
    case 'failover':
      return recovered('COMPLETE');
    case 'failover-test':
      return recovered('TEST');
    case 'cleanup':
      return recovered('NOT_STARTED');
    case 'reverse':
      // It may have been recovered anew since; the VM that it replicates tells whether it was reversed.
      if (recoveredVmId == null || replication.vmId == null) return recovered('NOT_STARTED');
      return replication.vmId === recoveredVmId ? 'done' : recovery === 'IN_PROGRESS' ? 'under way' : 'none';
    case 'pause':
      return replication.isPaused === true ? 'done' : 'none';
    case 'resume':
      return replication.isPaused === false ? 'done' : 'none';
    case 'reconfigure':
      return reconfigure !== undefined && isAsAsked(replication, reconfigure) ? 'done' : 'none';
    case 'sync':
      // Doing it again does no harm, and no state tells one sync from another.
      return 'none';
  }
}

export function summaryOf(r: VmReplication): ReplicationSummary {
  const recovery = r.destinationState?.recoveryInfo;
  return {
    id: r.id,
    recoveryState: recoveryState(r),
    dataConnectionState: r.dataConnectionState ?? 'UNKNOWN',
    unknownState: unknownState(r),
    overallHealth: r.overallHealth ?? 'UNKNOWN',
    isPaused: r.isPaused === true,
    isMigration: r.isMigration === true,
    vmId: r.vmId ?? null,
    vmName: r.vmName ?? null,
    sourceSite: r.source?.site ?? null,
    destinationSite: r.destination?.site ?? null,
    destinationVdc:
      r.destination?.vdcId == null ? null : { id: r.destination.vdcId, name: r.destination.vdcName ?? null },
    destinationOrg: r.destination?.org ?? null,
    isReversed: r.isReversed === true,
    latestInstance: latestOf(r),
    recoveredVappId: r.destination?.recoveredVappId ?? recovery?.vAppId ?? null,
    recoveredVmId: recovery?.vcdVmId ?? null,
    progress: r.sourceState?.progress?.progress ?? null,
    mark: readMark(r.settings?.description) === null ? null : (r.settings?.description?.slice(0, MARK_LENGTH) ?? null),
    markedRun: readMark(r.settings?.description)?.runName ?? null,
    isMovingReplica: r.destinationState?.isMovingReplica === true,
    lastError: lastErrorOf(r),
  };
}

function lastErrorOf({ destinationState }: VmReplication): ReplicationSummary['lastError'] {
  const last = destinationState?.lastError;
  return last?.code == null ? null : { code: last.code, message: last.msg ?? '' };
}

function latestOf(r: VmReplication): ReplicaInstance | null {
  const latest = r.destinationState?.latestInstance;
  return latest?.key ? { key: latest.key, timestamp: latest.timestamp ?? null } : null;
}

export interface Seen {
  /** undefined: no task id, or the site does not list it */
  task: Task | undefined;
  /** the site has shown the task before: missing now, it is over and forgotten */
  wasListed: boolean;
  /** null: the site has none; undefined: not asked */
  replication: VmReplication | null | undefined;
  /** ms for which the task (or in the sync phase the replication) has not been listed, has contradicted itself, or has been in error */
  amissFor: number;
  /** the replication has been missing for so long that it is believed; absent: as long as something has been amiss */
  isGone?: boolean;
}

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
      return amissFor < settle ? null : notice(watch, now, replication ?? null, lostTask(watch, rules));
  }
}

const isBelievedGone = ({ isGone, amissFor }: Seen, settle: number): boolean => isGone ?? amissFor >= settle;

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

function lostTask(watch: Watch, rules: ErrorRules): NoticeError {
  const detail = 'the site no longer knows the task, and the replication shows no effect of it';
  return againIfHarmless(watch, taskError(watch, 'TaskLost', detail, rules));
}

/** There is one test copy at most, and one replication of an id: once more does no harm, leaving it behind would. Settings are as they are. */
const HARMLESS_AGAIN = new Set<OperationKind>(['failover-test', 'cleanup', 'delete', 'reconfigure']);

const againIfHarmless = ({ kind }: Watch, error: NoticeError): NoticeError =>
  HARMLESS_AGAIN.has(kind) ? { ...error, meaning: 'retry' } : error;

function judgeSync(watch: Watch, seen: Seen, settle: number, now: number, rules: ErrorRules): Notice | null {
  const { replication, amissFor } = seen;
  if (replication === null || replication === undefined) {
    return !isBelievedGone(seen, settle)
      ? null
      : notice(
          watch,
          now,
          null,
          taskError(watch, 'ReplicationNotFound', 'the replication disappeared while it was syncing', rules),
        );
  }
  switch (syncState(watch, replication)) {
    case 'OK':
    case 'SYNCING':
    case 'PRUNING':
    case 'FINISHED':
      return notice(watch, now, replication, null);
    case 'POWERED_OFF':
      return notice(watch, now, replication, {
        code: SOURCE_OFF,
        message: 'the source VM is off, so nothing is sent by itself',
        advice: null,
        meaning: 'fail',
        retry: rules({ code: SOURCE_OFF }).retry,
      });
    case 'ERROR': {
      if (amissFor < ERROR_PATIENCE) return null;
      const { code, msg } = replication.destinationState?.lastError ?? {
        code: 'ReplicationError',
        msg: NO_REASON,
      };
      return notice(watch, now, replication, { ...taskError(watch, code, msg ?? '', rules), meaning: 'fail' });
    }
    case RECOVERED: {
      if (amissFor < ERROR_PATIENCE) return null;
      const detail = 'the replication was recovered before it had been protected the other way';
      return notice(watch, now, replication, taskError(watch, 'InvalidReplicationState', detail, rules));
    }
    default:
      return null;
  }
}

/** Whether something is wrong with a replication that is to hold its first full copy; it may get well by itself. */
export function isAmiss(watch: Watch, replication: VmReplication | null | undefined): boolean {
  if (replication == null) return false;
  return ['ERROR', RECOVERED].includes(syncState(watch, replication));
}

/** After a reverse everything is to be sent again; until an instance exists, no state of the connection means protection. */
function syncState({ kind }: Watch, r: VmReplication): string {
  const state = connectionState(r) ?? impliedState(r);
  if (kind !== 'reverse' || state === 'POWERED_OFF' || state === 'ERROR') return state;
  if (state === 'FINISHED') return RECOVERED;
  return latestOf(r) === null ? 'UNKNOWN' : state;
}

/** For a site that does not tell the state, or one that nobody knows: an instance is there once the first copy is. */
const impliedState = (r: VmReplication): string => (r.destinationState?.latestInstance?.key ? 'OK' : 'UNKNOWN');

export const NO_REASON = 'the site gave no reason';

function taskError(watch: Watch, code: string, detail: string, rules: ErrorRules): NoticeError {
  const rule = rules({ code });
  const isSilent = detail === NO_REASON || code.startsWith('TaskEndedAs');
  return {
    code,
    message:
      `${watch.kind} of ${nameWithId(watch.vm)} failed: ${code}: ${detail} ` +
      `[task ${watch.taskId ?? 'unknown'}, operation ${watch.operationId}].`,
    // Nobody can read what was not said.
    advice:
      isSilent && rule.key === '4xx' ? `Look at the VM and its replication at the site, and at its log.` : rule.advice,
    meaning: rule.task,
    retry: rule.retry,
  };
}

function notice(watch: Watch, at: number, replication: VmReplication | null, error: NoticeError | null): Notice {
  return {
    operationId: watch.operationId,
    phase: watch.phase,
    ok: error === null,
    taskId: watch.taskId,
    replicationId: replication?.id ?? watch.replicationId,
    replication: replication === null ? null : summaryOf(replication),
    error,
    at,
  };
}
