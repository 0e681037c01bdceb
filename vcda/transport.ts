/**
 * HTTP to one site: keep-alive connections, its own trust, a request rate, one time-out a call, and every failure turned
 * into a {@link VcdaError}. Knows nothing of sessions. `retry: 0`, because Temporal owns retries.
 */
import type { PeerCertificate, TLSSocket } from 'node:tls';
import ky, { type KyInstance, TimeoutError } from 'ky';
import pThrottle from 'p-throttle';
import { Agent, buildConnector } from 'undici';
import type { SiteConfig } from '../plan/types.js';
import { createCircuit } from './circuit.js';
import { type Acted, OWN_CODES, statusCode, VcdaError } from './errors.js';
import { errorBody } from './schemas.js';

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
export type Query = Record<string, string | number | undefined>;

export interface Call {
  method: Method;
  path: string;
  query?: Query | undefined;
  body?: unknown;
  headers?: Record<string, string | undefined>;
  operationId?: string | undefined;
  /** ms, instead of the site's `timeouts.request` */
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
  /** @throws VcdaError for anything but a 2xx answer with JSON or no body */
  send(call: Call): Promise<Answer>;
  /** requests per second from now on, for this process */
  setRate(requestsPerSecond: number): void;
  close(): Promise<void>;
}

export function createTransport(config: SiteConfig): Transport {
  const agent = new Agent({
    connect: connector(config),
    keepAliveTimeout: 30_000,
    connections: 32,
    // ky's time-out covers the whole call; undici's own would hide which call it was.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const http: KyInstance = ky.create({
    retry: 0,
    throwHttpErrors: false,
    // Node's own fetch: undici's does not take ky's Request.
    fetch: (request, init) => globalThis.fetch(request, Object.assign({ ...init }, { dispatcher: agent })),
  });
  const circuit = createCircuit(config.name);
  let rate = config.limits.requestsPerSecond;
  let throttled = throttle(rate);

  async function send(call: Call): Promise<Answer> {
    const failed = (
      code: string,
      detail: string,
      acted: Acted,
      more: { status?: number; retryAfter?: number | null; cause?: unknown } = {},
    ): VcdaError =>
      new VcdaError(
        {
          site: config.name,
          code,
          detail,
          acted,
          status: more.status ?? null,
          retryAfter: more.retryAfter ?? null,
          method: call.method,
          path: call.path,
          operationId: call.operationId ?? null,
        },
        { cause: more.cause },
      );

    const exchange = async (): Promise<Answer> => {
      await throttled();
      const response = await http(url(config.url, call), {
        method: call.method,
        headers: { ...call.headers, ...(call.operationId === undefined ? {} : { operationID: call.operationId }) },
        ...(call.body === undefined ? {} : { json: call.body }),
        timeout: call.timeout ?? config.timeouts.request,
        ...(call.signal === undefined ? {} : { signal: call.signal }),
      }).catch((cause: unknown) => {
        if (call.signal?.aborted) throw call.signal.reason;
        if (cause instanceof TimeoutError)
          throw failed(OWN_CODES.timeout, `no answer within ${call.timeout ?? config.timeouts.request} ms`, 'unknown', {
            cause,
          });
        throw networkFailure(cause, failed);
      });
      const textBody = await response.text().catch((cause: unknown) => {
        throw networkFailure(cause, failed, 'unknown');
      });
      if (response.ok)
        return { status: response.status, headers: response.headers, body: parsed(textBody, failed, response.status) };
      throw refusal(response, textBody, failed);
    };
    return circuit.run(exchange, failed);
  }

  return {
    send,
    setRate(requestsPerSecond) {
      if (requestsPerSecond === rate) return;
      rate = requestsPerSecond;
      throttled = throttle(rate);
    },
    close: () => agent.close(),
  };
}

type Failed = (
  code: string,
  detail: string,
  acted: Acted,
  more?: { status?: number; retryAfter?: number | null; cause?: unknown },
) => VcdaError;

