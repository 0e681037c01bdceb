/**
 * One session with one site, shared by all calls of a worker: logged in once however many calls wait for it, extended to
 * the other sites that operations need, renewed when it has expired. A refused login is remembered, so that a wrong
 * password is sent once and not a thousand times; it is tried again only after a person said `resume`.
 */
import type { Login, SiteConfig } from '../plan/types.js';
import { OWN_CODES, VcdaError } from './errors.js';
import type { Answer, Call, Transport } from './transport.js';

/**
 * Media types to ask for, best first: a pinned version keeps answers stable across upgrades of the site
 * [client terraform-provider-vcda]; an older site refuses it with 406 and gets the next.
 */
const ACCEPT = [
  ...['4.7', '4.6', '4.5'].map((version) => `application/vnd.vmware.h4-v${version}+json;charset=UTF-8`),
  'application/json',
];

const TOKEN_HEADER = 'X-VCAV-Auth';

export interface SessionUse {
  /** another site that the call reaches through this one */
  peer?: string | undefined;
  /** epoch ms at which a person last said `resume`; 0: never */
  resumedAt?: number | undefined;
}

export interface SiteSession {
  /**
   * Sends a call with a token, and once more after a new login or extension when the session turns out to have expired:
   * a call answered 401 was not processed.
   * @throws VcdaError `LoginRefused` when the site refuses the credentials, now or before the last `resume`
   */
  send(call: Call, use?: SessionUse): Promise<Answer>;
  logout(): Promise<void>;
}

interface Token {
  value: string;
  accept: string;
  /** sites extended to, each possibly still under way */
  extended: Map<string, Promise<void>>;
}

