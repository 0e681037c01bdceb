/**
 * Notices once, for all VMs of a worker, that a site gives no answer that can be used, or does again, and tells the site's
 * workflow, which tells the runs that wait for it. The VMs themselves only retry.
 */
import { log } from '@temporalio/activity';
import { reachableSignal, unreachableSignal } from '../contract/messages.js';
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

/** How long a site is asked whether it is there: ms. */
const PROBED_FOR = 10_000;

/** What a worker knows of each site. */
export class Reachability {
  readonly #deps: ActivityDeps;
  readonly #sites = new Map<string, { failures: number; since: number; told: boolean }>();
  readonly #probes = new Map<string, Promise<boolean>>();

  constructor(deps: ActivityDeps) {
    this.#deps = deps;
  }

  async answered(site: string): Promise<void> {
    const state = this.#stateOf(site);
    state.failures = 0;
    if (!state.told) return;
    state.told = false;
    log.info('the site answers again', { site });
    await signalSite(this.#deps, site, reachableSignal);
  }

  /**
   * Takes errors of any kind; what the site refuses for the call's own sake counts as an answer. So does what fails for one
   * operation alone: before a site is said to be away, it is asked what concerns none. Returns whether it answered that.
   */
  async failed(site: string, error: unknown): Promise<boolean> {
    if (!(error instanceof VcdaError)) return false;
    if (!isAway(error) && !isTroubled(error)) {
      await this.answered(site);
      return false;
    }
    const state = this.#stateOf(site);
    if (state.failures === 0) state.since = Date.now();
    state.failures += 1;
    if (state.told || state.failures < FAILURES_IN_A_ROW) return false;
    if (!isAway(error) && Date.now() - state.since < TROUBLED_FOR) return false;
    if (await this.isUp(site)) {
      state.failures = 0;
      return true;
    }
    if (state.told) return false;
    state.told = true;
    log.warn(`the site gives no usable answer: ${error.message}`, {
      site,
      code: error.code,
      advice: this.#deps.sites.rules(error).advice,
    });
    await signalSite(this.#deps, site, unreachableSignal, { at: state.since, message: error.message });
    return false;
  }

  /** Whether a site answers a question that all share and that names nothing; asked once for all who want to know. */
  isUp(name: string): Promise<boolean> {
    const known = this.#probes.get(name);
    if (known !== undefined) return known;
    const probe = this.#isAnswering(name).finally(() => this.#probes.delete(name));
    this.#probes.set(name, probe);
    return probe;
  }

  async #isAnswering(name: string): Promise<boolean> {
    const { sites } = this.#deps;
    if (!sites.names.includes(name)) return false;
    const site = sites.get(name);
    try {
      await site.answers({ timeout: Math.min(site.config.timeouts.request, PROBED_FOR) });
      return true;
    } catch (error) {
      if (!(error instanceof VcdaError)) throw error;
      return !isAway(error) && !isTroubled(error);
    }
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
