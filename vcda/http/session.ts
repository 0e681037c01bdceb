/**
 * One session with one site, shared by all calls of a worker: logged in once however many calls wait for it, extended to
 * the other sites that operations need, renewed when it has expired. A refused login is remembered, so that a wrong
 * password is sent once and not a thousand times; it is tried again only after a person said `resume`, or when another has
 * come in its place.
 */
import { isOfFrontEnd, OWN_CODES, VcdaError } from '../errors/errors.js';
import type { AccessTokens } from './access-tokens.js';
import { BareRefusals } from './bare-refusals.js';
import { extendBody, type Login, loginBody, type PeerLogin, type SentPeerLogin } from './login.js';
import { beforehand, isBare, isNotAcceptable, refusesCredentials, refusesPeer } from './login-errors.js';
import { type LoginTurns, needsTurn, type Sending, Superseded, sentInTurn } from './login-turns.js';
import { ACCEPT } from './media-types.js';
import { raced } from './raced.js';
import { Refusals } from './refusals.js';
import { encoded, isToken, type KnownSecrets } from './scrub.js';
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
  /** what the login of a site is called that it uses, its own or a peer's, where it has several; null: it needs no name */
  called?: (site: string) => string | null;
}

interface Token {
  value: string;
  accept: string;
  /** of `performance.now()`: what it was opened with expires soon after */
  renewAt: number;
  /** a call with it was answered with something else than 401 */
  proven: boolean;
  /** calls that are under way with it */
  uses: number;
  /** another has come in its place */
  isOver: boolean;
  /** sites extended to, each possibly still under way: until when, as `renewAt` */
  extended: Map<string, Promise<number>>;
}

interface Shown<L extends { type: string }> {
  login: Exclude<L, { type: 'vcdApiToken' }> | Extract<SentPeerLogin, { type: 'vcdAccessToken' }>;
  /** as that of a {@link Token} */
  renewAt: number;
}

/** A call that found its token or extension expired: what it was sent with, and nothing newer, is to be dropped. */
interface ExpiredCall {
  used: { token: Token; extension: Promise<number> | undefined };
  error: VcdaError;
}

export class SiteSession {
  readonly #config: SessionConfig;
  readonly #transport: Transport;
  readonly #loginOf: (site: string) => PeerLogin | undefined;
  readonly #secrets: KnownSecrets;
  readonly #tokens: AccessTokens | null;
  readonly #refusals = new Refusals();
  readonly #bareRefusals = new BareRefusals();
  /** when a 401 that says nothing last cost the session, by a clock that nobody sets */
  #renewedAt = Number.NEGATIVE_INFINITY;
  /** what has come in the place of the config's; null: nothing */
  #renewed: { login: Login | undefined } | null = null;
  #turns: LoginTurns | null = null;
  #accepted: () => void = () => {};
  #token: Promise<Token> | null = null;
  /** index into ACCEPT: what comes before was refused by the site */
  #acceptFrom = 0;

  /** @param loginOf the login of another site, to extend the session with @param secrets is told of each token @param tokens for logins with API tokens */
  constructor(
    config: SessionConfig,
    transport: Transport,
    loginOf: (site: string) => PeerLogin | undefined,
    secrets: KnownSecrets,
    tokens: AccessTokens | null = null,
  ) {
    this.#config = config;
    this.#transport = transport;
    this.#loginOf = loginOf;
    this.#secrets = secrets;
    this.#tokens = tokens;
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

  /** From now on logins and extensions wait for those of other processes. */
  takeTurns(turns: LoginTurns): void {
    this.#turns = turns;
  }

  /**
   * Takes another login: what was refused before says nothing of it.
   * @param isSame the session that it has opened stands; else the next call logs in anew
   */
  renew(login: Login | undefined, isSame: boolean): void {
    this.#renewed = { login };
    if (!isSame) {
      void this.#token?.then(
        (token) => this.#leave(token),
        () => {},
      );
      this.#token = null;
    }
    this.#refusals.forget(this.#config.name);
  }

