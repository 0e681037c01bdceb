import { uuid } from '../random.js';
import type { Replication, Vapp, Vm } from './model.js';
import type { Task } from './tasks.js';
import type { World } from './world.js';

/** VMs that come out of replications, and VMs that are switched off or removed because of them. */

export function powerOff(world: World, vm: Vm, cause: Task | null, replicationId: string | null): void {
  if (vm.powerState === 'POWERED_OFF') return;
  vm.powerState = 'POWERED_OFF';
  vm.offSince = world.now;
  vm.powerSince = world.now;
  world.note('power-off', vm, cause, replicationId);
}

/** By a person: no operation of VCDA does it. */
export function suspend(world: World, vm: Vm): void {
  if (vm.powerState !== 'POWERED_ON') return;
  vm.powerState = 'SUSPENDED';
  vm.offSince = world.now;
  vm.powerSince = world.now;
}

export function powerOn(world: World, vm: Vm, cause: Task | null, replicationId: string | null): void {
  if (vm.powerState === 'POWERED_ON') return;
  vm.powerState = 'POWERED_ON';
  vm.offSince = null;
  vm.powerSince = world.now;
  world.note('power-on', vm, cause, replicationId);
}

export function removeVm(world: World, vm: Vm, cause: Task | null, replicationId: string | null): void {
  world.removeVm(vm);
  world.note('removed', vm, cause, replicationId);
}

export interface Recovery {
  powerOn: boolean;
  testCopy: boolean;
  /** vApp to recover into; absent: one of its own */
  vapp?: Vapp;
}

/** A new vApp at the destination, named as the source's: no recovery body carries a name for it. */
export function createVapp(world: World, it: Replication, name: string): Vapp {
  const n = world.count('vapp', it.vappReplicationId);
  const vapp: Vapp = {
    id: uuid(world.seed, 'recovered-vapp', it.vappReplicationId, n),
    name,
    site: it.destinationSite,
    org: world.vdc(it.destinationSite, it.destinationVdcId).org,
    vdcId: it.destinationVdcId,
    vmIds: new Set(),
  };
  world.addVapp(vapp);
  return vapp;
}

export function recoverVm(world: World, it: Replication, how: Recovery, cause: Task): Vm {
  const template = world.vm(it.vmId) ?? it.lastSeen;
  const vapp =
    how.vapp ??
    createVapp(world, it, world.site(it.home).vappReplications.get(it.vappReplicationId)?.vappName ?? it.vmName);
  const vm: Vm = {
    ...template,
    id: uuid(world.seed, 'recovered', it.id, world.count('recovered', it.id)),
    name: it.vmName,
    site: it.destinationSite,
    org: vapp.org,
    vdcId: cause.odd?.recoversInto ?? it.destinationVdcId,
    vappId: vapp.id,
    disks: template.disks.filter((disk) => !it.settings.excludedDiskKeys.includes(disk.key)),
    powerState: 'POWERED_OFF',
    offSince: world.now,
    powerSince: world.now,
    storageProfileId: it.storageProfileId,
    origin: it.vmId,
    testCopy: how.testCopy,
    replicationId: null,
  };
  world.addVm(vm);
  it.recovery.vmId = vm.id;
  it.recovery.vappId = vapp.id;
  world.note('recovered', vm, cause, it.id);
  if (how.powerOn) powerOn(world, vm, cause, it.id);
  return vm;
}

export function removeTestCopy(world: World, it: Replication, cause: Task): void {
  const copy = it.recovery.vmId === null ? undefined : world.vm(it.recovery.vmId);
  if (copy?.testCopy === true) removeEmptied(world, copy, cause, it.id);
  it.recovery = { state: 'NOT_STARTED', vappId: null, vmId: null };
}

function removeEmptied(world: World, vm: Vm, cause: Task, replicationId: string): void {
  removeVm(world, vm, cause, replicationId);
  const { vapps } = world.site(vm.site);
  if (vapps.get(vm.vappId)?.vmIds.size === 0) vapps.delete(vm.vappId);
}
