/** What a client asks of sites: a short workflow on a worker, which alone has their logins. Plain JSON, a page at most at once. */
import type { InventoryPage, InventoryQuestion } from './inventory.js';
import type { ReplicationsPage, ReplicationsQuestion } from './listed-replication.js';
import type { CheckPieceInput, PieceChecked } from './plan-check.js';

/** Answers a {@link SiteQuestion} with a {@link SiteAnswer}. */
export const ASK_SITES = 'askSites';

export type SiteQuestion =
  | ({ ask: 'check' } & CheckPieceInput)
  | ({ ask: 'inventory' } & InventoryQuestion)
  | ({ ask: 'replications' } & ReplicationsQuestion);

export interface SiteAnswer {
  check?: PieceChecked;
  inventory?: InventoryPage;
  replications?: ReplicationsPage;
}
