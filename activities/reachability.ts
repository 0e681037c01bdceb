/**
 * Notices once, for all VMs of a worker, that a site gives no answer that can be used, or does again, and tells the site's
 * workflow, which tells the runs that wait for it. The VMs themselves only retry.
 */
import { log } from '@temporalio/activity';
import { awaySignal, backSignal } from '../contract/messages.js';
import { isOfFrontEnd, OWN_CODES, VcdaError } from '../vcda/index.js';
import type { ActivityDeps } from './deps.js';
import { signalSite } from './site-signals.js';

/** A single lost connection is no news. */
const FAILURES_IN_A_ROW = 3;
const AWAY = new Set<string>([OWN_CODES.unreachable, OWN_CODES.timeout, OWN_CODES.untrusted]);
const AWAY_STATUS = new Set<number | null>([502, 503, 504]);
/** Other failures of its own are news once a site has done nothing else for so long: ms. */
const TROUBLED_FOR = 30_000;
const TROUBLED_STATUS = new Set<number | null>([408, 429]);

/** What a worker knows of each site. */
export class Reachability {
  readonly #deps: ActivityDeps;
  readonly #sites = new Map<string, { failures: number; since: number; told: boolean }>();

  constructor(deps: ActivityDeps) {
    this.#deps = deps;
  }

  async answered(site: string): Promise<void> {
    const state = this.#stateOf(site);
    state.failures = 0;
    if (!state.told) return;
    state.told = false;
    log.info('the site answers again', { site });
    await signalSite(this.#deps, site, backSignal);
  }

  /** Takes errors of any kind; what the site refuses for the call's own sake counts as an answer. */
  async failed(site: string, error: unknown): Promise<void> {
    if (!(error instanceof VcdaError)) return;
    if (!isAway(error) && !isTroubled(error)) return this.answered(site);
    const state = this.#stateOf(site);
    if (state.failures === 0) state.since = Date.now();
    state.failures += 1;
    if (state.told || state.failures < FAILURES_IN_A_ROW) return;
    if (!isAway(error) && Date.now() - state.since < TROUBLED_FOR) return;
    state.told = true;
    log.warn(`the site gives no usable answer: ${error.message}`, {
      site,
      code: error.code,
      advice: this.#deps.sites.rules(error).advice,
    });
    await signalSite(this.#deps, site, awaySignal, { at: state.since, message: error.message });
  }

  #stateOf(site: string) {
    const known = this.#sites.get(site) ?? { failures: 0, since: 0, told: false };
    this.#sites.set(site, known);
    return known;
  }
}

const isAway = ({ code, status }: VcdaError): boolean =>
  AWAY.has(code) ||
  AWAY_STATUS.has(status) ||
  (isOfFrontEnd({ code, status }) && (status ?? 0) < 500 && !isTroubled({ code, status }));

const isTroubled = ({ code, status }: Pick<VcdaError, 'code' | 'status'>): boolean =>
  code === OWN_CODES.unexpected || TROUBLED_STATUS.has(status) || (status !== null && status >= 500);
