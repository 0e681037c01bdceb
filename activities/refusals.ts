import type { VcdaError } from '../vcda/index.js';

/**
 * Refusals of sites that only a person can lift: what one VM has learned is not asked again for every other until somebody
 * says `resume`. Logins that were refused are remembered where they are made, by the same rule (vcda/http/login-refusals.ts).
 */
export class Refusals {
  readonly #bySite = new Map<string, { at: number; error: VcdaError }>();

  /** Takes the moment of a refusal only when it is new, not when {@link check} has thrown it again. */
  remember(site: string, error: VcdaError): void {
    if (this.#bySite.get(site)?.error === error) return;
    this.#bySite.set(site, { at: Date.now(), error });
  }

  /**
   * Forgets a refusal from before `resumedAt`.
   * @throws the error of a later one
   */
  check(site: string, resumedAt: number): void {
    const refusal = this.#bySite.get(site);
    if (refusal === undefined) return;
    if (resumedAt <= refusal.at) throw refusal.error;
    this.#bySite.delete(site);
  }
}
