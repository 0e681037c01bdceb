/**
 * What is refused until `resume`: a login that a site has refused is not sent again, by nobody, before a person has acted,
 * so that a wrong password counts once at the site and locks no account. The error row of such a login is a `hold`; whoever
 * says `resume` afterwards allows one more try, for all VMs.
 */
import type { VcdaError } from '../errors/errors.js';

export class LoginRefusals {
  /** by the site whose login it was: the session's own, or a peer's */
  readonly #bySite = new Map<string, { at: number; error: VcdaError }>();

  remember(site: string, error: VcdaError): VcdaError {
    this.#bySite.set(site, { at: Date.now(), error });
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
