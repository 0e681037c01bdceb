/**
 * A start that meets a replication of its VM: whose it is, whether the plan allows to take it over, and what must be changed
 * about it so that it is as the plan says.
 */
import { CODES } from '../contract/codes.js';
import { isMarkedByOthers } from '../contract/marks.js';
import { DONE_BY_OTHERS, isOwnOperationId } from '../contract/names.js';
import type { Adoption, OperationRequest, Owner } from '../contract/operation.js';
import { nameWithId } from '../contract/vm-identity.js';
import { isVappUnit } from '../plan/types.js';
import {
  type CallOptions,
  recoveryState,
  type Site,
  saysNo,
  type Task,
  VcdaError,
  type VmReplication,
} from '../vcda/index.js';
import { refuseClaimed, refuseHeld } from './claims.js';
import type { ActivityDeps } from './deps.js';
import { unextended } from './extension.js';
import { finalFailure } from './failures.js';
import { MARK_LENGTH, type Mark, markOf, ownerOf, readMark, textOf } from './mark.js';
import { otherOrg } from './other-org.js';
import { passingOver } from './passed-over.js';
import { droverStarted } from './record.js';
import { mayBeOf } from './relation.js';
import { type Difference, differences, elsewhere, isWeaker } from './replication-differences.js';
import { replicationIdIn } from './send.js';
import { keepsMarks, makerInDoubt, makerUnknown } from './start-in-doubt.js';
import { operationIdsOf } from './task-match.js';

/** Whether this start may have reached the site, and what was known of the VM before. */
export type MayBeSent = 'no' | 'perhaps' | 'to a VM without replication';

/**
 * @throws ApplicationFailure with the reason why it may not be adopted; `VmInUse`, to be tried again, while another run has it
 */
export async function adoptionOf(
  deps: ActivityDeps,
  site: Site,
  request: OperationRequest,
  replicationId: string,
  options: CallOptions,
  mayBeSent: MayBeSent,
): Promise<Adoption | null> {
  const found = await unextended(options, (local) => site.findReplication(replicationId, local));
  if (found === null) return null;
  const { owner, maker } = await ownerOfReplication(deps, site, request, found, options, mayBeSent);
  const refuse = refusing(request, found);
  if (!isAllowed(owner, request.adopt)) throw refuse(CODES.notOurs, notAllowed(owner, maker, request.adopt));
  const away = [...elsewhere(found, request), ...(await otherOrg(site, found, request, options))];
  if (away.length > 0) throw refuse('ReplicatedElsewhere', { what: `goes elsewhere: ${told(away)}`, advice: REMOVE });
  if (found.isPaused === true) throw refuse('ReplicationPaused', { what: 'is paused', advice: RESUME(found.id, site) });
  const differing = differences(found, request);
  const fixed = differing.filter(({ change }) => change === null);
  const unfit = owner === 'person' ? differing.filter(isWeaker) : fixed;
  if (unfit.length > 0)
    throw refuse('ReplicationDiffers', { what: `is not as the plan says: ${told(unfit)}`, advice: DIFFERS });
  return { owner, reconfigure: owner === 'drover' ? changesOf(deps, request, found, differing) : null };
}

const REMOVE = 'Correct the destination in the plan, or remove that replication, then run the VM again.';
const DIFFERS = 'Change its settings in VCDA, or those of the plan, then run the VM again.';
const RESUME = (id: string, { name }: Site): string => `Resume replication ${id} at ${name}, then run the VM again.`;

