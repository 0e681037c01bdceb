/**
 * HTTP as it is: every status, header and body that comes back is an answer. The connection (TLS, pinned certificate) is
 * the worker's own; its typed client is not used, because it hides what is to be checked here.
 */
import { Agent, fetch } from 'undici';
import type { SiteConfig } from '../plan/types.js';
import { createConnector } from '../vcda/http/connector.js';
import { Limiter } from '../vcda/http/limiter.js';
import { networkFailure } from '../vcda/http/network-failure.js';
import type { Method } from '../vcda/http/transport.js';
import { requireReading } from './read-only.js';

export interface Request {
  method: Method;
  /** as it goes out, double slashes included */
  path: string;
  query?: Record<string, string | number> | undefined;
  /** a string is sent as it is */
  body?: unknown;
  headers?: Record<string, string> | undefined;
  token?: string | undefined;
}

export interface Reply {
  status: number;
  headers: Headers;
  /** parsed JSON; undefined for none, the text when it is not JSON */
  body: unknown;
}

/** No answer arrived. */
export class Unreachable extends Error {}

export type WireOptions = Pick<SiteConfig, 'name' | 'url' | 'tls' | 'timeouts'> & {
  readOnly: boolean;
  /** absent: as fast as it goes */
  requestsPerSecond?: number;
};

export class Wire {
  readonly name: string;
  readonly readOnly: boolean;
  readonly #options: WireOptions;
  readonly #agent: Agent;
  readonly #turn: () => Promise<void>;

  constructor(options: WireOptions) {
    this.name = options.name;
    this.readOnly = options.readOnly;
    this.#options = options;
    this.#agent = new Agent({ connect: createConnector(options) });
    const rate = options.requestsPerSecond;
    const limiter = rate === undefined ? undefined : new Limiter(rate);
    this.#turn = async () => limiter?.turn();
  }

  /** @throws Unreachable; WouldWrite in a read-only run */
  async send({ method, path, query = {}, body, headers = {}, token }: Request): Promise<Reply> {
    if (this.readOnly) requireReading(method, path);
    await this.#turn();
    // Joined as texts: `new URL(path, base)` would take a double slash for a host.
    const url = new URL(this.#options.url + path);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
    try {
      const response = await fetch(url, {
        method,
        headers: {
          ...(token === undefined ? {} : { 'X-VCAV-Auth': token }),
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...headers,
        },
        body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
        redirect: 'manual',
        signal: AbortSignal.timeout(this.#options.timeouts.request),
        dispatcher: this.#agent,
      });
      return { status: response.status, headers: response.headers as Headers, body: parsed(await response.text()) };
    } catch (error) {
      throw new Unreachable(`no answer to ${method} ${path}: ${networkFailure(error).detail}`);
    }
  }

  close(): Promise<void> {
    return this.#agent.close();
  }
}

function parsed(text: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
