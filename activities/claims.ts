/** Whether an open run has what a mark names: then it is that run's to work on, and nobody else's. */

import { WorkflowNotFoundError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { DRILL, PLAN_RUN } from '../contract/inputs.js';
import { FAILURES, runOfWorkflowId, runWorkflowId } from '../contract/names.js';
import type { OperationRequest } from '../contract/operation.js';
import { askBy, askDrill, askReport, askWanted } from '../contract/read-run.js';
import { type FailureDetails, isFinal, type VmReport } from '../contract/report.js';
import { nameWithId } from '../contract/vm-identity.js';
import type { ActivityDeps } from './deps.js';
import { hashed, type Mark } from './mark.js';
import { heldBy } from './open-units.js';
import { askTemporal } from './site-signals.js';

const OPEN_RUNS = `ExecutionStatus = 'Running' AND (WorkflowType = '${PLAN_RUN}' OR WorkflowType = '${DRILL}')`;
/** ms */
const ASK_AGAIN = 30_000;

type Asking = Pick<OperationRequest, 'run' | 'vm' | 'kind' | 'site'>;

/** What uses a copy that waits at another run's gate, and leaves it there: rehearsals, and what a disaster asks for. */
const PASS_A_GATE = new Set<OperationRequest['kind']>(['failover-test', 'failover']);
/** Whoever has the replication waits for a test copy to be gone. */
const waitsForNobody = ({ kind }: Pick<Asking, 'kind'>): boolean => kind === 'cleanup';

/**
 * @param isUnsent nothing of the operation can have reached the site, so that whoever waits can be told for whom
 * @throws ApplicationFailure `VmInUse` while an open run has the VM of the mark: for good when nothing was sent, else to be
 * tried again
 */
export async function refuseClaimed(
  deps: ActivityDeps,
  mark: Mark,
  request: Asking,
  id: string,
  isUnsent: boolean,
): Promise<void> {
  if (waitsForNobody(request)) return;
  const run = await openRunOf(deps, mark);
  if (run === null) return;
  const its = await unitIn(deps, run, mark, request.vm.id);
  if (its === null || (run === request.run && its.id === request.vm.id)) return;
  waitFor(run, its, request, id, isUnsent);
}

/**
 * The same where a replication has no mark that names an open run: by what the open runs have begun with.
 * @throws ApplicationFailure as {@link refuseClaimed}
 */
export async function refuseHeld(
  deps: ActivityDeps,
  request: Asking & Pick<OperationRequest, 'workflowId'>,
  id: string,
  isUnsent: boolean,
): Promise<void> {
  // Also where a run does not answer: nothing of a disaster waits for that.
  if (waitsForNobody(request) || PASS_A_GATE.has(request.kind)) return;
  const held = await heldBy(deps, request, id);
  if (held !== null) waitFor(held.run, held.its, request, id, isUnsent);
}

/** @throws ApplicationFailure `VmInUse`, unless the unit is at its gate and what is asked for may pass it */
function waitFor(run: string, its: VmReport, { kind, vm, site }: Asking, id: string, isUnsent: boolean): void {
  if (PASS_A_GATE.has(kind) && its.state === 'waiting' && its.step === 'gate') return;
  const unit = its.id;
  const details: FailureDetails = {
    code: FAILURES.claimed,
    message: `${kind} of ${nameWithId(vm)} at ${site} waits for run ${run}, which works with its replication [${id}] as VM ${unit}.`,
    operation: kind,
    taskId: null,
    site,
    advice: `It goes on by itself when run ${run} has ended; drover show ${run} tells what that waits for.`,
  };
  throw ApplicationFailure.create({
    type: FAILURES.claimed,
    message: details.message,
    details: [details, run],
    nonRetryable: isUnsent,
    nextRetryDelay: ASK_AGAIN,
    category: 'BENIGN',
  });
}

/** VMs of shards that Temporal has forgotten have ended, since a shard ends when they have. */
const OPEN_ONES = { isBrief: true, forgotten: () => [] };

async function openRunOf(deps: ActivityDeps, mark: Mark): Promise<string | null> {
  const isIt = (run: string): boolean => hashed(deps.installation, run) === mark.run;
  // Its words tell the name; where the site has cut them, one of the open runs must be it.
  if (mark.runName !== null && isIt(mark.runName)) return mark.runName;
  return askTemporal(deps, async () => {
    for await (const { workflowId } of deps.client.workflow.list({ query: OPEN_RUNS })) {
      const run = runOfWorkflowId(workflowId);
      if (isIt(run)) return run;
    }
    return null;
  });
}

/** The VM of an open run that the mark names, when the run has begun with it and not ended. */
async function unitIn(
  deps: ActivityDeps,
  run: string,
  { unit, unitName }: Mark,
  vmId: string,
): Promise<VmReport | null> {
  const isIt = (id: string): boolean => hashed(deps.installation, id) === unit;
  const named = [unitName, vmId].find((id) => id !== null && isIt(id)) ?? null;
  const handle = deps.client.workflow.getHandle(runWorkflowId(run));
  try {
    const { status, type } = await askTemporal(deps, () => handle.describe());
    if (status.name !== 'RUNNING') return null;
    const vms = await askTemporal(deps, async () => {
      const ask = askBy(deps.client);
      if (type === DRILL) return (await askDrill(ask, run)).vms;
      // Where the site has cut its words, only the hash tells which VM it is.
      return named === null
        ? (await askReport(ask, run, OPEN_ONES)).vms
        : askWanted(ask, run, { ids: [named], replicationIds: [] });
    });
    return vms.find(({ id, state, step }) => isIt(id) && !isFinal(state) && step !== 'queued') ?? null;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}
