import { keptDescription } from '../assumptions.js';
import type { Process } from '../engine/process.js';
import { retain } from '../engine/retention.js';
import { beginSync, halt, nudge, suspend, syncEstimate, unsuspend, untilSynced } from '../engine/sync.js';
import { badRequest, invalidState, TaskFailure } from '../errors.js';
import { removeTestCopy } from '../world/copies.js';
import type { Replication } from '../world/model.js';
import { letGo } from '../world/second.js';
import { policyOf } from '../world/sites.js';
import { release, reserve } from '../world/storage.js';
import type { ReconfigureBody } from './bodies.js';
import { leaveVapp } from './groups.js';
import type { Operation } from './operation.js';
import { refusedSettings, slaProfile } from './settings.js';
import { requireState } from './states.js';

/** An on-demand sync; the one way to send what a powered-off source holds [doc UG41 GUID-81EE4DE8]. */
export function* sync(op: Operation, it: Replication): Process {
  yield* op.stage('validate', 5, op.seconds(1, 3));
  requireState(op.world, 'sync', it);
  op.requireUp(it.sourceSite, it.destinationSite);
  op.requireAuthenticated(it.sourceSite);
  yield* syncNow(op, it, 99);
}

/** Lets the running sync end, then sends what has changed since it began. */
export function* syncNow(op: Operation, it: Replication, progress: number): Process {
  const { world } = op;
  if (it.sync !== null) yield* op.awaiting('sync', progress - 10, syncEstimate(world, it), untilSynced(it));
  op.requireUp(it.sourceSite, it.destinationSite);
  beginSync(world, it);
  // A sync that could not begin has left its reason (vcda-api.md §5: storage full is a lastError).
  if (it.sync === null && it.lastError !== null) throw new TaskFailure(it.lastError.code, it.lastError.msg);
  yield* op.awaiting('sync', progress, syncEstimate(world, it), untilSynced(it));
}

export function* pause(op: Operation, it: Replication): Process {
  yield* op.stage('pause', 99, op.seconds(2, 6));
  requireState(op.world, 'pause', it);
  it.isPaused = true;
  it.lastUpdated = op.world.now;
  suspend(op.world, it);
}

export function* resume(op: Operation, it: Replication): Process {
  yield* op.stage('resume', 99, op.seconds(2, 6));
  requireState(op.world, 'resume', it);
  op.requireUp(it.sourceSite);
  it.isPaused = false;
  it.lastUpdated = op.world.now;
  unsuspend(op.world, it);
}

export function* reconfigure(op: Operation, it: Replication, body: ReconfigureBody): Process {
  const { world } = op;
  yield* op.stage('validate', 30, op.seconds(1, 4));
  requireState(world, 'reconfigure', it);
  op.requireUp(it.sourceSite);
  const home = world.site(it.home);
  const org = world.vdc(it.destinationSite, it.destinationVdcId).org;
  const sla = slaProfile(home, org, body.slaProfileId);
  // Omitted or null: unchanged [doc B44 C4ReplicationReconfigureSettings].
  const settings = {
    ...it.settings,
    description:
      body.description == null ? it.settings.description : keptDescription(world.assumptions, body.description),
    rpo: it.isMigration ? it.settings.rpo : (sla?.rpo ?? body.rpo ?? it.settings.rpo),
    dataConnectionType: sla?.dataConnectionType ?? body.dataConnectionType ?? it.settings.dataConnectionType,
    quiesced: sla?.quiesced ?? body.quiesced ?? it.settings.quiesced,
    retentionPolicy: sla?.retentionPolicy ?? body.retentionPolicy ?? it.settings.retentionPolicy,
    initialSyncTime: body.initialSyncTime ?? it.settings.initialSyncTime,
  };
  const custom = body.rpo != null || body.dataConnectionType != null || body.retentionPolicy != null;
  const slaProfileId = sla?.id ?? (custom ? null : it.slaProfileId);
  const refused = it.isMigration ? undefined : refusedSettings(policyOf(home, org), { settings, slaProfileId });
  if (refused !== undefined) throw refused;
  yield* op.stage('reconfigure', 99, op.seconds(2, 8));
  it.settings = settings;
  it.slaProfileId = slaProfileId;
  it.instances = retain(it.instances, settings.retentionPolicy.rules);
  it.lastUpdated = world.now;
  nudge(world, it);
}

/** Stops a replication. What was recovered from it stays; a replica nobody recovered is dropped. */
export function* remove(op: Operation, it: Replication): Process {
  const { world } = op;
  yield* op.stage('validate', 20, op.seconds(1, 3));
  requireState(world, 'delete', it);
  const isCleaned = world.assumptions.deleteDuringTest !== 'leaves';
  if (it.recovery.state === 'TEST' && isCleaned) removeTestCopy(world, it, op.task);
  yield* op.stage('remove', 99, op.seconds(3, 10));
  halt(world, it);
  if (it.recovery.state !== 'COMPLETE') release(world, it, 'removed');
  world.site(it.home).replications.delete(it.id);
  letGo(world, it);
  leaveVapp(world, it);
}

export function* changeStorageProfile(op: Operation, it: Replication, storageProfileId: string): Process {
  const { world } = op;
  yield* op.stage('validate', 10, op.seconds(1, 3));
  requireState(world, 'storage-profile', it);
  const vdc = world.vdc(it.destinationSite, it.destinationVdcId);
  if (!vdc.storageProfiles.some((profile) => profile.id === storageProfileId)) {
    throw badRequest(`Storage profile '${storageProfileId}' not found in org VDC '${vdc.name}'.`, [storageProfileId]);
  }
  it.isMovingReplica = true;
  try {
    yield* op.stage('move', 99, op.seconds(20, 90));
    const before = it.storageProfileId;
    const reserved = it.reservedBytes > 0;
    release(world, it, 'removed');
    it.storageProfileId = storageProfileId;
    if (reserved && !reserve(world, it)) {
      it.storageProfileId = before;
      reserve(world, it);
      throw invalidState('Not enough space on the new storage profile.');
    }
    it.lastUpdated = world.now;
    nudge(world, it);
  } finally {
    it.isMovingReplica = false;
  }
}
