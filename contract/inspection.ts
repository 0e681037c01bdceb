/** What `drover doctor` finds out about a site. */

/** One finding of `drover doctor` about a site; `ok: null`: could not be tried, since an earlier check failed. */
export interface SiteCheck {
  name: 'reachable' | 'certificate' | 'login' | 'extend' | 'clock' | 'version' | 'licence';
  ok: boolean | null;
  detail: string;
  /** what a person must do; null when there is nothing to fix */
  fix: string | null;
}

export interface SiteInspection {
  site: string;
  url: string;
  checks: SiteCheck[];
}
