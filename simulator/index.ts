import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { type ApiTokenOptions, ApiTokens } from './api-tokens.js';
import type { Assumptions } from './assumptions.js';
import { type Clock, ScaledClock } from './clock.js';
import { type ClockChange, Control, type VmChange } from './control.js';
import type { LinkOptions } from './engine/link.js';
import { Faults } from './faults.js';
import { createDirector } from './http/director-server.js';
import { again } from './http/keep-deed.js';
import { createServer } from './http/server.js';
import { DEFAULT_SEED, DEFAULT_SITES, DEFAULT_VMS } from './identity.js';
import { Journal } from './journal.js';
import { type SessionOptions, Sessions } from './sessions.js';
import { Stats } from './stats.js';
import { named, type UserOptions, Users } from './users.js';
import { World } from './world/world.js';

export type { ApiTokenOptions, ApiTokens } from './api-tokens.js';
export { type Assumptions, assumptionTable } from './assumptions.js';
export { type Clock, ManualClock } from './clock.js';
export type { ClockChange, Control, VmChange } from './control.js';
export type { FaultRule } from './faults.js';
export {
  simulatedVms,
  siteNetworks,
  siteSlaProfiles,
  siteStorageProfiles,
  siteVdcId,
} from './identity.js';
export { beginningOf } from './journal.js';
export type { SessionOptions } from './sessions.js';
export type { RequestCount } from './stats.js';
export type { UserOptions } from './users.js';
export type { WorldView } from './views/world.js';
export type { LedgerEntry, LedgerKind } from './world/ledger.js';

export interface SimulatorOptions {
  /** everything random follows from it; default 1 */
  seed?: number;
  /** simulated seconds per second; default 1 */
  speed?: number;
  /** VMs at the first site; default 40 */
  vms?: number;
  /** default paris and lyon on free ports; `apiVersion` is the newest version a site speaks, default 4.7 */
  sites?: { name: string; port?: number; apiVersion?: string }[];
  /** default 127.0.0.1 */
  host?: string;
  assumptions?: Partial<Assumptions>;
  users?: UserOptions;
  /** API tokens that the Cloud Director of each site knows: each site then has one, at an address of its own; default: none */
  apiTokens?: Record<string, ApiTokenOptions>;
  sessions?: SessionOptions;
  /** in place of the scaled wall clock; `speed` has no effect then */
  clock?: Clock;
  /** VMs beside the numbered ones, and changes of those: names that repeat, other organisations, VMs that are off */
  vmChanges?: VmChange[];
  /** what a site's clock is ahead of the wall's, ms, and the unit in which it shows times */
  clocks?: Record<string, ClockChange>;
  /** bytes per simulated second between two sites, and per transfer */
  link?: Partial<LinkOptions>;
  /**
   * file that keeps the world: one that is there is brought back, at the same ports, and `seed`, `vms` and `sites` are as it
   * has them; sessions and fault rules are gone. Not with `clock`. Default: nothing outlives the process
   */
  keep?: string;
}

export interface Simulator {
  sites: Record<string, { name: string; url: string; port: number }>;
  /** by site: where its Cloud Director gives access tokens, and what it knows; none without `apiTokens` */
  directors: Record<string, { url: string; tokens: ApiTokens }>;
  world: World;
  control: Control;
  close(): Promise<void>;
}

// The world catches up whenever somebody looks; this keeps the backlog small when nobody does.
const CATCH_UP_EVERY = 100;

export async function startSimulator(given: SimulatorOptions = {}): Promise<Simulator> {
  const journal = given.keep === undefined ? null : new Journal(given.keep);
  const kept = journal?.beginning ?? null;
  const options: SimulatorOptions = { ...given, ...kept };
  const sites = options.sites ?? DEFAULT_SITES.map((name) => ({ name }));
  const host = options.host ?? '127.0.0.1';
  const seed = options.seed ?? DEFAULT_SEED;
  const vms = options.vms ?? DEFAULT_VMS;
  const speed = options.speed ?? 1;
  const world = new World(
    {
      seed,
      vms,
      sites,
      ...(options.link === undefined ? {} : { link: options.link }),
      ...(options.assumptions === undefined ? {} : { assumptions: options.assumptions }),
    },
    options.clock ?? new ScaledClock(speed, journal?.now),
  );
  const sessions = new Sessions(() => world.now, options.sessions);
  const faults = new Faults(seed);
  const stats = new Stats();
  const control = new Control(world, sessions, faults, stats);
  control.setVms(...(options.vmChanges ?? []));
  for (const [site, clock] of Object.entries(options.clocks ?? {})) control.setClock(site, clock);
  const tokens = options.apiTokens;
  const apiTokens = new Map(
    tokens === undefined ? [] : sites.map(({ name }) => [name, new ApiTokens(structuredClone(tokens), named)] as const),
  );
  const shared = { world, sessions, users: new Users(options.users), apiTokens, faults, stats, control, journal };

  const servers = new Map<string, FastifyInstance>();
  const listening: Simulator['sites'] = {};
  const directors: Simulator['directors'] = {};
  const timer = setInterval(() => world.queue.settle(), CATCH_UP_EVERY);
  timer.unref();
  async function close(): Promise<void> {
    clearInterval(timer);
    await Promise.all([...servers.values()].map((server) => server.close()));
  }
  try {
    for (const { name } of sites) servers.set(name, await createServer(shared, name));
    await journal?.repeat((deed) => again(deed, servers.get(deed.site)));
    for (const site of sites) {
      const server = servers.get(site.name) as FastifyInstance;
      const url = await server.listen({ host, port: ('port' in site ? site.port : undefined) ?? 0 });
      world.site(site.name).url = url;
      listening[site.name] = { name: site.name, url, port: (server.server.address() as AddressInfo).port };
    }
    for (const [site, tokens] of apiTokens) {
      const server = createDirector(tokens);
      servers.set(`${site}'s director`, server);
      directors[site] = { url: await server.listen({ host, port: 0 }), tokens };
    }
    const { assumptions, vmChanges, clocks, link } = options;
    journal?.live({
      seed,
      speed,
      vms,
      sites: sites.map((site) => ({ ...site, port: listening[site.name]?.port ?? 0 })),
      ...(assumptions && { assumptions }),
      ...(vmChanges && { vmChanges }),
      ...(clocks && { clocks }),
      ...(link && { link }),
    });
    if (kept && given.speed !== undefined && given.speed !== world.clock.speed) {
      const deed = { method: 'POST', url: '/_sim/speed', headers: {}, body: { speed: given.speed } };
      await again({ ...deed, site: sites[0]?.name ?? '', wall: 0 }, servers.values().next().value);
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { sites: listening, directors, world, control, close };
}
