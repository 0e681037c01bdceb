/**
 * Whether a VM was migrated before: Drover's own record decides, which is what the store remembers, and what closed executions
 * say as far back as Temporal keeps them; what the sites list can only make it suspect.
 */
import { requestSlotSignal } from '../contract/messages.js';
import type { VmRef } from '../contract/operation.js';
import type { LookForMovedInput, Moved, MovedBeforeInput, SeenOfMoved } from '../contract/questions.js';
import type { SlotRequest } from '../contract/site.js';
import { plainName } from '../contract/vm-identity.js';
import { type InventoryVm, saysNo, VcdaError } from '../vcda/index.js';
import { askingOf } from './asking.js';
import type { ActivityDeps } from './deps.js';
import { beating } from './heartbeat.js';
import { Inventories } from './inventory.js';
import { MovedRecord } from './moved-record.js';
import { copiesOfOthers } from './namesakes.js';
import { planMates } from './plan-mates.js';
import type { Reachability } from './reachability.js';
import { isTold } from './site-signals.js';
import { orAway } from './store.js';
import { standingIn } from './vapp-members.js';

export function createMovedBeforeActivities(deps: ActivityDeps, reachability: Reachability) {
  const asking = askingOf(deps, reachability);
  const inventories = new Inventories(deps);
  const record = new MovedRecord(deps);

  /** null: by its own word the site does not list its VMs, or not for this login. @throws VcdaError */
  async function vmsOf(site: string, resumedAt: number): Promise<InventoryVm[] | null> {
    try {
      return await inventories.read(site, resumedAt);
    } catch (error) {
      if (error instanceof VcdaError && saysNo(error)) return null;
      throw error;
    }
  }

  async function movedOf(
    { source, vms }: Pick<MovedBeforeInput, 'source' | 'vms'>,
    options?: Parameters<typeof orAway>[1],
  ): Promise<Moved[]> {
    const ids = new Set(vms.map(({ id }) => id));
    const names = new Set(vms.map(({ name }) => plainName(name)));
    const isAsked = ({ vmId, name }: Moved) => ids.has(vmId) || (name !== null && names.has(plainName(name)));
    // Temporal has what ended before there was a store, or while it was away.
    const [kept, closed] = [
      await orAway(() => deps.store.movedFrom({ source, vms }), options),
      await record.from(source),
    ];
    return [...kept, ...[...closed].filter(isAsked)];
  }

  /** Whether what stands at the destination under the name of a VM that is off are copies of others of its plan, by their ids. */
  async function othersOf(input: LookForMovedInput, at: InventoryVm[] | null, there: InventoryVm[] | null) {
    const { source, vm, vdc } = input;
    const { isSourceOff } = seenOf(at, there, vdc, vm);
    const twins = twinsOf(at, there, vdc, vm);
    if (!isSourceOff || twins.length === 0) return new Set<string>();
    const names = [...new Set(twins.flatMap((twin) => [...namesOf(twin)]))];
    const vms = names.map((name) => ({ id: vm.id, name }));
    // Whoever asks for the lists does not know how to wait for the store.
    const moved = await movedOf({ source, vms }, { nonRetryable: false });
    return copiesOfOthers(deps, input, { ids: twins.map(({ id }) => id), names }, moved);
  }

  /** One of its VMs that is off, and stands where it is to go, is enough. */
  async function seenOfVapp(
    input: LookForMovedInput,
    members: VmRef[],
    at: InventoryVm[] | null,
    there: InventoryVm[] | null,
  ): Promise<SeenOfMoved> {
    const name = at === null ? null : (standingIn(at, input.vm.id)?.name ?? null);
    const all: SeenOfMoved[] = [];
    for (const vm of members) {
      const seen = seenOf(at, there, input.vdc, vm, await othersOf({ ...input, vm }, at, there));
      if (seen.isSourceOff && seen.twin !== null) return { ...seen, name };
      all.push(seen);
    }
    const isOff = all.every((one) => one.isSourceOff);
    return { name, isSourceOff: isOff, isSourceOn: all.some((one) => one.isSourceOn === true), twin: null };
  }

  /** Else the VM's workflow asks by itself, for seven events. */
  const asksFor = (site: string, wants: SlotRequest): Promise<boolean> =>
    beating(
      () => null,
      () => isTold(deps, site, requestSlotSignal, wants),
    );

  return {
    /**
     * Migrations from a site that succeeded, of these VMs or of others that bear their names; by their closed workflows.
     */
    async movedBefore({ source, vms, run }: MovedBeforeInput): Promise<Moved[]> {
      return beating(
        () => null,
        async () => {
          const all = await movedOf({ source, vms });
          const asked = new Set(vms.map(({ id }) => id));
          const ids = [...new Set(all.flatMap(({ vmId }) => (asked.has(vmId) ? [] : [vmId])))];
          if (run === undefined || ids.length === 0) return all;
          const named = new Set((await planMates(deps, run, { ids, names: [], copies: [] })).map(({ id }) => id));
          return all.filter(({ vmId }) => asked.has(vmId) || !named.has(vmId));
        },
      );
    },

    /** What the lists of both sites say of a VM that is to be migrated. @throws ApplicationFailure `Hold`; else VCDA's code */
    async lookForMoved(input: LookForMovedInput): Promise<SeenOfMoved> {
      const { source, destination, vdc, vm, resumedAt } = input;
      const seen = await asking('look', { vm }, async (): Promise<SeenOfMoved> => {
        const [at, there] = await Promise.all([vmsOf(source, resumedAt), vmsOf(destination, resumedAt)]);
        if (input.members !== undefined) return seenOfVapp(input, input.members, at, there);
        return seenOf(at, there, vdc, vm, await othersOf(input, at, there));
      });
      const { wants } = input;
      if (wants === undefined || !beginsAtOnce(seen, vm)) return seen;
      return (await asksFor(destination, wants)) ? { ...seen, isAsked: true } : seen;
    },
  };
}

