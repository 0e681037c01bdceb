/** The person of a chaos run: approves waves, and lifts what waits for a person, each once and with care. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Plan, RunHandle } from '../client/index.js';
import { COPY_VM, MIGRATE_VM } from '../contract/inputs.js';
import { vmReportQuery } from '../contract/messages.js';
import { runWorkflowId } from '../contract/names.js';
import type { Hold, RunReport } from '../contract/report.js';
import type { Journal } from './journal.js';
import type { LedgerTail } from './ledger-tail.js';
import { persistently } from './persistent.js';
import type { SiteControl } from './site-control.js';

/** ms between a wave's last start and its approval: VMs that would not wait show themselves */
const HESITATION = 4_000;
const LOOK_EVERY = 500;
/** ms that tasks which may be the missing operation are given to end before the person decides */
const PATIENCE = 60_000;

export interface HeldVm {
  vmId: string;
  hold: Hold;
}

export interface Steering {
  /** epoch ms from which a wave's cutovers were allowed, by wave */
  approvedAt: Map<string, number>;
  held: HeldVm[];
  /** what was said `resume` to; the same is not said twice */
  lifted: Set<string>;
}

export interface SteeringOptions {
  run: RunHandle;
  plan: Plan;
  client: Client;
  control: SiteControl;
  tail: LedgerTail;
  journal: Journal;
  signal: AbortSignal;
}

/** Approves each wave once all its VMs have been started for a while, never before. */
export async function approveWaves(options: SteeringOptions, { approvedAt }: Steering): Promise<void> {
  const { plan, run, tail, journal, signal } = options;
  for (const wave of plan.waves) {
    while (!wave.vms.every(({ id }) => tail.hasStarted(id))) await delay(LOOK_EVERY, undefined, { signal });
    await delay(HESITATION, undefined, { signal });
    // From here on it may take effect, whether or not its answer arrives.
    approvedAt.set(wave.name, Date.now());
    journal.add('steered', `wave ${wave.name} approved`);
    await persistently(() => run.approve(wave.name), signal);
  }
}

/** Looks at every VM that waits for a person, waits until the tasks in question have ended, and says `resume` once. */
export async function liftHolds(
  options: SteeringOptions,
  report: RunReport,
  { held, lifted }: Steering,
): Promise<void> {
  const { run, journal, signal } = options;
  const reason = report.pausedBecause;
  if (reason === null) return;
  const found = (await heldVms(options)).filter(({ hold }) => !lifted.has(hold.message));
  for (const one of found) {
    held.push(one);
    lifted.add(one.hold.message);
    journal.add('held', `${one.hold.code}: ${one.hold.message}`, { vmId: one.vmId });
  }
  if (found.length === 0) {
    if (lifted.has(reason)) return;
    journal.add('held', reason);
  }
  lifted.add(reason);
  await whenDecidable(options, found);
  journal.add('steered', 'resume said');
  await persistently(() => run.resume(), signal);
}

async function heldVms({ client, run }: SteeringOptions): Promise<HeldVm[]> {
  const query = `WorkflowType IN ('${COPY_VM}', '${MIGRATE_VM}') AND ExecutionStatus = 'Running' AND RootWorkflowId = '${runWorkflowId(run.run)}'`;
  const held: HeldVm[] = [];
  for await (const { workflowId, runId } of client.workflow.list({ query })) {
    const handle = client.workflow.getHandle(workflowId, runId);
    const { id, hold } = await handle.query(vmReportQuery);
    if (hold !== null) held.push({ vmId: id, hold });
  }
  return held;
}

/** The message names the tasks that may be the missing operation; a person looks at them until they have ended. */
async function whenDecidable({ control, signal }: SteeringOptions, held: HeldVm[]): Promise<void> {
  const until = Date.now() + PATIENCE;
  for (;;) {
    const open = (await control.world()).openTasks.map(({ id }) => id);
    const inQuestion = held.some(({ hold }) => open.some((id) => hold.message.includes(id)));
    if (!inQuestion || Date.now() > until) return;
    await delay(LOOK_EVERY, undefined, { signal });
  }
}
