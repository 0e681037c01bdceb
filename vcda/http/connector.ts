/** How a connection to a site is opened, and whom it trusts. */
import type { PeerCertificate, TLSSocket } from 'node:tls';
import { buildConnector } from 'undici';
import type { SiteConfig } from '../../plan/types.js';

/** Code of the error when the certificate is not the pinned one. */
export const NOT_PINNED = 'CERT_NOT_PINNED';

export function createConnector({ tls, timeouts }: Pick<SiteConfig, 'tls' | 'timeouts'>): buildConnector.connector {
  const { ca, fingerprint } = tls;
  const connect = buildConnector({
    timeout: timeouts.connect,
    ...(ca === undefined ? {} : { ca }),
    // A pinned certificate replaces the authority; it is compared below, before a byte is sent. A resumed session may
    // not show it. Said in either case, since Node would take NODE_TLS_REJECT_UNAUTHORIZED for an answer.
    rejectUnauthorized: fingerprint === undefined,
    ...(fingerprint === undefined ? {} : { maxCachedSessions: 0 }),
  });
  if (fingerprint === undefined) return connect;
  const wanted = fingerprint.replace(/^SHA-256:/i, '').toUpperCase();
  return (options, callback) =>
    connect(options, (...result) => {
      const [error, socket] = result;
      if (error !== null || socket === null) return callback(...result);
      const actual = certificateOf(socket)?.fingerprint256;
      if (actual === wanted) return callback(null, socket);
      socket.destroy();
      const message = `the certificate's fingerprint is SHA-256:${actual ?? 'none'}`;
      return callback(Object.assign(new Error(message), { code: NOT_PINNED }), null);
    });
}

const certificateOf = (socket: object): PeerCertificate | undefined =>
  'getPeerCertificate' in socket ? (socket as TLSSocket).getPeerCertificate() : undefined;
