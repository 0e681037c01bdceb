/** Logins that were refused, so that none is sent again before a person has acted. */
import type { VcdaError } from '../errors/errors.js';

export interface Refusals {
  /** @param site whose login it was: the session's own, or a peer's */
  remember(site: string, error: VcdaError): VcdaError;
  /**
   * Forgets a refusal from before `resumedAt`.
   * @throws the error of a later one
   */
  check(site: string, resumedAt: number): void;
}

export function createRefusals(): Refusals {
  const refusals = new Map<string, { at: number; error: VcdaError }>();
  return {
    remember(site, error) {
      refusals.set(site, { at: Date.now(), error });
      return error;
    },
    check(site, resumedAt) {
      const refusal = refusals.get(site);
      if (refusal === undefined) return;
      if (resumedAt <= refusal.at) throw refusal.error;
      refusals.delete(site);
    },
  };
}
