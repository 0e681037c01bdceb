import { type Process, run } from '../engine/process.js';
import { ApiError, errorBody, operationInProgress, TaskFailure } from '../errors.js';
import { uuid } from '../random.js';
import type { LedgerEntry, LedgerKind } from '../world/ledger.js';
import type { Task } from '../world/tasks.js';
import type { World } from '../world/world.js';
import type { Caller } from './caller.js';
import { Operation } from './operation.js';

/** Something an operation holds for itself while it runs. */
export interface Claimable {
  id: string;
  busyWith: string | null;
}

export interface Acceptance {
  kind: LedgerKind;
  /** `workflowInfo.type` */
  type: string;
  resourceType: string;
  resourceId: string | null;
  resourceName: string | null;
  sourceOrg?: string | null;
  destinationOrg?: string | null;
  vmId: string | null;
  vmName: string | null;
  replicationId: string | null;
  vappId?: string;
  claims: Claimable[];
  /** what its state forbids; the process finds out by itself, unless it is assumed to be refused at once */
  refused?: TaskFailure | undefined;
  resultType: string | null;
  /** rendered when the task has succeeded */
  result: () => unknown;
}

const TASK_TYPES: Partial<Record<LedgerKind, string>> = {
  'failover-test': 'failoverTest',
  cleanup: 'failoverTestCleanup',
  delete: 'stop',
  'storage-profile': 'changeStorageProfile',
};

/** `workflowInfo.type` of an operation; only sync, failover and health are documented (vcda-api.md §2.2). */
export const taskType = (kind: LedgerKind): string => TASK_TYPES[kind] ?? kind;

/**
 * The 202: from here on there is a task and a ledger entry. The process is the operation itself; whatever it throws
 * becomes the error of the task.
 */
export function accept(world: World, caller: Caller, it: Acceptance, process: (op: Operation) => Process): Task {
  const busy = it.claims.find((claim) => claim.busyWith !== null);
  if (busy !== undefined && world.assumptions.conflict === 'immediate') {
    throw conflict(operationInProgress(busy.id));
  }
  if (busy === undefined && it.refused !== undefined && world.assumptions.wrongState === 'immediate') {
    throw conflict(it.refused);
  }
  const subject = it.vmId ?? it.vappId ?? it.resourceId ?? it.type;
  const key = `${it.kind}:${subject}:${world.count(it.kind, subject)}`;
  const task = createTask(world, caller, it, uuid(world.seed, 'task', key));
  const entry = enter(world, caller, it, task);
  const op = new Operation(world, task, caller, key, caller.planted);
  if (busy === undefined) for (const claim of it.claims) claim.busyWith = task.id;

  run(world.queue, busy === undefined ? process(op) : refuse(op, operationInProgress(busy.id)), (failure) => {
    for (const claim of it.claims) if (claim.busyWith === task.id) claim.busyWith = null;
    if (failure === undefined) {
      task.resultType = it.resultType;
      task.result = it.result();
    } else {
      task.error = taskError(world, failure);
      entry.error = task.error;
    }
    world.tasks(task.site).end(task, failure === undefined ? 'SUCCEEDED' : 'FAILED');
    entry.outcome = failure === undefined ? 'succeeded' : 'failed';
    entry.endedAt = world.wall(world.now);
  });
  return task;
}

const conflict = ({ code, message, args }: TaskFailure) => new ApiError(409, code, message, args);

/** An operation that was accepted and cannot succeed: the site needs a moment to find out. */
export function* refuse(op: Operation, failure: TaskFailure): Process {
  yield* op.stage('validate', 10, op.seconds(1, 3));
  throw failure;
}

/** A task that changes nothing in the world (health, for one). */
export function createTask(
  world: World,
  caller: Caller,
  it: Pick<Acceptance, 'type' | 'resourceType' | 'resourceId' | 'resourceName' | 'sourceOrg' | 'destinationOrg'>,
  id: string,
): Task {
  const task: Task = {
    id,
    site: caller.site,
    user: caller.user,
    org: caller.org,
    operationId: caller.operationId,
    type: it.type,
    resourceType: it.resourceType,
    resourceId: it.resourceId,
    resourceName: it.resourceName,
    sourceOrg: it.sourceOrg ?? null,
    destinationOrg: it.destinationOrg ?? null,
    state: 'RUNNING',
    startedAt: world.now,
    endedAt: null,
    pace: { from: 0, to: 0, start: world.now, end: world.now },
    resultType: null,
    result: null,
    error: null,
    odd: caller.odd ?? null,
  };
  world.tasks(caller.site).add(task);
  return task;
}

function enter(world: World, caller: Caller, it: Acceptance, task: Task): LedgerEntry {
  return world.ledger.add({
    at: world.wall(world.now),
    simulatedAt: world.now,
    site: caller.site,
    kind: it.kind,
    operationId: caller.operationId,
    user: caller.user,
    vmId: it.vmId,
    vmName: it.vmName,
    replicationId: it.replicationId,
    taskId: task.id,
    outcome: 'running',
    ...(it.vappId === undefined ? {} : { vappId: it.vappId }),
    ...(caller.body === undefined ? {} : { body: caller.body }),
  });
}

function taskError(world: World, failure: unknown) {
  if (failure instanceof TaskFailure || failure instanceof ApiError) return failure.body();
  world.bugs.push(failure instanceof Error ? (failure.stack ?? failure.message) : String(failure));
  return errorBody('GeneralServerFailure', String(failure));
}
