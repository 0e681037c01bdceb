import type { SiteInspection } from '../../contract/inspection.js';
import type { CheckPieceInput, PieceChecked } from '../../contract/plan-check.js';
import { isWithoutSource } from '../../contract/planned-failover.js';
import type { SiteAnswer, SiteQuestion } from '../../contract/site-questions.js';
import { checkVms, inspectSite, listInventory, listReplications } from '../activities.js';

/** Asks sites from a worker, where their logins are; for clients, before there is any run. */
export async function askSites(question: SiteQuestion): Promise<SiteAnswer> {
  switch (question.ask) {
    case 'check':
      return { check: await checkPiece(question) };
    case 'inventory':
      return { inventory: await listInventory(question) };
    case 'replications':
      return { replications: await listReplications(question) };
  }
}

async function checkPiece(question: CheckPieceInput): Promise<PieceChecked> {
  const { plan } = question;
  const [source, destination] = [plan.source.site, plan.destination.site];
  const turnsBack = plan.kind !== 'migrate' && plan.kind !== 'protect';
  // Only what a run of the plan shows them: each site its own login, and where it works that of the other.
  const sites = question.isFirst
    ? await Promise.all([
        inspectSite({ site: source, peers: turnsBack ? [destination] : [] }),
        inspectSite({ site: destination, peers: [source] }),
      ])
    : [];
  const isSourceAway = sites[0] !== undefined && isAway(sites[0]);
  if (sites.some((one) => isAway(one) && !(isWithoutSource(plan) && one.site === source)))
    return { sites, findings: [], more: {}, untold: [], guests: [] };
  return { sites, ...(await checkVms({ ...question, source, destination, isSourceAway })) };
}

const isAway = ({ checks }: SiteInspection): boolean =>
  checks.some(({ name, ok }) => ok === false && (name === 'reachable' || name === 'certificate' || name === 'login'));
