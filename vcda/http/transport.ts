/**
 * HTTP to one site: keep-alive connections, its own trust, a request rate, one time-out a call, and every failure turned
 * into a {@link VcdaError}. Knows nothing of sessions. `retry: 0`, because Temporal owns retries.
 */

import ky, { type KyInstance } from 'ky';
import { Agent, fetch } from 'undici';
import type { SiteConfig } from '../../plan/types.js';
import { OWN_CODES, statusCode, VcdaError } from '../errors/errors.js';
import { type ErrorIn, excerptBy, type Failed, notShown, parsed, refusal } from './answers.js';
import { Circuit } from './circuit.js';
import { createConnector, judgedBy } from './connector.js';
import { Deadline } from './deadline.js';
import { type Among, Limiter } from './limiter.js';
import { networkFailure } from './network-failure.js';
import { Bodies } from './read-body.js';
import { encoded, type KnownSecrets, type Scrub, scrubbed } from './scrub.js';

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
export type Query = Record<string, string | number | boolean | undefined>;

export interface Call {
  method: Method;
  path: string;
  query?: Query | undefined;
  body?: unknown;
  /** in place of a body: members of a form */
  form?: Record<string, string> | undefined;
  /** what an answer that is none of 2xx says in its JSON; default: VCDA's own error */
  errorIn?: ErrorIn | undefined;
  headers?: Record<string, string | undefined>;
  operationId?: string | undefined;
  /** ms, instead of the site's `timeouts.request`; for the whole exchange, the body included */
  timeout?: number | undefined;
  signal?: AbortSignal | undefined;
  /** carries credentials: nothing of its answer is kept but what is VCDA's own error */
  isLogin?: boolean | undefined;
  /**
   * Awaited after every other wait, right before the request leaves, and again where that took so long that the request has
   * to take another turn; what it throws is thrown, and nothing is sent.
   */
  beforeSend?: (() => Promise<void>) | undefined;
}

export interface Answer {
  status: number;
  headers: Headers;
  /** parsed JSON; undefined for an empty body */
  body: unknown;
  /** of the body */
  bytes: number;
}

/** Longer texts from a site would only fill logs and histories. */
const LONGEST_DETAIL = 2_000;
const LONGEST_CODE = 100;

export class Transport {
  readonly #config: SiteConfig;
  readonly #agent: Agent;
  readonly #http: KyInstance;
  readonly #circuit: Circuit;
  readonly #limiter: Limiter;
  readonly #bodies = new Bodies();
  readonly #secrets: KnownSecrets;

