/** What Temporal's retention does to a run: its workflows are deleted, and what the store has is all that is known. */
import { expect } from '@jest/globals';
import { DrillNotFound, NoPlan, PlanNotKept } from '../../../client/index.js';
import { runWorkflowId, shardWorkflowId } from '../../../contract/names.js';
import { headOf } from '../../../contract/pieces.js';
import { onQueuesOf } from '../../../contract/queues.js';
import type { VmReport } from '../../../contract/report.js';
import { evidence, head } from '../../support/evidence.js';
import { type Lab, withLab } from '../../support/lab.js';
import { listening } from '../../support/listening.js';
import { inWaves } from '../../support/plans.js';
import { atApproval, done } from '../../support/recoveries.js';
import { describe, it } from '../../support/side-by-side.js';
import { until } from '../../support/until.js';
import { withDrover } from '../../support/with-drover.js';

interface Known {
  workflowId: string;
  runId: string;
  status: string;
}

const starts = (lab: Lab) => lab.simulator.control.ledger().filter(({ kind }) => kind === 'start').length;

/** Deletes what Temporal knows of the lab, closed or open, or what of it is meant. */
async function forget({ client, taskQueue }: Lab, isMeant: (workflow: Known) => boolean = () => true): Promise<void> {
  const query = onQueuesOf(taskQueue);
  const namespace = client.options.namespace;
  async function known() {
    const found: Known[] = [];
    for await (const { workflowId, runId, status } of client.workflow.list({ query }))
      found.push({ workflowId, runId, status: status.name });
    return found.filter(isMeant);
  }
  await until(
    async () => {
      const left = await known();
      for (const { workflowId, runId } of left) {
        await client.workflowService
          .deleteWorkflowExecution({ namespace, workflowExecution: { workflowId, runId } })
          .catch(() => {});
      }
      return left.length;
    },
    (left) => left === 0,
  );
}

describe('when Temporal has forgotten a run', () => {
  it.concurrent('list, show and report say of it what they said before, and its VMs are not moved again', () =>
    withLab({ vms: 2, workers: 0 }, (lab) =>
      withDrover(lab, async (drover) => {
        const worker = await lab.startWorker();
        await listening(lab);
        const plan = lab.plan();
        const { run } = await drover.startRun(plan, { id: `${lab.source}-first` });
        const report = await run.wait();
        const [vm] = report.vms;
        const seen = async () => ({
          report: await run.report(),
          live: await run.report({ live: true }),
          vm: await run.vm(vm?.name ?? ''),
          plan: await run.plan(),
          facts: await run.facts(),
          listed: (await drover.list({ limit: null })).runs.filter((one) => one.run === run.run),
        });
        const before = await seen();
        expect(before.report.state).toBe('succeeded');
        expect(before.plan).toEqual(plan);
        expect(before.facts).toMatchObject({
          planDigest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
          source: lab.source,
          destination: lab.destination,
          plan: { cutover: plan.cutover },
          versions: { temporal: expect.any(String) },
        });
        await forget(lab);
        expect(await seen()).toEqual(before);

        const again = await drover.startRun(plan, { id: `${lab.source}-second` });
        const second = await again.run.wait();
        expect(second.vms.map(({ state, error }) => [state, error?.code])).toEqual(
          report.vms.map(() => ['skipped', 'AlreadyMigrated']),
        );
        expect(starts(lab)).toBe(2);

        // The id of the first is not free because Temporal has forgotten it.
        expect(await drover.startRun(plan, { id: run.run })).toMatchObject({ existed: true });
        const other = { ...plan, name: 'another' };
        await expect(drover.startRun(other, { id: run.run })).rejects.toThrow(/exists already/);
        await expect(drover.run('nobody').report()).rejects.toThrow(/No run is named nobody/);
        await worker.stop();
      }),
    ));

  it.concurrent('what persons told it is known, with who they were and what came of it', () =>
    withLab({ vms: 1 }, (lab) =>
      withDrover(lab, async (drover) => {
        await listening(lab);
        const { run } = await drover.startRun(lab.plan({ cutover: { ...lab.plan().cutover, approval: 'wave' } }), {
          id: `${lab.source}-told`,
        });
        await until(
          () => run.report(),
          ({ vms }) => vms[0]?.waitingFor === 'approval',
        );
        await run.pause('a look');
        await run.resume();
        await expect(run.cancel('wave:none')).rejects.toThrow();
        await run.approve('wave:all');
        const { acts } = await run.wait();
        const by = { actor: 'ann@acme', proof: 'claimed', command: 'a test', reference: null, refused: null };
        expect(acts).toMatchObject([
          { ...by, act: 'pause', target: null, note: 'a look', after: { affected: 1 } },
          { ...by, act: 'resume', target: null, note: null, after: { affected: 1 } },
          { ...by, act: 'approve', target: 'wave:all', note: null, after: { affected: 1 } },
        ]);
        await forget(lab);
        expect((await run.report()).acts).toEqual(acts);
      }),
    ));

  it.concurrent('a plan that the store has not got, or not all of, is not made up', () =>
    withLab({ vms: 1 }, (lab) =>
      withDrover(lab, async (drover) => {
        await listening(lab);
        async function kept(run: string, change: Parameters<typeof evidence>[0]) {
          await lab.store.keepEvidence(evidence({ run, ...change }));
          return drover.run(run).plan();
        }
        const plan = headOf(lab.plan());
        await expect(kept('without', { head: head() })).rejects.toBeInstanceOf(PlanNotKept);
        await expect(kept('cut', { head: { ...head(), plan } })).rejects.toBeInstanceOf(PlanNotKept);
        await expect(kept('drilled', { head: head({ kind: 'drill', run: 'drilled' }) })).rejects.toBeInstanceOf(NoPlan);

        const drill = drover.drill('exit');
        const told = { run: 'drilled', state: 'cancelled', startedAt: '2026-12-05T21:00:00.000Z', findings: [] };
        expect(await drill.evidence('2026-12-05T21:00:00.000Z')).toMatchObject({ drills: [told], missing: null });
        await expect(drill.evidence('2026-12-05T21:00:00.001Z')).rejects.toBeInstanceOf(DrillNotFound);
      }),
    ));

  it.concurrent('what was terminated and forgotten is said to have ended', () =>
    withLab({ vms: 1 }, (lab) =>
      withDrover(lab, async (drover) => {
        const id = `${lab.source}-cut`;
        await lab.start(lab.plan({ cutover: { ...lab.plan().cutover, approval: 'wave' } }), id);
        const handle = lab.client.workflow.getHandle(runWorkflowId(id));
        await until(
          async () => starts(lab),
          (count) => count === 1,
        );
        await drover.run(id).pause('a look');
        await until(
          () => lab.store.run(id),
          (kept) => kept?.head.acts?.length === 1,
        );
        await handle.terminate('a test');
        await forget(lab);
        const report = await drover.run(id).report();
        expect(report).toMatchObject({ run: id, state: 'cancelled', finishedAt: null });
        expect(report.acts).toMatchObject([{ act: 'pause', actor: 'ann@acme', note: 'a look' }]);
      }),
    ));
});

