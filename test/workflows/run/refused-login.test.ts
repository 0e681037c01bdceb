/** A refused login is corrected by one person once: one `resume` of a run is enough, whoever met the refusal, and however often. */
import { expect } from '@jest/globals';
import { approveUpdate, resumeUpdate, vmReportQuery } from '../../../contract/messages.js';
import { runWorkflowId, vmWorkflowId } from '../../../contract/names.js';
import type { RunReport } from '../../../contract/report.js';
import type { FaultRule } from '../../../simulator/index.js';
import { inShort } from '../../support/in-short.js';
import { type Lab, withLab } from '../../support/lab.js';
import { aVm, aWave } from '../../support/plans.js';
import { describe, it } from '../../support/side-by-side.js';
import { until } from '../../support/until.js';

const handle = (lab: Lab, run: string) => lab.client.workflow.getHandle(runWorkflowId(run));

/** whether it is met by what is sent, and not by a look before */
const REFUSALS: [string, FaultRule, boolean][] = [
  ['the login', { operation: 'login', kind: 'status', status: 401 }, false],
  [
    "the peer's login",
    { operation: 'extend', kind: 'status', status: 403, error: { code: 'Forbidden', msg: 'no' } },
    true,
  ],
];

const openVms = (lab: Lab, { vms }: RunReport) =>
  Promise.all(vms.map(({ id }) => lab.client.workflow.getHandle(vmWorkflowId(lab.source, id)).query(vmReportQuery)));

/** Runs of VMs that wait for an approval, each with two. */
async function atTheGate(lab: Lab, runs: number) {
  const all = lab.plan().waves.flatMap(({ vms }) => vms);
  return Promise.all(
    Array.from({ length: runs }, async (_, n) => {
      const vms = all.slice(2 * n, 2 * n + 2).map(({ id, name }) => aVm(name, { id }));
      const plan = lab.plan({ waves: [aWave('all', ...vms)] });
      const run = await lab.start({ ...plan, cutover: { ...plan.cutover, approval: 'wave' } });
      await until(run.report, ({ vms: waiting }) => waiting.every(({ waitingFor }) => waitingFor === 'approval'));
      return run;
    }),
  );
}

describe('a run whose VMs have all met a refusal', () => {
  const CASES = REFUSALS.flatMap(([name, fault, kept]) => [1, 2].map((runs) => [name, runs, fault, kept] as const));

  it.concurrent.each(inShort(CASES, ([, runs]) => runs === 2))(
    'of %s goes on after one resume; runs at the site: %s',
    (_, count, refusal, mayBeKept) =>
      withLab({ vms: 4 }, async (lab) => {
        const { control } = lab.simulator;
        const runs = await atTheGate(lab, count);
        control.addFaults(refusal);
        control.expireSessions();
        for (const { run } of runs) await handle(lab, run).executeUpdate(approveUpdate, { args: [{}] });
        for (const { report } of runs) {
          // Where the first one's refusal comes before the other has sent anything, the pause keeps that from it.
          await until(
            async () => openVms(lab, await report()),
            (vms) => vms.every(({ hold }) => hold?.code === 'LoginRefused' || (mayBeKept && hold === null)),
          );
          await until(report, ({ state }) => state === 'paused');
        }
        control.clearFaults();
        for (const { run } of runs) await handle(lab, run).executeUpdate(resumeUpdate, { args: [{}] });
        for (const { report, result } of runs) {
          const after = await until(report, ({ state }) => state !== 'running');
          expect(after).toMatchObject({ state: 'succeeded', totals: { succeeded: 2 } });
          await result();
        }
      }),
  );
});
