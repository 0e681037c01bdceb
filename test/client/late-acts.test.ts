/** Acts that come while their run ends: each is done, or refused with the reason. */
import { expect } from '@jest/globals';
import type { Client } from '@temporalio/client';
import { NamespaceNotFoundError } from '@temporalio/common';
import { exitCodeOfError } from '../../cli/exit-codes.js';
import { DroverError } from '../../client/errors.js';
import { unreachable } from '../../client/session.js';
import { steer } from '../../client/steer.js';
import { approveUpdate, runActsQuery } from '../../contract/messages.js';
import { withLab } from '../support/lab.js';
import { listening } from '../support/listening.js';
import { atApproval } from '../support/recoveries.js';
import { describe, it } from '../support/side-by-side.js';
import { until } from '../support/until.js';
import { withDrover } from '../support/with-drover.js';

describe('an approval that comes while its run ends', () => {
  it.concurrent('is done, or refused in plain words', () =>
    withLab({ vms: 1 }, (lab) =>
      withDrover(lab, async (drover) => {
        await listening(lab);
        const { run } = await drover.startRun(lab.plan(), { id: `${lab.source}-late` });
        const refused: unknown[] = [];
        let isOver = false;
        // From its last operation on; before it there is nothing to be late for.
        const kinds = () => lab.simulator.control.ledger().map(({ kind }) => kind);
        await until(
          async () => kinds(),
          (all) => all.includes('delete'),
        );
        async function approve(): Promise<void> {
          while (!isOver) await run.approve().catch((error: unknown) => refused.push(error));
        }
        const all = Promise.all([approve(), approve(), approve()]);
        const report = await run.wait();
        await run.approve().catch((error: unknown) => refused.push(error));
        isOver = true;
        await all;
        expect(report.state).toBe('succeeded');
        expect(refused.length).toBeGreaterThan(0);
        const told = new Set(refused.map((error) => (error instanceof DroverError ? error.name : String(error))));
        // A worker that is too busy to answer is told as such.
        for (const late of ['NoWorker', 'ActPending']) told.delete(late);
        expect([...told]).toEqual(['RunEnded']);
      }),
    ));
});

/** Whoever acts hears how many acts were done before, all of them before one of them tells its own. */
function together(client: Client, count: number): Client {
  let asked = 0;
  const getHandle: typeof client.workflow.getHandle = (...of: Parameters<typeof client.workflow.getHandle>) => {
    const handle = client.workflow.getHandle(...of);
    async function query(which: unknown, ...args: unknown[]): Promise<unknown> {
      const told: unknown = await handle.query(which as string, ...args);
      if (which !== runActsQuery) return told;
      asked += 1;
      await until(
        async () => asked,
        (all) => all >= count,
      );
      return told;
    }
    return Object.assign(Object.create(handle), { query });
  };
  const workflow = Object.assign(Object.create(client.workflow), { getHandle });
  return Object.create(client, { workflow: { value: workflow } });
}

describe('an approval that is typed again before its run has heard of it', () => {
  it.concurrent('is the same act: done once, and told alike', () =>
    withLab({ vms: 1 }, async (lab) => {
      await listening(lab);
      const { run, result } = await atApproval(lab);
      const client = together(lab.client, 2);
      const { connection } = lab.client;
      const session = { client, connection, address: '', namespace: 'default', taskQueue: lab.taskQueue };
      const approve = () => steer(session, run, { update: approveUpdate, told: {} });
      const [first, again] = await Promise.all([approve(), approve()]);
      expect(first).toMatchObject({ affected: 1 });
      expect(again).toEqual(first);
      expect((await result()).acts).toHaveLength(1);
    }));
});

describe('a namespace that is gone amid a command', () => {
  it.concurrent('is told as Temporal that cannot be reached', async () => {
    const where = { address: '127.0.0.1:7233', namespace: 'ops' };
    const error = unreachable(where, new Error('failed', { cause: new NamespaceNotFoundError('ops') }));
    expect(error?.message).toMatch(/namespace ops\): this namespace is gone\. Check TEMPORAL_NAMESPACE/);
    expect(exitCodeOfError(error)).toBe(3);
    expect(unreachable(where, new Error('another'))).toBeNull();
  });
});
