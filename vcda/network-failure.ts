/** What a failure below HTTP means: never sent, not trusted, or lost on the way. */
import { NOT_PINNED } from './connector.js';
import { type Acted, OWN_CODES } from './errors.js';

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
  const { code, message } = rootCause(cause);
  const detail = `${message || 'the network failed'}${code === '' ? '' : ` (${code})`}`;
  if (code === NOT_PINNED) return { code: OWN_CODES.untrusted, detail: message, acted: 'no' };
  if (NOT_TRUSTED.test(code)) return { code: OWN_CODES.untrusted, detail, acted: 'no' };
  const neverSent = NEVER_SENT.has(code) || code.startsWith('ERR_SSL_');
  return { code: OWN_CODES.unreachable, detail, acted: neverSent ? 'no' : 'unknown' };
}

/** undici wraps what happened in `TypeError: fetch failed`, sometimes more than once; Node gathers the addresses it tried. */
function rootCause(error: unknown): { code: string; message: string } {
  let at = error;
  for (;;) {
    if (at instanceof AggregateError && at.errors[0] instanceof Error) at = at.errors[0];
    else if (at instanceof Error && at.cause instanceof Error) at = at.cause;
    else break;
  }
  if (!(at instanceof Error)) return { code: '', message: String(at) };
  const code = 'code' in at && typeof at.code === 'string' ? at.code : '';
  return { code, message: at.message };
}
