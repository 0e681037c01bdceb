/** A copy without a mark that waits at the gate of an open run: its record decides, whatever became of the description. */
import { describe, expect, it } from '@jest/globals';
import { runWorkflowId } from '../../contract/names.js';
import type { RunReport } from '../../contract/report.js';
import { inShort } from '../support/in-short.js';
import { until } from '../support/until.js';
import { type Bench, submit, withBench } from './support/bench.js';
import { startOf } from './support/start-of.js';

const isAtGate = ({ vms }: RunReport) => vms[0]?.step === 'gate' && vms[0].waitingFor === 'approval';

const sent = (bench: Bench) =>
  bench.simulator.control.ledger().filter(({ user, kind }) => user === 'ops@acme' && kind !== 'start');

/** Until Temporal lists a run as open, or no longer so, which follows what is so a little later. */
const untilListed = (bench: Bench, run: string, isOpen: boolean) =>
  until(
    async () => {
      const query = `WorkflowId = '${runWorkflowId(run)}' AND ExecutionStatus = 'Running'`;
      for await (const _ of bench.client.workflow.list({ query })) return true;
      return false;
    },
    (isListed) => isListed === isOpen,
  );

/** A run brings the first VM of the bench to its gate; the site then shows this in its description. */
async function heldAtGate(bench: Bench, description: string) {
  const cutover = { ...bench.plan().cutover, approval: 'vm' as const };
  const first = await bench.start(bench.plan({ cutover }, 1));
  const { vms } = await until(first.report, isAtGate);
  await untilListed(bench, first.run, true);
  const id = vms[0]?.replicationId ?? '';
  bench.simulator.control.trouble(id, { settings: { description } });
  return { ...first, id };
}

describe('a copy that waits at the gate of an open run', () => {
  const SHOWN = [
    ['nothing', ''],
    ['a mark that was cut', 'drover1:cut'],
    ['a person’s own text', 'bob: mine'],
    ['another installation’s mark', `drover1:${'A'.repeat(24)} [run x, vm y, z]`],
  ] as const;

  // No mark, and one that says otherwise.
  it.concurrent.each(inShort(SHOWN, ([what]) => /^(nothing|another)/.test(what)))(
    'and shows %s is waited for by every other run, and nothing is sent',
    (_, description) =>
      withBench({ workers: 1 }, async (bench) => {
        const first = await heldAtGate(bench, description);
        for (const adopt of ['own', 'matching', 'none'] as const)
          await expect(submit(bench, startOf(bench, 0, { adopt }))).rejects.toMatchObject({
            type: 'VmInUse',
            nonRetryable: true,
            message: expect.stringContaining(`waits for run ${first.run}`),
            details: [expect.objectContaining({ code: 'VmInUse' }), first.run],
          });
        expect(sent(bench)).toEqual([]);
      }),
  );

  it.concurrent('is the run’s that has the replication, by whatever id another run knows its VM', () =>
    withBench({ workers: 1 }, async (bench) => {
      const first = await heldAtGate(bench, '');
      const workflowId = `vm/${bench.destination}/recovered-there`;
      const sync = bench.request({ kind: 'sync', replicationId: first.id, workflowId });
      await expect(submit(bench, sync)).rejects.toMatchObject({ type: 'VmInUse' });
      expect(sent(bench)).toEqual([]);
    }));

  it.concurrent('is rehearsed all the same', () =>
    withBench({ workers: 1 }, async (bench) => {
      const { id } = await heldAtGate(bench, '');
      const test = bench.request({ kind: 'failover-test', replicationId: id });
      expect(await submit(bench, test)).toMatchObject({ adopted: false });
    }));

  it.concurrent('is no trace of a start that was stopped before it could be told', () =>
    withBench({ workers: 1, site: { reconcile: { settle: 100 } } }, async (bench) => {
      await heldAtGate(bench, '');
      const request = startOf(bench, 0, { mayBeSent: { absent: false } });
      expect(await bench.attempt(() => bench.activities.adoptOperation(request))).toBeNull();
    }));

  it.concurrent('is taken over once that run has no more to do with it', () =>
    withBench({ workers: 1 }, async (bench) => {
      const first = await heldAtGate(bench, '');
      await bench.client.workflow.getHandle(runWorkflowId(first.run)).terminate();
      await untilListed(bench, first.run, false);
      expect(await submit(bench, startOf(bench, 0))).toMatchObject({ adopted: true, adoption: { owner: 'drover' } });
    }));
});
