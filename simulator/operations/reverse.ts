import type { Process } from '../engine/process.js';
import { nudge } from '../engine/sync.js';
import { invalidState } from '../errors.js';
import { siteVdcId } from '../identity.js';
import { uuid } from '../random.js';
import { powerOff, removeVm } from '../world/copies.js';
import type { Replication, Vm } from '../world/model.js';
import type { World } from '../world/world.js';
import { joinVapp, leaveVapp } from './groups.js';
import type { Operation } from './operation.js';
import { requireState } from './states.js';

export interface Reversal {
  it: Replication;
  recovered: Vm;
  original: Vm | undefined;
}

/**
 * The recovered VM becomes the source, the disks of the old source become the seed at the new destination, the old
 * source VM is removed [seed]. The replication then has everything to send again, by a full compare.
 */
export function* reverse(op: Operation, it: Replication): Process {
  const reversal = yield* prepareReverse(op, it);
  const alone = op.world.site(it.home).vappReplications.get(it.vappReplicationId)?.replicationIds.size === 1;
  swap(op, [reversal], alone ? it.vappReplicationId : undefined);
}

/** Everything of a reverse that can fail; nothing has changed in the world when it does. */
export function* prepareReverse(op: Operation, it: Replication): Process<Reversal> {
  const { world } = op;
  yield* op.stage('validate', 10, op.seconds(2, 6));
  requireReversible(op, it);
  yield* op.stage('configure', 90, op.seconds(8, 20));
  yield* op.stage('remove-original', 99, op.seconds(2, 6));
  return { it, recovered: requireReversible(op, it), original: world.vm(it.vmId) };
}

function requireReversible(op: Operation, it: Replication): Vm {
  const { world } = op;
  requireState(world, 'reverse', it);
  op.requireUp(it.sourceSite, it.destinationSite);
  op.requireAuthenticated(it.sourceSite);
  const recovered = it.recovery.vmId === null ? undefined : world.vm(it.recovery.vmId);
  if (recovered === undefined) throw invalidState(`Recovered VM of replication '${it.id}' is gone.`);
  if (recovered.replicationId !== null && world.assumptions.secondReplication === 'refused')
    throw invalidState(`VM '${recovered.name}' is already replicated.`);
  const original = world.vm(it.vmId);
  // [doc UG40 GUID-1CF2A10A]: the number of disks must match
  if (original !== undefined && original.disks.length !== recovered.disks.length) {
    throw invalidState(`The disks of VM '${recovered.name}' do not match those of the original.`);
  }
  return recovered;
}

/** Turns one replication, or all of a vApp, around at once. */
export function swap(op: Operation, reversals: Reversal[], vappReplicationId?: string): void {
  const { world } = op;
  for (const { it } of reversals) {
    world.site(it.home).replications.delete(it.id);
    leaveVapp(world, it);
  }
  const keepGroup = world.assumptions.reverseChangesId ? undefined : vappReplicationId;
  for (const { it, recovered, original } of reversals) {
    const previous = original ?? it.lastSeen;
    if (original !== undefined) {
      powerOff(world, original, op.task, it.id);
      removeVm(world, original, op.task, it.id);
    }
    turn(world, it, recovered, previous);
    it.compareDue = original !== undefined;
    world.site(it.home).replications.set(it.id, it);
    joinVapp(world, it, recovered, keepGroup);
    nudge(world, it);
  }
}

function turn(world: World, it: Replication, recovered: Vm, previous: Vm): void {
  if (world.assumptions.reverseChangesId) {
    it.id = `C4-${uuid(world.seed, 'replication', recovered.id, world.count('replication', recovered.id))}`;
  }
  const oldSource = it.sourceSite;
  it.sourceSite = it.destinationSite;
  it.destinationSite = oldSource;
  it.destinationVdcId = world.site(oldSource).vdcs.has(previous.vdcId) ? previous.vdcId : siteVdcId(oldSource);
  it.storageProfileId = previous.storageProfileId;
  if (world.assumptions.reverseMovesHome) {
    it.home = oldSource;
    it.owner = { org: it.owner.org, site: oldSource };
  }
  const shown = world.vm(it.vmIdOnceReversed ?? recovered.id) ?? recovered;
  it.vmId = shown.id;
  it.vmName = shown.name;
  it.lastSeen = recovered;
  it.isReversed = !it.isReversed;
  it.recovery = { state: 'NOT_STARTED', vappId: null, vmId: null };
  it.instances = [];
  it.latest = null;
  it.lastError = null;
  it.settings = { ...it.settings, initialSyncTime: 0 };
  // The recovered VM keeps the space of the old replica.
  it.reservedBytes = 0;
  it.lastUpdated = world.now;
  recovered.replicationId = it.id;
}
