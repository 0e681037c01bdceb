/** The sites of a config, as the rest of Drover has them, and the secrets that come with them. */

import { Secret } from '../plan/secret.js';
import type { Config, Login, Logins } from '../plan/types.js';
import type { ErrorRules } from './errors/error-rules.js';
import type { LoginTurns } from './http/login-turns.js';
import type { Scrub } from './http/scrub.js';
import type { Site } from './site.js';

export interface Sites {
  readonly names: string[];
  readonly rules: ErrorRules;
  /** A function that takes every secret of the config, and the tokens that sites have given, out of a text. */
  scrubber(): Scrub;
  /** @throws RangeError when the config has no such site */
  get(name: string): Site;
  /** From now on a site's login is sent when no other process sends it. */
  takeTurns(turns: LoginTurns): void;
  /** Takes the logins of a config that was read anew; what was refused says nothing of those that are others. */
  renew(config: SitesConfig): Renewed;
  /**
   * The same sites by other logins, each with sessions of its own. Connections, rate and circuit are those of the site, since it
   * is one machine however many users it has.
   */
  as(logins: Logins): Sites;
  /** What the logins of a site are called, `default` first; none of a site that the config does not have. */
  loginsOf(name: string): string[];
  /** logs out everywhere and closes connections, by whichever logins */
  close(): Promise<void>;
}

/** Sites whose login in the config is another now: `lyon`, or `lyon (login tenant)`. */
export interface Renewed {
  taken: string[];
  /** their address, trust or proxy is another as well, and the login is not sent where the one before belongs */
  moved: string[];
}

/** What the client needs of a config; the times of a site are ms, see {@link SiteConfig}. */
export type SitesConfig = Pick<Config, 'sites'> & Partial<Pick<Config, 'errors' | 'hooks' | 'store'>>;

/** All that a config holds: a site may repeat what another was sent, and a program what it was given, or has read. */
export const secretsOf = ({ sites, hooks, store }: SitesConfig): Secret[] => [
  ...Object.values(sites).flatMap(({ login, logins, onPremAuth, proxy }) =>
    [...[login, ...Object.values(logins ?? {})].flatMap(valuesOf), onPremAuth, proxy?.password].filter(
      (value: unknown): value is Secret => value instanceof Secret,
    ),
  ),
  ...Object.values(hooks?.secrets ?? {}).map(({ value }) => value),
  ...(store?.kind === 'postgres' && store.password !== undefined ? [store.password] : []),
];

/** What stands in a config for all to read: a password that is the same is told by it, and answers are full of these. */
export const publicWordsOf = ({ sites }: SitesConfig): string[] =>
  Object.entries(sites).flatMap(([name, { login, logins, extension }]) => [
    name,
    ...[login, ...Object.values(logins ?? {})].flatMap(namesIn),
    ...(extension === undefined ? [] : [extension.org]),
  ]);

function namesIn(login: Login | undefined): string[] {
  if (login === undefined) return [];
  if (!('user' in login)) return [login.org];
  const [user = '', org] = login.user.split('@');
  return [login.user, user, ...(org === undefined ? [] : [org])];
}

const valuesOf = (login: Login | undefined): unknown[] => [
  ...Object.values(login ?? {}),
  login?.type === 'vcdApiToken' ? login.proxy?.password : undefined,
];
