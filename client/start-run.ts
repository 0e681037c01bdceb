import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { planDigest } from '../plan/digest.js';
import { runWorkflowId } from '../plan/names.js';
import type { Plan } from '../plan/types.js';
import { PLAN_RUN, type RunInput } from '../workflows/messages.js';
import { BadRunId, KindUnavailable, RunExists, RunNotFound } from './errors.js';
import { requireSite } from './require-site.js';
import { defaultRunId, isRunId } from './run-id.js';
import { describeRun } from './run-state.js';
import { askTemporal, type Session } from './session.js';
import { takenUp } from './taken-up.js';
import { requireWorker } from './worker-presence.js';

export interface StartedRun {
  run: string;
  /** true: this very plan was started under this id before, and nothing was started now */
  existed: boolean;
  /** false: started, but no worker has begun with it within a few seconds; it waits for one */
  takenUp: boolean;
}

/** ms in which a worker that listens has begun */
const BEGUN_WITHIN = 5_000;

/** What can be wrong with a request before Temporal is asked. @throws {@link BadRunId}, {@link KindUnavailable} */
export function checkStart(plan: Plan, id: string | undefined, now: Date): string {
  if (plan.kind !== 'migrate') {
    throw new KindUnavailable(plan.kind);
  }
  const run = id ?? defaultRunId(plan.name, now);
  if (!isRunId(run)) {
    throw new BadRunId(run);
  }
  return run;
}

/** @throws {@link BadRunId}, {@link KindUnavailable}, {@link RunExists}, NoWorker, SiteAway; then nothing was started */
export async function startRun(session: Session, plan: Plan, id?: string): Promise<StartedRun> {
  const run = checkStart(plan, id, new Date());
  const digest = planDigest(plan);
  if (await existsAlready(session, run, plan, digest)) {
    return { run, existed: true, takenUp: true };
  }
  await requireWorker(session, 'Nothing was started.');
  await requireSite(session, plan.destination.site);
  const input: RunInput = { run, plan };
  try {
    await askTemporal(session, () =>
      session.client.workflow.start(PLAN_RUN, {
        workflowId: runWorkflowId(run),
        taskQueue: session.taskQueue,
        args: [input],
        memo: { plan: plan.name, kind: plan.kind, planDigest: digest, site: plan.destination.site },
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
      }),
    );
    return { run, existed: false, takenUp: await takenUp(session, runWorkflowId(run), BEGUN_WITHIN) };
  } catch (error) {
    // Someone started it between the look and the start.
    if (error instanceof WorkflowExecutionAlreadyStartedError && (await existsAlready(session, run, plan, digest))) {
      return { run, existed: true, takenUp: true };
    }
    throw error;
  }
}

/** @throws {@link RunExists} when the id belongs to another plan */
async function existsAlready(session: Session, run: string, plan: Plan, digest: string): Promise<boolean> {
  try {
    const { memo } = await describeRun(session, run);
    if (memo?.planDigest !== digest) {
      throw new RunExists(run, plan.name, typeof memo?.plan === 'string' ? memo.plan : 'unknown');
    }
    return true;
  } catch (error) {
    if (error instanceof RunNotFound) {
      return false;
    }
    throw error;
  }
}
