/**
 * Notices once, for all VMs of a worker, that a site gives no answer that can be used, or does again, and tells the site's
 * workflow, which tells the runs that wait for it. The VMs themselves only retry.
 */
import { log } from '@temporalio/activity';
import { awaySignal, backSignal } from '../contract/messages.js';
import { OWN_CODES, VcdaError } from '../vcda/index.js';
import type { ActivityDeps } from './deps.js';
import { signalSite } from './site-signals.js';

/** A single lost connection is no news. */
const FAILURES_IN_A_ROW = 3;
const AWAY = new Set<string>([OWN_CODES.unreachable, OWN_CODES.timeout, OWN_CODES.untrusted]);
const AWAY_STATUS = new Set<number | null>([502, 503, 504]);
/** Other failures of its own are news once a site has done nothing else for so long: ms. */
const TROUBLED_FOR = 30_000;
const TROUBLED_STATUS = new Set<number | null>([408, 429]);

export interface Reachability {
  answered(site: string): Promise<void>;
  /** errors of any kind; what the site refuses for the call's own sake counts as an answer */
  failed(site: string, error: unknown): Promise<void>;
}

export function createReachability(deps: ActivityDeps): Reachability {
  const sites = new Map<string, { failures: number; since: number; told: boolean }>();
  const stateOf = (site: string) => {
    const known = sites.get(site) ?? { failures: 0, since: 0, told: false };
    sites.set(site, known);
    return known;
  };

  async function answered(site: string): Promise<void> {
    const state = stateOf(site);
    state.failures = 0;
    if (!state.told) return;
    state.told = false;
    log.info('the site answers again', { site });
    await signalSite(deps, site, backSignal);
  }

  return {
    answered,
    async failed(site, error) {
      if (!(error instanceof VcdaError)) return;
      if (!isAway(error) && !isTroubled(error)) return answered(site);
      const state = stateOf(site);
      if (state.failures === 0) state.since = Date.now();
      state.failures += 1;
      if (state.told || state.failures < FAILURES_IN_A_ROW) return;
      if (!isAway(error) && Date.now() - state.since < TROUBLED_FOR) return;
      state.told = true;
      log.warn(`the site gives no usable answer: ${error.message}`, {
        site,
        code: error.code,
        advice: deps.sites.rules(error).advice,
      });
      await signalSite(deps, site, awaySignal, { at: state.since, message: error.message });
    },
  };
}

const isAway = ({ code, status }: VcdaError): boolean => AWAY.has(code) || AWAY_STATUS.has(status);

const isTroubled = ({ code, status }: VcdaError): boolean =>
  code === OWN_CODES.unexpected || TROUBLED_STATUS.has(status) || (status !== null && status >= 500);
