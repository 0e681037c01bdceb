/** What a failure below HTTP means: never sent, not trusted, or lost on the way. */

import { innermost } from '../../contract/innermost-error.js';
import { type Acted, OWN_CODES } from '../errors/errors.js';
import { NOT_PINNED } from './connector.js';
import { NO_TUNNEL } from './proxy.js';

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
  if (code === NO_TUNNEL) return { code: OWN_CODES.unreachable, detail: message, acted: 'no' };
  if (NOT_TRUSTED.test(code)) return { code: OWN_CODES.untrusted, detail, acted: 'no' };
  const neverSent = NEVER_SENT.has(code) || code.startsWith('ERR_SSL_');
  return { code: OWN_CODES.unreachable, detail, acted: neverSent ? 'no' : 'unknown' };
}
