/** Self-signed certificates for the loopback address, made on the spot. */
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

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
    const kind = [...NEW_KEY, '-x509'];
    const about = ['-subj', '/CN=drover test', '-addext', `subjectAltName=${names}`, '-days', String(days)];
    await run('openssl', ['req', ...kind, ...about, '-keyout', key, '-out', cert]);
    const pem = await readFile(cert, 'utf8');
    const fingerprint = `SHA-256:${new X509Certificate(pem).fingerprint256}`;
    return { key: await readFile(key, 'utf8'), cert: pem, fingerprint };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What an authority has issued, each by its name. */
export type Issued = Record<'authority' | 'good' | 'expired' | 'early' | 'forClients' | 'indirect', Certificate>;

const CONFIG = `[ca]
default_ca=own
[own]
database=index
new_certs_dir=.
serial=serial
default_md=sha256
policy=any
copy_extensions=copy
unique_subject=no
[any]
commonName=supplied
`;

/** Certificates for the loopback address that an authority has issued, all but one of them with something wrong. */
export async function issued(): Promise<Issued> {
  const folder = await mkdtemp(join(tmpdir(), 'drover-authority-'));
  const openssl = (...args: string[]) => run('openssl', args, { cwd: folder });
  const read = (name: string) => readFile(join(folder, name), 'utf8');
  async function kept(name: string): Promise<Certificate> {
    const cert = await read(`${name}.pem`);
    const fingerprint = `SHA-256:${new X509Certificate(cert).fingerprint256}`;
    return { key: await read(`${name}.key`), cert, fingerprint };
  }
  async function issue(name: string, { by = 'authority', from = 2020, to = 2100, extensions = [] as string[] } = {}) {
    const more = ['subjectAltName=IP:127.0.0.1', ...extensions].flatMap((one) => ['-addext', one]);
    await openssl('req', ...NEW_KEY, '-subj', `/CN=${name}`, ...more, '-keyout', `${name}.key`, '-out', `${name}.csr`);
    const times = ['-startdate', `${from}0101000000Z`, '-enddate', `${to}0101000000Z`];
    const signer = ['-cert', `${by}.pem`, '-keyfile', `${by}.key`];
    await openssl(
      'ca',
      '-batch',
      '-notext',
      '-config',
      'config',
      ...signer,
      ...times,
      '-in',
      `${name}.csr`,
      '-out',
      `${name}.pem`,
    );
    return kept(name);
  }
  try {
    await Promise.all([
      writeFile(join(folder, 'config'), CONFIG),
      writeFile(join(folder, 'index'), ''),
      writeFile(join(folder, 'serial'), '01\n'),
    ]);
    const root = ['-x509', '-subj', '/CN=authority', '-days', '30', '-addext', 'keyUsage=critical,keyCertSign'];
    await openssl('req', ...NEW_KEY, ...root, '-keyout', 'authority.key', '-out', 'authority.pem');
    // One after the other: they share the index of the authority.
    const good = await issue('good');
    const expired = await issue('expired', { to: 2021 });
    const early = await issue('early', { from: 2099 });
    const forClients = await issue('clients', { extensions: ['extendedKeyUsage=clientAuth'] });
    await issue('between', { extensions: ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign'] });
    const indirect = await issue('indirect', { by: 'between' });
    return { authority: await kept('authority'), good, expired, early, forClients, indirect };
  } finally {
    await rm(folder, { recursive: true });
  }
}