describe('when Temporal has forgotten shards of a run that goes on', () => {
  it.concurrent('what their VMs did is told by the store, and the run goes on to its end', () =>
    withLab({ vms: 2, shardOf: 1 }, (lab) =>
      withDrover(lab, async (drover) => {
        const approved = lab.plan({ cutover: { ...lab.plan().cutover, approval: 'wave' } });
        const plan = inWaves(approved, { one: 1, two: 1 });
        const { run: id } = await lab.start(plan);
        const run = drover.run(id);
        await until(
          () => run.report(),
          ({ vms }) => vms.length === 2 && vms.every(({ state, step }) => state === 'waiting' && step === 'gate'),
        );
        await run.approve('wave:one');
        await until(
          () => lab.client.workflow.getHandle(shardWorkflowId(id, 0)).describe(),
          ({ status }) => status.name === 'COMPLETED',
        );
        // Copies at the gate are looked at meanwhile.
        const withoutLooks = (vms: VmReport[]) => vms.map(({ copy: _copy, ...vm }) => vm);
        async function report() {
          const all = await run.report();
          return { ...all, vms: withoutLooks(all.vms) };
        }
        const seen = async () => ({
          report: await report(),
          states: (await run.overview()).vms.map(({ state }) => state),
          live: withoutLooks((await run.report({ live: true })).vms),
          vm: (await run.vm(plan.waves[0]?.vms[0]?.id ?? '')).vm,
          plan: await run.plan(),
        });
        const before = await seen();
        expect(before.states).toEqual(['succeeded', 'waiting']);
        expect(before.vm.operations.map(({ kind }) => kind)).toEqual(['start', 'migrate', 'delete']);
        await forget(lab, ({ workflowId, status }) => status !== 'RUNNING' && !workflowId.startsWith('site/'));
        expect(await seen()).toEqual(before);
        // What another run asks of it first.
        const second = await lab.start(lab.plan({ waves: plan.waves.slice(0, 1) }));
        expect((await second.result()).vms.map(({ error }) => error?.code)).toEqual(['AlreadyMigrated']);

        await run.approve('wave:two');
        const ended = await run.wait();
        expect(ended).toMatchObject({ state: 'succeeded', totals: { vms: 2, succeeded: 2 } });
        expect(ended.vms.slice(0, 1)).toEqual(before.report.vms.slice(0, 1));
        expect(lab.wrongWith(ended)).toEqual([]);
      }),
    ));
});

describe('what an earlier run knew of a VM, once Temporal has forgotten the run,', () => {
  it.concurrent('is that its cutover has left it off, which is told while it waits for its approval', () =>
    withLab({ vms: 1 }, async (lab) => {
      const error = { code: 'BadRequest', msg: 'made up' };
      lab.simulator.control.addFaults({ operation: 'migrate', kind: 'fail-task', stage: 'recover', times: 1, error });
      const [left] = (await done(lab, lab.plan())).vms;
      expect(left).toMatchObject({ state: 'failed', source: { power: 'off' }, downSince: expect.any(String) });
      await forget(lab);
      const { waiting, approve, result } = await atApproval(lab);
      const source = { power: 'off', before: 'on' };
      expect(waiting.vms[0]).toMatchObject({ downSince: left?.downSince, source });
      await approve();
      expect((await result()).vms[0]).toMatchObject({ state: 'succeeded', outageSeconds: expect.any(Number) });
    }));
});

it.concurrent('without a worker, list says what is missing, and show why it cannot tell', () =>
  withLab({ vms: 1, workers: 0 }, (lab) =>
    withDrover(lab, async (drover) => {
      expect(await drover.list()).toMatchObject({ missing: expect.stringContaining('no worker listens') });
      await expect(drover.run(`${lab.source}-none`).report()).rejects.toThrow(/no worker listens/);
    }),
  ));
