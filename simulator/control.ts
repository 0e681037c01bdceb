import { type Act, actAs } from './actor.js';
import type { Assumptions } from './assumptions.js';
import { interrupt, nudge, resize, unsuspend } from './engine/sync.js';
import type { ActiveFault, FaultRule, Faults } from './faults.js';
import type { Sessions } from './sessions.js';
import type { RequestCount, Stats } from './stats.js';
import { applyTrouble, type Trouble } from './trouble.js';
import { type WorldView, worldView } from './views/world.js';
import { powerOff, powerOn, removeVm, suspend } from './world/copies.js';
import type { LedgerEntry } from './world/ledger.js';
import type { Policy, PowerState, RecoveryPlan, SiteClock, Vm } from './world/model.js';
import { policyOf } from './world/sites.js';
import type { Task } from './world/tasks.js';
import type { World } from './world/world.js';

export interface VmChange {
  /** an existing VM by its id, wherever it stands; an id that is not known is that of a new VM at `site` */
  id?: string | undefined;
  site?: string | undefined;
  name?: string | undefined;
  computerName?: string | undefined;
  powerState?: PowerState | undefined;
  /** bytes of a first full sync, also of one that runs */
  usedBytes?: number | undefined;
  /** bytes written per simulated second */
  changeRate?: number | undefined;
  tools?: Vm['tools'] | undefined;
  disks?: { key: number; bytes: number }[] | undefined;
  vdcId?: string | undefined;
  vappId?: string | undefined;
  /** takes the VM out of the world */
  removed?: boolean | undefined;
  /** for new VMs: how many; default 1, and ids are made for more */
  count?: number | undefined;
}

export interface ClockChange {
  offsetMs?: number | undefined;
  unit?: SiteClock['unit'] | undefined;
}

/** The simulator's levers; the HTTP control endpoint is the same thing over the wire. */
export class Control {
  readonly #world: World;
  readonly #sessions: Sessions;
  readonly #faults: Faults;
  readonly #stats: Stats;

  constructor(world: World, sessions: Sessions, faults: Faults, stats: Stats) {
    this.#world = world;
    this.#sessions = sessions;
    this.#faults = faults;
    this.#stats = stats;
  }

  ledger(): LedgerEntry[] {
    this.#world.queue.settle();
    return this.#world.ledger.entries.map((entry) => ({ ...entry }));
  }

  world(): WorldView {
    this.#world.queue.settle();
    return worldView(this.#world);
  }

  stats(): { requests: RequestCount[]; total: number; bugs: string[] } {
    return { requests: this.#stats.list(), total: this.#stats.total(), bugs: [...this.#world.bugs] };
  }

  addFaults(...rules: FaultRule[]): ActiveFault[] {
    return rules.map((rule) => this.#faults.add(rule));
  }

  faults(): ActiveFault[] {
    return this.#faults.list();
  }

  /** Without an id: all of them. */
  clearFaults(id?: string): void {
    if (id === undefined) this.#faults.clear();
    else this.#faults.remove(id);
  }

  setAssumptions(changes: Partial<Assumptions>): Assumptions {
    this.#world.queue.settle();
    return { ...Object.assign(this.#world.assumptions, changes) };
  }

  setSpeed(speed: number): void {
    this.#world.queue.settle();
    this.#world.clock.setSpeed(speed);
  }

  expireSessions(site?: string, extensionsOnly = false): number {
    return this.#sessions.expire(site, extensionsOnly);
  }

  setLicense(site: string, licensed: boolean): void {
    this.#world.site(site).licensed = licensed;
  }

  /** Down: connections to the site are reset, and its peers do not reach it either. */
  setUp(name: string, up: boolean): void {
    const world = this.#world;
    world.queue.settle();
    world.site(name).up = up;
    for (const { replications } of world.sites.values()) {
      for (const it of replications.values()) {
        if (it.sourceSite !== name && it.destinationSite !== name) continue;
        if (up) unsuspend(world, it);
        else interrupt(world, it, name);
      }
    }
  }

  /** Capacity of one storage profile, or of all of a site. */
  setStorage(site: string, capacityBytes: number, profileId?: string): void {
    const world = this.#world;
    world.queue.settle();
    for (const vdc of world.site(site).vdcs.values()) {
      for (const profile of vdc.storageProfiles) {
        if (profileId === undefined || profile.id === profileId) profile.capacityBytes = capacityBytes;
      }
    }
    for (const it of world.site(site).replications.values()) nudge(world, it);
  }

  addRecoveryPlan(site: string, plan: RecoveryPlan): void {
    this.#world.site(site).recoveryPlans.set(plan.id, plan);
  }

  /** Changes the default policy of a site, by which its organisations live unless they were given another. */
  setPolicy(site: string, changes: Partial<Policy>): void {
    Object.assign(policyOf(this.#world.site(site), ''), changes);
  }

  /** A site's own clock, from now on for everything it shows and reads; what is not named stays. */
  setClock(site: string, { offsetMs, unit }: ClockChange): SiteClock {
    this.#world.queue.settle();
    const { clock } = this.#world.site(site);
    clock.offsetMs = offsetMs ?? clock.offsetMs;
    clock.unit = unit ?? clock.unit;
    return { ...clock };
  }

  /** Does as a person, or another tool, would; with a task, unless it is refused at once. */
  act(act: Act): Task {
    this.#world.queue.settle();
    return actAs(this.#world, act);
  }

  /** What a site, or a person at it, does to a replication without a task of the API. */
  trouble(id: string, trouble: Trouble): void {
    this.#world.queue.settle();
    applyTrouble(this.#world, id, trouble);
  }

  setVms(...changes: VmChange[]): Vm[] {
    this.#world.queue.settle();
    return changes.flatMap((change) => {
      const existing = change.id === undefined ? undefined : this.#world.vm(change.id);
      return existing === undefined ? this.#create(change) : [this.#alter(existing, change)];
    });
  }

  #create({ site, count, removed: _removed, powerState, ...overrides }: VmChange): Vm[] {
    const given = Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined));
    const home = site ?? (this.#world.sites.keys().next().value as string);
    if ((count ?? 1) > 1) delete given['id'];
    return Array.from({ length: count ?? 1 }, () => {
      const vm = this.#world.createVm(home, given as Partial<Vm>);
      if (powerState === 'POWERED_OFF') powerOff(this.#world, vm, null, null);
      return vm;
    });
  }

  #alter(vm: Vm, change: VmChange): Vm {
    const world = this.#world;
    if (change.removed === true) {
      removeVm(world, vm, null, vm.replicationId);
      return vm;
    }
    for (const key of ['name', 'computerName', 'usedBytes', 'changeRate', 'tools', 'disks'] as const) {
      if (change[key] !== undefined) Object.assign(vm, { [key]: change[key] });
    }
    if (change.powerState === 'POWERED_ON') powerOn(world, vm, null, vm.replicationId);
    if (change.powerState === 'POWERED_OFF') powerOff(world, vm, null, vm.replicationId);
    if (change.powerState === 'SUSPENDED') suspend(world, vm);
    const replication = vm.replicationId === null ? undefined : world.findReplication(vm.replicationId);
    if (replication !== undefined) {
      if (change.usedBytes !== undefined) resize(world, replication);
      nudge(world, replication);
    }
    return vm;
  }
}
