/** The logins of a site by their names: which of them works is for the plan to say. */

/** Which of a site's logins is used, by the names of sites; {@link DEFAULT_LOGIN} at those that are not named. */
export type Logins = Readonly<Record<string, string>>;

/** Becomes part of the names of task queues. */
export const LOGIN_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** The one that a config has under `login`. */
export const DEFAULT_LOGIN = 'default';

interface Between {
  source: { site: string; login?: string };
  destination: { site: string; login?: string };
}

/** Those that a plan or drill names, the default ones left out. */
export const loginsOf = ({ source, destination }: Between): Logins =>
  Object.fromEntries(
    [source, destination].flatMap(({ site, login = DEFAULT_LOGIN }) =>
      login === DEFAULT_LOGIN ? [] : [[site, login]],
    ),
  );

export const loginAt = (logins: Logins, site: string): string =>
  Object.hasOwn(logins, site) ? (logins[site] ?? DEFAULT_LOGIN) : DEFAULT_LOGIN;

/** The same for the same logins, in whichever order they are named. */
export const loginsKey = (logins: Logins = {}): string =>
  JSON.stringify(Object.entries(logins).sort(([one], [other]) => (one < other ? -1 : 1)));

/** A site, and which of its logins is meant where it is not the default one: `lyon`, `lyon (login tenant)`. */
export function siteWithLogin(site: string, logins: Logins): string {
  const login = loginAt(logins, site);
  return login === DEFAULT_LOGIN ? site : `${site} (login ${login})`;
}
