/** The images of a release are pinned by the digests that a registry tells, all or none; here it is one of this machine. */
import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '../..');
const DIGEST = `sha256:${'ab'.repeat(32)}`;
const IMAGES = ['POSTGRES_IMAGE', 'TEMPORAL_IMAGE', 'TEMPORAL_TOOLS_IMAGE', 'TEMPORAL_UI_IMAGE', 'NODE_IMAGE'];

let server: Server;
let missing: string | null;
beforeEach(async () => {
  missing = null;
  server = createServer(({ url = '', headers }, response) => {
    const { port } = server.address() as AddressInfo;
    if (url.startsWith('/token')) return response.end(JSON.stringify({ token: 'anybody' }));
    const realm = `Bearer realm="http://127.0.0.1:${port}/token",service="registry",scope="repository:x:pull"`;
    if (headers.authorization !== 'Bearer anybody') return response.writeHead(401, { 'www-authenticate': realm }).end();
    if (missing !== null && url.includes(missing)) return response.writeHead(404).end();
    return response.writeHead(200, { 'docker-content-digest': DIGEST }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

const pin = (): Promise<{ code: number; stdout: string; stderr: string }> =>
  new Promise((resolve) => {
    const env = { ...process.env, PIN_REGISTRY: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
    execFile(process.execPath, [join(root, '.ci/pin-images.mjs')], { env }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });

describe('the images of a release', () => {
  it('are all pinned by digest, by the variables that docker-compose and the Dockerfile take', async () => {
    const { code, stdout } = await pin();
    expect(code).toBe(0);
    const lines = stdout.trim().split('\n');
    expect(new Set(lines.map((line) => line.split('=')[0]))).toEqual(new Set(IMAGES));
    expect(lines).toContain(`POSTGRES_IMAGE=postgres@${DIGEST}`);
    expect(lines).toContain(`TEMPORAL_IMAGE=temporalio/server@${DIGEST}`);
  });

  it('are not pinned but for one', async () => {
    missing = 'temporalio/ui';
    const { code, stdout, stderr } = await pin();
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/TEMPORAL_UI_IMAGE .*cannot be pinned: .*404/);
  });
});
