/** What a case works with: the server under test, and a session that is renewed when cases let time go by. */

import { scrubber } from '../vcda/http/scrub.js';
import type { Method } from '../vcda/http/transport.js';
import { errorText } from './error-text.js';
import { need } from './finding.js';
import { answered, at, challenges, listAt, numberAt, ok, textAt } from './look.js';
import { ACCEPT } from './media-types.js';
import type { Target } from './target.js';
import { type Reply, type Request, Unreachable } from './wire.js';

export type CallOptions = Pick<Request, 'query' | 'body' | 'headers'>;
export type Caller = (method: Method, path: string, options?: CallOptions) => Promise<Reply>;

/** The login was refused, or the server is no VCDA. */
export class LoginFailed extends Error {}

const PAGE = 100;
const MOST_PAGES = 50;

export class Context {
  readonly target: Target;
  accept = ACCEPT[0] as string;
  /** why the session could not be extended; null when it was, or when there is nothing to extend it to */
  notExtended: string | null = null;
  readonly memory = new Map<string, Promise<unknown>>();
  #token = '';
  /** sessions that were opened and not closed */
  readonly #open = new Set<string>();

  private constructor(target: Target) {
    this.target = target;
  }

  /** @throws LoginFailed, Unreachable */
  static async open(target: Target): Promise<Context> {
    const context = new Context(target);
    await context.#logIn();
    return context;
  }

  get token(): string {
    return this.#token;
  }

  /** the site that the session is extended to */
  get peer(): string | undefined {
    return this.notExtended === null ? this.target.extensions[0]?.site : undefined;
  }

  /** By the session that all cases share. */
  call: Caller = async (method, path, options = {}) => {
    const reply = await this.as(this.#token)(method, path, options);
    // By the code where there is no challenge: whether there is one is another case's question.
    const expired = challenges(reply) || textAt(reply.body, 'code') === 'NotAuthenticated';
    if (reply.status !== 401 || !expired) return reply;
    await this.#logIn();
    return this.as(this.#token)(method, path, options);
  };

  get = (path: string, query?: Request['query']): Promise<Reply> => this.call('GET', path, { query });
  post = (path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply> =>
    this.call('POST', path, { body, headers });

  /** By a session of the case's own. */
  as(token: string): Caller {
    return (method, path, { query, body, headers } = {}) => {
      if (method === 'DELETE' && path === '/sessions') this.#open.delete(token);
      return this.target.here.send({ method, path, query, body, token, headers: { Accept: this.accept, ...headers } });
    };
  }

  /** Logs in once more; whatever the site says to it is the answer. */
  async logIn(body: unknown = this.target.login, headers: Record<string, string> = {}): Promise<Reply> {
    const sent = { Accept: this.accept, ...headers };
    const reply = await this.target.here.send({ method: 'POST', path: '/sessions', body, headers: sent });
    const token = reply.headers.get('x-vcav-auth');
    if (token !== null) this.#open.add(token);
    return reply;
  }

  /** A session of the case's own. */
  async session(body: unknown = this.target.login): Promise<Caller> {
    const reply = await this.logIn(body);
    const token = reply.headers.get('x-vcav-auth');
    need(reply.status === 200 && token !== null, `a second login is answered ${answered(reply)}`);
    return this.as(token);
  }

  pass(ms: number): Promise<void> {
    return this.target.pass(ms);
  }

  /** What several cases need and none is about is made once. */
  once<T>(name: string, make: () => Promise<T>): Promise<T> {
    const made = this.memory.get(name) ?? make();
    this.memory.set(name, made);
    return made as Promise<T>;
  }

  /** A whole list, by pages or as a bare array. */
  async list(path: string, query: Record<string, string | number> = {}): Promise<unknown[]> {
    const all: unknown[] = [];
    for (let n = 0; n < MOST_PAGES; n++) {
      const reply = await this.get(path, { ...query, offset: all.length, limit: PAGE });
      need(ok(reply), `GET ${path} is answered ${answered(reply)}`);
      if (Array.isArray(reply.body)) return reply.body;
      const items = listAt(reply.body);
      all.push(...items);
      if (items.length === 0 || all.length >= (numberAt(reply.body, 'total') ?? 0)) break;
    }
    return all;
  }

  /** A replication as the site shows it now. */
  async replicationNow(id: string): Promise<unknown> {
    return (await this.get(`/vm-replications/${id}`)).body;
  }

  /** The site's own name for itself; the config's may be another. */
  localName(): Promise<string> {
    return this.once('local-name', async () => {
      const sites = await this.get('/sites');
      const local = listAt(sites.body, '').find((it) => at(it, 'isLocal') === true);
      return textAt(local, 'site') ?? this.target.here.name;
    });
  }

  /** Leaves no session behind: they count against limits of the site until they have been idle for long enough. */
  async logOut(): Promise<void> {
    for (const token of this.#open) {
      await this.as(token)('DELETE', '/sessions').catch(() => undefined);
    }
  }

  /** Takes out what is secret, in case the server says it back. */
  scrubbed(text: string): string {
    const { login, logins, provider, extensions } = this.target;
    const body = { login, logins, provider, extensions };
    return scrubber({ headers: { 'X-VCAV-Auth': this.#token }, body })(text);
  }

  async #logIn(): Promise<void> {
    const { here, login, extensions } = this.target;
    let reply: Reply | undefined;
    for (const accept of ACCEPT) {
      this.accept = accept;
      reply = await this.logIn();
      // An older site refuses a newer version, and gets the next one.
      if (reply.status !== 406 && reply.status !== 415) break;
    }
    const token = reply?.headers.get('x-vcav-auth');
    if (reply === undefined || !ok(reply) || token == null) {
      const said = reply === undefined ? '' : this.scrubbed(errorText(reply));
      throw new LoginFailed(`${here.name} refuses the login (${login.type}): ${said}`);
    }
    this.#token = token;
    const [extension] = extensions;
    if (extension === undefined) return;
    const extended = await this.as(token)('POST', '/sessions/extend', { body: extension });
    this.notExtended = ok(extended) ? null : this.scrubbed(`not extended to ${extension.site}: ${errorText(extended)}`);
  }
}

/** Whether the server still talks to us. */
export async function alive(context: Context): Promise<boolean> {
  try {
    await context.get('/sessions');
    return true;
  } catch (error) {
    if (error instanceof Unreachable) return false;
    throw error;
  }
}
