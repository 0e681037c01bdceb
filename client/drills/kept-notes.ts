/** What persons have added to drills that are over, from the store. */
import type { ActRecord } from '../../contract/act.js';
import type { EvidenceOf, KeptNotes } from '../../contract/evidence.js';
import { askStore } from '../ask-store.js';
import { everyPage } from '../every-page.js';
import type { Session } from '../session.js';

/** In the order of their ids. @throws StoreUnanswered */
export const keptNotes = (session: Session, runs: string[]): Promise<KeptNotes['notes']> =>
  everyPage(async (after: string | null) => {
    const { notes } = await askStore(session, { ask: 'notes', runs, after });
    return notes === undefined ? null : { items: notes.notes, next: notes.next };
  });

export function actIn({ run: _run, execution: _execution, ...act }: ActRecord & EvidenceOf): ActRecord {
  return act;
}
