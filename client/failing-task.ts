/**
 * An unexpected error in workflow code fails the workflow *task*, which Temporal retries for ever: the workflow looks
 * as if it ran and never moves. This finds such workflows, so that a person sees them.
 */
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { WorkflowFailing } from './errors.js';
import { askTemporal, type Session } from './session.js';

/** Attempts that a dying worker or a deployment explain; from the next one on it is the code. */
const ORDINARY_ATTEMPTS = 3;
const RECENT_EVENTS = 50;

/** Attempt of the workflow task that is being retried; null while all is well. */
export function failingAttempt(described: Pick<WorkflowExecutionDescription, 'raw'>): number | null {
  const attempt = described.raw.pendingWorkflowTask?.attempt ?? 0;
  return attempt > ORDINARY_ATTEMPTS ? attempt : null;
}

/** What is wrong with a workflow whose task fails over and over; null when it does not. */
export async function findFailing(
  session: Session,
  described: WorkflowExecutionDescription,
): Promise<WorkflowFailing | null> {
  const attempt = failingAttempt(described);
  if (attempt === null) {
    return null;
  }
  return new WorkflowFailing(described.workflowId, attempt, await lastFailure(session, described));
}

/** The message of the youngest failed workflow task in the history; null when it cannot be had. */
async function lastFailure(
  session: Session,
  { workflowId, runId }: WorkflowExecutionDescription,
): Promise<string | null> {
  try {
    const { history } = await askTemporal(session, () =>
      session.client.workflowService.getWorkflowExecutionHistoryReverse({
        namespace: session.namespace,
        execution: { workflowId, runId },
        maximumPageSize: RECENT_EVENTS,
      }),
    );
    for (const event of history?.events ?? []) {
      if (event.workflowTaskTimedOutEventAttributes) {
        return 'its workflow task is not brought to an end in time';
      }
      const message = event.workflowTaskFailedEventAttributes?.failure?.message;
      if (message) {
        return message;
      }
    }
    return null;
  } catch {
    // A detail only: what matters, the attempt, is known.
    return null;
  }
}
