/** What evidence of a run says beside what the run itself tells: by which plan, between which sites, with what it was done. */
import type { WorkflowExecutionDescription } from '@temporalio/client';
import type { ActRecord } from '../contract/act.js';
import type { KeptRun } from '../contract/evidence.js';
import { PLAN_RUN } from '../contract/inputs.js';
import { loginsIn } from '../contract/logins.js';
import { runPlanQuery } from '../contract/messages.js';
import type { PlanHead } from '../contract/shard.js';
import { type Logins, loginsOf } from '../plan/types.js';
import { keptPlanOf } from './ask-run.js';
import { askStore } from './ask-store.js';
import { actIn, keptNotes } from './drills/kept-notes.js';
import { RunNotFound, StoreUnanswered } from './errors.js';
import { describeRun } from './run-state.js';
import { memoText } from './run-summary.js';
import { askTemporal, type Session, within } from './session.js';
import { workerListens } from './worker-presence.js';

/** Null: not known, at least not now. */
export interface RunFacts {
  /** `sha256:` and hex, of what its plan or drill says */
  planDigest: string | null;
  /** where its VMs were, or are protected from */
  source: string | null;
  /** where it works, in the main */
  destination: string | null;
  /** by which it works at those */
  logins: Logins;
  /** what it was started with, but for its VMs; null also for a drill */
  plan: PlanHead | null;
  /** false: it has a plan, and nobody tells it now */
  isWhole: boolean;
  /** of Drover: that of the worker that kept its evidence; of Temporal: the server's */
  versions: { drover: string | null; temporal: string | null };
  environment: { namespace: string; taskQueue: string };
  /** what persons have added to a drill that is over; absent: nothing is known of it */
  notes?: ActRecord[];
}

/** ms for the run to tell its plan */
const PLAN_WITHIN = 5_000;

/** What is known of it now: whoever does not answer is waited for no longer than seconds. @throws TemporalUnreachable */
export async function runFacts(session: Session, run: string): Promise<RunFacts> {
  const [known, inStore, temporal] = await Promise.all([knownTo(session, run), keptRun(session, run), server(session)]);
  // An id may be used again once Temporal has forgotten it.
  const isSame = known?.planDigest == null || inStore?.planDigest == null || known.planDigest === inStore.planDigest;
  const kept = isSame ? inStore : null;
  const plan = (await planOf(session, known)) ?? (await planInStore(session, kept));
  const hasPlan = known?.isPlan ?? (kept !== null && kept.head.kind !== 'drill');
  const digest = known?.planDigest ?? kept?.planDigest ?? null;
  return {
    planDigest: digest === null ? null : `sha256:${digest.replace(/^sha256:/, '')}`,
    source: known?.peer ?? plan?.source.site ?? null,
    destination: known?.site ?? plan?.destination.site ?? null,
    logins: known?.logins ?? (plan === null ? {} : loginsOf(plan)),
    plan,
    isWhole: plan !== null || !hasPlan,
    versions: { drover: kept?.drover ?? null, temporal },
    environment: { namespace: session.namespace, taskQueue: session.taskQueue },
    ...(await notesIn(session, kept)),
  };
}

interface Known {
  described: WorkflowExecutionDescription;
  planDigest: string | null;
  site: string | null;
  peer: string | null;
  logins: Logins;
  isPlan: boolean;
}

/** By its memo, which needs no worker; null: Temporal has forgotten it. */
async function knownTo(session: Session, run: string): Promise<Known | null> {
  try {
    const described = await describeRun(session, run);
    const [planDigest, site, peer] = ['planDigest', 'site', 'peer'].map((key) => memoText(described, key));
    return {
      described,
      planDigest: planDigest ?? null,
      site: site ?? null,
      peer: peer ?? null,
      logins: loginsIn(described.memo),
      isPlan: described.type === PLAN_RUN,
    };
  } catch (error) {
    if (error instanceof RunNotFound) return null;
    throw error;
  }
}

async function keptRun(session: Session, run: string): Promise<KeptRun | null> {
  try {
    return (await askStore(session, { ask: 'run', run })).run ?? null;
  } catch (error) {
    if (error instanceof StoreUnanswered) return null;
    throw error;
  }
}

/** As the run tells it: one that has ended by itself has left it with the server. */
async function planOf(session: Session, known: Known | null): Promise<PlanHead | null> {
  if (known?.isPlan !== true) return null;
  const { described } = known;
  const left = await keptPlanOf(session, described);
  if (left !== null || !(await workerListens(session))) return left;
  try {
    const handle = session.client.workflow.getHandle(described.workflowId, described.runId);
    return await within(session, PLAN_WITHIN, () => handle.query(runPlanQuery));
  } catch {
    // The evidence is of use without it.
    return null;
  }
}

async function planInStore(session: Session, kept: KeptRun | null): Promise<PlanHead | null> {
  return kept === null || kept.head.kind === 'drill' ? null : keptPlanHead(session, kept);
}

async function notesIn(session: Session, kept: KeptRun | null): Promise<Pick<RunFacts, 'notes'>> {
  if (kept?.head.kind !== 'drill') return {};
  try {
    const all = await keptNotes(session, [kept.run]);
    return { notes: all.filter(({ execution }) => execution === kept.execution).map(actIn) };
  } catch (error) {
    if (error instanceof StoreUnanswered) return {};
    throw error;
  }
}

async function keptPlanHead(session: Session, { run, execution }: KeptRun): Promise<PlanHead | null> {
  try {
    const { plan } = await askStore(session, { ask: 'plan', of: { run, execution }, from: null, until: 0 });
    return plan?.head ?? null;
  } catch (error) {
    if (error instanceof StoreUnanswered) return null;
    throw error;
  }
}

async function server(session: Session): Promise<string | null> {
  const { serverVersion } = await askTemporal(session, () => session.client.workflowService.getSystemInfo({}));
  return serverVersion || null;
}
