/** How a session is opened and extended: every body that VCDA takes [doc B45, OPI sessions/post, B42 sessions/extend/post]. */

import { Secret } from '../../plan/secret.js';
import type { Login as ConfiguredLogin } from '../../plan/types.js';

/** All six ways to log in, and the one that gets its access tokens first; the config knows five. */
export type Login =
  | ConfiguredLogin
  /** a SAML assertion with the proof that the sender holds its key; `timestamp` in epoch ms, `signature` in base64 */
  | {
      type: 'ssoToken';
      samlToken: Secret;
      timestamp: number;
      nonce: string;
      signature: string;
      principal?: string | null | undefined;
    }
  /** session id of Cloud Director */
  | { type: 'vcdCookie'; cookie: Secret };

/** How a session is extended to another site: with that site's login, or by the trust between two organizations. */
export type PeerLogin = Login | { type: 'multisite'; org: string };

/** Body of `POST /sessions`. */
export type LoginBody =
  | { type: 'localUser'; localUser: string; localPassword: string }
  | { type: 'ssoCredentials'; username: string; password: string; principal: string | null }
  | {
      type: 'ssoToken';
      samlToken: string;
      timestamp: number;
      nonce: string;
      signature: string;
      principal: string | null;
    }
  | { type: 'vcdCredentials'; vcdUser: string; vcdPassword: string }
  | { type: 'vcdCookie'; vcdCookie: string }
  | { type: 'vcdAccessToken'; vcdAccessToken: string; context: string };

/** Body of `POST /sessions/extend`. */
export type ExtendBody =
  /** `vcdUsername`, not `vcdUser` as at login [KB 315136] */
  | { type: 'credentials'; site: string; vcdUsername: string; vcdPassword: string }
  | { type: 'cookie'; site: string; cookie: string }
  | { type: 'vcdAccessToken'; site: string; vcdAccessToken: string }
  | { type: 'multisite'; site: string; org: string };

/** What goes out: of an API token never more than the access token got with it. */
type Sent<L extends { type: string }> = Exclude<L, { type: 'vcdApiToken' }>;
export type SentLogin = Sent<Login>;
export type SentPeerLogin = Sent<PeerLogin>;

export function loginBody(login: SentLogin): LoginBody {
  switch (login.type) {
    case 'vcdCredentials':
      return { type: login.type, vcdUser: login.user, vcdPassword: login.password.reveal() };
    case 'localUser':
      return { type: login.type, localUser: login.user, localPassword: login.password.reveal() };
    case 'vcdAccessToken':
      return { type: login.type, vcdAccessToken: login.token.reveal(), context: login.org };
    case 'vcdCookie':
      return { type: login.type, vcdCookie: login.cookie.reveal() };
    case 'ssoCredentials':
      return {
        type: login.type,
        username: login.user,
        password: login.password.reveal(),
        principal: login.principal ?? null,
      };
    case 'ssoToken': {
      const { type, timestamp, nonce, signature, principal = null } = login;
      return { type, samlToken: login.samlToken.reveal(), timestamp, nonce, signature, principal };
    }
  }
}

/** null: no extension takes such a login; users of the appliance and of vSphere exist at their own site only. */
export function extendBody(site: string, login: SentPeerLogin): ExtendBody | null {
  switch (login.type) {
    case 'vcdCredentials':
      return { type: 'credentials', site, vcdUsername: login.user, vcdPassword: login.password.reveal() };
    case 'vcdCookie':
      return { type: 'cookie', site, cookie: login.cookie.reveal() };
    case 'vcdAccessToken':
      return { type: 'vcdAccessToken', site, vcdAccessToken: login.token.reveal() };
    case 'multisite':
      return { type: 'multisite', site, org: login.org };
    case 'localUser':
    case 'ssoCredentials':
    case 'ssoToken':
      return null;
  }
}

/** All that makes it this one, its secrets in plain text: to be compared, and for nothing else. */
export const revealed = (parts: object = {}): string =>
  JSON.stringify(
    Object.entries(parts)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]: [string, unknown]) => [name, value instanceof Secret ? value.reveal() : value]),
  );
