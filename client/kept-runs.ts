/** Runs that Temporal has forgotten, as the store remembers them. */
import type { EvidenceOf, KeptRun, PageStart, RunsBefore } from '../contract/evidence.js';
import { planOfVms } from '../contract/pieces.js';
import { type RunReport, totalsOf } from '../contract/report.js';
import type { Plan } from '../plan/types.js';
import { askStore } from './ask-store.js';
import { NoPlan, PlanNotKept, RunNotFound, StoreUnanswered } from './errors.js';
import type { RunSummary } from './run-summary.js';
import type { Session } from './session.js';

const PER_PAGE = 100;

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
  const pages = await allPages(async (from) => (await askStore(session, { ask: 'vms', of: ofRun(kept), from })).vms);
  const vms = pages.flatMap((page) => page.vms);
  return { ...endedHead(kept), ...(kept.head.finishedAt === null ? { totals: totalsOf(vms) } : {}), vms };
}

/** @throws NoPlan, {@link PlanNotKept}, StoreUnanswered */
export async function keptPlan(session: Session, kept: KeptRun): Promise<Plan> {
  if (kept.head.kind === 'drill') throw new NoPlan(kept.run);
  const pages = await allPages(async (from) => (await askStore(session, { ask: 'plan', of: ofRun(kept), from })).plan);
  const head = pages[0]?.head ?? null;
  const vms = pages.flatMap((page) => page.vms);
  const plan = head === null ? null : planOfVms(head, vms);
  if (plan === null) throw new PlanNotKept(kept.run);
  return plan;
}

const ofRun = ({ run, execution }: KeptRun): EvidenceOf => ({ run, execution });

async function allPages<Page extends { next: PageStart | null }>(
  ask: (from: PageStart | null) => Promise<Page | undefined>,
): Promise<Page[]> {
  const pages: Page[] = [];
  let from: PageStart | null = null;
  do {
    const page: Page | undefined = await ask(from);
    if (page !== undefined) pages.push(page);
    from = page?.next ?? null;
  } while (from !== null);
  return pages;
}

/** What was terminated has left no last word: Temporal no longer has it, so it does not run. */
function endedHead({ head }: KeptRun): KeptRun['head'] {
  return head.finishedAt === null ? { ...head, state: 'cancelled' } : head;
}

/** The newest that the store has, but for those that are known. `most` null: all of them. @throws StoreUnanswered */
export async function keptSummaries(session: Session, known: Set<string>, most: number | null): Promise<RunSummary[]> {
  const found: RunSummary[] = [];
  let before: RunsBefore | null = null;
  for (;;) {
    const { runs: page } = await askStore(session, { ask: 'runs', before, limit: PER_PAGE });
    const kept = page?.runs ?? [];
    found.push(...kept.filter(({ run }) => !known.has(run)).map(summaryOfKept));
    const last = kept.at(-1);
    if (page?.more !== true || last === undefined || (most !== null && found.length >= most)) return found;
    before = { startedAt: last.head.startedAt, run: last.run };
  }
}

function summaryOfKept(kept: KeptRun): RunSummary {
  const { run, plan, kind, state, startedAt, finishedAt, totals } = endedHead(kept);
  return { run, plan, kind, state, startedAt, finishedAt, totals };
}
