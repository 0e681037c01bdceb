/** How a connection to a site is opened, and whom it trusts. */
import type { PeerCertificate, TLSSocket } from 'node:tls';
import { buildConnector } from 'undici';
import type { SiteConfig } from '../../plan/types.js';
import { throughProxy } from './proxy.js';

/** Code of the error when the certificate is not the pinned one. */
export const NOT_PINNED = 'CERT_NOT_PINNED';

export function createConnector(config: Pick<SiteConfig, 'tls' | 'timeouts' | 'proxy'>): buildConnector.connector {
  const connect = directly(config);
  return config.proxy === undefined ? connect : throughProxy(config.proxy, connect, config.timeouts.connect);
}

function directly({ tls, timeouts }: Pick<SiteConfig, 'tls' | 'timeouts'>): buildConnector.connector {
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
      const message = `the certificate's fingerprint is SHA-256:${actual ?? 'none'}, and tls.fingerprint pins SHA-256:${wanted}`;
      return callback(Object.assign(new Error(message), { code: NOT_PINNED }), null);
    });
}

/** By which setting of a site a certificate was judged. */
export const judgedBy = ({ ca, fingerprint }: SiteConfig['tls']): string =>
  fingerprint !== undefined
    ? 'tls.fingerprint'
    : ca !== undefined
      ? 'tls.ca'
      : "the system's authorities (no tls.ca, no tls.fingerprint)";

const certificateOf = (socket: object): PeerCertificate | undefined =>
  'getPeerCertificate' in socket ? (socket as TLSSocket).getPeerCertificate() : undefined;
