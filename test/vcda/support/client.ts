/** The client under test, against one site or several by their addresses. */

import { Secret } from '../../../plan/secret.js';
import type { Config, SiteConfig } from '../../../plan/types.js';
import {
  type Simulator,
  type SimulatorOptions,
  simulatedVms,
  siteVdcId,
  startSimulator,
} from '../../../simulator/index.js';
import { createSites, type Site, type Sites, type StartSettings, VcdaError } from '../../../vcda/index.js';
import { lasting } from '../../support/lasting.js';
import { type FakeSite, type Handler, startFakeSite } from './fake-site.js';

export type SiteOptions = Partial<Omit<SiteConfig, 'name' | 'url'>>;

export const PASSWORD = 'drover-sim';

export function siteConfig(name: string, url: string, options: SiteOptions = {}): SiteConfig {
  return {
    name,
    url,
    login: { type: 'vcdCredentials', user: 'ops@acme', password: new Secret(PASSWORD) },
    tls: {},
    limits: { syncs: 50, cutovers: 20, requestsPerSecond: 5_000 },
    polling: { interval: 200, selfCheck: 30_000 },
    reconcile: { settle: 1_000 },
    missingFor: 1_000,
    timeouts: { connect: 60_000, request: 60_000 },
    ...options,
  };
}

export function clientFor(sites: SiteConfig[], errors: Config['errors'] = {}): Sites {
  const byName = Object.fromEntries(sites.map((site) => [site.name, site]));
  return createSites({ sites: byName, errors });
}

export interface FakeOptions {
  lyon?: SiteOptions;
  paris?: SiteOptions;
  errors?: Config['errors'];
  tls?: { key: string; cert: string };
}

export interface AtFake {
  fake: FakeSite;
  lyon: Site;
  sites: Sites;
}

/** A client of `lyon`, which is the fake; `paris` has a login in the config and no address worth asking. */
export async function withFake(
  handler: Handler,
  test: (at: AtFake) => Promise<void>,
  options: FakeOptions = {},
): Promise<void> {
  const fake = await startFakeSite(handler, options.tls === undefined ? {} : { tls: options.tls });
  const sites = clientFor(
    [siteConfig('lyon', fake.url, options.lyon), siteConfig('paris', 'http://127.0.0.1:9', options.paris)],
    options.errors,
  );
  try {
    await test({ fake, sites, lyon: sites.get('lyon') });
  } finally {
    // The server first: what the test left unanswered must not keep the client waiting.
    await fake.close();
    await sites.close();
  }
}

export interface AtSimulator {
  simulator: Simulator;
  sites: Sites;
  paris: Site;
  lyon: Site;
}

export async function withSimulator(
  test: (at: AtSimulator) => Promise<void>,
  options: SimulatorOptions & { site?: SiteOptions; errors?: Config['errors'] } = {},
): Promise<void> {
  const { site, errors, ...simulation } = options;
  const simulator = await startSimulator(lasting({ speed: 5_000, vms: 8, ...simulation }));
  const sites = clientFor(
    Object.values(simulator.sites).map(({ name, url }) => siteConfig(name, url, site)),
    errors,
  );
  try {
    await test({ simulator, sites, paris: sites.get('paris'), lyon: sites.get('lyon') });
    const { bugs } = simulator.control.stats();
    if (bugs.length > 0) throw new Error(`the simulator failed by itself:\n${bugs.join('\n')}`);
  } finally {
    await sites.close();
    await simulator.close();
  }
}

/** A start that the simulator accepts; so seldom a sync that instances are not replaced while a test looks at them. */
export const startBody = (index = 0): StartSettings => ({
  source: { type: 'vm', site: 'paris', vmId: vms[index]?.id ?? '', excludedDiskKeys: null },
  destination: { type: 'vcloud', site: 'lyon', vdc: siteVdcId('lyon'), storageProfile: '*' },
  rpo: 1_440,
  isMigration: false,
});

const vms = simulatedVms({ vms: 8 });

/** The {@link VcdaError} that a call ends in; fails the test for anything else. */
export async function failureOf(call: Promise<unknown>): Promise<VcdaError> {
  const outcome: unknown = await call.then(
    () => new Error('the call succeeded'),
    (error: unknown) => error,
  );
  if (outcome instanceof VcdaError) return outcome;
  throw outcome;
}
