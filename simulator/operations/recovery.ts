import type { Process } from '../engine/process.js';
import { halt, nudge, sourceVm } from '../engine/sync.js';
import { badRequest, invalidState } from '../errors.js';
import { powerOff, recoverVm, removeTestCopy } from '../world/copies.js';
import type { RecoveryState, Replication, Vapp } from '../world/model.js';
import type { FailoverBody, FailoverTestBody, MigrateBody } from './bodies.js';
import { syncNow } from './lifecycle.js';
import type { Operation } from './operation.js';
import { requireState } from './states.js';

/** Makes the vApp that all VMs of one vApp operation are recovered into; absent for a single VM. */
export type Into = (() => Vapp) | undefined;

/**
 * Planned: source off, last changes sent, recovered at the destination, source undeployed [doc B45 migrate]. A failure
 * before the recovery leaves the source off and the replication NOT_STARTED, so that it can be tried again.
 */
export function* migrate(op: Operation, it: Replication, body: MigrateBody, into?: Into): Process {
  const { world } = op;
  yield* op.stage('validate', 5, op.seconds(2, 6));
  requireState(world, 'migrate', it);
  op.requireUp(it.sourceSite, it.destinationSite);
  op.requireAuthenticated(it.sourceSite);
  const source = sourceVm(world, it);
  if (source === undefined) throw invalidState(`Source VM of replication '${it.id}' is gone.`);
  if (it.recovery.state === 'TEST') removeTestCopy(world, it, op.task);
  yield* recovering(op, it, function* () {
    yield* op.stage('power-off', 15, op.seconds(5, 15));
    op.requireUp(it.sourceSite);
    if (op.task.odd?.powersOff !== false) powerOff(world, source, op.task, it.id);
    yield* syncNow(op, it, 50);
    yield* op.stage('recover', 90, op.seconds(40, 120) + (body.consolidate === true ? op.seconds(30, 60) : 0));
    op.requireUp(it.sourceSite);
    recoverVm(
      world,
      it,
      { powerOn: powersOn(op, body.powerOn), testCopy: false, ...(into ? { vapp: into() } : {}) },
      op.task,
    );
  });
  yield* op.stage('undeploy-source', 99, op.seconds(3, 8));
}

/** Unplanned: the source may be dead and is not touched. */
export function* failover(op: Operation, it: Replication, body: FailoverBody, into?: Into): Process {
  const { world } = op;
  yield* op.stage('validate', 10, op.seconds(2, 6));
  requireState(world, 'failover', it);
  requireInstance(it, body.instanceId ?? body.instanceMap?.[it.id]);
  yield* recovering(op, it, function* () {
    yield* op.stage('recover', 99, op.seconds(40, 120) + (body.consolidate === true ? op.seconds(60, 180) : 0));
    recoverVm(
      world,
      it,
      { powerOn: powersOn(op, body.powerOn), testCopy: false, ...(into ? { vapp: into() } : {}) },
      op.task,
    );
  });
}

/** A copy beside a replication that keeps running. */
export function* failoverTest(op: Operation, it: Replication, body: FailoverTestBody, into?: Into): Process {
  const { world } = op;
  yield* op.stage('validate', 10, op.seconds(2, 6));
  requireState(world, 'failover-test', it);
  if (body.sync === true) {
    if (it.isPaused) throw invalidState(`Replication '${it.id}' is paused.`);
    op.requireUp(it.sourceSite);
    op.requireAuthenticated(it.sourceSite);
    yield* syncNow(op, it, 50);
  }
  requireInstance(it, body.instanceId ?? body.instanceMap?.[it.id]);
  const before = it.recovery.state;
  it.recovery.state = 'IN_PROGRESS';
  try {
    yield* op.stage('recover', 99, op.seconds(30, 90));
    recoverVm(
      world,
      it,
      { powerOn: powersOn(op, body.powerOn), testCopy: true, ...(into ? { vapp: into() } : {}) },
      op.task,
    );
    enter(op, it, 'TEST');
  } catch (failure) {
    enter(op, it, before);
    throw failure;
  }
  // The instance under test and its parents are stored [doc UG47 GUID-7CAAA23D].
  for (const instance of it.instances.slice(-1)) instance.isPinned = true;
  nudge(world, it);
}

export function* cleanup(op: Operation, it: Replication): Process {
  const { world } = op;
  yield* op.stage('validate', 10, op.seconds(1, 4));
  requireState(world, 'cleanup', it);
  it.recovery.state = 'IN_PROGRESS';
  try {
    yield* op.stage('cleanup', 99, op.seconds(15, 45));
  } catch (failure) {
    enter(op, it, 'TEST');
    throw failure;
  }
  removeTestCopy(world, it, op.task);
  enter(op, it, 'NOT_STARTED');
  nudge(world, it);
}

function* recovering(op: Operation, it: Replication, steps: () => Process): Process {
  it.recovery.state = 'IN_PROGRESS';
  try {
    yield* steps();
  } catch (failure) {
    enter(op, it, 'NOT_STARTED');
    nudge(op.world, it);
    throw failure;
  }
  halt(op.world, it);
  enter(op, it, 'COMPLETE');
}

function enter(op: Operation, it: Replication, state: RecoveryState): void {
  it.recovery.state = state;
  it.lastUpdated = op.world.now;
}

function requireInstance(it: Replication, key: string | null | undefined): void {
  if (it.latest === null) throw invalidState(`Replication '${it.id}' has no instance yet.`);
  if (key == null || key === it.latest.key || it.instances.some((instance) => instance.key === key)) return;
  const { code, message, args } = badRequest(`Instance '${key}' not found.`, [key]);
  throw Object.assign(invalidState(message), { code, args });
}

function powersOn(op: Operation, wanted: boolean | null | undefined): boolean {
  return (wanted ?? true) && op.task.odd?.powersOn !== false;
}
