import { PLAN_RUN, type RunInput } from '../contract/inputs.js';
import { loginsMemo } from '../contract/logins.js';
import { headOf, piecesOf } from '../contract/pieces.js';
import { isPlanned } from '../contract/planned-failover.js';
import { planDigest } from '../plan/digest.js';
import { loginsOf, type Plan } from '../plan/types.js';
import { resolveNames } from './resolve-names.js';
import { chooseRunId } from './run-id.js';
import type { Session } from './session.js';
import { type StartedRun, startOnce, type Wanted } from './start-once.js';
import { refuseWindowOver } from './window-over.js';

/**
 * @param until the run stops before its cutovers, until a person says `resume`
 * @throws BadRunId, RunExists, WindowOver, NoWorker, SiteAway; then nothing was started
 */
export async function startRun(
  session: Session,
  written: Plan,
  id?: string,
  { until, begunBy }: Pick<RunInput, 'until' | 'begunBy'> = {},
): Promise<StartedRun> {
  const plan = await resolveNames(session, written);
  const run = chooseRunId(plan.name, id, new Date());
  const pieces = piecesOf(plan);
  const input = {
    run,
    plan: headOf(plan),
    shards: pieces.length,
    ...(until === undefined ? {} : { until }),
    ...(begunBy === undefined ? {} : { begunBy }),
  };
  return startOnce(session, {
    workflow: { type: PLAN_RUN, input, pieces },
    ...wantedRun(plan, run),
    answering: sitesNeeded(plan),
    refuse: () => refuseWindowOver(plan),
  });
}

/** By what a run of a plan is told from others of its id. */
export const wantedRun = (plan: Plan, run: string): Pick<Wanted, 'run' | 'memo'> => ({
  run,
  memo: {
    plan: plan.name,
    kind: plan.kind,
    planDigest: planDigest(plan),
    site: plan.destination.site,
    peer: plan.source.site,
    ...loginsMemo(loginsOf(plan)),
  },
});

/** A reversal and a planned failover work at both sites. For everything else the destination is enough to begin: of a failover, the source may be dead. */
function sitesNeeded(plan: Plan): string[] {
  const { kind, source, destination } = plan;
  return isPlanned(plan) || kind === 'reverse' || kind === 'failback'
    ? [destination.site, source.site]
    : [destination.site];
}
