/**
 * One session with one site, shared by all calls of a worker: logged in once however many calls wait for it, extended to
 * the other sites that operations need, renewed when it has expired. A refused login is remembered, so that a wrong
 * password is sent once and not a thousand times; it is tried again only after a person said `resume`.
 */
import { isOfFrontEnd, OWN_CODES, VcdaError } from '../errors/errors.js';
import { BareRefusals } from './bare-refusals.js';
import { extendBody, type Login, loginBody, type PeerLogin } from './login.js';
import { beforehand, isBare, isNotAcceptable, refusesCredentials, refusesPeer } from './login-errors.js';
import { ACCEPT } from './media-types.js';
import { raced } from './raced.js';
import { Refusals } from './refusals.js';
import { encoded, type KnownSecrets } from './scrub.js';
import type { Answer, Call, Transport } from './transport.js';

export const TOKEN_HEADER = 'X-VCAV-Auth';

const LOGIN = '/sessions';
const EXTEND = '/sessions/extend';
/** ms between two logins for the sake of 401s that do not say whose they are */
const RENEWED_AGAIN_AFTER = 60_000;

export interface SessionUse {
  /** another site that the call reaches through this one */
  peer?: string | undefined;
  /** epoch ms at which a person last said `resume`; 0: never */
  resumedAt?: number | undefined;
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

/** A call that found its token or extension expired: what it was sent with, and nothing newer, is to be dropped. */
interface ExpiredCall {
  used: { token: Token; extension: Promise<void> | undefined };
  error: VcdaError;
}

export class SiteSession {
  readonly #config: SessionConfig;
  readonly #transport: Transport;
  readonly #loginOf: (site: string) => PeerLogin | undefined;
  readonly #secrets: KnownSecrets;
  readonly #refusals = new Refusals();
  readonly #bareRefusals = new BareRefusals();
  /** when a 401 that says nothing last cost the session, by a clock that nobody sets */
  #renewedAt = Number.NEGATIVE_INFINITY;
  #token: Promise<Token> | null = null;
  /** index into ACCEPT: what comes before was refused by the site */
  #acceptFrom = 0;

  /** @param loginOf the login of another site, to extend the session with @param secrets is told of each token */
  constructor(
    config: SessionConfig,
    transport: Transport,
    loginOf: (site: string) => PeerLogin | undefined,
    secrets: KnownSecrets,
  ) {
    this.#config = config;
    this.#transport = transport;
    this.#loginOf = loginOf;
    this.#secrets = secrets;
  }

  /**
   * Sends a call with a token, and once more after a new login or extension when the session turns out to have expired:
   * a call answered 401 by the site was not processed. A 401 that does not say whose it is renews both as well, but what may
   * have changed something is not sent again.
   * @throws VcdaError `LoginRefused` when the site refuses the credentials, now or before the last `resume`
   */
  async send(call: Call, { peer: wanted, resumedAt = 0 }: SessionUse = {}): Promise<Answer> {
    const peer = wanted === this.#config.name ? undefined : wanted;
    try {
      return await this.#send(call, peer, resumedAt);
    } catch (error) {
      // A login that was under way when a person said `resume`; the call itself was not sent.
      if (!(error instanceof VcdaError) || !this.#refusals.isOld(error, resumedAt)) throw error;
      return this.#send(call, peer, resumedAt);
    }
  }

  async #send(call: Call, peer: string | undefined, resumedAt: number): Promise<Answer> {
    this.#refusals.check(this.#config.name, resumedAt);
    if (peer !== undefined) this.#refusals.check(peer, resumedAt);
    const first = await this.#attempt(call, peer);
    if ('answer' in first) return first.answer;
    await this.#drop(first, peer);
    if (first.error.acted === 'unknown' && call.method !== 'GET') throw first.error;
    const second = await this.#attempt(call, peer);
    if ('answer' in second) return second.answer;
    await this.#drop(second, peer);
    throw second.error;
  }

  /** Drops the extension to a site. The path is an assumption: the vendor lists the call "Shrink" without it [doc OPI]. */
  async shrink(peer: string): Promise<void> {
    const current = await this.#loggedIn(undefined);
    current.extended.delete(peer);
    await this.#transport.send({ method: 'DELETE', path: `${EXTEND}/${encoded(peer)}`, headers: headersOf(current) });
  }

  async logout(): Promise<void> {
    const current = await this.#token?.catch(() => null);
    this.#token = null;
    if (!current) return;
    await this.#transport
      .send({ method: 'DELETE', path: LOGIN, headers: headersOf(current), timeout: 2_000 })
      .catch(() => undefined); // The site forgets an idle session by itself [KB 314989].
  }

  async #attempt(call: Call, peer: string | undefined): Promise<{ answer: Answer } | ExpiredCall> {
    const current = await raced(this.#loggedIn(call.operationId), call.signal);
    let extension: Promise<void> | undefined;
    try {
      if (peer !== undefined) {
        extension = this.#extended(current, peer, call.operationId);
        await raced(extension, call.signal);
      }
      const answer = await this.#transport.send({ ...call, headers: { ...call.headers, ...headersOf(current) } });
      current.proven = true;
      return { answer };
    } catch (error) {
      if (error instanceof VcdaError && error.status === 401 && error.code !== OWN_CODES.loginRefused)
        return { used: { token: current, extension }, error };
      if (error instanceof VcdaError && isOfSite(error)) current.proven = true;
      throw error;
    }
  }

