/** What persons have told a run: it carries the newest itself, and the store has them all. */
import { type ActRecord, actNumber, actsBefore, executionOfAct } from '../contract/act.js';
import type { EvidenceOf } from '../contract/evidence.js';
import type { RunReport } from '../contract/report.js';
import { askStore } from './ask-store.js';
import { StoreUnanswered } from './errors.js';
import type { Session } from './session.js';

/** The report with those acts too that it does not carry itself; without them while the store does not answer. */
export async function withAllActs<T extends RunReport>(session: Session, report: T): Promise<T> {
  const { run, acts = [] } = report;
  const [first] = acts;
  if (first === undefined || actsBefore(acts) === 0) return report;
  try {
    const earlier = await keptActs(session, { run, execution: executionOfAct(first) }, actNumber(first));
    return { ...report, acts: [...earlier, ...acts] };
  } catch (error) {
    if (!(error instanceof StoreUnanswered)) throw error;
    return report;
  }
}

/** Those before the one with a number. */
async function keptActs(session: Session, of: EvidenceOf, before: number): Promise<ActRecord[]> {
  const found: ActRecord[] = [];
  let after: string | null = null;
  do {
    const page: { acts: ActRecord[]; next: string | null } | undefined = (
      await askStore(session, { ask: 'acts', of, after })
    ).acts;
    found.push(...(page?.acts ?? []));
    after = page?.next ?? null;
    // The last of a page may be the one before, and then nothing is missing.
  } while (after !== null && actNumber({ id: after }) < before - 1);
  return found.filter((act) => actNumber(act) < before);
}
