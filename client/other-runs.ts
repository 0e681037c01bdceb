/** What other open runs mean for a plan: whose windows are open at the same time. */
import pMap from 'p-map';
import { PLAN_RUN } from '../contract/inputs.js';
import { runPlanQuery } from '../contract/messages.js';
import type { PlanFinding } from '../contract/plan-check.js';
import { planDigest } from '../plan/digest.js';
import type { Plan } from '../plan/types.js';
import { listWorkflows } from './list-workflows.js';
import { memoText, runOf } from './run-summary.js';
import { type Session, within } from './session.js';

const OPEN_PLANS = `ExecutionStatus = 'Running' AND WorkflowType = '${PLAN_RUN}'`;
/** Of more, nobody reads the windows. */
const MOST = 50;
const ASKED_AT_ONCE = 10;
/** ms; a run that says nothing so long has no window that is told */
const ANSWERED_WITHIN = 5_000;

/** Runs whose cutovers share the places of the same destination while the window of this plan is open. */
export async function overlappingWindows(session: Session, plan: Plan, run: string): Promise<PlanFinding[]> {
  const { window } = plan.cutover;
  if (window === null) return [];
  const { site } = plan.destination;
  const open = (await listWorkflows(session, OPEN_PLANS, MOST)).filter(
    (one) => memoText(one, 'site') === site && runOf(one) !== run && memoText(one, 'planDigest') !== planDigest(plan),
  );
  const found = await pMap(
    open,
    async (one) => {
      const handle = session.client.workflow.getHandle(one.workflowId);
      const its = await within(session, ANSWERED_WITHIN, () => handle.query(runPlanQuery)).then(
        ({ cutover }) => cutover.window,
        () => null,
      );
      return its !== null && its.opens < window.closes && window.opens < its.closes ? { run: runOf(one), its } : null;
    },
    { concurrency: ASKED_AT_ONCE },
  );
  return found.flatMap((one) =>
    one === null
      ? []
      : [
          {
            severity: 'warning' as const,
            code: 'WindowOverlaps',
            vm: null,
            site,
            message: `run ${one.run} has a window from ${one.its.opens} to ${one.its.closes}: both share the cutovers of ${site}.`,
            advice: `See whether both fit: drover show ${one.run}`,
          },
        ],
  );
}
