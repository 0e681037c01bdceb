/** Plan and config of a chaos run, as the files that a person would write. */
import { stringify } from 'yaml';
import { iso } from '../contract/moment.js';
import { simulatedVms, siteVdcId } from '../simulator/index.js';
import type { ChaosOptions } from './options.js';

export const SITES = { source: 'paris', destination: 'lyon' } as const;
export const TASK_QUEUE = 'drover-chaos';
/** environment variable of the workers that holds the password */
export const PASSWORD_VARIABLE = 'DROVER_CHAOS_PASSWORD';
/** of the simulator's users */
export const PASSWORD = 'drover-sim';

export interface Window {
  /** epoch ms */
  opens: number;
  closes: number;
}

/** ms from now until the window opens: time enough for VMs to stand before it */
const OPENS_AFTER = 15_000;

export function windowFor({ gate, closes, minutes }: ChaosOptions, now: number): Window | null {
  if (gate !== 'window') return null;
  const opens = now + OPENS_AFTER;
  // After the bound: it never closes on anybody.
  return { opens, closes: closes === null ? now + (minutes + 60) * 60_000 : opens + closes * 1000 };
}

export function planText({ vms, seed, gate }: ChaosOptions, window: Window | null): string {
  const all = simulatedVms({ seed, vms }).map(({ id, name }) => ({ id, name }));
  // A pilot costs the time of one VM's whole way; a short run has none, unless its waves are what is tried.
  const pilot = vms > 100 || gate === 'approval' ? Math.ceil(vms / 8) : 0;
  const waves = [
    { name: 'pilot', vms: all.slice(0, pilot) },
    { name: 'rest', vms: all.slice(pilot) },
  ].filter((wave) => wave.vms.length > 0);
  return stringify({
    name: 'chaos',
    kind: 'migrate',
    source: { site: SITES.source },
    destination: { site: SITES.destination, vdc: siteVdcId(SITES.destination) },
    replication: { dataConnectionType: 'ENCRYPTED_COMPRESSED', targetDiskType: 'THIN' },
    cutover: {
      approval: gate === 'approval' ? 'wave' : 'none',
      ...(window !== null && { window: { opens: iso(window.opens), closes: iso(window.closes), missed: 'fail' } }),
    },
    waves,
  });
}

/**
 * Impatient in all that a person would set for a slow site, since simulated time runs fast. What decides about right and
 * wrong keeps its proportion: the settle time is longer than any task stays invisible, and retries go on for hours.
 */
export function configText(urls: Record<string, string>): string {
  const sites = Object.entries(urls).map(([name, url]) => [
    name,
    {
      url,
      login: { type: 'vcdCredentials', user: 'ops@acme', password: '$' + `{${PASSWORD_VARIABLE}}` },
      limits: { syncs: 100, cutovers: 40, requestsPerSecond: 100 },
      polling: { interval: '1s', selfCheck: '30s' },
      reconcile: { settle: '3s' },
      timeouts: { connect: '2s', request: '5s' },
    },
  ]);
  const quick = ['GeneralServerFailure', 'UnexpectedResponse', 'Unreachable', 'Timeout', '429', '503', '5xx'];
  return stringify({
    sites: Object.fromEntries(sites),
    errors: {
      ...Object.fromEntries(quick.map((key) => [key, { retry: { initial: '500ms', max: '5s' } }])),
      ...Object.fromEntries(
        ['OperationInProgress', 'VmAlreadyReplicated'].map((key) => [key, { retry: { initial: '1s', max: '5s' } }]),
      ),
    },
    worker: { taskQueue: TASK_QUEUE },
  });
}
