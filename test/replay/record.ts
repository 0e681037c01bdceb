/**
 * Records the histories that replay.test.ts replays: `npm run replay:record`. To be run when workflow code changed in a way
 * that old histories need not follow any more (before a first release), or when a shape is added; never to make a failing
 * replay pass while runs of the older code may still be open.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, it } from '@jest/globals';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { type DrillNote, NOTE_DRILL, noteId } from '../../contract/drill-note.js';
import { READ_STORE, STORE_KEEPER } from '../../contract/evidence.js';
import { INSPECT_SITES, SWEEP } from '../../contract/inputs.js';
import { approveUpdate, cancelUpdate, pauseUpdate, resumeUpdate } from '../../contract/messages.js';
import {
  claimsWorkflowId,
  runWorkflowId,
  shardWorkflowId,
  siteWorkflowId,
  storeKeeperId,
  sweepWorkflowId,
  tidyWorkflowId,
  vmWorkflowId,
} from '../../contract/names.js';
import { contractMemo } from '../../contract/number.js';
import { headOf } from '../../contract/pieces.js';
import { ASK_SITES } from '../../contract/site-questions.js';
import type { Plan } from '../../plan/types.js';
import { drillOf, openPort, protect, startDrill, tcpCheck } from '../support/drills.js';
import { withHookServer } from '../support/hook-server.js';
import { type Lab, withLab } from '../support/lab.js';
import { aWave } from '../support/plans.js';
import { until } from '../support/until.js';
import { vappsOf } from '../support/vapps.js';

const DIRECTORY = fileURLToPath(new URL('histories/', import.meta.url));

/** The newest execution of a workflow id, or the first of those that continued each other as new. */
async function record(lab: Lab, shape: string, workflowId: string, which: 'first' | 'last' = 'last'): Promise<void> {
  const newest = lab.client.workflow.getHandle(workflowId);
  const { firstRunId } = (await newest.describe()).raw.workflowExecutionInfo ?? {};
  const chosen = which === 'last' ? newest : lab.client.workflow.getHandle(workflowId, firstRunId ?? '');
  const history = await chosen.fetchHistory();
  // Stack traces name where they were recorded, which says nothing.
  const text = JSON.stringify(JSON.parse(historyToJSON(history))).replaceAll(`${process.cwd()}/`, '');
  mkdirSync(DIRECTORY, { recursive: true });
  writeFileSync(`${DIRECTORY}${shape}.json`, `${text}\n`);
}

const firstVm = (lab: Lab): string => vmWorkflowId(lab.source, lab.plan().waves[0]?.vms[0]?.id ?? '');
const accepted = (lab: Lab, kind: string): number =>
  lab.simulator.control.ledger().filter((e) => e.kind === kind).length;

/** A run and the first of its shards. */
async function recordRun(lab: Lab, shape: string, run: string): Promise<void> {
  await record(lab, `plan-run.${shape}`, runWorkflowId(run));
  await record(lab, `shard.${shape}`, shardWorkflowId(run, 0));
}

