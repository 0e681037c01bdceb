import { initialSyncAt, sitesUp, sourceVm } from '../engine/sync.js';
import { uuid } from '../random.js';
import type { Instance, Replication } from '../world/model.js';
import { spaceRequirement } from '../world/storage.js';
import type { World } from '../world/world.js';

/** Replications as the API shows them (SingleVmReplicationInfo, vcda-api.md §3.3). */

const MINUTE = 60_000;

export type DataConnectionState =
  | 'OK'
  | 'INITIAL_SYNCING'
  | 'SYNCING'
  | 'PAUSED'
  | 'POWERED_OFF'
  | 'FINISHED'
  | 'ERROR'
  | 'UNKNOWN';

export function dataConnectionState(world: World, it: Replication): DataConnectionState {
  if (it.recovery.state === 'COMPLETE') return 'FINISHED';
  // Neither side reports while it is being configured, or when one is away [doc UG41 GUID-81EE4DE8].
  if (!it.configured || !sitesUp(world, it)) return 'UNKNOWN';
  if (it.isPaused) return 'PAUSED';
  if (it.plantedError !== null || it.lastError !== null) return 'ERROR';
  if (it.sync !== null) return it.sync.kind === 'delta' ? 'SYNCING' : 'INITIAL_SYNCING';
  const vm = sourceVm(world, it);
  if (vm === undefined) return 'UNKNOWN';
  if (vm.powerState === 'POWERED_OFF') return 'POWERED_OFF';
  // A delayed initial sync: nothing says what is shown; anything but OK, for there is nothing to recover yet.
  return it.latest === null ? 'INITIAL_SYNCING' : 'OK';
}

/** Whole minutes over the RPO; a powered-off source has nothing to lose. */
export function rpoViolation(world: World, it: Replication): number {
  const { recovery, latest } = it;
  if (latest === null || recovery.state === 'COMPLETE' || world.vm(it.vmId)?.powerState === 'POWERED_OFF') return 0;
  return Math.max(0, Math.floor((world.now - latest.at) / MINUTE - it.settings.rpo));
}

export function overallHealth(world: World, it: Replication): 'GREEN' | 'YELLOW' | 'RED' {
  const state = dataConnectionState(world, it);
  if (state === 'ERROR') return 'RED';
  return state === 'UNKNOWN' || rpoViolation(world, it) > 0 ? 'YELLOW' : 'GREEN';
}

export function instanceInfo(world: World, home: string, instance: Instance) {
  return {
    key: instance.key,
    sequenceNumber: instance.sequenceNumber,
    timestamp: world.shown(home, instance.at) + (instance.ahead ?? 0),
    transferBytes: instance.transferBytes,
    transferSeconds: instance.transferSeconds,
    quiescedType: instance.quiescedType,
    isPinned: instance.isPinned,
  };
}

const vimLocations = new Map<string, ReturnType<typeof createVimLocation>>();

/** Where a source VM runs: one vCenter per site. */
export function vimLocation(site: string) {
  let location = vimLocations.get(site);
  if (location === undefined) {
    location = createVimLocation(site);
    vimLocations.set(site, location);
  }
  return location;
}

const createVimLocation = (site: string) => ({
  vimServer: uuid(0, 'vc', site),
  vimServerInstanceUuid: uuid(0, 'vc-instance', site),
  datastore: uuid(0, 'datastore', site),
  datastoreMoref: 'datastore-12',
});

const SIDES: Record<DataConnectionState, [source: string, destination: string]> = {
  OK: ['idle', 'opened'],
  INITIAL_SYNCING: ['syncing', 'fullsync'],
  SYNCING: ['syncing', 'lwd'],
  PAUSED: ['paused', 'paused'],
  POWERED_OFF: ['idle', 'idle'],
  FINISHED: ['none', 'idle'],
  ERROR: ['error', 'unknown'],
  UNKNOWN: ['none', 'unknown'],
};

