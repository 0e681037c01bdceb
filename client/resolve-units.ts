/** The vApps of a plan, and the VMs that it has by name, told by the inventory of its source before the start. */
import type { ListedVm } from '../contract/inventory.js';
import type { VmRef } from '../contract/operation.js';
import { isSameName, nameWithId, plainName } from '../contract/vm-identity.js';
import { didYouMean } from '../plan/source/nearest.js';
import { UUID } from '../plan/source/schema-parts.js';
import {
  bareId,
  isNamedVm,
  isVappUnit,
  loginsOf,
  MOST_IN_VAPP,
  type Plan,
  type PlanVm,
  vappIdOf,
  vappUnit,
} from '../plan/types.js';
import type { UnclearNames } from './bad-names.js';
import { Ambiguous, BadVapp, DroverError, NothingFound, NoWorker } from './errors.js';
import { Inventory } from './inventory.js';
import type { Session } from './session.js';

interface StandingVapp {
  id: string;
  name: string | null;
  vms: VmRef[];
}

const isUnresolved = ({ id, vms }: PlanVm): boolean => (isVappUnit(id) && vms === undefined) || isNamedVm(id);

/**
 * The plan with each vApp under its id, and its VMs, and with the id of each VM that it has by its name; one that has none of
 * them is given back as it is, and nobody is asked.
 * @param unclear is told of a name that the source does not have, or of several
 * @throws NoWorker, NotTold; BadVapp
 */
export async function resolveUnits(session: Session, plan: Plan, unclear: UnclearNames): Promise<Plan> {
  const units = plan.waves.flatMap(({ vms }) => vms);
  if (!units.some(isUnresolved)) return plan;
  const { site } = plan.source;
  const all = await vmsAt(session, plan);
  const standing = vappsIn(all);
  const byName = new Map<string, ListedVm[]>();
  for (const vm of all) {
    const name = plainName(vm.name ?? '');
    byName.set(name, [...(byName.get(name) ?? []), vm]);
  }
  const found = new Map(
    units.filter(isUnresolved).map((unit) => {
      const it = isVappUnit(unit.id) ? resolved(site, unit, standing) : named(site, unit, byName);
      if (it instanceof DroverError) unclear.add(it);
      return [unit.id, it instanceof DroverError ? unit : it];
    }),
  );
  const idOf = (id: string): string => found.get(id)?.id ?? id;
  const waves = plan.waves.map((wave) => ({
    ...wave,
    vms: wave.vms.map((vm) => ({ ...(found.get(vm.id) ?? vm), after: vm.after.map(idOf) })),
  }));
  refuseTwins(
    site,
    waves.flatMap(({ vms }) => vms),
  );
  return { ...plan, waves };
}

/** Which VMs a vApp has its own site tells alone: where that is lost, the run that protects it knows them. */
async function vmsAt(session: Session, plan: Plan): Promise<ListedVm[]> {
  const { kind, source } = plan;
  const { site } = source;
  try {
    return await (await Inventory.of(session, site, undefined, loginsOf(plan))).vms();
  } catch (error) {
    if (kind !== 'failover' || !(error instanceof DroverError) || error instanceof NoWorker) throw error;
    const next = 'drover failover RUN, of the run that protects it, which knows its VMs; or list its VMs under vms';
    const isVapps = plan.waves.some(({ vms }) => vms.some(({ id }) => isVappUnit(id)));
    if (!isVapps) {
      const instead = 'give their ids; or drover failover RUN, of the run that protects them, which knows them';
      throw new BadVapp(`${site} does not tell which VMs the plan means by their names: ${error.message}`, instead);
    }
    throw new BadVapp(`${site} does not tell which VMs the vApps of the plan have: ${error.message}`, next);
  }
}

