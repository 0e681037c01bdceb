import { errorBody, siteUnreachable, TaskFailure } from '../errors.js';
import { uuid } from '../random.js';
import type { Instance, Replication, Sync, SyncKind, Vm } from '../world/model.js';
import { release, reserve, storageIsFull } from '../world/storage.js';
import type { World } from '../world/world.js';
import type { Wait } from './process.js';
import { retain } from './retention.js';

/**
 * The data path of one replication: initial full sync → a delta within every RPO → a final one at migrate
 * [doc flex-dr]. A sync is a transfer on the link between the two sites; what stops it (pause, a site that is down)
 * takes the transfer off the link and keeps what was sent.
 */

const MINUTE = 60_000;
const MIB = 2 ** 20;
// Deltas begin before the RPO is over, or every one of them would violate it by its own duration.
const RPO_MARGIN = 0.75;
const RETRY_STORAGE = 5 * MINUTE;
const COMPRESSION = 0.6;
const TRAFFIC_SAMPLES = 288;
// A compare reads checksums instead of sending blocks: its cost on the link, and the part that turns out to differ.
const COMPARE_COST = 0.25;
const COMPARE_DIFFERS = 0.05;

export const sourceVm = (world: World, it: Replication): Vm | undefined => world.vm(it.vmId);

export function sitesUp(world: World, it: Replication): boolean {
  return world.site(it.sourceSite).up && world.site(it.destinationSite).up;
}

const transmits = (it: Replication): boolean => !it.isStalled && it.plantedError === null;

const replicating = (it: Replication): boolean =>
  it.configured && !it.isPaused && (it.recovery.state === 'NOT_STARTED' || it.recovery.state === 'TEST');

export function initialSyncAt(world: World, it: Replication): number {
  // The site reads the moment by its own clock.
  const { offsetMs } = world.site(it.home).clock;
  return it.settings.initialSyncTime > 0 ? world.clock.simulated(it.settings.initialSyncTime - offsetMs) : 0;
}

/** Begins a sync if one is due now and possible, else plans the next one. Called whenever a hindrance has gone. */
export function nudge(world: World, it: Replication): void {
  if (!replicating(it) || it.sync !== null) return;
  const due = it.latest === null ? initialSyncAt(world, it) : it.latest.at + it.settings.rpo * MINUTE * RPO_MARGIN;
  if (due > world.now) {
    const epoch = ++it.epoch;
    world.queue.at(due, () => epoch === it.epoch && nudge(world, it));
    return;
  }
  // Off: nothing is sent until power-on or a manual sync [doc UG41 GUID-81EE4DE8]. Both end up here again.
  if (sourceVm(world, it)?.powerState !== 'POWERED_ON' || !sitesUp(world, it)) return;
  beginSync(world, it);
}

/** Begins a sync whether due or not; the caller has checked that the replication is in a state to send. */
export function beginSync(world: World, it: Replication): void {
  const vm = sourceVm(world, it);
  if (it.sync !== null || vm === undefined) return;
  it.epoch++;
  if (!reserve(world, it) || storageIsFull(world, it)) {
    failSync(world, it);
    return;
  }
  it.lastError = null;
  const { kind, bytes, checksumBytes } = workload(world, it, vm);
  const transfer = { total: bytes, sent: 0, joinedAt: null, done: () => endSync(world, it) };
  const canQuiesce = it.settings.quiesced && vm.powerState === 'POWERED_ON';
  it.sync = { kind, transfer, startedAt: world.now, quiescedType: canQuiesce ? vm.tools : 'none', checksumBytes };
  it.lastUpdated = world.now;
  if (transmits(it)) world.link(it.sourceSite, it.destinationSite).join(transfer);
}

/** Takes a running sync off the link; {@link unsuspend} continues it. */
export function suspend(world: World, it: Replication): void {
  if (it.sync !== null) world.link(it.sourceSite, it.destinationSite).leave(it.sync.transfer);
}

export function unsuspend(world: World, it: Replication): void {
  if (it.sync === null) nudge(world, it);
  else if (it.sync.transfer.joinedAt === null && sitesUp(world, it) && !it.isPaused && transmits(it)) {
    world.link(it.sourceSite, it.destinationSite).join(it.sync.transfer);
  }
}