export function replicationInfo(world: World, it: Replication) {
  const state = dataConnectionState(world, it);
  const [sourceState, destinationState] = SIDES[state];
  const vm = world.vm(it.vmId) ?? it.lastSeen;
  const sourceSite = world.site(it.sourceSite);
  const destinationVdc = world.vdc(it.destinationSite, it.destinationVdcId);
  const sla = it.slaProfileId === null ? undefined : world.site(it.home).slaProfiles.get(it.slaProfileId);
  const profile = destinationVdc.storageProfiles.find((candidate) => candidate.id === it.storageProfileId);
  const stateAge = sitesUp(world, it) ? 0 : Math.round(world.now - it.lastUpdated);
  return {
    id: it.id,
    owner: `${it.owner.org}@${it.owner.site}`,
    vmId: it.vmId,
    vmName: it.vmName,
    computerName: vm.computerName ?? it.vmName,
    vmDescription: '',
    vappReplicationId: it.vappReplicationId,
    isMigration: it.isMigration,
    isPaused: it.isPaused,
    isReversed: it.isReversed,
    overallHealth: overallHealth(world, it),
    dataConnectionState: state,
    lastUpdated: world.shown(it.home, it.lastUpdated),
    settings: { ...it.settings },
    slaProfile: sla === undefined ? null : { id: sla.id, displayName: sla.displayName },
    source: {
      site: it.sourceSite,
      org: vm.org,
      vdcId: vm.vdcId,
      vdcName: sourceSite.vdcs.get(vm.vdcId)?.name ?? null,
      vappId: vm.vappId,
      vappName: sourceSite.vapps.get(vm.vappId)?.name ?? null,
    },
    destination: {
      site: it.destinationSite,
      org: destinationVdc.org,
      vdcId: destinationVdc.id,
      vdcName: destinationVdc.name,
      recoveredVappId: it.recovery.state === 'COMPLETE' ? it.recovery.vappId : null,
      destinationCatalogItemId: null,
    },
    sourceState: { state: sourceState, stateAge, progress: syncProgress(world, it) },
    destinationState: {
      state: destinationState,
      stateAge: 0,
      currentRpoViolation: rpoViolation(world, it),
      isMovingReplica: it.isMovingReplica,
      spaceRequirement: Math.round(spaceRequirement(world, it)),
      lastError: it.plantedError ?? it.lastError,
      latestInstance: it.latest === null ? null : instanceInfo(world, it.home, it.latest),
      recoveryInfo: {
        recoveryState: it.recovery.state,
        vAppId: it.recovery.vappId,
        vcdVmId: it.recovery.vmId,
      },
    },
    storageProfile: it.storageProfileId,
    storageProfileName: profile?.name ?? null,
    placementPolicy: it.placementPolicy,
    placementPolicyName:
      world.site(it.destinationSite).computePolicies.find((policy) => policy.id === it.placementPolicy)?.name ?? null,
    vimLocation: vimLocation(it.sourceSite),
    startupInfo: { order: 0, startAction: 'powerOn', startDelay: 0, stopAction: 'powerOff', stopDelay: 0 },
    guestCustomization: { enabled: false, changeSid: false, computerName: it.vmName },
    metadata: {},
  };
}

function syncProgress(world: World, it: Replication) {
  const { sync } = it;
  if (sync === null) {
    // Delayed or not begun: the work is known, none of it is done.
    if (it.latest !== null || !it.configured || initialSyncAt(world, it) <= world.now) return null;
    const bytes = Math.round(it.lastSeen.usedBytes);
    return {
      progress: 0,
      bytesToTransfer: bytes,
      bytesTransferred: 0,
      checksumTotalBytes: 0,
      checksumComparedBytes: 0,
    };
  }
  const { transfer } = sync;
  const sent = world.link(it.sourceSite, it.destinationSite).sent(transfer);
  const share = transfer.total === 0 ? 1 : sent / transfer.total;
  return {
    progress: Math.min(99, Math.floor(share * 100)),
    bytesToTransfer: Math.round(transfer.total),
    bytesTransferred: Math.round(sent),
    checksumTotalBytes: Math.round(sync.checksumBytes),
    checksumComparedBytes: Math.round(sync.checksumBytes * share),
  };
}
