/** A worker whose process stands still for longer than any task of a workflow may take, as when its machine is paused. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { Connection, type WorkflowHandle } from '@temporalio/client';
import { temporalClient } from '../../temporal/temporal-client.js';
import { until } from '../support/until.js';

const WORKER = fileURLToPath(new URL('../support/heavy-worker.ts', import.meta.url));

/** Longer than the SDK's own limit for what runs in a workflow's thread: ms. */
const STILL = 6_000;

/** Its thread is busy with them for a second or so. */
const STEPS = 250_000_000;

const eventsOf = (handle: Pick<WorkflowHandle, 'fetchHistory'>) => async () =>
  (await handle.fetchHistory()).events ?? [];

describe('a worker that is stopped in the middle of a workflow', () => {
  it('goes on with it, and breaks nothing off', async () => {
    const address = process.env.DROVER_TEST_TEMPORAL ?? '';
    const taskQueue = `heavy-${randomUUID()}`;
    const child = spawn(process.execPath, ['--import', 'tsx', WORKER, address, taskQueue], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = once(child, 'exit');
    let said = '';
    child.stdout.on('data', (chunk) => {
      said += chunk;
    });
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    const connection = await Connection.connect({ address });
    try {
      await until(
        async () => said,
        (all) => all.includes('ready'),
      );
      const { workflow } = temporalClient(connection);
      const handle = await workflow.start('heavy', { taskQueue, workflowId: randomUUID(), args: [STEPS] });
      await until(eventsOf(handle), (events) => events.some((it) => it.workflowTaskStartedEventAttributes != null));
      child.kill('SIGSTOP');
      await sleep(STILL);
      child.kill('SIGCONT');
      const isDead = ended.then(() => Promise.reject(new Error(said.slice(-2_000))));
      expect(await Promise.race([handle.result(), isDead])).toEqual(expect.any(Number));
      const failed = (await eventsOf(handle)()).flatMap((it) => it.workflowTaskFailedEventAttributes ?? []);
      expect(failed.map(({ failure }) => failure?.message)).toEqual([]);
      child.kill('SIGTERM');
      expect(await ended).toEqual([0, null]);
    } finally {
      child.kill('SIGKILL');
      await connection.close();
    }
  });
});
