/** What the workflow of a VM says of itself: its run hears of it at its end alone. */
import { WorkflowNotFoundError } from '@temporalio/client';
import { vmReportQuery } from '../../contract/messages.js';
import type { VmReport } from '../../contract/report.js';
import type { Lab } from './lab.js';

/** null: it has not begun */
export async function vmReport(lab: Lab, workflowId: string): Promise<VmReport | null> {
  try {
    return await lab.client.workflow.getHandle(workflowId).query(vmReportQuery);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}
