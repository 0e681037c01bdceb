/**
 * One session with one site, shared by all calls of a worker: logged in once however many calls wait for it, extended to
 * the other sites that operations need, renewed when it has expired. A refused login is remembered, so that a wrong
 * password is sent once and not a thousand times; it is tried again only after a person said `resume`.
 */
import { OWN_CODES, VcdaError } from '../errors/errors.js';
import { extendBody, type Login, loginBody, type PeerLogin } from './login.js';
import { beforehand, isNotAcceptable, isNotVcda, refusesCredentials, refusesPeer } from './login-errors.js';
import { createRefusals } from './login-refusals.js';
import { raced } from './raced.js';
import { encoded } from './scrub.js';
import type { Answer, Call, Transport } from './transport.js';

/**
 * Media types to ask for, best first: a pinned version keeps answers stable across upgrades of the site
 * [client terraform-provider-vcda]; an older site refuses it with 406 and gets the next.
 */
const ACCEPT = [
  ...['4.7', '4.6', '4.5'].map((version) => `application/vnd.vmware.h4-v${version}+json;charset=UTF-8`),
  'application/json',
];

export const TOKEN_HEADER = 'X-VCAV-Auth';

const LOGIN = '/sessions';
const EXTEND = '/sessions/extend';

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
  /** Drops the extension to a site. The path is an assumption: the vendor lists the call "Shrink" without it [doc OPI]. */
  shrink(peer: string): Promise<void>;
  logout(): Promise<void>;
}

/** What a session needs of a site's config; `login` may be of any of the six types. */
export interface SessionConfig {
  name: string;
  login?: Login | undefined;
}

interface Token {
  value: string;
  accept: string;
  /** a call with it was answered with something else than 401 */
  proven: boolean;
  /** sites extended to, each possibly still under way */
  extended: Map<string, Promise<void>>;
}

/** What a call was sent with: that, and nothing newer, is dropped when the site says it has expired. */
interface Used {
  token: Token;
  extension: Promise<void> | undefined;
}