async function ownerOfReplication(
  deps: ActivityDeps,
  site: Site,
  request: OperationRequest,
  found: VmReplication,
  options: CallOptions,
  mayBeSent: MayBeSent,
): Promise<{ owner: Owner; maker: string | null }> {
  const mark = readMark(found.settings?.description);
  const units = [request.vm.id];
  const marked = ownerOf(mark, deps.installation, { run: request.run, units });
  if (marked === 'mine') return { owner: 'mine', maker: null };
  if (mark !== null) await refuseClaimed(deps, mark, request, found.id, mayBeSent === 'no');
  await refuseHeld(deps, request, found.id, mayBeSent === 'no');
  if (marked === 'other-run') return { owner: 'drover', maker: mark?.runName ?? null };
  if (marked === 'not-ours') return { owner: 'person', maker: 'another installation of Drover' };
  // Nothing else than what a person was shown: what stands there by now may be another's.
  if (request.taken === found.id) return { owner: 'mine', maker: null };
  const { tasks, isWhole } = await tasksOf(site, request.vm.id, options);
  const isNew = mayBeSent === 'to a VM without replication';
  if (mayBeSent !== 'no') {
    const maker = await makerInDoubt(site, request, found, tasks, isNew, options);
    if (maker.is === 'ours') return { owner: 'mine', maker: null };
    if (maker.is === 'other') return { owner: 'person', maker: maker.user };
  }
  if (await droverStarted(deps, request.workflowId, found.id)) return { owner: 'drover', maker: null };
  const started = startTaskOf(tasks, found);
  // Who made it is not in a list that contradicts itself, though it may be at the site.
  if (mayBeSent !== 'no' && started === null && !isWhole) throw makerUnknown(request, found.id);
  if (isNew && !(await keepsMarks(site, options))) throw makerUnknown(request, found.id);
  const isDrovers = started !== null && operationIdsOf(started).some(isOwnOperationId);
  return { owner: isDrovers ? 'drover' : 'person', maker: started?.user ?? null };
}

/** Empty where the site does not tell. `isWhole` false: there may be more. */
async function tasksOf(site: Site, unit: string, options: CallOptions): Promise<{ tasks: Task[]; isWhole: boolean }> {
  let isWhole = true;
  function inconsistent(): void {
    isWhole = false;
  }
  try {
    const tasks = await unextended(options, (local) =>
      site.tasks(
        { resourceType: [isVappUnit(unit) ? 'vappReplication' : 'vmReplication'] },
        { ...local, unreadable: passingOver(site), inconsistent },
      ),
    );
    return { tasks, isWhole };
  } catch (error) {
    if (error instanceof VcdaError && saysNo(error)) return { tasks: [], isWhole: true };
    throw error;
  }
}

/** null: the site no longer knows. */
function startTaskOf(tasks: Task[], found: VmReplication): Task | null {
  const its = tasks.filter((task) => mayBeOf('start', task) && replicationIdIn(task) === found.id);
  return its.sort((a, b) => (a.startTime ?? 0) - (b.startTime ?? 0))[0] ?? null;
}

function isAllowed(owner: Owner, adopt: OperationRequest['adopt'] = 'own'): boolean {
  if (owner === 'mine') return true;
  return owner === 'drover' ? adopt !== 'none' : adopt === 'matching';
}

function notAllowed(owner: Owner, maker: string | null, adopt: OperationRequest['adopt'] = 'own') {
  const who = owner === 'drover' ? `an earlier run${maker === null ? '' : ` (${maker})`}` : (maker ?? 'somebody else');
  const advice =
    owner === 'drover'
      ? 'Remove that replication, or say adopt: own in the plan.'
      : 'Leave the VM out of the plan, or ask who made it; adopt: matching in the plan takes it over.';
  return { what: `was made by ${who}, and the plan says adopt: ${adopt}`, advice };
}

const refusing =
  ({ kind, vm, site }: OperationRequest, { id }: VmReplication) =>
  (code: string, { what, advice }: { what: string; advice: string }) => {
    const message = `${nameWithId(vm)} has a replication at ${site} already, which ${what} [replication ${id}].`;
    return finalFailure({ code, message, operation: kind, taskId: null, site, advice });
  };

const told = (all: Difference[]): string =>
  all.map(({ setting, has, wants }) => `${setting} is ${has}, the plan says ${wants}`).join('; ');

function changesOf(
  { installation }: ActivityDeps,
  { run, vm, start }: OperationRequest,
  found: VmReplication,
  differing: Difference[],
): Adoption['reconfigure'] {
  return {
    ...Object.assign({}, ...differing.map(({ change }) => change)),
    mark: markOf(installation, run, vm.id),
    text: start?.description ?? textOf(found.settings?.description),
  };
}

