/** Starting a run under an id, once, however often it is asked for. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { DRILL, DrillInput, PLAN_RUN, RunInput } from '../contract/messages.js';
import { runWorkflowId } from '../contract/names.js';
import { contractMemo } from '../contract/number.js';
import type { RunKind } from '../plan/types.js';
import { askStore } from './ask-store.js';
import { RunExists, RunNotFound, StoreUnanswered } from './errors.js';
import { requireSites } from './require-site.js';
import { describeRun } from './run-state.js';
import { memoText } from './run-summary.js';
import { askTemporal, type Session } from './session.js';
import { workerBegins } from './worker-begins.js';
import { requireWorker } from './worker-presence.js';

export interface StartedRun {
  run: string;
  /** true: this very plan was started under this id before, and nothing was started now */
  existed: boolean;
  /** false: started, but no worker has begun with it within a few seconds; it waits for one */
  begun: boolean;
}

/** A run that somebody wants; what its memo says lets it be listed and compared without a worker. */
export interface Wanted {
  run: string;
  workflow: { type: typeof PLAN_RUN; input: RunInput } | { type: typeof DRILL; input: DrillInput };
  memo: RunMemo;
  /** sites that must answer before anything is started */
  answering: string[];
  /** throws when it must not begin now; a run that exists already has begun */
  refuse?: () => void;
}

export interface RunMemo {
  /** name of the plan or drill */
  plan: string;
  kind: RunKind | 'drill';
  planDigest: string;
  /** where the work is done, in the main */
  site: string;
}

/** @throws {@link RunExists}, NoWorker, SiteAway; then nothing was started */
export async function startOnce(session: Session, wanted: Wanted): Promise<StartedRun> {
  const { run, workflow, memo, answering, refuse } = wanted;
  if (await existsAlready(session, wanted)) {
    return { run, existed: true, begun: true };
  }
  refuse?.();
  await requireWorker(session, 'Nothing was started.');
  await requireSites(session, answering);
  try {
    await askTemporal(session, () =>
      session.client.workflow.start(workflow.type, {
        workflowId: runWorkflowId(run),
        taskQueue: session.taskQueue,
        args: [workflow.input],
        memo: { ...memo, ...contractMemo },
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
      }),
    );
    return { run, existed: false, begun: await workerBegins(session, runWorkflowId(run)) };
  } catch (error) {
    // Someone started it between the look and the start.
    if (error instanceof WorkflowExecutionAlreadyStartedError && (await existsAlready(session, wanted))) {
      return { run, existed: true, begun: true };
    }
    throw error;
  }
}

/** While the store is away the id counts as free: its evidence is told apart by Temporal's own id. @throws {@link RunExists} */
async function keptAlready(session: Session, run: string, wanted: RunMemo): Promise<boolean> {
  const kept = await askStore(session, { ask: 'run', run }).catch((error: unknown) => {
    if (error instanceof StoreUnanswered) return { run: null };
    throw error;
  });
  if (kept.run == null) return false;
  const { head, planDigest } = kept.run;
  if (planDigest === wanted.planDigest) return true;
  throw new RunExists(run, { name: wanted.plan, kind: wanted.kind }, { name: head.plan, kind: head.kind });
}

/** @throws {@link RunExists} when the id belongs to something else */
async function existsAlready(session: Session, { run, memo: wanted }: Wanted): Promise<boolean> {
  try {
    const { memo } = await describeRun(session, run);
    if (memo?.planDigest !== wanted.planDigest) {
      const said = (key: string): string => memoText({ memo }, key) ?? 'unknown';
      throw new RunExists(run, { name: wanted.plan, kind: wanted.kind }, { name: said('plan'), kind: said('kind') });
    }
    return true;
  } catch (error) {
    if (error instanceof RunNotFound) {
      return keptAlready(session, run, wanted);
    }
    throw error;
  }
}
