/**
 * Which logins a workflow works with: the sites' default ones, unless its memo names others. So it is said once, by whoever
 * begins it, and holds for all that it asks of sites; what it begins for the same plan is given the same.
 */
import { DEFAULT_LOGIN, LOGIN_NAME, type Logins, loginAt } from '../plan/types.js';
import { isMembers } from './members.js';

export { loginsKey } from '../plan/types.js';

/** Of a site that has several; it becomes part of names of task queues, of which Temporal takes only short ones. */
const SITE_NAME = /^[A-Za-z0-9._-]{1,200}$/;

/** For a memo; nothing where all are the default ones. */
export const loginsMemo = (logins: Logins): { logins?: Logins } => (Object.keys(logins).length === 0 ? {} : { logins });

/**
 * Of a memo, or of what else may have them. Whatever is named for a site stays named: nobody takes what waits for a login that
 * there is not, and the default one may be a provider's.
 */
export const loginsIn = (of: unknown): Logins =>
  isMembers(of) && isMembers(of.logins)
    ? Object.fromEntries(
        Object.entries(of.logins)
          .filter(([, login]) => login !== DEFAULT_LOGIN)
          .map(([site, login]) => [site, typeof login === 'string' ? login : '']),
      )
    : {};

/** Of those the ones of these sites alone. */
export const loginsAt = (logins: Logins, sites: readonly string[]): Logins =>
  loginsIn({ logins: Object.fromEntries(sites.map((site) => [site, loginAt(logins, site)])) });

/** Anybody in the namespace may send them. */
export const areLogins = (value: unknown): value is Logins | undefined =>
  value === undefined ||
  (isMembers(value) &&
    Object.entries(value).every(
      ([site, login]) => SITE_NAME.test(site) && typeof login === 'string' && LOGIN_NAME.test(login),
    ));
