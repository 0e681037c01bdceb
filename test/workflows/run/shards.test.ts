/** A run and its shards as workflows: what becomes of one without the other, and of a plan that comes in pieces. */
import { expect } from '@jest/globals';
import { loadPieces } from '../../../client/load-run.js';
import { PLAN_RUN } from '../../../contract/inputs.js';
import { approveUpdate, pauseUpdate, type RunHead, resumeUpdate } from '../../../contract/messages.js';
import { runWorkflowId, shardWorkflowId } from '../../../contract/names.js';
import { contractMemo } from '../../../contract/number.js';
import { headOf, piecesOf } from '../../../contract/pieces.js';
import type { Plan } from '../../../plan/types.js';
import type { Lab } from '../../support/lab.js';
import { sharedLab } from '../../support/shared-lab.js';
import { describe, it } from '../../support/side-by-side.js';
import { until } from '../../support/until.js';

const withPart = sharedLab({ vms: 6 });
const withSharded = sharedLab({ vms: 5, shardOf: 1 });

const accepted = (lab: Lab, kind: string): number =>
  lab.simulator.control.ledger().filter((one) => one.kind === kind).length;

const statusOf = async (lab: Lab, workflowId: string): Promise<string> =>
  (await lab.client.workflow.getHandle(workflowId).describe()).status.name;

const approved = (lab: Lab, vms: number): Plan =>
  lab.plan({ cutover: { approval: 'wave', window: null, powerOn: true, consolidate: false } }, vms);

/** Starts a run that nobody has loaded. */
async function startEmpty(lab: Lab, plan: Plan, most: number) {
  const pieces = piecesOf(plan, most);
  const parts = pieces.map((piece, shard) => ({ piece, shard }));
  const run = `${lab.source}-${parts[0]?.piece.waves[0]?.vms[0]?.name}`;
  const handle = await lab.client.workflow.start(PLAN_RUN, {
    workflowId: runWorkflowId(run),
    taskQueue: lab.taskQueue,
    args: [{ run, plan: headOf(plan), shards: pieces.length }],
    memo: { ...contractMemo },
  });
  return {
    run,
    handle,
    parts,
    load: (...some: number[]) =>
      load(
        lab,
        run,
        some.map((n) => parts[n]!),
      ),
  };
}

const load = (lab: Lab, run: string, parts: Parameters<typeof loadPieces>[2]): Promise<void> =>
  loadPieces(lab.client, run, parts, 360_000);

describe('a plan that comes in pieces', () => {
  it.concurrent('begins when all of it is there; a piece that comes twice is taken once, another is refused', () =>
    withPart(2, async (lab) => {
      const { run, handle, parts, load: give } = await startEmpty(lab, lab.plan(), 1);
      await give(0);
      await give(0);
      const other = { shard: 0, piece: { ...parts[0]!.piece, first: 7 } };
      await expect(load(lab, run, [other])).rejects.toMatchObject({ cause: { type: 'OtherPiece' } });
      expect(accepted(lab, 'start')).toBe(0);
      await give(1);
      const head = (await handle.result()) as RunHead;
      expect(head.report).toMatchObject({ state: 'succeeded', totals: { vms: 2, succeeded: 2 } });
      expect(accepted(lab, 'start')).toBe(2);
    }));

  it.concurrent('and of which nobody brings the rest is cancelled, and nothing of it was sent', () =>
    withPart(2, async (lab) => {
      const { handle, load: give } = await startEmpty(lab, lab.plan(), 1);
      await give(1);
      await handle.cancel();
      const head = (await handle.result()) as RunHead;
      expect(head.report).toMatchObject({ state: 'cancelled', totals: { vms: 2, cancelled: 2 } });
      expect(accepted(lab, 'start')).toBe(0);
    }));
});

describe('a run of many shards', () => {
  it.concurrent('is steered as one: a pause holds all of them, an approval opens a wave wherever its VMs are', () =>
    withSharded(3, async (lab) => {
      const { run, report, result } = await lab.start(approved(lab, 3));
      const handle = lab.client.workflow.getHandle(runWorkflowId(run));
      await until(report, ({ vms }) => vms.length === 3 && vms.every(({ waitingFor }) => waitingFor === 'approval'));
      await handle.executeUpdate(pauseUpdate, { args: [{ reason: 'freeze' }] });
      expect((await report()).vms.every(({ waitingFor }) => waitingFor === 'pause')).toBe(true);
      const told = await handle.executeUpdate(approveUpdate, { args: [{}] });
      expect(told).toMatchObject({
        affected: 3,
        message: expect.stringContaining('Approved wave all: 3 VMs wait for drover resume'),
      });
      expect(accepted(lab, 'migrate')).toBe(0);
      await handle.executeUpdate(resumeUpdate, { args: [{}] });
      const ended = await result();
      expect(ended.totals).toMatchObject({ vms: 3, succeeded: 3 });
      expect(lab.wrongWith(ended)).toEqual([]);
    }));

  it.concurrent('goes on without a shard that was terminated, whose VMs have failed, and says so', () =>
    withSharded(2, async (lab) => {
      const { run, report, result } = await lab.start(approved(lab, 2));
      await until(report, ({ vms }) => vms.length === 2 && vms.every(({ waitingFor }) => waitingFor === 'approval'));
      await lab.client.workflow.getHandle(shardWorkflowId(run, 0)).terminate('a test');
      const told = await lab.client.workflow.getHandle(runWorkflowId(run)).executeUpdate(approveUpdate, { args: [{}] });
      expect(told.affected).toBe(1);
      const ended = await result();
      expect(ended).toMatchObject({ state: 'failed', totals: { succeeded: 1, failed: 1 } });
      expect(ended.vms.map(({ error }) => error?.code ?? null)).toEqual(['Terminated', null]);
    }));
});

describe('a shard', () => {
  it.concurrent('whose run was terminated begins nothing more, and ends', () =>
    withPart(1, async (lab) => {
      const { run, report } = await lab.start(approved(lab, 1));
      await until(report, ({ vms }) => vms.length === 1 && vms.every(({ waitingFor }) => waitingFor === 'approval'));
      await lab.client.workflow.getHandle(runWorkflowId(run)).terminate('a test');
      await until(
        () => statusOf(lab, shardWorkflowId(run, 0)),
        (status) => status === 'COMPLETED',
      );
      expect(accepted(lab, 'migrate')).toBe(0);
    }));

  it.concurrent("that is cancelled by Temporal's own means takes back what it has begun, and the run ends", () =>
    withPart(1, async (lab) => {
      const { run, report, result } = await lab.start(approved(lab, 1));
      await until(report, ({ vms }) => vms.length === 1 && vms.every(({ waitingFor }) => waitingFor === 'approval'));
      await lab.client.workflow.getHandle(shardWorkflowId(run, 0)).cancel();
      const ended = await result();
      expect(ended).toMatchObject({ state: 'cancelled', totals: { cancelled: 1 } });
      expect(lab.simulator.control.world().replications).toEqual([]);
    }));
});
