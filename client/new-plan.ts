/** A plan from what two sites have, or from a sheet joined with it. */
import type { ListedVdc, ListedVm } from '../contract/inventory.js';
import { isSameName, plainName } from '../contract/vm-identity.js';
import type { SheetRow } from '../plan/sheet.js';
import { placeText } from '../plan/source/problem.js';
import type { Logins } from '../plan/types.js';
import { Ambiguous, NothingFound } from './errors.js';
import { Inventory } from './inventory.js';
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
  /** only the VMs of these rows, in their order; default: all */
  sheet?: SheetRow[];
  /** which of its logins is used at a site, by the names of sites; default: the default ones */
  logins?: Logins;
  /** told how many VMs have been read, of long lists */
  onProgress?: (read: number) => void;
}

export interface NewWave {
  name: string;
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
    waves: wavesOf(vms, options.wavesBy),
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

function wavesOf(all: Placed[], by: NewPlanOptions['wavesBy']): NewWave[] {
  const waves = new Map<string, ListedVm[]>();
  const isSheetWaved = all.some(({ wave }) => wave !== null);
  for (const { vm, wave } of all) {
    const name = isSheetWaved ? (wave ?? REST) : waveBy(vm, by);
    waves.set(name, [...(waves.get(name) ?? []), vm]);
  }
  const named = [...waves].map(([name, vms]) => ({ name, vms }));
  // A sheet has an order of its own.
  return isSheetWaved
    ? named
    : named.sort((a, b) => (a.name < b.name ? -1 : 1)).map(({ name, vms }) => ({ name, vms: vms.sort(byName) }));
}

function waveBy({ name, vapp }: ListedVm, by: NewPlanOptions['wavesBy']): string {
  if (by === 'vapp') return vapp?.name ?? vapp?.id ?? REST;
  if (by === 'name') return /^[^\d]*[^\d\W_]/.exec(name ?? '')?.[0] ?? REST;
  return 'all';
}

const byName = (a: ListedVm, b: ListedVm): number =>
  (a.name ?? a.id).localeCompare(b.name ?? b.id, 'en', { numeric: true });
