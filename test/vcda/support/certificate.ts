/** Self-signed certificates for the loopback address, made on the spot. */
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Certificate {
  key: string;
  cert: string;
  /** as a config pins it */
  fingerprint: string;
}

/** @param names `subjectAltName`, by default of 127.0.0.1 */
export async function certificate(names = 'IP:127.0.0.1', days = 2): Promise<Certificate> {
  const folder = await mkdtemp(join(tmpdir(), 'drover-certificate-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  try {
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-x509'];
    const about = ['-subj', '/CN=drover test', '-addext', `subjectAltName=${names}`, '-days', String(days)];
    await run('openssl', ['req', ...kind, ...about, '-keyout', key, '-out', cert]);
    const pem = await readFile(cert, 'utf8');
    const fingerprint = `SHA-256:${new X509Certificate(pem).fingerprint256}`;
    return { key: await readFile(key, 'utf8'), cert: pem, fingerprint };
  } finally {
    await rm(folder, { recursive: true });
  }
}