/** Whether a replication is marked as another's, so that a start that was asked for here cannot have made it. */
export async function isMarkedOthers(
  { installation }: ActivityDeps,
  site: Site,
  { run, vm }: OperationRequest,
  replicationId: string,
  options: CallOptions,
): Promise<boolean> {
  const found = await unextended(options, (local) => site.findReplication(replicationId, local));
  const owner = ownerOf(readMark(found?.settings?.description), installation, { run, units: [vm.id] });
  return owner !== null && owner !== 'mine';
}

/**
 * Before anything is done with a replication: what its mark says against it. Returns it as it is; null: there is none.
 * @throws ApplicationFailure `VmInUse`, to be tried again; `ReplicationNotOurs` when it would be removed and is not Drover's
 */
export async function refuseOthers(
  deps: ActivityDeps,
  site: Site,
  request: OperationRequest,
  options: CallOptions,
): Promise<VmReplication | null> {
  const { replicationId, run, vm, kind } = request;
  if (replicationId === null) return null;
  const found = await unextended(options, (local) => site.findReplication(replicationId, local));
  if (found === null) return null;
  if (kind === 'delete') refuseToDelete(request, found);
  const mark = readMark(found.settings?.description);
  // A run that made it, or took it over, has it.
  const isForeign = request.marks === undefined;
  if (mark === null) {
    if (isForeign) await refuseHeld(deps, request, found.id, false);
    return found;
  }
  if (isMarkedByOthers(found.settings?.description?.slice(0, MARK_LENGTH) ?? null, request.marks ?? []))
    throw refusing(request, found)(CODES.notOurs, takenByOthers(deps, request, mark));
  const units = [vm.id, ...(typeof found.vmId === 'string' ? [found.vmId] : [])];
  const owner = ownerOf(mark, deps.installation, { run, units });
  if (owner === 'mine') return found;
  if (request.onlyOwn === true) {
    const by = mark.runName === null ? 'another run' : `run ${mark.runName}`;
    throw refusing(request, found)(CODES.notOurs, { what: `bears the mark of ${by} by now`, advice: KEEP });
  }
  await refuseClaimed(deps, mark, request, found.id, false);
  if (isForeign) await refuseHeld(deps, request, found.id, false);
  if (owner === 'not-ours' && kind === 'delete') {
    const made = {
      what: 'another installation of Drover made',
      advice: `Leave it, or remove it at ${site.name} by hand.`,
    };
    throw refusing(request, found)(CODES.notOurs, made);
  }
  return found;
}

/** A person's from then on, whichever run had begun with it. */
const takenByOthers = ({ installation }: ActivityDeps, { run }: OperationRequest, { runName }: Mark) => ({
  what:
    `bears the mark of another installation of Drover by now${runName === null ? '' : ` (run ${runName})`}, and no ` +
    `longer that of run ${run} of installation ${installation}`,
  advice: 'Find out who works with it there. It is left as it is.',
});

/** A run that makes none itself finds a test copy, or a recovery, only where somebody else has made it. */
function refuseToDelete(request: OperationRequest, found: VmReplication): void {
  const state = recoveryState(found);
  const refuse = refusing(request, found);
  if (state === 'TEST')
    throw refuse(CODES.testCopyExists, { what: 'holds a test copy that somebody else made', advice: KEEP });
  const { ids, vm, vmIdNow } = request;
  const isItsOwn = found.vmId == null || (ids ?? [vm.id, vmIdNow]).includes(found.vmId);
  if (!isItsOwn && (ids !== undefined || state !== 'COMPLETE'))
    throw refuse(CODES.notOurs, { what: `is of another VM by now (${found.vmId})`, advice: KEEP });
  const isUnderWay = state === 'IN_PROGRESS';
  if (request.unlessRecovered === true && (state === 'COMPLETE' || isUnderWay))
    throw refuse(DONE_BY_OTHERS, {
      what: `somebody else ${isUnderWay ? 'is recovering' : 'has recovered meanwhile'}`,
      advice: KEEP,
    });
}

const KEEP = 'Look at what was made of it before that replication is removed by hand.';
