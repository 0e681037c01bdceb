/** The CLI's release from a server of this machine, with the checksums that it publishes. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { downloadRelease, WrongChecksum } from '../../temporal/temporal-cli-release.js';

const ARCHIVE = `temporal_cli_1.5.1_${process.platform}_${process.arch === 'x64' ? 'amd64' : process.arch}.tar.gz`;

let folder: string;
let server: Server;
let target: string;
let archive: Buffer;
let said: string[];
/** what stands under /v1.5.1/, by name */
let published: Record<string, Buffer | string>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-release-'));
  await writeFile(join(folder, 'temporal'), '#!/bin/sh\necho temporal version 1.5.1\n');
  await chmod(join(folder, 'temporal'), 0o755);
  execFileSync('tar', ['-czf', join(folder, 'archive'), '-C', folder, 'temporal']);
  archive = readFileSync(join(folder, 'archive'));
  target = join(folder, 'cache', 'temporal');
  said = [];
  published = { [ARCHIVE]: archive };
  server = createServer(({ url = '' }, response) => {
    const body = published[url.replace('/v1.5.1/', '')];
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

const download = () =>
  downloadRelease({
    env: { DROVER_TEMPORAL_CLI_RELEASES: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
    say: (line) => void said.push(line),
    target,
    version: 'v1.5.1',
  });

test('a release elsewhere is asked for through the proxy of the environment', async () => {
  const asked: string[] = [];
  const proxy = createServer().on('connect', ({ url = '' }, socket: Socket) => {
    asked.push(url);
    socket.on('error', () => undefined).end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  try {
    const HTTPS_PROXY = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const env = { HTTPS_PROXY, DROVER_TEMPORAL_CLI_RELEASES: 'https://releases.invalid' };
    await expect(downloadRelease({ env, say: () => undefined, target, version: 'v1.5.1' })).rejects.toThrow();
    expect(asked).toEqual(['releases.invalid:443']);
  } finally {
    await new Promise((resolve) => proxy.close(resolve));
  }
});

const sum = (data: Buffer): string => createHash('sha256').update(data).digest('hex');

test('a download with its published checksum is put in place', async () => {
  published['checksums.txt'] = `${'0'.repeat(64)}  other.tar.gz\n${sum(archive)}  ${ARCHIVE}\n`;
  await download();
  expect(execFileSync(target, ['--version']).toString()).toContain('temporal version');
  expect(said).toEqual([]);
});

test.each([
  [
    'of something else',
    () => `${'0'.repeat(64)}  ${ARCHIVE}\n`,
    /has SHA-256 [0-9a-f]{64}, and its checksums.txt says 0+/,
  ],
  ['that leave it out', () => `${sum(archive)}  other.tar.gz\n`, /does not name/],
])('one with checksums %s is refused, and nothing is left of it', async (_, sums, why) => {
  published['checksums.txt'] = sums();
  const refusal = await download().catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(WrongChecksum);
  expect(String(refusal)).toMatch(why);
  expect(existsSync(target)).toBe(false);
});

test('one without is taken, and it is said that it is not checked', async () => {
  await download();
  expect(existsSync(target)).toBe(true);
  expect(said).toEqual([expect.stringContaining('is not checked')]);
});
