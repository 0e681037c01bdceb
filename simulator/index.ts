import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Assumptions } from './assumptions.js';
import { type Clock, ScaledClock } from './clock.js';
import { type ClockChange, Control, type VmChange } from './control.js';
import type { LinkOptions } from './engine/link.js';
import { Faults } from './faults.js';
import { createServer } from './http/server.js';
import { DEFAULT_SEED, DEFAULT_SITES, DEFAULT_VMS } from './identity.js';
import { type SessionOptions, Sessions } from './sessions.js';
import { Stats } from './stats.js';
import { type UserOptions, Users } from './users.js';
import { World } from './world/world.js';

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
  sessions?: SessionOptions;
  /** in place of the scaled wall clock; `speed` has no effect then */
  clock?: Clock;
  /** VMs beside the numbered ones, and changes of those: names that repeat, other organisations, VMs that are off */
  vmChanges?: VmChange[];
  /** what a site's clock is ahead of the wall's, ms, and the unit in which it shows times */
  clocks?: Record<string, ClockChange>;
  /** bytes per simulated second between two sites, and per transfer */
  link?: Partial<LinkOptions>;
}

export interface Simulator {
  sites: Record<string, { name: string; url: string; port: number }>;
  world: World;
  control: Control;
  close(): Promise<void>;
}

// The world catches up whenever somebody looks; this keeps the backlog small when nobody does.
const CATCH_UP_EVERY = 100;

export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const sites = options.sites ?? DEFAULT_SITES.map((name) => ({ name }));
  const host = options.host ?? '127.0.0.1';
  const seed = options.seed ?? DEFAULT_SEED;
  const world = new World(
    {
      seed,
      vms: options.vms ?? DEFAULT_VMS,
      sites,
      ...(options.link === undefined ? {} : { link: options.link }),
      ...(options.assumptions === undefined ? {} : { assumptions: options.assumptions }),
    },
    options.clock ?? new ScaledClock(options.speed ?? 1),
  );
  const sessions = new Sessions(() => world.now, options.sessions);
  const faults = new Faults(seed);
  const stats = new Stats();
  const control = new Control(world, sessions, faults, stats);
  control.setVms(...(options.vmChanges ?? []));
  for (const [site, clock] of Object.entries(options.clocks ?? {})) control.setClock(site, clock);
  const shared = { world, sessions, users: new Users(options.users), faults, stats, control };

  const servers: FastifyInstance[] = [];
  const listening: Simulator['sites'] = {};
  const timer = setInterval(() => world.queue.settle(), CATCH_UP_EVERY);
  timer.unref();
  async function close(): Promise<void> {
    clearInterval(timer);
    await Promise.all(servers.map((server) => server.close()));
  }
  try {
    for (const site of sites) {
      const server = await createServer(shared, site.name);
      servers.push(server);
      const url = await server.listen({ host, port: ('port' in site ? site.port : undefined) ?? 0 });
      world.site(site.name).url = url;
      listening[site.name] = { name: site.name, url, port: (server.server.address() as AddressInfo).port };
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { sites: listening, world, control, close };
}
