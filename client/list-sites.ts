/** The sites at which something works, or has worked: each has a workflow that lives on. */
import pMap from 'p-map';
import { SITE } from '../contract/inputs.js';
import { siteShownQuery } from '../contract/messages.js';
import { siteWorkflowId } from '../contract/names.js';
import type { SiteShown } from '../contract/site-shown.js';
import { listWorkflows } from './list-workflows.js';
import { type Session, within } from './session.js';

const ASKED_AT_ONCE = 10;
/** ms for a worker to answer for one */
const SHOWN_WITHIN = 3_000;

/** One site in a list. */
export interface SiteSummary {
  site: string;
  /** null: nothing has worked there yet, so that the config holds; or nobody could say */
  shown: SiteShown | null;
}

export async function listSiteNames(session: Session): Promise<string[]> {
  const open = await listWorkflows(session, `WorkflowType = '${SITE}' AND ExecutionStatus = 'Running'`);
  const prefix = siteWorkflowId('').length;
  return [...new Set(open.map(({ workflowId }) => workflowId.slice(prefix)))].sort();
}

/** @param known sites that the caller knows of, whether anything has worked there or not */
export async function listSites(session: Session, known: string[]): Promise<SiteSummary[]> {
  const used = new Set(await listSiteNames(session));
  const names = [...new Set([...used, ...known])].sort();
  return pMap(names, async (site) => ({ site, shown: used.has(site) ? await shownOf(session, site) : null }), {
    concurrency: ASKED_AT_ONCE,
  });
}

/** null: it does not say in time */
export async function shownOf(session: Session, site: string): Promise<SiteShown | null> {
  const handle = session.client.workflow.getHandle(siteWorkflowId(site));
  try {
    return await within(session, SHOWN_WITHIN, () => handle.query(siteShownQuery));
  } catch {
    // The list stays useful without it, and `site show` says why.
    return null;
  }
}
