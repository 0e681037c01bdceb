/** Runs and persons that recover VMs, and what the simulated sites say of it. */
import { expect } from '@jest/globals';
import { approveUpdate } from '../../contract/messages.js';
import { runWorkflowId } from '../../contract/names.js';
import type { RunReport } from '../../contract/report.js';
import type { Plan } from '../../plan/types.js';
import type { Lab } from './lab.js';
import { until } from './until.js';

export const protection = (lab: Lab, change: Partial<Plan> = {}): Plan =>
  lab.plan({ kind: 'protect', replication: { rpo: 15 }, ...change });

export async function done(lab: Lab, plan: Plan): Promise<RunReport> {
  const { result } = await lab.start(plan);
  return result();
}

/** A run that must succeed before the one that a test is about. */
export async function given(lab: Lab, plan: Plan): Promise<RunReport> {
  const report = await done(lab, plan);
  expect(report.vms.map(({ error }) => error)).toEqual(report.vms.map(() => null));
  expect(report.state).toBe('succeeded');
  return report;
}

export const replications = (lab: Lab) => lab.simulator.control.world().replications;
export const vmsAt = (lab: Lab, site: string) => lab.simulator.control.world().sites[site]?.vms ?? [];
export const running = (lab: Lab, site: string): string[] =>
  vmsAt(lab, site)
    .filter(({ powerState }) => powerState === 'POWERED_ON')
    .map(({ name }) => name)
    .sort();
export const kinds = (lab: Lab): string[] => lab.simulator.control.ledger().map(({ kind }) => kind);

/** A run that waits for its approval. */
export async function atApproval(lab: Lab, change: Partial<Plan> = {}) {
  const started = await lab.start(lab.plan({ ...change, cutover: { ...lab.plan().cutover, approval: 'wave' } }));
  const waiting = await until(started.report, ({ vms }) => vms[0]?.waitingFor === 'approval');
  const approve = () =>
    lab.client.workflow.getHandle(runWorkflowId(started.run)).executeUpdate(approveUpdate, { args: [{}] });
  return { ...started, waiting, approve };
}

/** As a person does it in VCDA's page; over when it is recovered. @param replicationId default: the lab's one */
export async function recoverByHand(
  lab: Lab,
  operation: 'failover' | 'migrate' = 'failover',
  replicationId = replications(lab)[0]?.id ?? '',
): Promise<void> {
  lab.simulator.control.act({ operation, replicationId, user: 'ann@acme', body: { powerOn: true } });
  await until(
    async () => replications(lab).find(({ id }) => id === replicationId)?.recoveryState,
    (state) => state === 'COMPLETE',
  );
}
