/** Questions to a schedule, which Temporal answers by a query to a workflow of its own. */
import { ConstantBackoff, handleWhen, retry } from 'cockatiel';
import { askTemporal, isUnanswered, type Session, within } from '../session.js';

/** ms that one try may take */
const TRIED_FOR = 5_000;

/** Temporal's server (1.29.1) now and then loses such a query: it is not answered however long one waits, the next one is at once. */
const again = retry(handleWhen(isUnanswered), { maxAttempts: 3, backoff: new ConstantBackoff(0) });

/** As {@link askTemporal}, for what describes a schedule. `ask` may be called several times. */
export function askSchedule<T>(session: Session, ask: () => Promise<T>): Promise<T> {
  return askTemporal(session, () => again.execute(() => within(session, TRIED_FOR, ask)));
}
