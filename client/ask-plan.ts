import { PLAN_RUN } from '../contract/inputs.js';
import { askBy, askPlanOf } from '../contract/read-run.js';
import type { Plan } from '../plan/types.js';
import { NoPlan, PlanNotLoaded, StoreUnanswered } from './errors.js';
import { ForgottenShards } from './forgotten-shards.js';
import { keptPlan, orKept } from './kept-runs.js';
import { describeRun, whyUnanswered } from './run-state.js';
import { ANSWER_WITHIN, type Session, within } from './session.js';

/**
 * The plan that a run was started with, of a run that has ended, or that Temporal has forgotten, as well.
 * @throws RunNotFound, {@link NoPlan}, {@link PlanNotLoaded}, PlanNotKept, NoWorker, WorkflowFailing
 */
export function askPlan(session: Session, run: string): Promise<Plan> {
  return orKept(
    session,
    run,
    () => askRunOf(session, run),
    (kept) => keptPlan(session, kept),
  );
}

async function askRunOf(session: Session, run: string): Promise<Plan> {
  const { type } = await describeRun(session, run);
  if (type !== PLAN_RUN) {
    throw new NoPlan(run);
  }
  let plan: Plan | null;
  try {
    plan = await within(session, ANSWER_WITHIN, () =>
      askPlanOf(askBy(session.client), run, ({ report }) => {
        const store = new ForgottenShards(session, report);
        return (shard) => store.plannedOf(shard);
      }),
    );
  } catch (error) {
    if (error instanceof StoreUnanswered) throw error;
    throw await whyUnanswered(session, run, error);
  }
  if (plan === null) throw new PlanNotLoaded(run);
  return plan;
}
