import type { QuiescedType } from '../identity.js';
import type { PowerState, RecoveryState, ReplicationSettings, SiteClock, Vanished } from '../world/model.js';
import type { World } from '../world/world.js';
import { type DataConnectionState, dataConnectionState } from './replication.js';
import { taskInfo } from './task.js';

/** The whole truth, as the control endpoint shows it; the API never does. */
export interface WorldView {
  /** wall ms */
  now: number;
  /** simulated ms */
  simulatedNow: number;
  speed: number;
  sites: Record<
    string,
    {
      url: string;
      up: boolean;
      licensed: boolean;
      clock: SiteClock;
      vms: {
        id: string;
        name: string;
        computerName: string;
        powerState: PowerState;
        /** since when: simulated and wall ms */
        powerSince: { simulated: number; wall: number };
        origin: string | null;
        testCopy: boolean;
        replicationId: string | null;
        org: string;
        vdcId: string;
        vappId: string;
        usedBytes: number;
        changeRate: number;
        tools: QuiescedType;
        disks: { key: number; bytes: number }[];
      }[];
      storageProfiles: { vdcId: string; id: string; name: string; capacityBytes: number; usedBytes: number }[];
    }
  >;
  replications: {
    id: string;
    site: string;
    vmId: string;
    vmName: string;
    sourceSite: string;
    destinationSite: string;
    state: DataConnectionState;
    recoveryState: RecoveryState;
    recoveredVmId: string | null;
    isReversed: boolean;
    busyWith: string | null;
    owner: string;
    destinationVdcId: string;
    isMigration: boolean;
    isPaused: boolean;
    isMovingReplica: boolean;
    isStalled: boolean;
    vanished: Vanished | null;
    settings: ReplicationSettings;
  }[];
  openTasks: ReturnType<typeof taskInfo>[];
}

export function worldView(world: World): WorldView {
  const all = [...world.sites.values()];
  return {
    now: world.wall(world.now),
    simulatedNow: world.now,
    speed: world.clock.speed,
    sites: Object.fromEntries(
      all.map((site) => [
        site.name,
        {
          url: site.url,
          up: site.up,
          licensed: site.licensed,
          clock: { ...site.clock },
          vms: [...site.vms.values()].map((vm) => ({
            id: vm.id,
            name: vm.name,
            computerName: vm.computerName ?? vm.name,
            powerState: vm.powerState,
            powerSince: { simulated: vm.powerSince, wall: world.wall(vm.powerSince) },
            origin: vm.origin,
            testCopy: vm.testCopy,
            replicationId: vm.replicationId,
            org: vm.org,
            vdcId: vm.vdcId,
            vappId: vm.vappId,
            usedBytes: vm.usedBytes,
            changeRate: vm.changeRate,
            tools: vm.tools,
            disks: vm.disks,
          })),
          storageProfiles: [...site.vdcs.values()].flatMap((vdc) =>
            vdc.storageProfiles.map((profile) => ({ vdcId: vdc.id, ...profile })),
          ),
        },
      ]),
    ),
    replications: all.flatMap((site) =>
      [...site.replications.values()].map((it) => ({
        id: it.id,
        site: it.home,
        vmId: it.vmId,
        vmName: it.vmName,
        sourceSite: it.sourceSite,
        destinationSite: it.destinationSite,
        state: dataConnectionState(world, it),
        recoveryState: it.recovery.state,
        recoveredVmId: it.recovery.vmId,
        isReversed: it.isReversed,
        busyWith: it.busyWith,
        owner: `${it.owner.org}@${it.owner.site}`,
        destinationVdcId: it.destinationVdcId,
        isMigration: it.isMigration,
        isPaused: it.isPaused,
        isMovingReplica: it.isMovingReplica,
        isStalled: it.isStalled,
        vanished: it.vanished,
        settings: { ...it.settings },
      })),
    ),
    openTasks: all.flatMap((site) => [...world.tasks(site.name).open].map((task) => taskInfo(world, task))),
  };
}
