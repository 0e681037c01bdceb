/** What a failure below HTTP means: never sent, not trusted, or lost on the way. */

import { type Acted, OWN_CODES } from '../errors/errors.js';
import { NOT_PINNED } from './connector.js';

export interface NetworkFailure {
  code: string;
  detail: string;
  acted: Acted;
}

/** Failures before the first byte of the request left: nothing was processed. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'EPROTO',
  'ERR_TLS_HANDSHAKE_TIMEOUT',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Codes of OpenSSL's verification and of Node's comparison of names. */
const NOT_TRUSTED =
  /^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_TLS_CERT|INVALID_(CA|PURPOSE)|HOSTNAME_MISMATCH|PATH_LENGTH_EXCEEDED|CRL_)/;

export function networkFailure(cause: unknown): NetworkFailure {
  const { code, message } = innermost(cause);
  const detail = `${message || 'the network failed'}${code === '' ? '' : ` (${code})`}`;
  if (code === NOT_PINNED) return { code: OWN_CODES.untrusted, detail: message, acted: 'no' };
  if (NOT_TRUSTED.test(code)) return { code: OWN_CODES.untrusted, detail, acted: 'no' };
  const neverSent = NEVER_SENT.has(code) || code.startsWith('ERR_SSL_');
  return { code: OWN_CODES.unreachable, detail, acted: neverSent ? 'no' : 'unknown' };
}

/**
 * The error that says what happened, by its members: errors of another realm, such as Node's own under jest, are no
 * instances of this one's `Error`. undici wraps it in `TypeError: fetch failed`, sometimes more than once; Node gathers one
 * for each address that it tried, of which the first speaks. Both texts are empty where there is none.
 */
export function innermost(error: unknown): { code: string; message: string } {
  let at = error;
  for (let inner = innerOf(at); inner !== undefined; inner = innerOf(at)) at = inner;
  if (!isRecord(at)) return { code: '', message: String(at) };
  return {
    code: typeof at.code === 'string' ? at.code : '',
    message: typeof at.message === 'string' ? at.message : '',
  };
}

function innerOf(error: unknown): unknown {
  if (!isRecord(error)) return undefined;
  const inner: unknown = Array.isArray(error.errors) ? error.errors[0] : error.cause;
  return isRecord(inner) ? inner : undefined;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