export function createSession(
  config: SiteConfig,
  transport: Transport,
  loginOf: (site: string) => Login | undefined,
): SiteSession {
  let token: Promise<Token> | null = null;
  let refused: { at: number; error: VcdaError } | null = null;
  let acceptFrom = 0;

  async function login(): Promise<Token> {
    if (config.login === undefined)
      throw refusal('POST /sessions', 'the config of this worker has no login for the site');
    for (;;) {
      const accept = ACCEPT[acceptFrom] ?? 'application/json';
      try {
        const answer = await transport.send({
          method: 'POST',
          path: '/sessions',
          body: loginBody(config.login),
          headers: { Accept: accept },
        });
        const value = answer.headers.get(TOKEN_HEADER);
        if (value === null || value === '')
          throw unexpected('POST /sessions', `the answer has no ${TOKEN_HEADER} header`);
        return { value, accept, extended: new Map() };
      } catch (error) {
        if (
          error instanceof VcdaError &&
          (error.status === 406 || error.status === 415) &&
          acceptFrom < ACCEPT.length - 1
        ) {
          acceptFrom += 1;
          continue;
        }
        if (error instanceof VcdaError && (error.status === 401 || error.status === 403)) {
          throw remember(refusal('POST /sessions', `the site refuses the login: ${error.detail}`, error));
        }
        throw error;
      }
    }
  }

  async function extend(current: Token, peer: string): Promise<void> {
    const credentials = loginOf(peer);
    if (credentials === undefined)
      throw refusal('POST /sessions/extend', `the config of this worker has no login for ${peer}`);
    const body = extendBody(peer, credentials);
    if (body === null)
      throw refusal(
        'POST /sessions/extend',
        `a login of type ${credentials.type} cannot be extended to ${peer}; use vcdCredentials or vcdAccessToken`,
      );
    try {
      await transport.send({
        method: 'POST',
        path: '/sessions/extend',
        body,
        headers: { Accept: current.accept, [TOKEN_HEADER]: current.value },
      });
    } catch (error) {
      // The session itself may have expired meanwhile: that is for the caller to renew.
      if (error instanceof VcdaError && error.code === 'RemoteAuthenticationFailure') {
        throw remember(refusal('POST /sessions/extend', `${peer} refuses the login: ${error.detail}`, error));
      }
      throw error;
    }
  }

  function remember(error: VcdaError): VcdaError {
    refused = { at: Date.now(), error };
    return error;
  }

  function refusal(call: string, detail: string, cause?: VcdaError): VcdaError {
    const [method = 'POST', path = ''] = call.split(' ');
    return new VcdaError(
      {
        site: config.name,
        code: OWN_CODES.loginRefused,
        detail,
        status: cause?.status ?? null,
        method,
        path,
        operationId: null,
        acted: 'no',
        retryAfter: null,
      },
      { cause },
    );
  }

  function unexpected(call: string, detail: string): VcdaError {
    const [method = 'POST', path = ''] = call.split(' ');
    return new VcdaError({
      site: config.name,
      code: OWN_CODES.unexpected,
      detail,
      status: null,
      method,
      path,
      operationId: null,
      acted: 'no',
      retryAfter: null,
    });
  }

  function ensure(): Promise<Token> {
    token ??= login().catch((error: unknown) => {
      token = null;
      throw error;
    });
    return token;
  }

  async function ensureExtended(current: Token, peer: string): Promise<void> {
    const under = current.extended.get(peer);
    if (under !== undefined) return under;
    const extension = extend(current, peer).catch((error: unknown) => {
      current.extended.delete(peer);
      throw error;
    });
    current.extended.set(peer, extension);
    return extension;
  }

  async function attempt(
    call: Call,
    peer: string | undefined,
  ): Promise<{ answer: Answer } | { expired: Token; error: VcdaError }> {
    const current = await ensure();
    try {
      if (peer !== undefined && peer !== config.name) await ensureExtended(current, peer);
      const answer = await transport.send({
        ...call,
        headers: { ...call.headers, Accept: current.accept, [TOKEN_HEADER]: current.value },
      });
      return { answer };
    } catch (error) {
      if (error instanceof VcdaError && error.status === 401 && error.code !== OWN_CODES.loginRefused)
        return { expired: current, error };
      throw error;
    }
  }

  async function renew(expired: Token, error: VcdaError, peer: string | undefined): Promise<void> {
    if (error.code === 'RemoteAuthenticationFailure' && peer !== undefined) {
      expired.extended.delete(peer);
      return;
    }
    // Many calls may come back with the same expired token; only the first drops it.
    if (token !== null && (await token.catch(() => null)) === expired) token = null;
  }

  return {
    async send(call, use = {}) {
      if (refused !== null) {
        if ((use.resumedAt ?? 0) <= refused.at) throw refused.error;
        refused = null;
      }
      const first = await attempt(call, use.peer);
      if ('answer' in first) return first.answer;
      await renew(first.expired, first.error, use.peer);
      const second = await attempt(call, use.peer);
      if ('answer' in second) return second.answer;
      await renew(second.expired, second.error, use.peer);
      throw second.error;
    },
    async logout() {
      const current = await token?.catch(() => null);
      token = null;
      if (!current) return;
      await transport
        .send({
          method: 'DELETE',
          path: '/sessions',
          headers: { Accept: current.accept, [TOKEN_HEADER]: current.value },
          timeout: 2_000,
        })
        .catch(() => undefined); // The site forgets an idle session by itself [KB 314989].
    },
  };
}

/** [doc B45 sessions/post] */
function loginBody(login: Login): Record<string, string> {
  switch (login.type) {
    case 'vcdCredentials':
      return { type: login.type, vcdUser: login.user, vcdPassword: login.password.reveal() };
    case 'localUser':
      return { type: login.type, localUser: login.user, localPassword: login.password.reveal() };
    case 'vcdAccessToken':
      return { type: login.type, vcdAccessToken: login.token.reveal(), context: login.org };
  }
}

/** `vcdUsername`, not `vcdUser` [KB 315136]; an appliance user has no form of it [doc OPI sessions/extend/post]. */
function extendBody(site: string, login: Login): Record<string, string> | null {
  switch (login.type) {
    case 'vcdCredentials':
      return { type: 'credentials', site, vcdUsername: login.user, vcdPassword: login.password.reveal() };
    case 'vcdAccessToken':
      return { type: 'vcdAccessToken', site, vcdAccessToken: login.token.reveal() };
    case 'localUser':
      return null;
  }
}