/** Pure. Whether its copy is what comes next: nothing of it is doubtful, and nobody else is asked about it first. */
export const beginsAtOnce = ({ isSourceOn, twin, name }: SeenOfMoved, vm: VmRef): boolean =>
  isSourceOn !== false && twin === null && (name ?? vm.name) === vm.name;

type Vm = Pick<InventoryVm, 'id' | 'name' | 'computerName' | 'vdcId' | 'powerState'>;

/**
 * Pure. `null` for a list that could not be had, of which nothing follows.
 * @param others ids of what is known to be the copy of another VM
 */
export function seenOf(
  at: Vm[] | null,
  there: Vm[] | null,
  vdc: string,
  vm: { id: string; name: string },
  others: ReadonlySet<string> = new Set(),
): SeenOfMoved {
  const source = at?.find(({ id }) => id === vm.id);
  const twin = twinsOf(at, there, vdc, vm).find(({ id }) => !others.has(id));
  return {
    name: source?.name ?? null,
    isSourceOff: source?.powerState === 'POWERED_OFF',
    isSourceOn: source?.powerState === 'POWERED_ON',
    twin: twin === undefined ? null : toldOf(twin),
  };
}

function twinsOf(at: Vm[] | null, there: Vm[] | null, vdc: string, vm: { id: string; name: string }): Vm[] {
  const names = namesOf(at?.find(({ id }) => id === vm.id) ?? vm);
  names.add(plainName(vm.name));
  return (there ?? []).filter((one) => isIn(one, vdc) && [...namesOf(one)].some((name) => names.has(name)));
}

function toldOf({ id, name, computerName, vdcId }: Vm): NonNullable<SeenOfMoved['twin']> {
  const called = [name, computerName].find((one) => !isBlank(one)) ?? id;
  return { id, name: called, ...(isBlank(vdcId) ? { isPlaceUnknown: true } : {}) };
}

/** What is blank names nothing: two VMs without a computer name are not alike for that. */
const namesOf = ({ name, computerName }: Pick<Vm, 'name' | 'computerName'>): Set<string> =>
  new Set([name, computerName].flatMap((one) => (isBlank(one) ? [] : [plainName(one ?? '')])));

const isBlank = (text: string | null | undefined): boolean => (text ?? '').trim() === '';

/** One that is not told to be elsewhere may be there: beside a source that is off, that is suspicion enough. */
const isIn = ({ vdcId }: Vm, vdc: string): boolean => isBlank(vdcId) || plainName(vdcId ?? '') === plainName(vdc);
