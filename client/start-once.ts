/** Starting a run under an id, once, however often it is asked for. */
import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import { type DRILL, type DrillInput, PLAN_RUN, type RunInput } from '../contract/inputs.js';
import { runWorkflowId } from '../contract/names.js';
import { contractMemo } from '../contract/number.js';
import { askBy, askHead } from '../contract/read-run.js';
import type { Piece } from '../contract/shard.js';
import type { Logins, RunKind } from '../plan/types.js';
import { askStore } from './ask-store.js';
import { RunExists, RunNotFound, StoreUnanswered } from './errors.js';
import { requireBetween } from './known-sites.js';
import { loadPieces } from './load-run.js';
import { requireSites } from './require-site.js';
import { describeRun } from './run-state.js';
import { memoText } from './run-summary.js';
import { ANSWER_WITHIN, askTemporal, isUnanswered, type Session, within } from './session.js';
import { workerBegins } from './worker-begins.js';
import { requireWorker } from './worker-presence.js';

/** ms for all pieces of a plan to be taken */
const LOADED_WITHIN = 120_000;

const NOTHING_STARTED = 'Nothing was started.';

export interface StartedRun {
  run: string;
  /** true: this very plan was started under this id before, and nothing was started now */
  existed: boolean;
  /** false: started, but no worker has begun with it within a few seconds; it waits for one */
  begun: boolean;
  /** false: the run has not got all of its plan, so that nothing has begun; the same call gives it what is missing */
  loaded: boolean;
}

/** A run that somebody wants; what its memo says lets it be listed and compared without a worker. */
export interface Wanted {
  run: string;
  workflow: { type: typeof PLAN_RUN; input: RunInput; pieces: Piece[] } | { type: typeof DRILL; input: DrillInput };
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
  /** the other one */
  peer: string;
  /** by which it works at those; absent: by the default ones */
  logins?: Logins;
}

/**
 * Starts it, and gives it its plan; what was broken off in between goes on.
 * @throws {@link RunExists}, NoWorker, SiteAway; then nothing was started
 */
export async function startOnce(session: Session, wanted: Wanted): Promise<StartedRun> {
  const started = await start(session, wanted);
  const { workflow, run } = wanted;
  if (workflow.type !== PLAN_RUN) return { ...started, loaded: true };
  const loaded = started.begun && (await givePlan(session, run, workflow.pieces, started.existed));
  return { ...started, loaded };
}

/** What a run that exists has got already is not given again. @returns false: not all could be given */
async function givePlan(session: Session, run: string, pieces: Piece[], existed: boolean): Promise<boolean> {
  const all = pieces.map((piece, shard) => ({ piece, shard }));
  const missing = existed ? await missingOf(session, run) : null;
  const parts = missing === null ? all : all.filter(({ shard }) => missing.includes(shard));
  try {
    await session.connection.withDeadline(Date.now() + LOADED_WITHIN, () =>
      loadPieces(session.client, run, parts, ANSWER_WITHIN),
    );
    return true;
  } catch {
    // The run is there, and says itself what it waits for.
    return false;
  }
}

/** Shards that wait for their piece of the plan; none of a run that is over, or forgotten. */
async function missingOf(session: Session, run: string): Promise<number[]> {
  try {
    const { status } = await askTemporal(session, () =>
      session.client.workflow.getHandle(runWorkflowId(run)).describe(),
    );
    if (status.name !== 'RUNNING') return [];
    const { shards, loaded } = await within(session, ANSWER_WITHIN, () => askHead(askBy(session.client), run));
    return Array.from({ length: shards }, (_, n) => n).filter((n) => !loaded.includes(n));
  } catch (error) {
    // The store has it, or nobody answers: what it waits for is said by show.
    if (error instanceof WorkflowNotFoundError || isUnanswered(error)) return [];
    throw error;
  }
}

async function start(session: Session, wanted: Wanted): Promise<Omit<StartedRun, 'loaded'>> {
  const { run, workflow, memo, answering, refuse } = wanted;
  if (await existsAlready(session, wanted)) {
    return { run, existed: true, begun: true };
  }
  refuse?.();
  await requireWorker(session, NOTHING_STARTED);
  const { logins = {} } = memo;
  await requireBetween(session, memo.peer, memo.site, NOTHING_STARTED, logins);
  await requireSites(session, answering, { logins });
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
export async function existsAlready(
  session: Session,
  { run, memo: wanted }: Pick<Wanted, 'run' | 'memo'>,
): Promise<boolean> {
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
