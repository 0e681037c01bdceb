/**
 * The CLI's release, checked against the checksums that are published beside it. Where it cannot be reached, the SDK downloads the
 * CLI from a place of its own, which publishes none.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { type Dispatcher, EnvHttpProxyAgent, fetch } from 'undici';
import { innermost } from '../contract/innermost-error.js';
import type { Env } from './connection.js';
import { downloadWithSdk, type Install, intoPlace } from './temporal-cli-install.js';

const RELEASES = 'https://github.com/temporalio/cli/releases/download';
/** ms for the whole download; about 30 MB */
const DOWNLOAD_LIMIT = 180_000;
/** Of the archive: bytes. */
const MOST_BYTES = 500 * 2 ** 20;

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** What came is not what was published: nothing else is tried with it. */
export class WrongChecksum extends Error {
  override readonly name = 'WrongChecksum';
}

/** From `DROVER_TEMPORAL_CLI_RELEASES`, a mirror of the releases at GitHub, else from there; through `HTTPS_PROXY`, as `NO_PROXY` has it. */
export const downloadRelease: Install = async ({ target, version, env, say, signal }) => {
  const base = `${env.DROVER_TEMPORAL_CLI_RELEASES || RELEASES}/${version}`;
  const archive = `temporal_cli_${version.replace(/^v/, '')}_${process.platform}_${ARCHITECTURES[process.arch] ?? process.arch}.tar.gz`;
  // Not AbortSignal.any with AbortSignal.timeout: Node 20 collects it before it fires.
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(new Error('gave up: it takes too long')), DOWNLOAD_LIMIT);
  const stop = () => control.abort(new Error('interrupted'));
  signal?.addEventListener('abort', stop, { once: true });
  const dispatcher = wayOut(env);
  const get: Get = (url) => fetch(url, { signal: control.signal, dispatcher });
  try {
    await intoPlace(target, async (folder) => {
      const published = await checksumOf(`${base}/checksums.txt`, archive, get);
      const file = join(folder, archive);
      const actual = await save(`${base}/${archive}`, file, get, control.signal);
      if (published === null) say(`Temporal CLI: ${base} has no checksums.txt, so ${archive} is not checked`);
      else if (published !== actual)
        throw new WrongChecksum(`${base}/${archive} has SHA-256 ${actual}, and its checksums.txt says ${published}`);
      await promisify(execFile)('tar', ['-xzf', file, '-C', folder, 'temporal'], { signal: control.signal });
      return join(folder, 'temporal');
    });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
    await dispatcher.destroy();
  }
};

type Get = (url: string) => ReturnType<typeof fetch>;

/** Certificates are verified, whatever the environment says of that. */
function wayOut(env: Env): Dispatcher {
  const verified = { rejectUnauthorized: true };
  return new EnvHttpProxyAgent({
    httpProxy: env.http_proxy || env.HTTP_PROXY || '',
    httpsProxy: env.https_proxy || env.HTTPS_PROXY || '',
    noProxy: env.no_proxy || env.NO_PROXY || '',
    connect: verified,
    requestTls: verified,
    proxyTls: verified,
  });
}

/** The release, or else what the SDK brings along. */
export const download: Install = async (options) => {
  try {
    await downloadRelease(options);
  } catch (error) {
    if (error instanceof WrongChecksum || options.signal?.aborted) throw error;
    options.say(
      `Temporal CLI: the release cannot be had (${innermost(error).message}); asking the SDK, which checks none`,
    );
    await downloadWithSdk(options);
  }
};

/** null: none is published. @throws WrongChecksum when those that are leave the archive out */
async function checksumOf(url: string, archive: string, get: Get): Promise<string | null> {
  const answer = await get(url);
  if (answer.status === 404) return null;
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  const lines = (await answer.text()).split('\n').map((line) => line.trim().split(/\s+\*?/));
  const [sum] = lines.find(([, name]) => name === archive) ?? [];
  if (sum === undefined) throw new WrongChecksum(`${url} does not name ${archive}`);
  return sum.toLowerCase();
}

/** Its SHA-256. */
async function save(url: string, file: string, get: Get, signal: AbortSignal): Promise<string> {
  const answer = await get(url);
  if (!answer.ok || answer.body === null) throw new Error(`${url} answered ${answer.status}`);
  const hash = createHash('sha256');
  let bytes = 0;
  await pipeline(
    Readable.fromWeb(answer.body),
    async function* hashed(chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        bytes += chunk.byteLength;
        if (bytes > MOST_BYTES) throw new Error(`${url} is larger than ${MOST_BYTES} bytes`);
        hash.update(chunk);
        yield chunk;
      }
    },
    createWriteStream(file),
    { signal },
  );
  return hash.digest('hex');
}
