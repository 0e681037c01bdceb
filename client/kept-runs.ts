/** Runs that Temporal has forgotten, as the store remembers them. */
import pMap from 'p-map';
import type { EvidenceOf, KeptRun, KeptRuns, RunsBefore } from '../contract/evidence.js';
import { planOfVms } from '../contract/pieces.js';
import { type RunReport, totalsOf } from '../contract/report.js';
import type { Plan } from '../plan/types.js';
import { askStore } from './ask-store.js';
import { NoPlan, PlanNotKept, RunNotFound, StoreUnanswered } from './errors.js';
import { inTheirWaves, keptPlanVms, keptVms, partsOf } from './kept-units.js';
import type { RunSummary } from './run-summary.js';
import type { Session } from './session.js';

const PER_PAGE = 100;
/** Parts of a run. */
const READ_AT_ONCE = 4;

/** `ask`; where Temporal knows no such run, what is made of what the store has of it. @throws RunNotFound, also saying that the store was not asked */
export async function orKept<T>(
  session: Session,
  run: string,
  ask: () => Promise<T>,
  read: (kept: KeptRun) => Promise<T>,
): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof RunNotFound)) throw error;
    try {
      const { run: kept } = await askStore(session, { ask: 'run', run });
      if (kept != null) return await read(kept);
    } catch (why) {
      if (why instanceof StoreUnanswered) throw new RunNotFound(run, error.nearest, why);
      throw why;
    }
    throw error;
  }
}

/** @throws StoreUnanswered */
export async function keptReport(session: Session, kept: KeptRun): Promise<RunReport> {
  const parts = await pMap(partsOf(kept.head.totals.vms), (part) => keptVms(session, ofRun(kept), part), {
    concurrency: READ_AT_ONCE,
  });
  const vms = parts.flat();
  return { ...endedHead(kept), ...(kept.head.finishedAt === null ? { totals: totalsOf(vms) } : {}), vms };
}

/** @throws NoPlan, {@link PlanNotKept}, StoreUnanswered */
export async function keptPlan(session: Session, kept: KeptRun): Promise<Plan> {
  if (kept.head.kind === 'drill') throw new NoPlan(kept.run);
  const { head, vms } = await keptPlanVms(session, ofRun(kept));
  const rows = head === null ? [] : await keptVms(session, ofRun(kept));
  const plan = head === null ? null : planOfVms(head, inTheirWaves(vms, rows));
  if (plan === null) throw new PlanNotKept(kept.run);
  return plan;
}

const ofRun = ({ run, execution }: KeptRun): EvidenceOf => ({ run, execution });

/** What was terminated has left no last word: Temporal no longer has it, so it does not run. */
function endedHead({ head }: KeptRun): KeptRun['head'] {
  return head.finishedAt === null ? { ...head, state: 'cancelled' } : head;
}

/** The newest that the store has, but for those that are known. `most` null: all of them. @throws StoreUnanswered */
export async function keptSummaries(session: Session, known: Set<string>, most: number | null): Promise<RunSummary[]> {
  const found: RunSummary[] = [];
  for await (const page of pagesOfRuns(session)) {
    found.push(...page.filter(({ run }) => !known.has(run)).map(summaryOfKept));
    if (most !== null && found.length >= most) break;
  }
  return found;
}

/** What the store has of runs that began at a moment, ISO 8601, or later; the newest first. @throws StoreUnanswered */
export async function keptHeads(session: Session, since: string): Promise<KeptRun['head'][]> {
  const found: KeptRun['head'][] = [];
  for await (const page of pagesOfRuns(session)) {
    const recent = page.filter(({ head }) => head.startedAt >= since);
    found.push(...recent.map(endedHead));
    if (recent.length < page.length) break;
  }
  return found;
}

async function* pagesOfRuns(session: Session): AsyncGenerator<KeptRun[]> {
  let before: RunsBefore | null = null;
  do {
    const page: KeptRuns | undefined = (await askStore(session, { ask: 'runs', before, limit: PER_PAGE })).runs;
    const kept: KeptRun[] = page?.runs ?? [];
    yield kept;
    const last: KeptRun | undefined = kept.at(-1);
    before = page?.more === true && last !== undefined ? { startedAt: last.head.startedAt, run: last.run } : null;
  } while (before !== null);
}

function summaryOfKept(kept: KeptRun): RunSummary {
  const { run, plan, kind, state, startedAt, finishedAt, totals } = endedHead(kept);
  return { run, plan, kind, state, startedAt, finishedAt, totals, needs: null };
}
