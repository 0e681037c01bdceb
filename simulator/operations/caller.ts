import { type ErrorBody, remoteAuthenticationFailure } from '../errors.js';
import type { Oddity } from '../world/tasks.js';

export const PROVIDER_ORG = 'System';

/** An error that a fault rule plants into an accepted operation. */
export interface PlantedFailure {
  error: ErrorBody;
  /** name of the stage at whose end it strikes; absent: the first one, before anything has happened in the world */
  stage?: string;
}

/** Who calls, as the site that executes the call sees them. */
export interface Caller {
  /** the executing site */
  site: string;
  user: string;
  /** organisation at the executing site; {@link PROVIDER_ORG} for administrators */
  org: string;
  provider: boolean;
  operationId: string | null;
  /** whether the session is, now, authenticated to a site */
  authenticated(site: string): boolean;
  planted?: PlantedFailure;
  odd?: Oddity;
  /** of the request, for the ledger */
  body?: unknown;
}

export function sees(caller: Caller, org: string): boolean {
  return caller.provider || caller.org === org;
}

export function requireExtension(who: Caller, site: string): void {
  if (!who.authenticated(site)) throw remoteAuthenticationFailure(site);
}
