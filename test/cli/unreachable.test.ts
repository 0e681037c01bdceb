import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Folder, tempFolder } from '../support/folder.js';
import { cli } from './support/cli.js';

let folder: Folder;
let address: string;

beforeAll(async () => {
  folder = tempFolder();
  // A port that was free a moment ago refuses.
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  server.close();
  await once(server, 'close');
});
afterAll(() => folder.remove());

describe('when Temporal cannot be reached', () => {
  it('a command ends with 3, the address, and what to check', async () => {
    const { code, stdout, stderr } = await cli(['list'], { cwd: folder.path, env: { TEMPORAL_ADDRESS: address } });
    expect(code).toBe(3);
    expect(stdout).toBe('');
    expect(stderr).toContain(address);
    expect(stderr).toContain('TEMPORAL_ADDRESS');
  });

  it('that certificates are to be trusted unseen is not obeyed, and that is said', async () => {
    const env = { TEMPORAL_ADDRESS: address, NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    const { stderr } = await cli(['list'], { cwd: folder.path, env });
    expect(stderr).toContain('NODE_TLS_REJECT_UNAUTHORIZED=0 is ignored');
    expect(stderr).not.toContain('makes TLS connections');
  });

  it('--json says so in one document', async () => {
    const { code, stdout } = await cli(['show', 'x', '--json'], {
      cwd: folder.path,
      env: { TEMPORAL_ADDRESS: address },
    });
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'TemporalUnreachable', problems: [] } });
  });
});
