import type { VcdaError } from '../errors/errors.js';

/**
 * What a site has refused until a person acts. A login that was refused is not sent again, by nobody, so that a wrong
 * password counts once at the site and locks no account; nor is what one VM has learned asked again for every other. The
 * error row of such a refusal is a `hold`; whoever says `resume` afterwards allows one more try, for all VMs.
 */
export class Refusals {
  /** by the site that refused, or whose login it was: the session's own, or a peer's */
  readonly #bySite = new Map<string, { at: number; error: VcdaError }>();

  /** Takes the moment of a refusal only when it is new, not when {@link check} has thrown it again. Returns the error. */
  remember(site: string, error: VcdaError): VcdaError {
    if (this.#bySite.get(site)?.error !== error) this.#bySite.set(site, { at: Date.now(), error });
    return error;
  }

  /**
   * Forgets a refusal from before `resumedAt`: epoch ms; 0: never.
   * @throws the error of a later one
   */
  check(site: string, resumedAt: number): void {
    const refusal = this.#bySite.get(site);
    if (refusal === undefined) return;
    if (resumedAt <= refusal.at) throw refusal.error;
    this.#bySite.delete(site);
  }
}
