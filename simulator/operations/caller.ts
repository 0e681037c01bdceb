import type { PlantedFailure } from './operation.js';

export const PROVIDER_ORG = 'System';

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
}

export function sees(caller: Caller, org: string): boolean {
  return caller.provider || caller.org === org;
}
