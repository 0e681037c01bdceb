/** What a person changes of VMs of a run that goes on, before they are cut over: plain JSON, and what it comes to. Pure. */
import { isVappUnit, type PlanVm, type PowerOn } from '../plan/types.js';
import type { Validity } from './act.js';

/** Of one VM; it goes before the plan. What is absent stays as it is. */
export interface VmChange {
  /** of its first NIC, or of the primary one that the plan names */
  network?: string;
  /** IP address of that NIC, which is given by hand then */
  address?: string;
  /** id, or `*` */
  storageProfile?: string;
  powerOn?: PowerOn;
}

/** In the order in which they are told. */
export const VM_CHANGES = ['network', 'address', 'storageProfile', 'powerOn'] as const satisfies (keyof VmChange)[];

/** Into which wave a VM goes. */
export interface MoveVm extends Validity {
  vm: string;
  wave: string;
}

export interface RemoveVm extends Validity {
  vm: string;
}

const nicOf = ({ vmNetworkSettings: { primaryNicIndex, nics } = {} }: PlanVm): number =>
  primaryNicIndex ?? nics?.[0]?.nicIndex ?? 0;

/** Why a unit has no such setting, as a clause; null: it has. VCDA recovers a vApp with what holds for all its VMs [doc OPI]. */
export const whyNotOfUnit = (unit: string, { network, address }: VmChange): string | null =>
  isVappUnit(unit) && (network !== undefined || address !== undefined)
    ? 'a vApp is recovered as one, so that network and address of a NIC have no effect'
    : null;

/** What of a VM may be changed; null: as the plan has it for all. */
export function settingsOf(vm: PlanVm): Record<keyof VmChange, unknown> {
  const nic = vm.vmNetworkSettings?.nics?.find(({ nicIndex }) => nicIndex === nicOf(vm));
  const { storageProfile = null, powerOn = null } = vm;
  return { network: nic?.network ?? null, address: nic?.ipAddress ?? null, storageProfile, powerOn };
}

/** The VM of a plan, changed. */
export function withChange(vm: PlanVm, { network, address, storageProfile, powerOn }: VmChange): PlanVm {
  const own = {
    ...(storageProfile === undefined ? {} : { storageProfile }),
    ...(powerOn === undefined ? {} : { powerOn }),
  };
  if (network === undefined && address === undefined) return { ...vm, ...own };
  const index = nicOf(vm);
  const nics = vm.vmNetworkSettings?.nics ?? [];
  const known = nics.find(({ nicIndex }) => nicIndex === index) ?? { nicIndex: index };
  const nic = {
    ...known,
    ...(network === undefined ? {} : { network, isConnected: true }),
    ...(address === undefined ? {} : { ipAddress: address, ipAddressAllocationMode: 'MANUAL' }),
  };
  const others = nics.filter(({ nicIndex }) => nicIndex !== index);
  return { ...vm, ...own, vmNetworkSettings: { ...vm.vmNetworkSettings, nics: [nic, ...others] } };
}
