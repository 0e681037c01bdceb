/** Sites that do not answer, as a run or drill shows them: pure. */
import { iso } from '../../contract/moment.js';
import type { RunReport } from '../../contract/report.js';

type Away = RunReport['sitesAway'][number];

export class SitesAway {
  readonly #away: Map<string, Away>;

  constructor(carried: Away[] = []) {
    this.#away = new Map(carried.map((away) => [away.site, away]));
  }

  get all(): Away[] {
    return [...this.#away.values()];
  }

  /** @param away null: it answers again; `since` epoch ms */
  reach(site: string, away: { since: number; message: string } | null): void {
    if (away === null) this.#away.delete(site);
    else this.#away.set(site, { site, since: iso(away.since), message: away.message });
  }
}