  /** The same for the login of a site that it is extended to. */
  peerRenewed(peer: string, isSame: boolean): void {
    this.peerAccepted(peer);
    if (isSame) return;
    this.#token?.then(
      ({ extended }) => extended.delete(peer),
      () => {},
    );
  }

  /** Tells of each login that the site has accepted. */
  whenAccepted(tell: () => void): void {
    this.#accepted = tell;
  }

  /** A site that it is extended to has accepted the login with which it is: what was refused before is over. */
  peerAccepted(peer: string): void {
    this.#refusals.forget(peer);
    this.#bareRefusals.forget(peer);
  }

  get #own(): Login | undefined {
    return this.#renewed === null ? this.#config.login : this.#renewed.login;
  }

  /** When the login was sent that was refused so: epoch ms; null: it was never sent. */
  refusedAt(error: VcdaError): number | null {
    return this.#refusals.sentAt(error);
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
    if (current) await this.#end(current);
  }

  /** What the site would keep open until it idles out, with a login that may have been replaced for a reason. */
  #leave(token: Token): void {
    token.isOver = true;
    if (token.uses === 0) void this.#end(token);
  }

  async #end(current: Token): Promise<void> {
    await this.#transport
      .send({ method: 'DELETE', path: LOGIN, headers: headersOf(current), timeout: 2_000 })
      .catch(() => undefined); // The site forgets an idle session by itself [KB 314989].
  }

  async #attempt(call: Call, peer: string | undefined): Promise<{ answer: Answer } | ExpiredCall> {
    const current = await this.#current(call);
    current.uses += 1;
    let extension: Promise<number> | undefined;
    try {
      if (peer !== undefined) ({ extension } = await this.#reached(current, peer, call));
      const answer = await this.#transport.send({ ...call, headers: { ...call.headers, ...headersOf(current) } });
      current.proven = true;
      return { answer };
    } catch (error) {
      if (error instanceof VcdaError && error.status === 401 && error.code !== OWN_CODES.loginRefused)
        return { used: { token: current, extension }, error };
      if (error instanceof VcdaError && isOfSite(error)) current.proven = true;
      throw error;
    } finally {
      current.uses -= 1;
      if (current.isOver) this.#leave(current);
    }
  }

  /** Renewed before what it was opened with expires. */
  async #current(call: Call): Promise<Token> {
    const opened = this.#loggedIn(call.operationId);
    const current = await raced(opened, call.signal);
    if (performance.now() < current.renewAt) return current;
    // The site lets it idle out: a task that was begun with it may need it still.
    if (this.#token === opened) this.#token = null;
    return raced(this.#loggedIn(call.operationId), call.signal);
  }

  /** Once the session is extended to the peer; renewed before what it was extended with expires. */
  async #reached(current: Token, peer: string, call: Call): Promise<{ extension: Promise<number> }> {
    const known = this.#extended(current, peer, call.operationId);
    if (performance.now() < (await raced(known, call.signal))) return { extension: known };
    if (current.extended.get(peer) === known) current.extended.delete(peer);
    const extension = this.#extended(current, peer, call.operationId);
    await raced(extension, call.signal);
    return { extension };
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
    if (this.#token !== null) return this.#token;
    const token = this.#login(operationId).catch((error: unknown) => {
      // Another may be under way with a login that has come meanwhile.
      if (this.#token === token) this.#token = null;
      throw error;
    });
    this.#token = token;
    return token;
  }

  #extended(current: Token, peer: string, operationId: string | undefined): Promise<number> {
    const under = current.extended.get(peer);
    if (under !== undefined) return under;
    const extension = this.#extend(current, peer, operationId).catch((error: unknown) => {
      if (current.extended.get(peer) === extension) current.extended.delete(peer);
      throw error;
    });
    current.extended.set(peer, extension);
    return extension;
  }

  async #login(operationId: string | undefined): Promise<Token> {
    const { name } = this.#config;
    const login = this.#own;
    if (login === undefined)
      throw this.#refused(LOGIN, `the config of this worker has no ${this.#loginAt(name)} for the site`);
    const asked = this.#refusals.asking(name);
    let isSecondToken = false;
    for (;;) {
      const accept = ACCEPT[this.#acceptFrom] ?? 'application/json';
      let shown: Shown<Login> | undefined;
      try {
        const headers = { Accept: accept };
        shown = await this.#shown(name, login);
        const body = loginBody(shown.login);
        const call: Call = { method: 'POST', path: LOGIN, body, headers, operationId, isLogin: true };
        const isCurrent = () => login === this.#own;
        const answer = await this.#sent(call, { site: name, login, asked, isCurrent, isRefusal: refusesCredentials });
        const value = answer.headers.get(TOKEN_HEADER);
        if (value === null || value === '')
          throw this.#notVcda(answer.status, `the answer has no ${TOKEN_HEADER} header`);
        if (!isToken(value)) throw this.#notVcda(answer.status, `what its ${TOKEN_HEADER} header holds is no token`);
        this.#secrets.learn(this, value, name);
        this.#accepted();
        return { value, accept, renewAt: shown.renewAt, proven: false, uses: 0, isOver: false, extended: new Map() };
      } catch (error) {
        if (error instanceof Superseded) return this.#login(operationId);
        if (!(error instanceof VcdaError)) throw error;
        if (isNotAcceptable(error) && this.#acceptFrom < ACCEPT.length - 1) {
          this.#acceptFrom += 1;
          continue;
        }
        if (isOwnWord(error)) throw this.#own === login ? this.#refusals.remember(name, error, asked) : error;
        if (!refusesCredentials(error)) throw beforehand(error);
        if (!isSecondToken && this.#isAnother(name, login, shown)) {
          isSecondToken = true;
          continue;
        }
        const refusal = this.#refused(
          LOGIN,
          `the site refuses the ${this.#loginAt(name)}: ${error.detail}`,
          error.status,
        );
        // It says nothing of one that has come meanwhile.
        throw login === this.#own ? this.#refusals.remember(name, refusal, asked) : refusal;
      }
    }
  }

  /** @param isSecondToken one access token of the peer was refused before, which may have been an old one */
  async #extend(current: Token, peer: string, operationId: string | undefined, isSecondToken = false): Promise<number> {
    const login = this.#loginOf(peer);
    if (login === undefined)
      throw this.#refused(EXTEND, `the config of this worker has no ${this.#loginAt(peer)} for ${peer}`);
    if (login.type !== 'vcdApiToken' && extendBody(peer, login) === null)
      throw this.#refused(
        EXTEND,
        `a login of type ${login.type} cannot be extended to ${peer}; use vcdCredentials, vcdApiToken or vcdAccessToken`,
      );
    const standing = this.#bareRefusals.standing(peer);
    if (standing !== null) throw standing;
    const asked = this.#refusals.asking(peer);
    let shown: Shown<PeerLogin> | undefined;
    try {
      shown = await this.#shown(peer, login);
      const body = extendBody(peer, shown.login);
      const headers = headersOf(current);
      const call: Call = { method: 'POST', path: EXTEND, body, headers, operationId, isLogin: true };
      const isCurrent = () => login === this.#loginOf(peer);
      // What says nothing is believed once it lasts, by each process for itself.
      const isRefusal = (error: VcdaError) => !isBare(error) && refusesPeer(error, current.proven);
      await this.#sent(call, { site: peer, login, asked, isCurrent, isRefusal });
      current.proven = true;
      this.#bareRefusals.forget(peer);
      return shown.renewAt;
    } catch (error) {
      if (error instanceof Superseded) return this.#extend(current, peer, operationId);
      if (!(error instanceof VcdaError)) throw error;
      const isCurrent = login === this.#loginOf(peer);
      if (isOwnWord(error)) throw isCurrent ? this.#refusals.remember(peer, error, asked) : error;
      if (isOfSite(error)) this.#bareRefusals.forget(peer);
      const isBareOne = isBare(error);
      const doubt = isBareOne ? this.#bareRefusals.met(peer, error) : null;
      if (doubt !== null) throw doubt;
      if (isBareOne || refusesPeer(error, current.proven)) {
        if (!isSecondToken && this.#isAnother(peer, login, shown))
          return this.#extend(current, peer, operationId, true);
        const detail = isBareOne ? `an extension has been answered 401 for a minute, by ${error.detail}` : error.detail;
        const refusal = this.#refused(EXTEND, `${peer} refuses the ${this.#loginAt(peer)}: ${detail}`, error.status);
        throw isCurrent ? this.#refusals.remember(peer, refusal, asked) : refusal;
      }
      throw beforehand(error);
    }
  }

  /** What goes out for a login, and until when it is good: with an API token never that, but an access token got for it. */
  async #shown<L extends PeerLogin>(site: string, login: L): Promise<Shown<L>> {
    if (login.type !== 'vcdApiToken') return { login: login as Shown<L>['login'], renewAt: Number.POSITIVE_INFINITY };
    if (this.#tokens === null) throw new TypeError('a login with an API token needs access tokens');
    const { token, renewAt } = await this.#tokens.get(site, login);
    return { login: { type: 'vcdAccessToken', org: login.org, token }, renewAt };
  }

  /** Whether another access token can be had in the place of one that was refused: it may have expired early. */
  #isAnother(site: string, login: PeerLogin, shown: Shown<PeerLogin> | undefined): boolean {
    if (login.type !== 'vcdApiToken' || shown?.login.type !== 'vcdAccessToken') return false;
    this.#tokens?.drop(site, login, shown.login.token);
    return true;
  }

  /**
   * Sends what carries a login, when no other process sends the same site's.
   * @throws VcdaError `LoginRefused` when just this one was refused there, and nobody has said `resume` since
   */
  #sent(call: Call, sending: Omit<Sending, 'refusedBefore'>): Promise<Answer> {
    const { site, login } = sending;
    if (this.#turns === null || !needsTurn(login)) return this.#transport.send(call);
    return sentInTurn(this.#turns, this.#transport, call, {
      ...sending,
      refusedBefore: ({ at, after, status, detail }) => {
        const who = site === this.#config.name ? 'the site' : site;
        const refusal = this.#refused(call.path, `${who} refuses the ${this.#loginAt(site)}: ${detail}`, status);
        return this.#refusals.remember(site, refusal, { at, after });
      },
    });
  }

  /** In words. */
  #loginAt(site: string): string {
    const name = this.#config.called?.(site) ?? null;
    return name === null ? 'login' : `login ${name}`;
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

/** It was made here, of what was asked or is remembered, and is no answer. */
const isOwnWord = (error: VcdaError): boolean => error.code === OWN_CODES.loginRefused;

const isOfSite = (error: VcdaError): boolean =>
  error.status !== null && error.code !== OWN_CODES.unexpected && !isOfFrontEnd(error);
