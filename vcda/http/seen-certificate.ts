/** What a site shows as its certificate, for a person who is to compare it: nothing is sent over such a connection. */
import { connect, type PeerCertificate } from 'node:tls';

export interface SeenCertificate {
  /** as a config pins it */
  fingerprint: string;
  /** as the certificate says them */
  validFrom: string;
  validTo: string;
}

/** null: it shows none within the time. @param url of the site @param timeout ms */
export function seenCertificate(url: string, timeout: number): Promise<SeenCertificate | null> {
  const { hostname, port, protocol } = new URL(url);
  if (protocol !== 'https:') return Promise.resolve(null);
  const host = hostname.replaceAll(/[[\]]/g, '');
  return new Promise((resolve) => {
    // Whom it trusts is not asked: the connection ends with the handshake.
    const socket = connect({
      host,
      port: Number(port || 443),
      servername: servername(host),
      rejectUnauthorized: false,
    });
    function end(certificate: PeerCertificate | null): void {
      socket.destroy();
      resolve(certificate?.fingerprint256 ? asSeen(certificate) : null);
    }
    socket.once('secureConnect', () => end(socket.getPeerCertificate()));
    socket.once('error', () => end(null));
    socket.setTimeout(timeout, () => end(null));
  });
}

/** An address is no name to ask for [RFC 6066 §3]. */
const servername = (host: string): string => (/^[\d.]+$|:/.test(host) ? '' : host);

const asSeen = ({ fingerprint256, valid_from, valid_to }: PeerCertificate): SeenCertificate => ({
  fingerprint: `SHA-256:${fingerprint256}`,
  validFrom: valid_from,
  validTo: valid_to,
});
