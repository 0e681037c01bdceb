import { PLAN_RUN } from '../contract/inputs.js';
import { headOf, piecesOf } from '../contract/pieces.js';
import { planDigest } from '../plan/digest.js';
import type { Plan } from '../plan/types.js';
import { chooseRunId } from './run-id.js';
import type { Session } from './session.js';
import { type StartedRun, startOnce } from './start-once.js';
import { refuseWindowOver } from './window-over.js';

/**
 * @param until the run stops before its cutovers, until a person says `resume`
 * @throws BadRunId, RunExists, WindowOver, NoWorker, SiteAway; then nothing was started
 */
export function startRun(session: Session, plan: Plan, id?: string, until?: 'synced'): Promise<StartedRun> {
  const run = chooseRunId(plan.name, id, new Date());
  const pieces = piecesOf(plan);
  const input = { run, plan: headOf(plan), shards: pieces.length, ...(until === undefined ? {} : { until }) };
  return startOnce(session, {
    run,
    workflow: { type: PLAN_RUN, input, pieces },
    memo: { plan: plan.name, kind: plan.kind, planDigest: planDigest(plan), site: plan.destination.site },
    answering: sitesNeeded(plan),
    refuse: () => refuseWindowOver(plan),
  });
}

/** A reversal works at both sites. For everything else the destination is enough to begin: of a failover, the source may be dead. */
function sitesNeeded({ kind, source, destination }: Plan): string[] {
  return kind === 'reverse' || kind === 'failback' ? [destination.site, source.site] : [destination.site];
}