const throttle = (perSecond: number): (() => Promise<void>) =>
  pThrottle({ limit: Math.max(1, Math.ceil(perSecond)), interval: perSecond < 1 ? 1000 / perSecond : 1000 })(
    async () => {},
  );

function url(base: string, call: Call): URL {
  const target = new URL(base + call.path);
  for (const [name, value] of Object.entries(call.query ?? {})) {
    if (value !== undefined) target.searchParams.set(name, String(value));
  }
  return target;
}

function connector(config: SiteConfig): buildConnector.connector {
  const { ca, fingerprint } = config.tls;
  const connect = buildConnector({
    timeout: config.timeouts.connect,
    ...(ca === undefined ? {} : { ca }),
    // A pinned certificate replaces the authority; it is compared below, before a byte is sent.
    ...(fingerprint === undefined ? {} : { rejectUnauthorized: false }),
  });
  if (fingerprint === undefined) return connect;
  const wanted = fingerprint.replace(/^SHA-256:/i, '').toUpperCase();
  return (options, callback) =>
    connect(options, (...result) => {
      const [error, socket] = result;
      if (error !== null || socket === null) return callback(...result);
      const certificate: PeerCertificate | undefined =
        'getPeerCertificate' in socket ? (socket as TLSSocket).getPeerCertificate() : undefined;
      if (certificate?.fingerprint256 === wanted) return callback(null, socket);
      socket.destroy();
      return callback(
        Object.assign(new Error(`the certificate's fingerprint is SHA-256:${certificate?.fingerprint256 ?? 'none'}`), {
          code: 'ERR_TLS_CERT_ALTNAME_INVALID',
        }),
        null,
      );
    });
}

/** Failures before the first byte reached the site: nothing was processed. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

function networkFailure(cause: unknown, failed: Failed, acted?: Acted): VcdaError {
  const { code, message } = rootCause(cause);
  if (/^(ERR_TLS_|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_SSL)/.test(code))
    return failed(OWN_CODES.untrusted, `${message} (${code})`, 'no', { cause });
  return failed(
    OWN_CODES.unreachable,
    `${message}${code === '' ? '' : ` (${code})`}`,
    acted ?? (NEVER_SENT.has(code) ? 'no' : 'unknown'),
    {
      cause,
    },
  );
}

/** undici wraps what happened in `TypeError: fetch failed`, sometimes more than once. */
function rootCause(error: unknown): { code: string; message: string } {
  let at = error;
  while (at instanceof Error && at.cause instanceof Error) at = at.cause;
  if (!(at instanceof Error)) return { code: '', message: String(at) };
  const code = 'code' in at && typeof at.code === 'string' ? at.code : '';
  return { code, message: at.message };
}

function parsed(body: string, failed: Failed, status: number): unknown {
  if (body.trim() === '') return undefined;
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw failed(OWN_CODES.unexpected, `the body is not JSON: ${excerpt(body)}`, 'unknown', { status, cause });
  }
}

function refusal(response: Response, body: string, failed: Failed): VcdaError {
  const { status } = response;
  const known = errorBody.safeParse(safeJson(body));
  // What a proxy answers in the site's stead says nothing of what the site did.
  const acted: Acted = status >= 500 || status === 408 ? 'unknown' : 'no';
  const more = { status, retryAfter: retryAfter(response.headers) };
  if (known.success && known.data.code !== '') return failed(known.data.code, known.data.msg ?? '', acted, more);
  const challenged =
    status === 401 && /authentication token required/i.test(response.headers.get('www-authenticate') ?? '');
  return failed(challenged ? 'NotAuthenticated' : statusCode(status), excerpt(body), acted, more);
}

function safeJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

const excerpt = (body: string): string =>
  body
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 200) || '(no body)';

/** Seconds or an HTTP date [RFC 9110 §10.2.3], in ms from now. */
function retryAfter(headers: Headers): number | null {
  const value = headers.get('retry-after');
  if (value === null) return null;
  const seconds = Number(value);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) && ms >= 0 ? ms : null;
}
