/** A plan from what two sites have, or from a sheet joined with it. */
import type { ListedVdc, ListedVm } from '../contract/inventory.js';
import { isSameName, plainName } from '../contract/vm-identity.js';
import type { SheetRow } from '../plan/sheet.js';
import { placeText } from '../plan/source/problem.js';
import { type Logins, MOST_IN_VAPP } from '../plan/types.js';
import { Ambiguous, NothingFound } from './errors.js';
import { Inventory } from './inventory.js';
import { vappsIn } from './resolve-units.js';
import type { Session } from './session.js';

export interface NewPlanOptions {
  source: string;
  destination: string;
  /** name or id of a VDC of the source; default: VMs of all */
  vdc?: string;
  /** organization of the VMs at the source; default: all that the login sees */
  org?: string;
  /** pattern of their names, where `*` stands for anything and `?` for one character; default: all */
  match?: string;
  /** name or id of their vApp; default: all */
  vapp?: string;
  /** name or id of the VDC that they go to; default: the only one that there is */
  toVdc?: string;
  /** a wave for each vApp, or for each beginning of the names: `web` of web1 and web-02; default: one wave */
  wavesBy?: 'vapp' | 'name';
  /** a vApp of several VMs, all of which are meant, is moved as one; default true. false: each VM by itself */
  vapps?: boolean;
  /** only the VMs of these rows, in their order; default: all */
  sheet?: SheetRow[];
  /** which of its logins is used at a site, by the names of sites; default: the default ones */
  logins?: Logins;
  /** told how many VMs have been read, of long lists */
  onProgress?: (read: number) => void;
}

export interface NewWave {
  name: string;
  /** by themselves */
  vms: ListedVm[];
  /** moved as one */
  vapps: NewVapp[];
}

export interface NewVapp {
  id: string;
  name: string | null;
  vms: ListedVm[];
}

/** A row of a sheet that is no VM of the plan, and why. */
export interface Unmatched {
  /** `file:line:column` */
  row: string;
  what: string;
  why: string;
}

export interface NewPlan {
  source: string;
  destination: string;
  vdc: ListedVdc;
  /** of the same destination */
  otherVdcs: ListedVdc[];
  storageProfiles: { id: string; name: string }[];
  networks: { id: string; name: string }[];
  waves: NewWave[];
  unmatched: Unmatched[];
}

/** @throws NoWorker, NotTold; NothingFound when no VM is as asked for; Ambiguous when a name is that of several */
export async function newPlan(session: Session, options: NewPlanOptions): Promise<NewPlan> {
  const { source, destination, logins, onProgress } = options;
  const from = await Inventory.of(session, source, onProgress, logins);
  const to = await Inventory.of(session, destination, undefined, logins);
  const vdc = chooseVdc(await to.vdcs(), options);
  const all = await from.vms();
  const meant = all.filter((vm) => isMeant(vm, options));
  const { vms, unmatched } =
    options.sheet === undefined
      ? { vms: meant.map((vm) => ({ vm, wave: null })), unmatched: [] }
      : joined(options.sheet, meant);
  if (vms.length === 0) throw new NothingFound(source, `${all.length} VMs, none of which is as asked for`);
  return {
    source,
    destination,
    vdc: vdc.chosen,
    otherVdcs: vdc.others,
    storageProfiles: await to.storageProfiles(vdc.chosen.id),
    networks: await to.networks(vdc.chosen.id),
    waves: wavesOf(unitsIn(vms, options.vapps === false ? [] : vappsIn(all)), options.wavesBy),
    unmatched,
  };
}

/** Never guessed: which of several is meant only a person knows. */
function chooseVdc(
  all: ListedVdc[],
  { destination, toVdc }: NewPlanOptions,
): { chosen: ListedVdc; others: ListedVdc[] } {
  const meant = toVdc === undefined ? all : all.filter((vdc) => isCalledSo(vdc, toVdc));
  const [chosen, ...more] = meant;
  const known = all.map(({ id, name, org }) => `${name} (${id}${org === null ? '' : `, organization ${org}`})`);
  if (chosen === undefined)
    throw new NothingFound(
      destination,
      `no VDC${toVdc === undefined ? '' : ` ${toVdc}`}; it has ${known.join(', ') || 'none'}`,
    );
  if (more.length > 0) throw new Ambiguous(`a VDC at ${destination}`, toVdc ?? null, known, '--to-vdc');
  return { chosen, others: all.filter(({ id }) => id !== chosen.id) };
}

const isCalledSo = ({ id, name }: { id: string; name: string | null }, wanted: string): boolean =>
  plainName(id) === plainName(wanted) || (name !== null && isSameName(name, wanted));

function isMeant(vm: ListedVm, { vdc, org, match, vapp }: NewPlanOptions): boolean {
  return (
    (vdc === undefined || (vm.vdc !== null && isCalledSo(vm.vdc, vdc))) &&
    (org === undefined || (vm.org !== null && isSameName(vm.org, org))) &&
    (vapp === undefined || (vm.vapp !== null && isCalledSo(vm.vapp, vapp))) &&
    (match === undefined || (vm.name !== null && patternOf(match).test(vm.name)))
  );
}