/** The source is larger or smaller by now: a first sync that runs has that to send, less what it has sent. */
export function resize(world: World, it: Replication): void {
  const vm = sourceVm(world, it);
  if (it.sync?.kind !== 'initial' || vm === undefined) return;
  const { transfer } = it.sync;
  const isSending = transfer.joinedAt !== null;
  suspend(world, it);
  transfer.total = Math.max(transfer.sent, workload(world, it, vm).bytes);
  if (isSending) world.link(it.sourceSite, it.destinationSite).join(transfer);
}

/** Stops for good: the replication is recovered, reversed or deleted. */
export function halt(world: World, it: Replication): void {
  suspend(world, it);
  it.sync = null;
  it.epoch++;
}

/** Waits for the running sync, which fails with whatever breaks it. */
export function untilSynced(it: Replication): Wait {
  return { on: (resume) => (it.sync === null ? resume() : it.waiting.push(resume)) };
}

export function syncEstimate(world: World, it: Replication): number {
  if (it.sync === null) return 0;
  const link = world.link(it.sourceSite, it.destinationSite);
  return link.estimate(it.sync.transfer.total - link.sent(it.sync.transfer));
}

/** A site went away: syncs stall, and operations that wait for one of them fail. */
export function interrupt(world: World, it: Replication, site: string): void {
  suspend(world, it);
  wake(it, siteUnreachable(site));
}

function workload(world: World, it: Replication, vm: Vm): { kind: SyncKind; bytes: number; checksumBytes: number } {
  const excluded = vm.disks.filter((disk) => it.settings.excludedDiskKeys.includes(disk.key));
  const share = 1 - excluded.length / Math.max(1, vm.disks.length);
  const wire = it.settings.dataConnectionType === 'ENCRYPTED_COMPRESSED' ? COMPRESSION : 1;
  const full = Math.max(MIB, vm.usedBytes * share);
  if (it.compareDue) return { kind: 'compare', bytes: full * COMPARE_COST * wire, checksumBytes: full };
  if (it.latest === null) return { kind: 'initial', bytes: full * wire, checksumBytes: 0 };
  const until = vm.offSince ?? world.now;
  const written = (Math.max(0, until - it.latest.at) / 1000) * vm.changeRate;
  // Guests rewrite the same blocks: a delta approaches the whole disk, it never exceeds it.
  const changed = full * (1 - Math.exp(-written / full));
  return { kind: 'delta', bytes: Math.max(MIB, changed) * wire, checksumBytes: 0 };
}

function endSync(world: World, it: Replication): void {
  const sync = it.sync as Sync;
  const differing = sync.kind === 'compare' ? COMPARE_DIFFERS / COMPARE_COST : 1;
  const instance: Instance = {
    key: `replica-${uuid(world.seed, 'instance', it.id, it.sequence)}`,
    sequenceNumber: ++it.sequence,
    at: sync.startedAt,
    transferBytes: Math.round(sync.transfer.total * differing),
    transferSeconds: Math.round((world.now - sync.startedAt) / 1000),
    quiescedType: sync.quiescedType,
    isPinned: false,
    disks: (sourceVm(world, it)?.disks ?? []).map((disk) => disk.key),
  };
  it.sync = null;
  it.compareDue = false;
  it.latest = instance;
  it.lastUpdated = world.now;
  // Migrations have no instances to go back to [doc UG47 GUID-7CAAA23D], only the newest state.
  if (!it.isMigration) it.instances = retain([...it.instances, instance], it.settings.retentionPolicy.rules);
  it.traffic.push(world.now, instance.transferBytes);
  if (it.traffic.length > 2 * TRAFFIC_SAMPLES) it.traffic.splice(0, TRAFFIC_SAMPLES);
  wake(it);
  nudge(world, it);
}

function failSync(world: World, it: Replication): void {
  release(world, it, 'unfinished');
  const failure = new TaskFailure('InsufficientStorage', `Not enough space on storage profile of '${it.vmName}'.`);
  it.lastError = errorBody(failure.code, failure.message);
  it.lastUpdated = world.now;
  wake(it, failure);
  const epoch = it.epoch;
  world.queue.after(RETRY_STORAGE, () => epoch === it.epoch && nudge(world, it));
}

function wake(it: Replication, error?: Error): void {
  for (const resume of it.waiting.splice(0)) resume(error);
}
