import type { WorkflowExecutionInfo } from '@temporalio/client';
import { askTemporal, type Session } from './session.js';

/** The workflows that a query of Temporal's list finds, in its order: all of them, or the first `limit`. */
export async function listWorkflows(
  session: Session,
  query: string,
  limit: number | null = null,
): Promise<WorkflowExecutionInfo[]> {
  return askTemporal(session, async () => {
    const found: WorkflowExecutionInfo[] = [];
    for await (const execution of session.client.workflow.list({ query })) {
      found.push(execution);
      if (found.length === limit) {
        break;
      }
    }
    return found;
  });
}
