import { WorkflowNotFoundError } from '@temporalio/client';
import type { Grounds } from '../contract/act.js';
import { SITE } from '../contract/inputs.js';
import { type Steered, setSiteUpdate, siteActsQuery, siteShownQuery } from '../contract/messages.js';
import { siteWorkflowId } from '../contract/names.js';
import { contractMemo } from '../contract/number.js';
import type { SiteLimits } from '../contract/site.js';
import type { SiteShown } from '../contract/site-shown.js';
import { nearest } from '../plan/source/nearest.js';
import { NoWorker, RunEnded, SiteNotFound, SiteRefused, START_WORKER } from './errors.js';
import { findFailing } from './failing-task.js';
import { knownToWorkers } from './known-sites.js';
import { listSiteNames } from './list-sites.js';
import { ANSWER_WITHIN, askTemporal, type Session, within } from './session.js';
import { type Told, tell } from './steer.js';

/** One site, over all runs, drills and workers: its limits and its brake. Everything throws SiteNotFound when nobody knows it. */
export class SiteHandle {
  readonly site: string;
  readonly #session: Session;

  constructor(session: Session, site: string) {
    this.site = site;
    this.#session = session;
  }

  /**
   * Which limits hold, by whose word and since when; its brake, its places, and what persons have told it. @throws NoWorker
   * @example
   * ```ts
   * const { limits, brake } = await drover.site('lyon').show();
   * ```
   */
  async show(): Promise<SiteShown> {
    await this.#open();
    const handle = this.#session.client.workflow.getHandle(siteWorkflowId(this.site));
    try {
      return await within(this.#session, ANSWER_WITHIN, () => handle.query(siteShownQuery));
    } catch (error) {
      throw await this.#unanswered(error);
    }
  }

  /**
   * Limits that go before the config's, from now on and until they are set again; null: the config's hold again. What runs is
   * never stopped by a smaller number. @throws NoWorker, ActPending, SiteRefused
   * @example
   * ```ts
   * await drover.site('lyon').set({ cutovers: 5 }, { note: 'slow disks', reference: 'CHG0042' });
   * ```
   */
  async set(limits: Partial<SiteLimits>, grounds: Grounds = {}): Promise<Steered> {
    await this.#open();
    return tell(this.#session, this.#told, { update: setSiteUpdate, told: { limits, ...grounds } });
  }

  /**
   * On: nothing new begins at the site, on any worker; what was accepted goes on. @throws as {@link set}
   * @example
   * ```ts
   * await drover.site('lyon').brake(false);
   * ```
   */
  async brake(on: boolean, grounds: Grounds = {}): Promise<Steered> {
    await this.#open();
    return tell(this.#session, this.#told, { update: setSiteUpdate, told: { brake: on, ...grounds } });
  }

  get #told(): Told {
    return {
      workflowId: siteWorkflowId(this.site),
      whom: `site ${this.site}`,
      look: `drover site show ${this.site}`,
      acts: siteActsQuery,
      refused: (reason) => new SiteRefused(this.site, reason),
      ended: () => new RunEnded(siteWorkflowId(this.site)),
      unanswered: (cause) => this.#unanswered(cause),
    };
  }

  /** Has the site's workflow begin, which knows what the one before it knew, where it does not run. */
  async #open(): Promise<void> {
    const { client, taskQueue } = this.#session;
    const workflowId = siteWorkflowId(this.site);
    const last = await this.#last(workflowId);
    if (last?.isOpen === true) return;
    if (last === null && (await knownToWorkers(this.#session, [this.site])).length === 0) {
      throw new SiteNotFound(this.site, nearest(this.site, await listSiteNames(this.#session)));
    }
    await askTemporal(this.#session, () =>
      client.workflow.start(SITE, {
        workflowId,
        taskQueue,
        args: [{ site: this.site, ...(last === null ? {} : { after: last.runId }) }],
        memo: { ...contractMemo },
        workflowIdConflictPolicy: 'USE_EXISTING',
      }),
    );
  }

  async #last(workflowId: string): Promise<{ isOpen: boolean; runId: string } | null> {
    try {
      const handle = this.#session.client.workflow.getHandle(workflowId);
      const { status, runId } = await askTemporal(this.#session, () => handle.describe());
      return { isOpen: status.name === 'RUNNING', runId };
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    }
  }

  async #unanswered(cause: unknown) {
    const handle = this.#session.client.workflow.getHandle(siteWorkflowId(this.site));
    const described = await askTemporal(this.#session, () => handle.describe());
    const { taskQueue } = this.#session;
    return (
      (await findFailing(this.#session, described)) ??
      new NoWorker(
        taskQueue,
        `No worker answers for site ${this.site} on task queue ${taskQueue}.`,
        START_WORKER,
        cause,
      )
    );
  }
}
