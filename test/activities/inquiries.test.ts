/** Questions about other workflows: who has a VM, and which test copies nobody will remove any more. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { INSPECT_SITES, SITE } from '../../contract/inputs.js';
import { testCopySignal } from '../../contract/messages.js';
import { siteWorkflowId, vmWorkflowId } from '../../contract/names.js';
import type { TestCopy } from '../../contract/questions.js';
import { until } from '../support/until.js';
import { type Bench, withBench } from './support/bench.js';

describe('testCopiesLeft', () => {
  const copyOf = ({ source, destination }: Bench, n: number): TestCopy => ({
    workflowId: vmWorkflowId(source, `vm-${n}`),
    run: 'crm-1',
    source,
    peer: source,
    vm: { id: `vm-${n}`, name: `web${n}` },
    replicationId: `C4-${n}-${destination}`,
    since: Date.now(),
  });

  it('are those whose workflow runs no more, and none where no drill ever was', () =>
    withBench({ workers: 1 }, async (bench) => {
      const { client, taskQueue, destination: site } = bench;
      const left = () => bench.attempt(() => bench.activities.testCopiesLeft({ site }));
      expect(await left()).toEqual([]);

      const [held, orphaned] = [copyOf(bench, 1), copyOf(bench, 2)];
      // Nobody serves its task queue, so it stays open.
      const holder = await client.workflow.start(INSPECT_SITES, {
        workflowId: held.workflowId,
        taskQueue: `nobody-${taskQueue}`,
        args: [{ sites: [] }],
        workflowExecutionTimeout: '5 minutes',
      });
      for (const copy of [held, orphaned]) {
        await client.workflow.signalWithStart(SITE, {
          workflowId: siteWorkflowId(site),
          taskQueue,
          args: [{ site }],
          signal: testCopySignal,
          signalArgs: [copy],
        });
      }
      expect(await left()).toEqual([orphaned]);
      await holder.terminate('the worst that can happen to a drill');
      expect(await left()).toEqual([held, orphaned]);
    }));
});

describe('holderOfVm', () => {
  const ask = (bench: Bench, workflowId: string) => bench.attempt(() => bench.activities.holderOfVm(workflowId));

  it('knows a migration that is over from other things that were done with the VM', () =>
    withBench({ workers: 1, vms: 1, speed: 200 }, async (bench) => {
      const { client, taskQueue, source } = bench;
      const { run, result } = await bench.start(bench.plan());
      expect((await result()).totals.succeeded).toBe(1);
      // A VM tells its run how it ended, and closes after that.
      const holder = await until(
        () => ask(bench, vmWorkflowId(source, bench.vms[0]?.id ?? '')),
        ({ state }) => state !== 'open',
      );
      expect(holder).toEqual({ state: 'migrated', run, name: bench.vms[0]?.name });

      const other = vmWorkflowId(source, randomUUID());
      await client.workflow.execute(INSPECT_SITES, { workflowId: other, taskQueue, args: [{ sites: [] }] });
      expect(await ask(bench, other)).toMatchObject({ state: 'free' });
      expect(await ask(bench, vmWorkflowId(source, randomUUID()))).toMatchObject({ state: 'free' });
    }));

  it('names the run that has the VM', () =>
    withBench({}, async (bench) => {
      const workflowId = vmWorkflowId(bench.source, randomUUID());
      const options = { workflowId, taskQueue: bench.taskQueue, args: [{ sites: [] }], memo: { run: 'crm-1' } };
      await bench.client.workflow.start(INSPECT_SITES, options);
      expect(await ask(bench, workflowId)).toEqual({ state: 'open', run: 'crm-1' });
    }));
});
