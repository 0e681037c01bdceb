import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { connectClient } from '../../temporal/connection.js';
import { type DevServer, startDevServer } from '../../temporal/dev-server.js';
import { eventually, isAlive } from '../support/eventually.js';

const cli = process.env.DROVER_TEST_TEMPORAL_CLI!;

describe('the dev server', () => {
  let folder: string;
  const servers: DevServer[] = [];
  async function start(options: Partial<Parameters<typeof startDevServer>[0]> = {}) {
    const server = await startDevServer({ cli, ...options });
    servers.push(server);
    return server;
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drover-dev-server-'));
  });
  afterEach(() => Promise.all(servers.splice(0).map((server) => server.stop())));
  afterAll(() => rm(folder, { recursive: true }));

  async function workflowsAt({ address }: DevServer, act?: 'start') {
    const { client, connection } = await connectClient({ TEMPORAL_ADDRESS: address });
    try {
      if (act)
        await client.workflow.start('waits', { workflowId: 'kept', taskQueue: 'nobody', args: ['x'.repeat(50_000)] });
      const { status } = await client.workflow.getHandle('kept').describe();
      return status.name;
    } finally {
      await connection.close();
    }
  }

  test('keeps everything in its database file, through a stop and through a crash', async () => {
    const dbFile = join(folder, 'state', 'temporal.db');
    const first = await start({ dbFile });
    expect(await workflowsAt(first, 'start')).toBe('RUNNING');
    await first.stop();
    expect(await isAlive(first.pid)).toBe(false);

    const second = await start({ dbFile });
    expect(await workflowsAt(second)).toBe('RUNNING');
    second.kill();
    await eventually(async () => !(await isAlive(second.pid)));

    const third = await start({ dbFile });
    expect(await workflowsAt(third)).toBe('RUNNING');
  });

  test('keeps its port over a restart when it is told which', async () => {
    const first = await start();
    const port = Number(first.address.split(':')[1]);
    await first.stop();
    expect((await start({ port })).address).toBe(first.address);
  });

  test('serves the web UI when asked', async () => {
    const { uiUrl } = await start({ ui: true });
    const page = await eventually(() => fetch(uiUrl!));
    expect(page.status).toBe(200);
  });

  test('that cannot start says why', async () => {
    const { address } = await start();
    const port = Number(address.split(':')[1]);
    await expect(start({ port })).rejects.toThrow(/port \d+ cannot be used: .*EADDRINUSE/);
    await expect(start({ cli: join(folder, 'gone') })).rejects.toThrow(/ENOENT/);
    const mute = join(folder, 'mute');
    await writeFile(mute, '#!/bin/sh\necho "no such flag" >&2\nexit 1\n');
    await chmod(mute, 0o755);
    await expect(start({ cli: mute })).rejects.toThrow('no such flag');
  });

  test('ends with the process that started it, even when that is killed', async () => {
    const parent = startElsewhere();
    const [line] = (await once(parent.stdout!, 'data')) as [Buffer];
    const pid = Number(line.toString());
    expect(await isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await eventually(async () => !(await isAlive(pid)));
  });

  function startElsewhere(): ChildProcess {
    const module = new URL('../../dist/temporal/dev-server.js', import.meta.url).href;
    const script = `
      const { startDevServer } = await import(${JSON.stringify(module)});
      const { pid } = await startDevServer({ cli: ${JSON.stringify(cli)} });
      console.log(pid);
    `;
    return spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  }
});
