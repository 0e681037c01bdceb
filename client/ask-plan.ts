import { PLAN_RUN, runPlanQuery } from '../contract/messages.js';
import { runWorkflowId } from '../contract/names.js';
import type { Plan } from '../plan/types.js';
import { NoPlan } from './errors.js';
import { describeRun, whyUnanswered } from './run-state.js';
import { ANSWER_WITHIN, type Session, within } from './session.js';

/** The plan that a run was started with, of a run that has ended as well. @throws RunNotFound, {@link NoPlan}, NoWorker, WorkflowFailing */
export async function askPlan(session: Session, run: string): Promise<Plan> {
  const { type } = await describeRun(session, run);
  if (type !== PLAN_RUN) {
    throw new NoPlan(run);
  }
  const handle = session.client.workflow.getHandle(runWorkflowId(run));
  try {
    return await within(session, ANSWER_WITHIN, () => handle.query(runPlanQuery));
  } catch (error) {
    throw await whyUnanswered(session, run, error);
  }
}