describe('recording', () => {
  it(
    'a run of many shards, continued as new',
    () =>
      withLab({ vms: 60, shardOf: 1 }, async (lab) => {
        const { run, result } = await lab.start(lab.plan());
        await result();
        await record(lab, 'plan-run.continued', runWorkflowId(run), 'first');
        await record(lab, 'plan-run.many-shards', runWorkflowId(run));
      }),
    180_000,
  );

  it(
    'a run that went well, continued as new, with its VM and site',
    () =>
      withLab({ vms: 60 }, async (lab) => {
        const { run, result } = await lab.start(lab.plan());
        await result();
        await record(lab, 'migrate-vm.happy', firstVm(lab));
        await record(lab, 'shard.continued', shardWorkflowId(run, 0), 'first');
        await recordRun(lab, 'happy', run);
        await record(lab, 'site.continued', siteWorkflowId(lab.destination), 'first');
      }),
    180_000,
  );

  it(
    'a VM whose step was retried, one that failed, a run with failures',
    () =>
      withLab({ vms: 2 }, async (lab) => {
        const [retried, failed] = lab.plan().waves[0]?.vms ?? [];
        lab.simulator.control.addFaults(
          {
            vmId: retried?.id ?? '',
            operation: 'migrate',
            kind: 'fail-task',
            times: 1,
            error: { code: 'GeneralServerFailure', msg: 'lock' },
          },
          {
            vmId: failed?.id ?? '',
            operation: 'start',
            kind: 'status',
            status: 400,
            error: { code: 'BadRequest', msg: 'no' },
          },
        );
        const { run, result } = await lab.start(lab.plan());
        await result();
        await record(lab, 'migrate-vm.retried', vmWorkflowId(lab.source, retried?.id ?? ''));
        await record(lab, 'migrate-vm.failed', vmWorkflowId(lab.source, failed?.id ?? ''));
        await recordRun(lab, 'failed', run);
      }),
    120_000,
  );

  it(
    'a run that was paused, resumed and cancelled',
    () =>
      withLab({ vms: 2, speed: 20 }, async (lab) => {
        const { run, result } = await lab.start(lab.plan());
        const handle = lab.client.workflow.getHandle(runWorkflowId(run));
        await until(
          async () => accepted(lab, 'start'),
          (n) => n === 2,
        );
        await handle.executeUpdate(pauseUpdate, { args: [{ reason: 'freeze' }] });
        await handle.executeUpdate(resumeUpdate, { args: [{}] });
        await handle.executeUpdate(cancelUpdate, { args: [{}] });
        await result();
        await record(lab, 'migrate-vm.cancelled', firstVm(lab));
        await recordRun(lab, 'cancelled', run);
      }),
    120_000,
  );

  it(
    'a VM that missed its window and one that was held for a licence',
    () =>
      withLab({ vms: 1 }, async (lab) => {
        const closes = Date.now() + 15_000;
        const window = {
          opens: '2026-01-01T00:00:00.000Z',
          closes: new Date(closes).toISOString(),
          missed: 'fail' as const,
          begun: 'finish' as const,
        };
        lab.simulator.control.setLicense(lab.destination, false);
        const { run, report, result } = await lab.start(
          lab.plan({ cutover: { approval: 'none', window, powerOn: true, consolidate: false } }),
        );
        await until(report, (r) => r.state === 'paused');
        await until(
          async () => Date.now(),
          (now) => now > closes,
        );
        lab.simulator.control.setLicense(lab.destination, true);
        await lab.client.workflow.getHandle(runWorkflowId(run)).executeUpdate(resumeUpdate, { args: [{}] });
        await result();
        await record(lab, 'migrate-vm.held-and-missed', firstVm(lab));
        await recordRun(lab, 'held', run);
      }),
    120_000,
  );

  it('an inspection of the sites', () =>
    withLab({ vms: 1 }, async (lab) => {
      const workflowId = `inspect-${lab.source}`;
      await lab.client.workflow.execute(INSPECT_SITES, {
        workflowId,
        taskQueue: lab.taskQueue,
        args: [{ sites: null }],
      });
      await record(lab, 'inspect-sites.happy', workflowId);
    }));

  it(
    'a VM that is protected, failed over, brought home, failed over again and reversed',
    () =>
      withLab({ vms: 1 }, async (lab) => {
        const done = async (change: Partial<Plan>) => (await lab.start(lab.plan(change))).result();
        await protect(lab);
        await record(lab, 'protect-vm.happy', firstVm(lab));
        await done({ kind: 'failover' });
        await record(lab, 'failover-vm.happy', firstVm(lab));
        await done({ kind: 'failover' });
        await record(lab, 'failover-vm.refused', firstVm(lab));
        await done({ kind: 'failback', confirm: 'removes-source' });
        await record(lab, 'failback-vm.happy', firstVm(lab));
        await done({ kind: 'failover' });
        await done({ kind: 'reverse', confirm: 'removes-source' });
        await record(lab, 'reverse-vm.happy', firstVm(lab));
      }),
    120_000,
  );

  it(
    'VMs that wait at their gate: one that is approved, one that is cancelled there',
    () =>
      withLab({ vms: 2 }, async (lab) => {
        const [approved, cancelled] = lab.plan().waves[0]?.vms ?? [];
        const cutover = { approval: 'vm', window: null, powerOn: true, consolidate: false } as const;
        const { run, report, result } = await lab.start(lab.plan({ cutover }));
        const handle = lab.client.workflow.getHandle(runWorkflowId(run));
        await until(report, ({ vms }) => vms.every(({ waitingFor }) => waitingFor === 'approval'));
        await record(lab, 'copy-vm.happy', firstVm(lab));
        await handle.executeUpdate(approveUpdate, { args: [{ vm: approved?.id ?? '' }] });
        await handle.executeUpdate(cancelUpdate, { args: [{ vm: cancelled?.id ?? '' }] });
        await result();
        await record(lab, 'migrate-vm.from-gate', firstVm(lab));
        await record(lab, 'undo-vm.happy', vmWorkflowId(lab.source, cancelled?.id ?? ''));
        await recordRun(lab, 'gates', run);
      }),
    120_000,
  );

  it(
    'a failover and a failback that wait at their gates',
    () =>
      withLab({ vms: 1 }, async (lab) => {
        await protect(lab);
        const cutover = { approval: 'wave', window: null, powerOn: true, consolidate: false } as const;
        async function throughGate(change: Partial<Plan>, shape: string): Promise<void> {
          const { run, report, result } = await lab.start(lab.plan({ ...change, cutover }));
          await until(report, ({ vms }) => vms.every(({ waitingFor }) => waitingFor === 'approval'));
          await record(lab, shape, firstVm(lab));
          await lab.client.workflow.getHandle(runWorkflowId(run)).executeUpdate(approveUpdate, { args: [{}] });
          await result();
        }
        await throughGate({ kind: 'failover' }, 'look-vm.happy');
        await throughGate({ kind: 'failback', confirm: 'removes-source' }, 'return-vm.happy');
      }),
    120_000,
  );

  it(
    'a drill that passes in two groups, and one of which a VM fails its check',
    () =>
      withLab({ vms: 2 }, async (lab) => {
        const open = await openPort();
        await protect(lab);
        const [db, web] = lab.plan().waves[0]?.vms ?? [];
        const groups = [
          { name: 'db', vms: db ? [db] : [] },
          { name: 'web', vms: web ? [web] : [] },
        ];
        const passes = await startDrill(lab, drillOf(lab, { groups, checks: [tcpCheck(open.port)] }));
        await passes.result();
        await record(lab, 'drill.happy', runWorkflowId(passes.run));
        await record(lab, 'drill-vm.happy', firstVm(lab));
        const closed = tcpCheck(1, { vms: db ? [db.id] : [], within: 1_000 });
        const fails = await startDrill(lab, drillOf(lab, { checks: [closed] }), `${lab.source}-fails`);
        await fails.result();
        await record(lab, 'drill.failed', runWorkflowId(fails.run));
        await record(lab, 'drill-vm.failed', firstVm(lab));
        open.close();
      }),
    120_000,
  );

  it(
    'a drill that is cancelled while it holds what it recovered',
    () =>
      withLab({ vms: 1 }, async (lab) => {
        await protect(lab);
        const drill = await startDrill(lab, drillOf(lab, { hold: 3_600_000 }));
        await until(drill.report, (r) => r.drill?.phase === 'hold');
        await drill.cancel();
        await drill.result();
        await record(lab, 'drill.cancelled', runWorkflowId(drill.run));
        await record(lab, 'drill-vm.cancelled', firstVm(lab));
      }),
    120_000,
  );

  it(
    'a drill that waits for another, and what keeps the claims of both',
    () =>
      withLab({ vms: 1 }, async (lab) => {
        await protect(lab);
        const first = await startDrill(lab, drillOf(lab, { hold: 3_600_000 }), `${lab.source}-first`);
        await until(first.report, (r) => r.drill?.phase === 'hold');
        const second = await startDrill(lab, drillOf(lab), `${lab.source}-second`);
        await until(second.report, (r) => r.vms[0]?.waitingFor === 'claim');
        await first.cancel();
        await second.result();
        await record(lab, 'drill.met', runWorkflowId(second.run));
        await record(lab, 'claims.met', claimsWorkflowId(lab.source, lab.destination));
      }),
    120_000,
  );

  it(
    'a round trip',
    () =>
      withLab({ vms: 1 }, async (lab) => {
        await protect(lab);
        const drill = await startDrill(
          lab,
          drillOf(lab, {
            mode: 'roundtrip',
            confirm: 'removes-source',
            recovery: { instance: 'latest', powerOn: true, consolidate: false, sync: true },
          }),
        );
        await drill.result();
        await record(lab, 'drill-vm.roundtrip', firstVm(lab));
      }),
    120_000,
  );

  it(
    'a sweep of what a drill has left whose workflows were terminated',
    () =>
      withLab({ vms: 1 }, async (lab) => {
        await protect(lab);
        const drill = await startDrill(lab, drillOf(lab, { hold: 3_600_000 }));
        await until(drill.report, (r) => r.drill?.phase === 'hold');
        await drill.terminate();
        await lab.client.workflow.getHandle(firstVm(lab)).terminate('a recording');
        const workflowId = sweepWorkflowId(lab.destination);
        const { taskQueue, destination: site } = lab;
        await lab.client.workflow.execute(SWEEP, { workflowId, taskQueue, args: [{ site }] });
        await record(lab, 'sweep.happy', workflowId);
        await record(lab, 'sweep-vm.happy', firstVm(lab));
      }),
    120_000,
  );

  it('the check of a plan, and a list of a site', () =>
    withLab({ vms: 1 }, async (lab) => {
      const { taskQueue, source: site } = lab;
      const plan = lab.plan();
      const vms = plan.waves.flatMap((wave) => wave.vms);
      const check = { ask: 'check', check: 'recorded', run: 'recorded', plan: headOf(plan), vms, isFirst: true };
      const list = { ask: 'inventory', of: 'vms', site, list: 'recorded', after: null };
      for (const [name, question] of Object.entries({ check, listed: list })) {
        const workflowId = `ask-sites-${name}-${site}`;
        await lab.client.workflow.execute(ASK_SITES, { workflowId, taskQueue, args: [question] });
        await record(lab, `ask-sites.${name}`, workflowId);
      }
    }));
  it(
    'replications that a run has kept for a while, and that were removed in time',
    () =>
      withLab({ vms: 2 }, async (lab) => {
        const { run, result } = await lab.start(lab.plan({ keepReplication: 1_000 }));
        await result();
        await lab.client.workflow.getHandle(tidyWorkflowId(run)).result();
        await record(lab, 'plan-run.kept', runWorkflowId(run));
        await record(lab, 'tidy.happy', tidyWorkflowId(run));
        await record(lab, 'tidy-vm.happy', firstVm(lab));
      }),
    120_000,
  );

  it(
    'a vApp that is moved as one',
    () =>
      withLab({ vms: 3 }, async (lab) => {
        const [vapp] = vappsOf(3);
        if (vapp === undefined) throw new Error('the simulator has a vApp');
        const { result } = await lab.start(lab.plan({ waves: [aWave('all', vapp)] }));
        await result();
        await record(lab, 'migrate-vm.vapp', vmWorkflowId(lab.source, vapp.id));
      }),
    120_000,
  );

  it(
    'a run that sends hooks',
    () =>
      withHookServer(({ url }) =>
        withLab({ vms: 1, hooks: { allow: [url], secrets: {} } }, async (lab) => {
          const hook = { url: `${url}/hooks`, method: 'POST', timeout: 60_000, retries: 0 } as const;
          const before = { ...hook, rule: 'hold' as const };
          const after = { ...hook, rule: 'warn' as const };
          const hooks = {
            beforeRun: before,
            beforeWave: before,
            beforeVm: before,
            beforeCutover: before,
            afterCutover: after,
            afterVm: after,
            afterWave: after,
            afterRun: after,
          };
          const { run, result } = await lab.start(lab.plan({ hooks }));
          await result();
          await record(lab, 'migrate-vm.hooked', firstVm(lab));
          await recordRun(lab, 'hooked', run);
        }),
      ),
    120_000,
  );

  it('what a person adds to a drill that is over', () =>
    withLab({ vms: 1 }, async (lab) => {
      const { taskQueue } = lab;
      const act = {
        id: noteId('an-execution', 'a-key'),
        at: '2026-11-30T12:00:00.000Z',
        actor: 'ann@acme',
        proof: 'claimed',
        command: null,
        act: 'sign',
        target: null,
        note: null,
        reference: null,
        before: null,
        after: { message: 'Drill crm signed off' },
        refused: null,
      } as const;
      const args: [DrillNote] = [{ run: 'crm', act }];
      const workflowId = `note-drill/${taskQueue}`;
      await lab.client.workflow.execute(NOTE_DRILL, { workflowId, taskQueue, args });
      await record(lab, 'note-drill.signed', workflowId);
    }));

  it('a question to the store, and what says which store it is', () =>
    withLab({ vms: 1 }, async (lab) => {
      const { taskQueue } = lab;
      const question = { workflowId: `read-store/${taskQueue}`, taskQueue, args: [{ ask: 'run', run: 'nobody' }] };
      await lab.client.workflow.execute(READ_STORE, question);
      await record(lab, 'read-store.happy', question.workflowId);
      const workflowId = storeKeeperId(taskQueue);
      await lab.client.workflow.start(STORE_KEEPER, { workflowId, taskQueue, memo: { ...contractMemo } });
      await until(
        async () => (await lab.client.workflow.getHandle(workflowId).fetchHistory()).events?.length ?? 0,
        (count) => count >= 4,
      );
      await record(lab, 'store-keeper.happy', workflowId);
    }));
});
