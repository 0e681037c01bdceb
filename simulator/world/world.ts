import { type Assumptions, defaultAssumptions } from '../assumptions.js';
import type { Clock } from '../clock.js';
import { EventQueue } from '../engine/event-queue.js';
import { Link, type LinkOptions } from '../engine/link.js';
import { badRequest, siteNotFound } from '../errors.js';
import { simulatedVm, siteVdcId } from '../identity.js';
import { uuid } from '../random.js';
import { Ledger, type LedgerEntry } from './ledger.js';
import type { Replication, Site, Vapp, Vdc, Vm } from './model.js';
import { createSite } from './sites.js';
import { type Task, TaskStore } from './tasks.js';

export interface WorldOptions {
  seed: number;
  vms: number;
  sites: { name: string; apiVersion?: string }[];
  link?: Partial<LinkOptions>;
  assumptions?: Partial<Assumptions>;
}

const MIB = 2 ** 20;

// Order of magnitude of a good inter-site link and of one replicator's path, so that a VM of 8 to 40 GiB
// takes one to five minutes alone and a wave of forty makes the link the bottleneck.
const DEFAULT_LINK: LinkOptions = { bytesPerSecond: 4096 * MIB, perTransfer: 160 * MIB };

// A whole number that JSON carries exactly, and no Date can hold.
const FAR_FUTURE = 9_000_000_000_000_000;

/** Everything that exists, and the events that will change it. No HTTP in here. */
export class World {
  readonly seed: number;
  readonly clock: Clock;
  readonly queue: EventQueue;
  readonly ledger = new Ledger();
  readonly sites = new Map<string, Site>();
  readonly assumptions: Assumptions;
  /** errors the simulator itself made; anything in here is a bug */
  readonly bugs: string[] = [];
  readonly #linkOptions: LinkOptions;
  readonly #links = new Map<string, Link>();
  readonly #tasks = new Map<string, TaskStore>();
  readonly #counts = new Map<string, number>();
  /** where a VM is now; ids are unique across sites */
  readonly #vms = new Map<string, Vm>();
  #created = 0;

  constructor(options: WorldOptions, clock: Clock) {
    this.seed = options.seed;
    this.clock = clock;
    this.queue = new EventQueue(clock);
    this.assumptions = defaultAssumptions(options.assumptions);
    this.#linkOptions = { ...DEFAULT_LINK, ...options.link };
    for (const site of options.sites) {
      this.sites.set(site.name, createSite(site.name, site.apiVersion));
      this.#tasks.set(site.name, new TaskStore(this.queue, this.assumptions));
    }
    const first = options.sites[0];
    if (first !== undefined) for (let i = 0; i < options.vms; i++) this.createVm(first.name);
  }

  get now(): number {
    return this.queue.now;
  }

  wall(simulated: number): number {
    return this.clock.wall(simulated);
  }

  /** A simulated moment as a site's own clock and unit show it. */
  shown(site: string, simulated: number): number {
    const { offsetMs, unit } = this.site(site).clock;
    const at = this.wall(simulated) + offsetMs;
    if (unit === 's') return Math.floor(at / 1000);
    if (unit === 'ns') return at * 1_000_000;
    return unit === 'far-future' ? FAR_FUTURE : at;
  }

  site(name: string): Site {
    const site = this.sites.get(name);
    if (site === undefined) throw siteNotFound(name);
    return site;
  }

  tasks(site: string): TaskStore {
    return this.#tasks.get(site) as TaskStore;
  }

  link(from: string, to: string): Link {
    const key = `${from}>${to}`;
    let link = this.#links.get(key);
    if (link === undefined) {
      link = new Link(this.queue, this.#linkOptions);
      this.#links.set(key, link);
    }
    return link;
  }

  /** How often something has been done before; makes keyed draws differ from one time to the next. */
  count(...key: string[]): number {
    const joined = key.join(':');
    const n = this.#counts.get(joined) ?? 0;
    this.#counts.set(joined, n + 1);
    return n;
  }

  vm(id: string): Vm | undefined {
    return this.#vms.get(id);
  }

  vmsById(): ReadonlyMap<string, Vm> {
    return this.#vms;
  }

  vdc(site: string, id: string): Vdc {
    const vdc = this.site(site).vdcs.get(id);
    if (vdc === undefined) throw badRequest(`Org VDC '${id}' not found at site '${site}'.`, [id]);
    return vdc;
  }

  /** The next of the deterministic VMs, at the given site. */
  createVm(siteName: string, overrides: Partial<Vm> = {}): Vm {
    const site = this.site(siteName);
    const template = simulatedVm(this.seed, this.#created++);
    const vdc = this.vdc(siteName, overrides.vdcId ?? siteVdcId(siteName));
    const vm: Vm = {
      ...template,
      site: siteName,
      org: vdc.org,
      vdcId: vdc.id,
      powerState: 'POWERED_ON',
      offSince: null,
      powerSince: this.now,
      storageProfileId: vdc.storageProfiles[0]?.id ?? '',
      origin: null,
      testCopy: false,
      replicationId: null,
      ...overrides,
    };
    // Its vApp may stand in another VDC, or at another site: then it has one of its own here.
    const taken = [...this.sites.values()].some(({ vapps }) => (vapps.get(vm.vappId)?.vdcId ?? vdc.id) !== vdc.id);
    if (taken && overrides.vappId === undefined) vm.vappId = uuid(this.seed, 'vapp', vdc.id, vm.vappId);
    if (!site.vapps.has(vm.vappId)) {
      const vapp = { id: vm.vappId, name: template.vappName, site: siteName, org: vdc.org, vdcId: vdc.id };
      this.addVapp({ ...vapp, vmIds: new Set() });
    }
    this.addVm(vm);
    return vm;
  }

  addVapp(vapp: Vapp): void {
    this.site(vapp.site).vapps.set(vapp.id, vapp);
  }

  addVm(vm: Vm): void {
    const site = this.site(vm.site);
    site.vms.set(vm.id, vm);
    site.vapps.get(vm.vappId)?.vmIds.add(vm.id);
    this.#vms.set(vm.id, vm);
  }

  removeVm(vm: Vm): void {
    const site = this.site(vm.site);
    site.vms.delete(vm.id);
    site.vapps.get(vm.vappId)?.vmIds.delete(vm.id);
    this.#vms.delete(vm.id);
  }

  findReplication(id: string): Replication | undefined {
    for (const site of this.sites.values()) {
      const replication = site.replications.get(id);
      if (replication !== undefined) return replication;
    }
    return undefined;
  }

  /** Notes something that happened to a VM. */
  note(kind: LedgerEntry['kind'], vm: Vm, cause: Task | null, replicationId: string | null): void {
    this.ledger.add({
      at: this.wall(this.now),
      simulatedAt: this.now,
      site: vm.site,
      kind,
      operationId: cause?.operationId ?? null,
      user: cause?.user ?? 'control',
      vmId: vm.id,
      vmName: vm.name,
      replicationId,
      taskId: cause?.id ?? null,
      outcome: 'succeeded',
      ...(vm.testCopy ? { testCopy: true } : {}),
    });
  }
}
