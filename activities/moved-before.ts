/**
 * Whether a VM was migrated before: Drover's own record decides, which is what the store remembers, and what closed executions
 * say as far back as Temporal keeps them; what the sites list can only make it suspect.
 */
import type { LookForMovedInput, Moved, MovedBeforeInput, SeenOfMoved } from '../contract/questions.js';
import { plainName } from '../contract/vm-identity.js';
import { type InventoryVm, saysNo, VcdaError } from '../vcda/index.js';
import type { ActivityDeps } from './deps.js';
import { failureOf } from './failures.js';
import { beating } from './heartbeat.js';
import { Inventories } from './inventory.js';
import { MovedRecord } from './moved-record.js';
import { orAway } from './store.js';

export function createMovedBeforeActivities(deps: ActivityDeps) {
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

  return {
    /**
     * Migrations from a site that succeeded, of these VMs or of others that bear their names; by their closed workflows.
     */
    async movedBefore({ source, vms }: MovedBeforeInput): Promise<Moved[]> {
      return beating(
        () => null,
        async () => {
          const ids = new Set(vms.map(({ id }) => id));
          const names = new Set(vms.map(({ name }) => plainName(name)));
          const isAsked = ({ vmId, name }: Moved) => ids.has(vmId) || (name !== null && names.has(plainName(name)));
          // Temporal has what ended before there was a store, or while it was away.
          const [kept, closed] = [await orAway(() => deps.store.movedFrom({ source, vms })), await record.from(source)];
          return [...kept, ...[...closed].filter(isAsked)];
        },
      );
    },

    /** What the lists of both sites say of a VM that is to be migrated. @throws ApplicationFailure `Hold`; else VCDA's code */
    async lookForMoved({ source, destination, vdc, vm, resumedAt }: LookForMovedInput): Promise<SeenOfMoved> {
      return beating(
        () => null,
        async ({ attempt }) => {
          try {
            const [at, there] = await Promise.all([vmsOf(source, resumedAt), vmsOf(destination, resumedAt)]);
            return seenOf(at, there, vdc, vm);
          } catch (error) {
            throw failureOf(error, { question: 'look', vm }, attempt, deps.sites.rules);
          }
        },
      );
    },
  };
}

type Vm = Pick<InventoryVm, 'id' | 'name' | 'computerName' | 'vdcId' | 'powerState'>;

/** Pure. `null` for a list that could not be had, of which nothing follows. */
export function seenOf(
  at: Vm[] | null,
  there: Vm[] | null,
  vdc: string,
  vm: { id: string; name: string },
): SeenOfMoved {
  const source = at?.find(({ id }) => id === vm.id);
  const names = namesOf(source ?? vm);
  names.add(plainName(vm.name));
  const twin = there?.find((one) => isIn(one, vdc) && [...namesOf(one)].some((name) => names.has(name)));
  return {
    name: source?.name ?? null,
    isSourceOff: source?.powerState === 'POWERED_OFF',
    isSourceOn: source?.powerState === 'POWERED_ON',
    twin: twin === undefined ? null : toldOf(twin),
  };
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
