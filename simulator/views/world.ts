import type { QuiescedType } from '../identity.js';
import type { PowerState, RecoveryState } from '../world/model.js';
import type { World } from '../world/world.js';
import { type DataConnectionState, dataConnectionState } from './replication.js';
import { taskInfo } from './task.js';

/** The whole truth, as the control endpoint shows it; the API never does. */
export interface WorldView {
  /** wall ms */
  now: number;
  speed: number;
  sites: Record<
    string,
    {
      url: string;
      up: boolean;
      licensed: boolean;
      vms: {
        id: string;
        name: string;
        powerState: PowerState;
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
  }[];
  openTasks: ReturnType<typeof taskInfo>[];
}

export function worldView(world: World): WorldView {
  const all = [...world.sites.values()];
  return {
    now: world.wall(world.now),
    speed: world.clock.speed,
    sites: Object.fromEntries(
      all.map((site) => [
        site.name,
        {
          url: site.url,
          up: site.up,
          licensed: site.licensed,
          vms: [...site.vms.values()].map((vm) => ({
            id: vm.id,
            name: vm.name,
            powerState: vm.powerState,
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
      })),
    ),
    openTasks: all.flatMap((site) => [...world.tasks(site.name).open].map((task) => taskInfo(world, task))),
  };
}
