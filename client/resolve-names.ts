/** Names of a plan that stand for ids: looked up at the destination before the start, and never guessed. */
import type { ListedName, ListedVdc } from '../contract/inventory.js';
import { isSameName } from '../contract/vm-identity.js';
import { UUID } from '../plan/source/schema-parts.js';
import { loginsOf, type Plan, type PlanVm, type VappNetworkSettings } from '../plan/types.js';
import { UnclearNames } from './bad-names.js';
import { Ambiguous, NothingFound } from './errors.js';
import { Inventory } from './inventory.js';
import { resolveUnits } from './resolve-units.js';
import type { Session } from './session.js';

/** Also as Cloud Director writes it: `urn:vcloud:network:…` */
const isId = (text: string): boolean => UUID.test(text) || text.includes(':');

/**
 * The plan with ids for the names of VMs, VDCs, storage profiles, SLA profiles and networks, and with the VMs of its vApps; one
 * that has none is given back as it is, and nobody is asked.
 * @throws NoWorker, NotTold; NothingFound for a name that a site does not have; Ambiguous for one of several; BadNames for more
 * names than one; BadVapp
 */
export async function resolveNames(session: Session, written: Plan): Promise<Plan> {
  const unclear = new UnclearNames();
  const units = await resolveUnits(session, written, unclear);
  const plan = await resolvePlaces(session, units, unclear);
  unclear.refuse();
  return plan;
}

async function resolvePlaces(session: Session, plan: Plan, unclear: UnclearNames): Promise<Plan> {
  const starts = plan.kind === 'migrate' || plan.kind === 'protect';
  const { vAppNetworkSettings: networks } = plan.recovery;
  const { slaProfileId = '' } = plan.replication;
  const hasSlaName = starts && slaProfileId !== '' && !isId(slaProfileId);
  const hasNames = (starts && hasPlaceNames(plan)) || hasSlaName || networkIdsIn(networks).some((id) => !isId(id));
  if (!hasNames) return plan;
  const names = new Names(plan, await Inventory.of(session, plan.destination.site, undefined, loginsOf(plan)), unclear);
  const asked = hasSlaName ? await names.withSlaProfile(slaProfileId) : plan;
  const placed = starts ? { ...(await names.placed()), replication: asked.replication } : plan;
  if (networks === undefined) return placed;
  return { ...placed, recovery: { ...placed.recovery, vAppNetworkSettings: await names.networks(networks, placed) } };
}

function hasPlaceNames({ destination, waves }: Plan): boolean {
  const isNamed = ({ vdc, storageProfile }: Pick<PlanVm, 'vdc' | 'storageProfile'>) =>
    [vdc, storageProfile].some((one) => one !== undefined && one !== '*' && !isId(one));
  return isNamed(destination) || waves.some(({ vms }) => vms.some(isNamed));
}

const networkIdsIn = ({ networkMappings = [], bridgeOrgVdcNetworks = [] }: VappNetworkSettings = {}): string[] => [
  ...networkMappings.flatMap(({ destinationOrgVdcNetwork }) => destinationOrgVdcNetwork?.id ?? []),
  ...bridgeOrgVdcNetworks.map(({ id }) => id),
];

class Names {
  readonly #plan: Plan;
  readonly #inventory: Inventory;
  readonly #site: string;
  /** what was read once */
  readonly #read = new Map<string, Promise<ListedName[]>>();

  readonly #unclear: UnclearNames;

  constructor(plan: Plan, inventory: Inventory, unclear: UnclearNames) {
    this.#unclear = unclear;
    this.#plan = plan;
    this.#inventory = inventory;
    this.#site = plan.destination.site;
  }