  /** Many calls may come back with the same expired token or extension; only the first drops it. */
  async #drop({ used, error }: ExpiredCall, peer: string | undefined): Promise<void> {
    if (error.code === 'RemoteAuthenticationFailure') {
      // Without a peer there is nothing to extend, and a new login would only lose the extensions there are.
      if (peer === undefined) throw error;
      if (used.token.extended.get(peer) === used.extension) used.token.extended.delete(peer);
      return;
    }
    const known = this.#token;
    if (known === null || (await known.catch(() => null)) !== used.token || this.#token !== known) return;
    // A page that stands before the site would cost a login for every call that it answers.
    if (isBare(error)) {
      if (performance.now() - this.#renewedAt < RENEWED_AGAIN_AFTER) throw error;
      this.#renewedAt = performance.now();
    }
    this.#token = null;
  }

  #loggedIn(operationId: string | undefined): Promise<Token> {
    this.#token ??= this.#login(operationId).catch((error: unknown) => {
      this.#token = null;
      throw error;
    });
    return this.#token;
  }

  #extended(current: Token, peer: string, operationId: string | undefined): Promise<void> {
    const under = current.extended.get(peer);
    if (under !== undefined) return under;
    const extension = this.#extend(current, peer, operationId).catch((error: unknown) => {
      current.extended.delete(peer);
      throw error;
    });
    current.extended.set(peer, extension);
    return extension;
  }

  async #login(operationId: string | undefined): Promise<Token> {
    const { name, login } = this.#config;
    if (login === undefined) throw this.#refused(LOGIN, 'the config of this worker has no login for the site');
    const asked = this.#refusals.asking(name);
    for (;;) {
      const accept = ACCEPT[this.#acceptFrom] ?? 'application/json';
      try {
        const headers = { Accept: accept };
        const body = loginBody(login);
        const answer = await this.#transport.send({
          method: 'POST',
          path: LOGIN,
          body,
          headers,
          operationId,
          isLogin: true,
        });
        const value = answer.headers.get(TOKEN_HEADER);
        if (value === null || value === '')
          throw this.#notVcda(answer.status, `the answer has no ${TOKEN_HEADER} header`);
        this.#secrets.learn(name, value);
        return { value, accept, proven: false, extended: new Map() };
      } catch (error) {
        if (!(error instanceof VcdaError)) throw error;
        if (isNotAcceptable(error) && this.#acceptFrom < ACCEPT.length - 1) {
          this.#acceptFrom += 1;
          continue;
        }
        if (refusesCredentials(error))
          throw this.#refusals.remember(
            name,
            this.#refused(LOGIN, `the site refuses the login: ${error.detail}`, error.status),
            asked,
          );
        throw beforehand(error);
      }
    }
  }

  async #extend(current: Token, peer: string, operationId: string | undefined): Promise<void> {
    const login = this.#loginOf(peer);
    if (login === undefined) throw this.#refused(EXTEND, `the config of this worker has no login for ${peer}`);
    const body = extendBody(peer, login);
    if (body === null)
      throw this.#refused(
        EXTEND,
        `a login of type ${login.type} cannot be extended to ${peer}; use vcdCredentials or vcdAccessToken`,
      );
    const standing = this.#bareRefusals.standing(peer);
    if (standing !== null) throw standing;
    const asked = this.#refusals.asking(peer);
    try {
      const headers = headersOf(current);
      await this.#transport.send({ method: 'POST', path: EXTEND, body, headers, operationId, isLogin: true });
      current.proven = true;
      this.#bareRefusals.forget(peer);
    } catch (error) {
      if (!(error instanceof VcdaError)) throw error;
      if (isOfSite(error)) this.#bareRefusals.forget(peer);
      const isBareOne = isBare(error);
      const doubt = isBareOne ? this.#bareRefusals.met(peer, error) : null;
      if (doubt !== null) throw doubt;
      if (isBareOne || refusesPeer(error, current.proven)) {
        const detail = isBareOne ? `an extension has been answered 401 for a minute, by ${error.detail}` : error.detail;
        const refusal = this.#refused(EXTEND, `${peer} refuses the login: ${detail}`, error.status);
        throw this.#refusals.remember(peer, refusal, asked);
      }
      throw beforehand(error);
    }
  }

  #refused(path: string, detail: string, status: number | null = null): VcdaError {
    const code = OWN_CODES.loginRefused;
    return new VcdaError({ site: this.#config.name, code, detail, status, method: 'POST', path, acted: 'no' });
  }

  #notVcda(status: number | null, detail: string): VcdaError {
    const code = OWN_CODES.unexpected;
    return new VcdaError({ site: this.#config.name, code, detail, status, method: 'POST', path: LOGIN, acted: 'no' });
  }
}

const headersOf = ({ accept, value }: Token): Record<string, string> => ({ Accept: accept, [TOKEN_HEADER]: value });

const isOfSite = (error: VcdaError): boolean =>
  error.status !== null && error.code !== OWN_CODES.unexpected && !isOfFrontEnd(error);
