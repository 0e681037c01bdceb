/** What the workflow of a unit says of itself: its run hears of it at its end, or at its gate, alone. */
import { WorkflowNotFoundError } from '@temporalio/client';
import { vmReportQuery } from '../../contract/messages.js';
import { vmWorkflowId } from '../../contract/names.js';
import type { RunReport, VmReport } from '../../contract/report.js';
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

/** Its workflow is over, and its run keeps the gate. */
export const isAtGate = (vm: VmReport | null): boolean => vm?.step === 'gate' && vm.state === 'waiting';

/** The VMs of a run as they are now: of one that has a workflow, its own word. */
export async function vmsNow(lab: Lab, { vms }: RunReport): Promise<VmReport[]> {
  return Promise.all(
    vms.map(async (vm) => {
      if (vm.state !== 'running') return vm;
      // A run counts a VM as open a moment before its workflow exists.
      return (await vmReport(lab, vmWorkflowId(lab.source, vm.id)).catch(() => null)) ?? vm;
    }),
  );
}
