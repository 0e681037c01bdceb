/** The VMs that stand in a vApp, as the inventory of its site lists them. */
import type { OperationRequest, VmRef } from '../contract/operation.js';
import type { VappMembersInput } from '../contract/questions.js';
import { isCalled, misnamed } from '../contract/vm-identity.js';
import { vappIdOf } from '../plan/types.js';
import { type InventoryVm, VcdaError } from '../vcda/index.js';
import type { ActivityDeps } from './deps.js';
import { finalFailure } from './failures.js';
import { beating, inTime } from './heartbeat.js';
import { Inventories } from './inventory.js';

/** How long an inventory is waited for: ms. */
const WITHIN = 60_000;

export function createVappActivities(deps: ActivityDeps) {
  const inventories = new Inventories(deps);

  return {
    /** Never fails for what a site answers, or does not: null is that it does not tell. */
    async vappMembers({ site, unit, resumedAt }: VappMembersInput): Promise<VmRef[] | null> {
      return beating(
        () => null,
        async () => {
          try {
            const all = await inTime(inventories.read(site, resumedAt), WITHIN);
            return all === null ? null : (standingIn(all, unit)?.vms ?? null);
          } catch (error) {
            if (!(error instanceof VcdaError)) throw error;
            return null;
          }
        },
      );
    },
  };
}

export interface Standing {
  /** null: the site does not tell it */
  name: string | null;
  vms: VmRef[];
}

/** Pure. @param unit a vApp's; null: the site does not tell which VMs stand in which vApps */
export function standingIn(all: InventoryVm[], unit: string): Standing | null {
  const vappId = vappIdOf(unit);
  if (vappId === null || all.every((vm) => vm.vappId == null)) return null;
  const its = all.filter((vm) => vm.vappId === vappId);
  const vms = its.map(({ id, name }) => ({ id, name: name ?? id }));
  return { name: its.find(({ vappName }) => vappName != null)?.vappName ?? null, vms };
}

/**
 * The name of a vApp that a start is for; null: its site does not tell.
 * @throws ApplicationFailure `NameMismatch` when the plan calls it something else
 */
export function checkVappName({ kind, vm, peer }: OperationRequest, all: InventoryVm[]): string | null {
  const name = standingIn(all, vm.id)?.name ?? null;
  if (name === null || isCalled(vm, name)) return name;
  throw finalFailure({ ...misnamed(kind, vm, name, peer), site: peer });
}