function named(site: string, unit: PlanVm, byName: Map<string, ListedVm[]>): PlanVm | NothingFound | Ambiguous {
  const [it, ...others] = byName.get(plainName(unit.name)) ?? [];
  if (it === undefined) {
    const known = [...byName.values()].flatMap(([one]) => one?.name ?? []);
    const { hint } = didYouMean(unit.name, known);
    return new NothingFound(site, `no VM ${unit.name}${hint === undefined ? '' : `: ${hint.replace('?', '')}`}`);
  }
  const told = [it, ...others].map(
    ({ id, name, vapp }) => `${name} (${id}${vapp?.name == null ? '' : `, vApp ${vapp.name}`})`,
  );
  if (others.length > 0) return new Ambiguous(`a VM at ${site}`, unit.name, told, 'by its id, in the plan');
  return { ...unit, id: it.id, name: it.name ?? unit.name };
}

function resolved(site: string, unit: PlanVm, standing: StandingVapp[]): PlanVm | NothingFound | Ambiguous {
  const wanted = bareId(unit.id);
  const isById = UUID.test(wanted);
  const fit = standing.filter(({ id, name }) => (isById ? id === wanted : name !== null && isSameName(name, wanted)));
  const [it, ...others] = fit;
  const told = (some: StandingVapp[]) =>
    some.map(({ id, name, vms }) => `${name ?? 'no name'} (${id}, ${vms.length} VMs)`);
  if (it === undefined) {
    const named = told(standing).slice(0, 20).join(', ') || 'none with VMs that this login may see';
    return new NothingFound(site, `no vApp ${isById ? wanted : unit.name}; it has ${named}`);
  }
  if (others.length > 0) return new Ambiguous(`a vApp at ${site}`, unit.name, told(fit), 'by its id, in the plan');
  if (it.vms.length > MOST_IN_VAPP) {
    const next = 'list its VMs under vms: each is moved by itself then';
    throw new BadVapp(
      `vApp ${it.name ?? it.id} at ${site} has ${it.vms.length} VMs; one that is moved as one has at most ${MOST_IN_VAPP}.`,
      next,
    );
  }
  const name = unit.name === unit.id ? (it.name ?? vappUnit(it.id)) : unit.name;
  return { ...unit, id: vappUnit(it.id), name, vms: it.vms };
}

/** No VM is moved twice: by itself and with its vApp, nor is a vApp that the plan calls by its id and by its name. */
function refuseTwins(site: string, units: PlanVm[]): void {
  const seen = new Map<string, PlanVm>();
  for (const unit of units) {
    for (const vm of [{ id: unit.id, name: unit.name }, ...(unit.vms ?? [])]) {
      const before = seen.get(vm.id);
      seen.set(vm.id, unit);
      if (before === undefined) continue;
      const isVapp = vappIdOf(vm.id) !== null;
      const isTwice = isVapp || (before.vms === undefined && unit.vms === undefined);
      const message = isTwice
        ? `The plan has ${isVapp ? 'vApp' : 'VM'} ${vm.name} (${bareId(vm.id)}) twice.`
        : `VM ${nameWithId(vm)} at ${site} is in the plan by itself, and stands in vApp ${[before, unit].find(({ vms }) => vms !== undefined)?.name}, which is to be moved as one.`;
      throw new BadVapp(message, isTwice ? 'leave one of the two out' : 'leave out the VM, or the vApp');
    }
  }
}

/** In the order of their names, and so are the VMs of each. */
export function vappsIn(vms: ListedVm[]): StandingVapp[] {
  const byId = new Map<string, StandingVapp>();
  for (const { id, name, vapp } of vms) {
    if (vapp === null) continue;
    const known = byId.get(vapp.id) ?? { id: vapp.id, name: vapp.name, vms: [] };
    known.vms.push({ id, name: name ?? id });
    byId.set(vapp.id, known);
  }
  for (const { vms: its } of byId.values()) its.sort(byName);
  return [...byId.values()].sort(byName);
}

function byName(one: { id: string; name: string | null }, other: { id: string; name: string | null }): number {
  return (one.name ?? '').localeCompare(other.name ?? '', 'en', { numeric: true }) || (one.id < other.id ? -1 : 1);
}
