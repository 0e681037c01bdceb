import { suspend, unsuspend } from './engine/sync.js';
import { errorBody, replicationNotFound } from './errors.js';
import type { Replication, ReplicationSettings, Vanished } from './world/model.js';
import type { World } from './world/world.js';

/** What becomes of a replication without a task of the API; what is not named stays. */
export interface Trouble {
  /** no byte is sent until told otherwise */
  isStalled?: boolean | undefined;
  /** the site moves the replica to other storage */
  isMovingReplica?: boolean | undefined;
  /** `dataConnectionState: ERROR` with this `lastError`; null: well again */
  error?: { code: string; msg: string } | null | undefined;
  isPaused?: boolean | undefined;
  /** not to be found in lists, by its id, or both; null: there again */
  vanished?: Vanished['from'] | null | undefined;
  /** written as a person's edit would, whatever the assumption `description` says */
  settings?: Partial<ReplicationSettings> | undefined;
  /** the source is another VM by now, as a site may show that has lost its records */
  vmId?: string | undefined;
  /** the same, but not before it was reversed */
  vmIdOnceReversed?: string | undefined;
  /** `org@site` */
  owner?: string | undefined;
  /** its instances bear stamps that are so many ms late, as those of a site whose clock was set back since */
  instancesAheadMs?: number | undefined;
  /** simulated ms after which all of it (but settings, VM, owner and stamps) is as before; absent: until told otherwise */
  forMs?: number | undefined;
}

export function applyTrouble(world: World, id: string, trouble: Trouble): void {
  const it = world.findReplication(id);
  if (it === undefined) throw replicationNotFound(id);
  const before = undo(it, trouble);
  set(world, it, trouble, trouble.forMs);
  if (trouble.forMs !== undefined) world.queue.after(trouble.forMs, () => set(world, it, before));
}

/** The same members as a trouble has, as they are now. */
function undo(it: Replication, trouble: Trouble): Trouble {
  const { isStalled, isMovingReplica, isPaused } = it;
  return {
    ...(trouble.isStalled === undefined ? {} : { isStalled }),
    ...(trouble.isMovingReplica === undefined ? {} : { isMovingReplica }),
    ...(trouble.error === undefined ? {} : { error: it.plantedError }),
    ...(trouble.isPaused === undefined ? {} : { isPaused }),
  };
}

function set(world: World, it: Replication, trouble: Trouble, forMs?: number): void {
  const { isStalled, isMovingReplica, error, isPaused, vanished, settings, vmId, vmIdOnceReversed, owner } = trouble;
  it.isStalled = isStalled ?? it.isStalled;
  it.isMovingReplica = isMovingReplica ?? it.isMovingReplica;
  it.isPaused = isPaused ?? it.isPaused;
  if (error !== undefined) it.plantedError = error === null ? null : errorBody(error.code, error.msg);
  if (vanished !== undefined) {
    it.vanished = vanished === null ? null : { from: vanished, until: world.now + (forMs ?? Number.POSITIVE_INFINITY) };
  }
  if (settings !== undefined) it.settings = { ...it.settings, ...settings };
  if (vmId !== undefined) {
    it.vmId = vmId;
    it.vmName = world.vm(vmId)?.name ?? it.vmName;
  }
  if (vmIdOnceReversed !== undefined) it.vmIdOnceReversed = vmIdOnceReversed;
  if (owner !== undefined) {
    const at = owner.lastIndexOf('@');
    it.owner = { org: owner.slice(0, at), site: owner.slice(at + 1) };
  }
  for (const one of new Set([...it.instances, ...(it.latest === null ? [] : [it.latest])]))
    one.ahead = trouble.instancesAheadMs ?? one.ahead ?? 0;
  it.lastUpdated = world.now;
  if (it.isStalled || it.isPaused || it.plantedError !== null) suspend(world, it);
  else unsuspend(world, it);
}
