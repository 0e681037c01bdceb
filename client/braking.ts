/** Which sites keep runs from new work, for a list of them: each site is asked once. */
import type { WorkflowExecutionInfo } from '@temporalio/client';
import type { SiteShown } from '../contract/site-shown.js';
import { shownOf } from './list-sites.js';
import { memoText, runOf } from './run-summary.js';
import type { Session } from './session.js';

export class Braking {
  readonly #session: Session;
  readonly #sites = new Map<string, Promise<SiteShown | null>>();

  constructor(session: Session) {
    this.#session = session;
  }

  /** The sites of an open run whose brake is on, and at which it waits for a place. */
  async of(execution: Pick<WorkflowExecutionInfo, 'workflowId' | 'memo'>): Promise<string[]> {
    const run = runOf(execution);
    const names = ['site', 'peer'].flatMap((key) => memoText(execution, key) ?? []);
    const shown = await Promise.all([...new Set(names)].map((site) => this.#shown(site)));
    return shown.flatMap((one) => (one !== null && one.brake.on && waits(one, run) ? [one.site] : []));
  }

  #shown(site: string): Promise<SiteShown | null> {
    const known = this.#sites.get(site) ?? shownOf(this.#session, site);
    this.#sites.set(site, known);
    return known;
  }
}

const waits = ({ runs }: SiteShown, run: string): boolean => runs.some((one) => one.run === run && one.waiting > 0);