export function createSession(
  config: SessionConfig,
  transport: Transport,
  loginOf: (site: string) => PeerLogin | undefined,
): SiteSession {
  let token: Promise<Token> | null = null;
  const refusals = createRefusals();
  let acceptFrom = 0;

  const headersOf = (current: Token) => ({ Accept: current.accept, [TOKEN_HEADER]: current.value });

  async function login(operationId: string | undefined): Promise<Token> {
    if (config.login === undefined) throw refused(LOGIN, 'the config of this worker has no login for the site');
    for (;;) {
      const accept = ACCEPT[acceptFrom] ?? 'application/json';
      try {
        const answer = await transport.send({
          method: 'POST',
          path: LOGIN,
          body: loginBody(config.login),
          headers: { Accept: accept },
          operationId,
        });
        const value = answer.headers.get(TOKEN_HEADER);
        if (value === null || value === '') throw notVcda(answer.status, `the answer has no ${TOKEN_HEADER} header`);
        return { value, accept, proven: false, extended: new Map() };
      } catch (error) {
        if (!(error instanceof VcdaError)) throw error;
        if (isNotAcceptable(error) && acceptFrom < ACCEPT.length - 1) {
          acceptFrom += 1;
          continue;
        }
        if (refusesCredentials(error)) {
          throw refusals.remember(config.name, refused(LOGIN, `the site refuses the login: ${error.detail}`, error));
        }
        if (isNotVcda(error)) throw notVcda(error.status, error.detail);
        throw beforehand(error);
      }
    }
  }

  async function extend(current: Token, peer: string, operationId: string | undefined): Promise<void> {
    const credentials = loginOf(peer);
    if (credentials === undefined) throw refused(EXTEND, `the config of this worker has no login for ${peer}`);
    const body = extendBody(peer, credentials);
    if (body === null)
      throw refused(
        EXTEND,
        `a login of type ${credentials.type} cannot be extended to ${peer}; use vcdCredentials or vcdAccessToken`,
      );
    try {
      await transport.send({ method: 'POST', path: EXTEND, body, headers: headersOf(current), operationId });
      current.proven = true;
    } catch (error) {
      if (!(error instanceof VcdaError)) throw error;
      if (refusesPeer(error, current.proven))
        throw refusals.remember(peer, refused(EXTEND, `${peer} refuses the login: ${error.detail}`, error));
      throw beforehand(error);
    }
  }

  const refused = (path: string, detail: string, cause?: VcdaError): VcdaError =>
    ownError(OWN_CODES.loginRefused, path, detail, cause?.status ?? null);
  const notVcda = (status: number | null, detail: string): VcdaError =>
    ownError(OWN_CODES.unexpected, LOGIN, detail, status);
  const ownError = (code: string, path: string, detail: string, status: number | null): VcdaError =>
    new VcdaError({
      site: config.name,
      code,
      detail,
      status,
      method: 'POST',
      path,
      operationId: null,
      acted: 'no',
      retryAfter: null,
    });

  function ensure(operationId: string | undefined): Promise<Token> {
    token ??= login(operationId).catch((error: unknown) => {
      token = null;
      throw error;
    });
    return token;
  }

  function ensureExtended(current: Token, peer: string, operationId: string | undefined): Promise<void> {
    const under = current.extended.get(peer);
    if (under !== undefined) return under;
    const extension = extend(current, peer, operationId).catch((error: unknown) => {
      current.extended.delete(peer);
      throw error;
    });
    current.extended.set(peer, extension);
    return extension;
  }

  async function attempt(call: Call, peer: string | undefined): Promise<{ answer: Answer } | ExpiredCall> {
    const current = await raced(ensure(call.operationId), call.signal);
    let extension: Promise<void> | undefined;
    try {
      if (peer !== undefined) {
        extension = ensureExtended(current, peer, call.operationId);
        await raced(extension, call.signal);
      }
      const answer = await transport.send({ ...call, headers: { ...call.headers, ...headersOf(current) } });
      current.proven = true;
      return { answer };
    } catch (error) {
      if (error instanceof VcdaError && error.status === 401 && error.code !== OWN_CODES.loginRefused)
        return { used: { token: current, extension }, error };
      if (error instanceof VcdaError && error.status !== null) current.proven = true;
      throw error;
    }
  }

  /** Many calls may come back with the same expired token or extension; only the first drops it. */
  async function drop({ used, error }: ExpiredCall, peer: string | undefined): Promise<void> {
    if (error.code === 'RemoteAuthenticationFailure') {
      // Without a peer there is nothing to extend, and a new login would only lose the extensions there are.
      if (peer === undefined) throw error;
      if (used.token.extended.get(peer) === used.extension) used.token.extended.delete(peer);
      return;
    }
    if (token !== null && (await token.catch(() => null)) === used.token) token = null;
  }

  return {
    async send(call, { peer: wanted, resumedAt = 0 } = {}) {
      const peer = wanted === config.name ? undefined : wanted;
      refusals.check(config.name, resumedAt);
      if (peer !== undefined) refusals.check(peer, resumedAt);
      const first = await attempt(call, peer);
      if ('answer' in first) return first.answer;
      await drop(first, peer);
      const second = await attempt(call, peer);
      if ('answer' in second) return second.answer;
      await drop(second, peer);
      throw second.error;
    },

    async shrink(peer) {
      const current = await ensure(undefined);
      current.extended.delete(peer);
      await transport.send({ method: 'DELETE', path: `${EXTEND}/${encoded(peer)}`, headers: headersOf(current) });
    },

    async logout() {
      const current = await token?.catch(() => null);
      token = null;
      if (!current) return;
      await transport
        .send({ method: 'DELETE', path: LOGIN, headers: headersOf(current), timeout: 2_000 })
        .catch(() => undefined); // The site forgets an idle session by itself [KB 314989].
    },
  };
}

interface ExpiredCall {
  used: Used;
  error: VcdaError;
}
