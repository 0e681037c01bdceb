/**
 * Others that the plan of a run names beside a VM. What became of them is no sign of what became of it: a copy that stands at
 * the destination under its name may be one of theirs.
 */

import { WorkflowNotFoundError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { CODES } from '../contract/codes.js';
import { vmReportQuery } from '../contract/messages.js';
import { FAILURES, vmWorkflowId } from '../contract/names.js';
import type { LookForMovedInput, Moved } from '../contract/questions.js';
import { type FailureDetails, isFinal, type VmReport } from '../contract/report.js';
import { nameWithId, plainName } from '../contract/vm-identity.js';
import type { ActivityDeps } from './deps.js';
import { planMates } from './plan-mates.js';
import { earlierReports } from './record.js';
import { askTemporal } from './site-signals.js';

/** ms */
const ASK_AGAIN = 10_000;

/** What stands at the destination under the name of a VM. */
interface Twins {
  ids: string[];
  /** all names of them */
  names: string[];
}

/**
 * The copies that others of the plan have become, as far as they bear one of these names or are known to have been moved.
 * @throws ApplicationFailure to be tried again, while one of them is being cut over: its copy is not known yet
 */
export async function copiesOfOthers(
  deps: ActivityDeps,
  { run, source, destination, vm }: LookForMovedInput,
  { ids: twins, names }: Twins,
  moved: Moved[],
): Promise<Set<string>> {
  const known = new Set(moved.flatMap(({ vmId, to }) => (to === destination ? [vmId] : [])));
  const mates = await planMates(deps, run, { ids: [...known], names, copies: twins });
  const others = mates.filter(({ id }) => id !== vm.id);
  const copies = new Set(others.flatMap(({ recoveredAs }) => recoveredAs));
  for (const { id } of others.filter((other) => known.has(other.id) || names.includes(plainName(other.name)))) {
    const workflowId = vmWorkflowId(source, id);
    const open = await openReport(deps, workflowId);
    if (open !== null && isBeingCutOver(open)) throw waitsFor(open, vm, source);
    const reports = [...(open === null ? [] : [open]), ...(await earlierReports(deps, workflowId))];
    for (const { recoveredAs } of reports) for (const copy of recoveredAs ?? []) copies.add(copy);
  }
  return copies;
}

async function openReport(deps: ActivityDeps, workflowId: string): Promise<VmReport | null> {
  const handle = deps.client.workflow.getHandle(workflowId);
  try {
    const { status } = await askTemporal(deps, () => handle.describe());
    return status.name === 'RUNNING' ? await askTemporal(deps, () => handle.query(vmReportQuery)) : null;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

const isBeingCutOver = ({ state, operations, recoveredAs }: VmReport): boolean =>
  !isFinal(state) && recoveredAs === undefined && operations.some(({ kind }) => kind === 'migrate');

function waitsFor(other: VmReport, vm: LookForMovedInput['vm'], source: string): ApplicationFailure {
  const details: FailureDetails = {
    code: CODES.maybeMoved,
    message:
      `${nameWithId(vm)} is off at ${source}, and a VM of its name stands at its destination; whether that is the copy of ` +
      `${nameWithId(other)}, which is being cut over, is not known yet.`,
    operation: 'start',
    taskId: null,
    site: source,
    advice: 'It is asked again by itself.',
  };
  return ApplicationFailure.create({
    type: FAILURES.refused,
    message: details.message,
    details: [details],
    nextRetryDelay: ASK_AGAIN,
    category: 'BENIGN',
  });
}