  constructor(config: SiteConfig, secrets: KnownSecrets) {
    this.#config = config;
    this.#secrets = secrets;
    this.#agent = new Agent({
      connect: createConnector(config),
      keepAliveTimeout: 30_000,
      connections: 32,
      // The deadline below covers the whole exchange; undici's own would hide which call it was.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    this.#http = ky.create({
      prefixUrl: config.url,
      retry: 0,
      // ky's own ends with the headers of an answer; the deadline below, with its body.
      timeout: false,
      throwHttpErrors: false,
      // The token must not follow the site to wherever it points.
      redirect: 'manual',
    });
    this.#circuit = new Circuit(config.name);
    this.#limiter = new Limiter(config.limits.requestsPerSecond);
  }

  /** @throws VcdaError for anything but a 2xx answer with JSON or no body; the reason of an aborted `signal` */
  async send(call: Call): Promise<Answer> {
    const scrub = this.#secrets.scrubber({
      by: this.#config.name,
      sent: { headers: call.headers, body: [call.body, call.form] },
    });
    const failed = failures(this.#config.name, call, scrub);
    call.signal?.throwIfAborted();
    return this.#circuit.run(
      () => this.#exchange(call, failed, scrub),
      (detail) => failed(OWN_CODES.unreachable, detail, 'no'),
    );
  }

  /** requests per second from now on, of all who share them */
  setRate(requestsPerSecond: number): void {
    this.#limiter.setRate(requestsPerSecond);
  }

  divideRate(among: Among): void {
    this.#limiter.divide(among);
  }

  /** What a site has not answered by now nobody waits for. */
  async close(): Promise<void> {
    if (!this.#agent.destroyed) await this.#agent.destroy();
  }

  async #exchange(call: Call, failed: Failed, scrub: Scrub): Promise<Answer> {
    const { method, path, query, body: json, form, errorIn, timeout = this.#config.timeouts.request } = call;
    const headers = sendable(call, failed);
    await this.#limiter.turn(call.signal, call.beforeSend);
    const clock = new Deadline(timeout, call.signal);
    try {
      // ky joins a path to its prefix by a slash of its own.
      const body = form === undefined ? {} : { body: new URLSearchParams(form) };
      const asked = { method, headers, searchParams: query, json, ...body };
      const fetch = (request: string | URL | Request) => fetchBy(this.#agent, request, clock.signal);
      const response = await this.#http(path.slice(1), { ...asked, fetch });
      const { status, ok } = response;
      return await this.#bodies.read(response, clock.signal, (read) => {
        if ('tooMuch' in read) throw failed(OWN_CODES.unexpected, read.tooMuch, 'unknown', { status });
        const { text, bytes } = read;
        const excerpt = call.isLogin === true ? notShown : excerptBy(scrub);
        if (!ok) throw refusal(status, response.headers, text, failed, excerpt, errorIn);
        // What a login is answered is a secret itself, and the one that was sent may be told to stay.
        const ofNames = call.isLogin === true ? undefined : this.#secrets.ofNames(this.#config.name);
        const body = scrubbed(parsed(text, failed, status, excerpt), scrub, ofNames);
        return { status, headers: response.headers, body, bytes };
      });
    } catch (error) {
      if (error instanceof VcdaError) throw error;
      if (call.signal?.aborted) throw call.signal.reason;
      if (clock.isOver) throw failed(OWN_CODES.timeout, `no answer within ${timeout} ms`, 'unknown');
      const { code, detail, acted } = networkFailure(error);
      throw failed(
        code,
        code === OWN_CODES.untrusted ? `${detail}; judged by ${judgedBy(this.#config.tls)}` : detail,
        acted,
      );
    } finally {
      clock.stop();
    }
  }
}

/**
 * undici's fetch, of the same version as the agent; Node's own is of another, with which only chance makes the agent fit.
 * It does not take ky's Request, which is Node's, so that is taken apart. The signal does not come with it: a request's own
 * is collected once the headers of the answer are there, and a body that stops would never be given up (nodejs/node#55428).
 */
async function fetchBy(dispatcher: Agent, request: string | URL | Request, signal: AbortSignal): Promise<Response> {
  if (!(request instanceof Request)) throw new TypeError('ky gives a Request');
  const { url, method, headers, redirect } = request;
  const body = request.body === null ? null : await request.text();
  return fetch(url, { method, headers: [...headers], body, redirect, signal, dispatcher });
}

/**
 * Makes the errors of a call. They carry no cause: errors of the network may hold headers, and with them a token.
 */
function failures(site: string, call: Call, scrub: Scrub): Failed {
  return (code, detail, acted, more = {}) => {
    return new VcdaError({
      ...more,
      site,
      code: isOwn(code, more.status) ? code : scrub(code).slice(0, LONGEST_CODE),
      detail: scrub(detail).slice(0, LONGEST_DETAIL),
      acted,
      method: call.method,
      path: call.path,
      operationId: call.operationId,
    });
  };
}

const OWN: ReadonlySet<string> = new Set(Object.values(OWN_CODES));

/** A secret may be a word of ours. */
const isOwn = (code: string, status: number | undefined): boolean =>
  OWN.has(code) || (status !== undefined && code === statusCode(status));

const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** @throws VcdaError `BadRequest` for a value that HTTP cannot carry */
function sendable(call: Call, failed: Failed): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(call.headers ?? {})) {
    if (value === undefined) continue;
    if (!HEADER_VALUE.test(value))
      throw failed('BadRequest', `the value for the header ${name} has characters that HTTP cannot carry`, 'no');
    headers[name] = value;
  }
  if (call.operationId !== undefined) headers.operationID = operationIdHeader(call.operationId);
  return headers;
}

/** As it goes over the wire, in the header and in filters alike: ids may contain names in any script. */
export const operationIdHeader = (operationId: string): string =>
  /^[\x21-\x7e]*$/.test(operationId) ? operationId : encoded(operationId);