  async placed(): Promise<Plan> {
    const { destination, waves } = this.#plan;
    const vdc = destination.vdc === undefined ? undefined : await this.#vdc(destination.vdc);
    const profile = destination.storageProfile;
    const isNamed = profile !== '*' && !isId(profile);
    const storageProfile = isNamed ? (vdc === undefined ? '*' : await this.#profile(vdc, profile)) : profile;
    const placed: Plan['waves'] = [];
    for (const wave of waves) {
      const vms: PlanVm[] = [];
      for (const vm of wave.vms) {
        const own = vm.vdc === undefined ? undefined : await this.#vdc(vm.vdc);
        // A profile of one name has another id in another VDC.
        const wanted = vm.storageProfile ?? (isNamed && own !== undefined && own !== vdc ? profile : undefined);
        const its = wanted === undefined ? undefined : await this.#profile(own ?? vdc ?? '', wanted);
        vms.push({
          ...vm,
          ...(own === undefined ? {} : { vdc: own }),
          ...(its === undefined ? {} : { storageProfile: its }),
        });
      }
      placed.push({ ...wave, vms });
    }
    return {
      ...this.#plan,
      destination: { ...destination, ...(vdc === undefined ? {} : { vdc }), storageProfile },
      waves: placed,
    };
  }

  async withSlaProfile(wanted: string): Promise<Plan> {
    const slaProfileId = this.#pick(await this.#inventory.slaProfiles(), wanted, 'SLA profile').id;
    return { ...this.#plan, replication: { ...this.#plan.replication, slaProfileId } };
  }

  /** Of the VDCs that its VMs go to; of a plan that names none, of all that there are. */
  async networks(settings: VappNetworkSettings, { destination, waves }: Plan): Promise<VappNetworkSettings> {
    const named = [destination.vdc, ...waves.flatMap(({ vms }) => vms.map(({ vdc }) => vdc))];
    const used = [...new Set(named.flatMap((vdc) => (vdc === undefined || !isId(vdc) ? [] : [vdc])))];
    const vdcs = used.length > 0 ? used : (await this.#vdcs()).map(({ id }) => id);
    const all: ListedName[] = [];
    for (const vdc of vdcs) all.push(...(await this.#once(`networks of ${vdc}`, () => this.#inventory.networks(vdc))));
    const pick = <T extends { id: string }>(one: T): T =>
      isId(one.id) ? one : { ...one, ...this.#pick(unique(all), one.id, 'network') };
    const { networkMappings, bridgeOrgVdcNetworks } = settings;
    return {
      ...settings,
      ...(networkMappings === undefined
        ? {}
        : {
            networkMappings: networkMappings.map(({ destinationOrgVdcNetwork: to, ...mapping }) =>
              to === undefined ? mapping : { ...mapping, destinationOrgVdcNetwork: pick(to) },
            ),
          }),
      ...(bridgeOrgVdcNetworks === undefined ? {} : { bridgeOrgVdcNetworks: bridgeOrgVdcNetworks.map(pick) }),
    };
  }

  async #vdc(wanted: string): Promise<string> {
    return isId(wanted) ? wanted : this.#pick(await this.#vdcs(), wanted, 'VDC').id;
  }

  async #profile(vdc: string, wanted: string): Promise<string> {
    // Of a VDC that nobody knows there are no profiles.
    if (wanted === '*' || isId(wanted) || !isId(vdc)) return wanted;
    const all = await this.#once(`profiles of ${vdc}`, () => this.#inventory.storageProfiles(vdc));
    return this.#pick(all, wanted, 'storage profile').id;
  }

  #vdcs = (): Promise<ListedVdc[]> => this.#once('vdcs', () => this.#inventory.vdcs()) as Promise<ListedVdc[]>;

  #once(key: string, read: () => Promise<ListedName[]>): Promise<ListedName[]> {
    const reading = this.#read.get(key) ?? read();
    this.#read.set(key, reading);
    return reading;
  }

  #pick(all: (ListedName & Partial<ListedVdc>)[], wanted: string, what: string): ListedName {
    const [found, ...others] = all.filter(({ name }) => isSameName(name, wanted));
    const told = (some: typeof all) =>
      some.map(({ id, name, org }) => `${name} (${id}${org == null ? '' : `, organization ${org}`})`);
    if (found !== undefined && others.length === 0) return { id: found.id, name: found.name };
    this.#unclear.add(
      found === undefined
        ? new NothingFound(this.#site, `no ${what} ${wanted}; it has ${told(all).join(', ') || 'none'}`)
        : new Ambiguous(`a ${what} at ${this.#site}`, wanted, told([found, ...others]), 'by its id, in the plan'),
    );
    return { id: wanted, name: wanted };
  }
}

const unique = (all: ListedName[]): ListedName[] => [...new Map(all.map((one) => [one.id, one])).values()];
