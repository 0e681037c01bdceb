/**
 * Records the histories that replay.test.ts replays: `npm run replay:record`. To be run when workflow code changed in a way
 * that old histories need not follow any more (before a first release), or when a shape is added; never to make a failing
 * replay pass while runs of the older code may still be open.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, it } from '@jest/globals';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { runWorkflowId, siteWorkflowId, vmWorkflowId } from '../../plan/names.js';
import { cancelUpdate, pauseUpdate, resumeUpdate } from '../../workflows/messages.js';
import { type Lab, withLab } from '../support/lab.js';
import { until } from '../support/until.js';

const DIRECTORY = fileURLToPath(new URL('histories/', import.meta.url));

async function record(lab: Lab, shape: string, workflowId: string, which: 'first' | 'last' = 'last'): Promise<void> {
  const executions: { runId: string; startTime: Date }[] = [];
  for await (const one of lab.client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) executions.push(one);
  executions.sort((a, b) => a.startTime.getTime() - b.startTime.getTime());
  const chosen = which === 'first' ? executions[0] : executions.at(-1);
  if (chosen === undefined) throw new Error(`no execution of ${workflowId} is visible`);
  const history = await lab.client.workflow.getHandle(workflowId, chosen.runId).fetchHistory();
  // Stack traces name where they were recorded, which says nothing.
  const text = JSON.stringify(JSON.parse(historyToJSON(history))).replaceAll(`${process.cwd()}/`, '');
  mkdirSync(DIRECTORY, { recursive: true });
  writeFileSync(`${DIRECTORY}${shape}.json`, `${text}\n`);
}

const firstVm = (lab: Lab): string => vmWorkflowId(lab.source, lab.plan().waves[0]?.vms[0]?.id ?? '');
const accepted = (lab: Lab, kind: string): number =>
  lab.simulator.control.ledger().filter((e) => e.kind === kind).length;

describe('recording', () => {
  it(
    'a run that went well, continued as new, with its VM and site',
    () =>
      withLab({ vms: 120 }, async (lab) => {
        const { run, result } = await lab.start(lab.plan());
        await result();
        await record(lab, 'migrate-vm.happy', firstVm(lab));
        await record(lab, 'migration-run.continued', runWorkflowId(run), 'first');
        await record(lab, 'migration-run.happy', runWorkflowId(run));
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
        await record(lab, 'migration-run.failed', runWorkflowId(run));
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
        await handle.executeUpdate(resumeUpdate);
        await handle.executeUpdate(cancelUpdate, { args: [{}] });
        await result();
        await record(lab, 'migrate-vm.cancelled', firstVm(lab));
        await record(lab, 'migration-run.cancelled', runWorkflowId(run));
      }),
    120_000,
  );

  it(
    'a VM that missed its window and one that was held for a licence',
    () =>
      withLab({ vms: 1 }, async (lab) => {
        const window = {
          opens: '2026-01-01T00:00:00.000Z',
          closes: '2026-01-02T00:00:00.000Z',
          missed: 'fail' as const,
        };
        lab.simulator.control.setLicense(lab.destination, false);
        const { run, report, result } = await lab.start(
          lab.plan({ cutover: { approval: 'none', window, powerOn: true, consolidate: false } }),
        );
        await until(report, (r) => r.state === 'paused');
        lab.simulator.control.setLicense(lab.destination, true);
        await lab.client.workflow.getHandle(runWorkflowId(run)).executeUpdate(resumeUpdate);
        await result();
        await record(lab, 'migrate-vm.held-and-missed', firstVm(lab));
        await record(lab, 'migration-run.held', runWorkflowId(run));
      }),
    120_000,
  );

  it('an inspection of the sites', () =>
    withLab({ vms: 1 }, async (lab) => {
      const workflowId = `inspect-${lab.source}`;
      await lab.client.workflow.execute('inspectSites', {
        workflowId,
        taskQueue: lab.taskQueue,
        args: [{ sites: null }],
      });
      await record(lab, 'inspect-sites.happy', workflowId);
    }));
});
