/**
 * Notices once, for all VMs of a worker, that a site has gone away or has come back, and tells the site's workflow, which
 * tells the runs that wait for it. The VMs themselves only retry.
 */
import { log } from '@temporalio/activity';
import { SIGNALS } from '../plan/names.js';
import { OWN_CODES, VcdaError } from '../vcda/index.js';
import type { ActivityDeps } from './deps.js';
import { signalSite } from './site-signals.js';

/** A single lost connection is no news. */
const FAILURES_IN_A_ROW = 3;
const AWAY = new Set<string>([OWN_CODES.unreachable, OWN_CODES.timeout, OWN_CODES.untrusted]);
const AWAY_STATUS = new Set<number | null>([502, 503, 504]);

export interface Reachability {
  answered(site: string): Promise<void>;
  /** errors of any kind; those that do not mean "away" count as an answer */
  failed(site: string, error: unknown): Promise<void>;
}

export function createReachability(deps: ActivityDeps): Reachability {
  const sites = new Map<string, { failures: number; told: boolean }>();
  const stateOf = (site: string) => {
    const known = sites.get(site) ?? { failures: 0, told: false };
    sites.set(site, known);
    return known;
  };

  async function answered(site: string): Promise<void> {
    const state = stateOf(site);
    state.failures = 0;
    if (!state.told) return;
    state.told = false;
    log.info('the site answers again', { site });
    await signalSite(deps, site, SIGNALS.siteBack);
  }

  return {
    answered,
    async failed(site, error) {
      if (!(error instanceof VcdaError)) return;
      if (!AWAY.has(error.code) && !AWAY_STATUS.has(error.status)) return answered(site);
      const state = stateOf(site);
      state.failures += 1;
      if (state.told || state.failures < FAILURES_IN_A_ROW) return;
      state.told = true;
      log.warn(`the site is away: ${error.message}`, {
        site,
        code: error.code,
        advice: deps.sites.rules(error).advice,
      });
      await signalSite(deps, site, SIGNALS.siteAway, { at: Date.now(), message: error.message });
    },
  };
}
