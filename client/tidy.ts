/** The replications that a run has kept after its migrations: until when they stay, and their removal. */
import { WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import { loginsMemo } from '../contract/logins.js';
import { tidyNowSignal } from '../contract/messages.js';
import { tidyWorkflowId } from '../contract/names.js';
import { contractMemo } from '../contract/number.js';
import { TIDY, type TidyInput, type TidyResult } from '../contract/tidy.js';
import { loginsOf, type Plan } from '../plan/types.js';
import { askStore } from './ask-store.js';
import { NoWorker, Refused, RunNotFound, TidyPending } from './errors.js';
import { requireSites } from './require-site.js';
import { describeRun } from './run-state.js';
import { askTemporal, callSignal, type Session } from './session.js';
import { workerBegins } from './worker-begins.js';
import { requireWorker } from './worker-presence.js';

/** What becomes, or became, of the replications of a run. */
export type Tidying =
  /** `until`: when they are removed, ISO 8601 */
  | { is: 'waiting'; until: string }
  | { is: 'running' }
  | ({ is: 'done'; at: string | null } & TidyResult)
  /** it was ended from outside, and what it had not removed stays */
  | { is: 'broken'; why: string };

/** null: none is kept for a while, or Temporal has forgotten it */
export async function tidying(session: Session, run: string): Promise<Tidying | null> {
  const handle = session.client.workflow.getHandle(tidyWorkflowId(run));
  const seen = await described(session, run);
  if (seen === null) return null;
  const { status, executionTime, closeTime } = seen;
  if (status.name === 'COMPLETED') {
    const result = (await askTemporal(session, () => handle.result())) as TidyResult;
    return { is: 'done', at: closeTime?.toISOString() ?? null, ...result };
  }
  if (status.name !== 'RUNNING') return { is: 'broken', why: status.name.toLowerCase() };
  const isWaiting = executionTime !== undefined && executionTime.getTime() > Date.now() && seen.historyLength <= 2;
  return isWaiting ? { is: 'waiting', until: executionTime.toISOString() } : { is: 'running' };
}

async function described(session: Session, run: string) {
  try {
    return await askTemporal(session, () => session.client.workflow.getHandle(tidyWorkflowId(run)).describe());
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

/**
 * Removes the replications that a run has kept, now, and waits for it as long as it takes. Whatever was used since stays.
 * @param signal ends the waiting, never the removal; its reason is thrown then
 * @throws RunNotFound, {@link Refused} while the run goes on or where it moved nothing, NoWorker, SiteAway, StoreUnanswered,
 * {@link TidyPending}: it is kept for a worker
 */
export async function tidyRun(session: Session, run: string, plan: Plan, signal?: AbortSignal): Promise<TidyResult> {
  await requireWorker(session, 'Nothing was removed.');
  if (plan.kind !== 'migrate') throw new Refused(run, `a ${plan.kind} keeps no replication that is to be removed.`);
  const { run: kept } = await askStore(session, { ask: 'run', run });
  // Of one that has only begun the store may have nothing yet.
  if (kept == null && (await describeRun(session, run)).status.name !== 'RUNNING') throw new RunNotFound(run, []);
  if (kept == null || kept.head.finishedAt === null)
    throw new Refused(run, 'it goes on; its replications are needed until it has ended.');
  const logins = loginsOf(plan);
  await requireSites(session, [plan.source.site, plan.destination.site], { login: true, logins });
  const before = await described(session, run);
  const round = before === null || before.status.name === 'RUNNING' ? 0 : Number(before.memo?.round ?? 0) + 1;
  const author = session.author ?? { actor: 'unknown', command: null };
  const input: TidyInput = {
    run,
    execution: kept.execution,
    source: plan.source.site,
    destination: plan.destination.site,
    round,
    keptFor: null,
  };
  // A signal ends Temporal's own wait for one that was begun with a delay.
  const handle = await askTemporal(session, () =>
    session.client.workflow.signalWithStart(TIDY, {
      workflowId: tidyWorkflowId(run),
      taskQueue: session.taskQueue,
      args: [input],
      signal: tidyNowSignal,
      signalArgs: [author],
      memo: { run, round, ...loginsMemo(logins), ...contractMemo },
    }),
  );
  if (!(await workerBegins(session, handle.workflowId))) throw new TidyPending(run);
  const calls = signal && callSignal(signal);
  const wait = async (): Promise<TidyResult> => (await handle.result()) as TidyResult;
  try {
    return await (calls === undefined ? wait() : session.connection.withAbortSignal(calls, wait));
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof WorkflowFailedError) || error.cause === undefined) throw error;
    const message = `The removal of the replications of run ${run} ended early: ${error.cause.message}`;
    throw new NoWorker(session.taskQueue, message, `type the command again: drover tidy ${run}`, error);
  }
}
