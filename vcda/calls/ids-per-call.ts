import { isOfFrontEnd } from '../errors/errors.js';

/** Answers of a site that does not take a list of ids: that parameter, a URL so long, or such a list at all. */
const REFUSING = new Set<number | null>([400, 404, 405, 414, 431, 501]);
/** Codes under such a status that speak of something else [seed]. */
const OTHERWISE = new Set(['ServiceNotLicensed', 'SiteNotFound']);

/** A page that is missing says nothing of the parameter: only the site's own 404 does. */
export const refusesIds = ({ status, code }: { status: number | null; code: string }): boolean =>
  REFUSING.has(status) && !OTHERWISE.has(code) && !(status === 404 && isOfFrontEnd({ status, code }));

/**
 * How many ids a list takes in one call, as learned from its answers: half as many after a refusal; twice as many are tried
 * the next time. None means that each is asked for at its own address.
 */
export class IdsPerCall {
  readonly #most: number;
  #now: number;

  constructor(most: number) {
    this.#most = most;
    this.#now = most;
  }

  get now(): number {
    return this.#now;
  }

  refused(): void {
    this.#now = Math.floor(this.#now / 2);
  }

  /** All of the ids have been asked for. */
  done(): void {
    this.#now = Math.min(this.#most, Math.max(1, this.#now * 2));
  }
}
