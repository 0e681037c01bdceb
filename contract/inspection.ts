/** What `drover doctor` finds out about a site. */
import type { Logins } from '../plan/types.js';

/** One finding of `drover doctor` about a site; `ok: null`: could not be tried, since an earlier check failed. */
export interface SiteCheck {
  name: 'reachable' | 'certificate' | 'login' | 'extend' | 'clock' | 'version' | 'licence';
  ok: boolean | null;
  detail: string;
  /** what a person must do; null when there is nothing to fix */
  fix: string | null;
}

/**
 * Two sites between which a session may be tried: whoever names them lets the destination see the login of the source, as a
 * plan with this source and destination does.
 */
export interface SitePair {
  source: string;
  destination: string;
  /** of either, such as those of a plan; absent: the default ones */
  logins?: Logins;
}

export interface SiteInspection {
  site: string;
  /** by which it was asked; absent: by its default one */
  login?: string;
  /** what its other logins are called in the config of the worker; absent: it has none */
  otherLogins?: string[];
  url: string;
  checks: SiteCheck[];
}