function patternOf(match: string): RegExp {
  const escaped = match.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'is');
}

type Placed = { vm: ListedVm; wave: string | null };

/** Each row with its VM: by id where it has one, else by name. A row that may be several VMs is none. */
export function joined(rows: SheetRow[], vms: ListedVm[]): { vms: Placed[]; unmatched: Unmatched[] } {
  const byId = new Map(vms.map((vm) => [plainName(vm.id), vm]));
  const byName = new Map<string, ListedVm[]>();
  for (const vm of vms)
    if (vm.name !== null) byName.set(plainName(vm.name), [...(byName.get(plainName(vm.name)) ?? []), vm]);
  const placed: Placed[] = [];
  const rowOf = new Map<string, string>();
  const unmatched: Unmatched[] = [];
  for (const { place, id, name, wave } of rows) {
    const row = placeText(place);
    const what = id ?? name;
    const pass = (why: string) => unmatched.push({ row, what: what ?? '', why });
    if (what === null) {
      pass('the row names no VM');
      continue;
    }
    const bare = id === null ? null : plainName(id).replace(/^urn:vcloud:vm:|^vm-(?=[\da-f]{8}-)/, '');
    const found = bare === null ? (byName.get(plainName(name ?? '')) ?? []) : [byId.get(bare) ?? []].flat();
    const [vm, ...others] = found;
    if (vm === undefined) pass('no VM of the source is called so');
    else if (others.length > 0) pass(`several are called so: ${found.map((one) => one.id).join(', ')}`);
    else if (rowOf.has(vm.id)) pass(`it is there already, in ${rowOf.get(vm.id)}`);
    else {
      rowOf.set(vm.id, row);
      placed.push({ vm, wave });
    }
  }
  return { vms: placed, unmatched };
}

/** A wave name of VMs that have none: a wave must have a name. */
const REST = 'rest';

interface Unit {
  wave: string | null;
  /** its own, or that of its vApp */
  name: string | null;
  vapp: ListedVm['vapp'];
  /** of a vApp, all of its VMs */
  vms: ListedVm[];
}

/** A vApp is one where all of its VMs are meant, and a sheet has them in one wave. @param vapps of the whole source */
function unitsIn(placed: Placed[], vapps: ReturnType<typeof vappsIn>): Unit[] {
  const byId = new Map<string, Placed[]>();
  for (const one of placed) {
    const id = one.vm.vapp?.id;
    if (id !== undefined) byId.set(id, [...(byId.get(id) ?? []), one]);
  }
  const whole = new Map(
    vapps.flatMap(({ id, vms }) => {
      const its = byId.get(id) ?? [];
      const isOne = its.length === vms.length && its.every(({ wave }) => wave === its[0]?.wave);
      return isOne && vms.length > 1 && vms.length <= MOST_IN_VAPP ? [[id, its] as const] : [];
    }),
  );
  return placed.flatMap((one): Unit[] => {
    const { vm, wave } = one;
    const its = vm.vapp === null ? undefined : whole.get(vm.vapp.id);
    if (its === undefined) return [{ wave, name: vm.name, vapp: vm.vapp, vms: [vm] }];
    const name = vm.vapp?.name ?? null;
    return its[0] === one ? [{ wave, name, vapp: vm.vapp, vms: its.map((each) => each.vm) }] : [];
  });
}

function wavesOf(units: Unit[], by: NewPlanOptions['wavesBy']): NewWave[] {
  const waves = new Map<string, Unit[]>();
  const isSheetWaved = units.some(({ wave }) => wave !== null);
  for (const unit of units) {
    const name = isSheetWaved ? (unit.wave ?? REST) : waveBy(unit, by);
    waves.set(name, [...(waves.get(name) ?? []), unit]);
  }
  const named = [...waves].map(([name, its]) => ({ name, ...split(its) }));
  // A sheet has an order of its own.
  return isSheetWaved
    ? named
    : named
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .map(({ name, vms, vapps }) => ({ name, vms: vms.sort(byName), vapps: vapps.sort(byName) }));
}

function split(units: Unit[]): Omit<NewWave, 'name'> {
  const isAlone = ({ vms }: Unit): boolean => vms.length === 1;
  return {
    vms: units.filter(isAlone).flatMap(({ vms }) => vms),
    vapps: units.flatMap(({ vapp, vms }) =>
      vms.length === 1 || vapp === null ? [] : [{ id: vapp.id, name: vapp.name, vms: vms.toSorted(byName) }],
    ),
  };
}

function waveBy({ name, vapp }: Unit, by: NewPlanOptions['wavesBy']): string {
  if (by === 'vapp') return vapp?.name ?? vapp?.id ?? REST;
  if (by === 'name') return /^[^\d]*[^\d\W_]/.exec(name ?? '')?.[0] ?? REST;
  return 'all';
}

interface Named {
  id: string;
  name: string | null;
}

const byName = (a: Named, b: Named): number => (a.name ?? a.id).localeCompare(b.name ?? b.id, 'en', { numeric: true });
