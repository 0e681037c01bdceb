/** Runs that Temporal has forgotten, as the store remembers them. */
import type { KeptRun, RunsBefore } from '../contract/evidence.js';
import { type RunReport, totalsOf, type VmReport } from '../contract/report.js';
import { askStore } from './ask-store.js';
import { RunNotFound, StoreUnanswered } from './errors.js';
import type { RunSummary } from './run-summary.js';
import type { Session } from './session.js';

const PER_PAGE = 100;

/** `ask`; where Temporal knows no such run, what the store has of it. @throws RunNotFound, also saying that the store was not asked */
export async function orKept<T extends RunReport>(
  session: Session,
  run: string,
  ask: () => Promise<T>,
  asAnswer: (report: RunReport) => T,
): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof RunNotFound)) throw error;
    const report = await keptReport(session, run).catch((why: unknown) => {
      if (why instanceof StoreUnanswered) throw new RunNotFound(run, error.nearest, why);
      throw why;
    });
    if (report === null) throw error;
    return asAnswer(report);
  }
}

/** null: the store has no run of this id. @throws StoreUnanswered */
export async function keptReport(session: Session, run: string): Promise<RunReport | null> {
  const { run: kept } = await askStore(session, { ask: 'run', run });
  if (kept == null) return null;
  const vms: VmReport[] = [];
  let from: Parameters<typeof pageOf>[2] = null;
  do {
    const page = await pageOf(session, kept, from);
    vms.push(...page.vms);
    from = page.next;
  } while (from !== null);
  return { ...endedHead(kept), ...(kept.head.finishedAt === null ? { totals: totalsOf(vms) } : {}), vms };
}

async function pageOf(session: Session, of: KeptRun, from: { position: number; unit: string } | null) {
  const { run, execution } = of;
  const { vms } = await askStore(session, { ask: 'vms', of: { run, execution }, from });
  return vms ?? { vms: [], next: null };
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
