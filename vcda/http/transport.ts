/**
 * HTTP to one site: keep-alive connections, its own trust, a request rate, one time-out a call, and every failure turned
 * into a {@link VcdaError}. Knows nothing of sessions. `retry: 0`, because Temporal owns retries.
 */

import ky, { type KyInstance } from 'ky';
import { Agent, fetch } from 'undici';
import type { SiteConfig } from '../../plan/types.js';
import { OWN_CODES, VcdaError } from '../errors/errors.js';
import { type Failed, parsed, refusal } from './answers.js';
import { createCircuit } from './circuit.js';
import { createConnector } from './connector.js';
import { deadline } from './deadline.js';
import { createLimiter } from './limiter.js';
import { networkFailure } from './network-failure.js';
import { MOST_BYTES, readText } from './read-body.js';
import { encoded, scrubber } from './scrub.js';

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
export type Query = Record<string, string | number | boolean | undefined>;

export interface Call {
  method: Method;
  path: string;
  query?: Query | undefined;
  body?: unknown;
  headers?: Record<string, string | undefined>;
  operationId?: string | undefined;
  /** ms, instead of the site's `timeouts.request`; for the whole exchange, the body included */
  timeout?: number | undefined;
  signal?: AbortSignal | undefined;
}

export interface Answer {
  status: number;
  headers: Headers;
  /** parsed JSON; undefined for an empty body */
  body: unknown;
}

export interface Transport {
  /** @throws VcdaError for anything but a 2xx answer with JSON or no body; the reason of an aborted `signal` */
  send(call: Call): Promise<Answer>;
  /** requests per second from now on, for this process */
  setRate(requestsPerSecond: number): void;
  close(): Promise<void>;
}

/** Longer texts from a site would only fill logs and histories. */
const LONGEST_DETAIL = 2_000;
const LONGEST_CODE = 100;

export function createTransport(config: SiteConfig): Transport {
  const agent = new Agent({
    connect: createConnector(config),
    keepAliveTimeout: 30_000,
    connections: 32,
    // The deadline below covers the whole exchange; undici's own would hide which call it was.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const http: KyInstance = ky.create({
    retry: 0,
    timeout: false,
    throwHttpErrors: false,
    // The token must not follow the site to wherever it points.
    redirect: 'manual',
    fetch: (request) => fetchBy(agent, request),
  });
  const circuit = createCircuit(config.name);
  const limiter = createLimiter(config.limits.requestsPerSecond);

  async function exchange(call: Call, failed: Failed): Promise<Answer> {
    const headers = sendable(call, failed);
    await limiter.turn(call.signal);
    const timeout = call.timeout ?? config.timeouts.request;
    const clock = deadline(timeout, call.signal);
    try {
      const response = await http(url(config.url, call), {
        method: call.method,
        headers,
        signal: clock.signal,
        ...(call.body === undefined ? {} : { json: call.body }),
      });
      const text = await readText(response);
      if (text === null)
        throw failed(OWN_CODES.unexpected, `the body is larger than ${MOST_BYTES} bytes`, 'unknown', {
          status: response.status,
        });
      if (!response.ok) throw refusal(response.status, response.headers, text, failed);
      return { status: response.status, headers: response.headers, body: parsed(text, failed, response.status) };
    } catch (error) {
      if (error instanceof VcdaError) throw error;
      if (call.signal?.aborted) throw call.signal.reason;
      if (clock.isOver()) throw failed(OWN_CODES.timeout, `no answer within ${timeout} ms`, 'unknown');
      const { code, detail, acted } = networkFailure(error);
      throw failed(code, detail, acted);
    } finally {
      clock.stop();
    }
  }

  return {
    async send(call) {
      const failed = failures(config.name, call);
      call.signal?.throwIfAborted();
      return circuit.run(
        () => exchange(call, failed),
        (detail) => failed(OWN_CODES.unreachable, detail, 'no'),
      );
    },
    setRate: limiter.setRate,
    async close() {
      if (!agent.closed) await agent.close();
    },
  };
}

/**
 * undici's fetch, of the same version as the agent; Node's own is of another, with which only chance makes the agent fit.
 * It does not take ky's Request, which is Node's, so that is taken apart.
 */
async function fetchBy(dispatcher: Agent, request: string | URL | Request): Promise<Response> {
  if (!(request instanceof Request)) throw new TypeError('ky gives a Request');
  const { url, method, headers, redirect, signal } = request;
  const body = request.body === null ? null : await request.text();
  return fetch(url, { method, headers: [...headers], body, redirect, signal, dispatcher });
}

/**
 * Makes the errors of a call. They carry no cause: errors of the network may hold headers, and with them a token.
 */
function failures(site: string, call: Call): Failed {
  return (code, detail, acted, more = {}) => {
    const scrub = scrubber(call);
    return new VcdaError({
      site,
      code: scrub(code).slice(0, LONGEST_CODE),
      detail: scrub(detail).slice(0, LONGEST_DETAIL),
      acted,
      status: more.status ?? null,
      retryAfter: more.retryAfter ?? null,
      challenged: more.challenged ?? false,
      method: call.method,
      path: call.path,
      operationId: call.operationId ?? null,
    });
  };
}

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

function url(base: string, call: Call): URL {
  const target = new URL(base + call.path);
  for (const [name, value] of Object.entries(call.query ?? {})) {
    if (value !== undefined) target.searchParams.set(name, String(value));
  }
  return target;
}
