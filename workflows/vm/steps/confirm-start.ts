/**
 * After a start: the replication that it made or found, looked at once before anything else is sent for it. What its task or
 * a name said is not enough: it must be of this VM, and carry no mark of another.
 */
import type { ReplicationSummary } from '../../../contract/replication.js';
import type { VmError } from '../../../contract/report.js';
import { unitInWords } from '../../../contract/vapp.js';
import { isCalled, nameWithId } from '../../../contract/vm-identity.js';
import { orgOfVdc } from '../../activities.js';
import { lookSaying } from './again.js';
import { besideWords } from './beside.js';
import { ask, readAgain } from './locate.js';
import { type Outcome, operation } from './operation.js';
import { otherOrg, otherVdc, vdcOf } from './place.js';
import { started } from './started.js';
import { StepFailed } from './step-errors.js';
import type { VmControl } from './vm-control.js';
import { whatStays } from './what-stays.js';

/** A replication may be listed a little after the task that made it. */
const PAUSES = { first: 4_000, times: 6 };

/** @returns the start with its replication's id. @throws StepFailed when there is none, or it is another VM's */
export async function confirmStart(vm: VmControl, started: Outcome): Promise<Outcome> {
  const seen = await whatStarted(vm, started);
  const { id } = vm.report;
  const { mark, adoption } = started.submitted;
  const isOthers = seen.vmId !== null && seen.vmId !== id;
  const isMisnamed =
    started.submitted.vmName === undefined && seen.vmName !== null && !isCalled(vm.input.vm, seen.vmName);
  const isMarked = seen.mark !== null && seen.mark !== mark && adoption === undefined;
  if (isOthers || isMisnamed || isMarked) {
    // Nothing may be done with it from here on, by whatever ends this VM.
    vm.report.replicationId = null;
    throw await wrong(
      vm,
      started,
      seen,
      isMarked && !isOthers && !isMisnamed
        ? 'is marked as that of another run'
        : `replicates ${unitInWords(seen.vmId ?? id)} (${seen.vmName ?? 'no name'})`,
    );
  }
  vm.report.replicationId = seen.id;
  vm.saw(seen);
  await vm.callBy(seen.vmName);
  const elsewhere = otherVdc(seen, vdcOf(vm.input));
  if (elsewhere !== null) throw placedElsewhere(vm, started, seen.id, elsewhere);
  await refuseOtherOrg(vm, started, seen);
  if (mark !== undefined) vm.memory.marks = seen.mark === null || seen.mark === mark ? [mark] : [mark, seen.mark];
  if (adoption?.reconfigure) await takeOver(vm, seen.id, adoption.reconfigure);
  return { ...started, notice: { ...started.notice, replicationId: seen.id } };
}

/** A VDC is of one organization: only where the site does not tell the one does the other decide. */
async function refuseOtherOrg(vm: VmControl, started: Outcome, seen: ReplicationSummary): Promise<void> {
  const { destinationOrg: org = null, destinationVdc = null } = seen;
  const vdc = vdcOf(vm.input);
  if (org !== null && destinationVdc === null && vdc !== null) {
    const { site, peer, ref } = vm;
    const wants = await ask(vm, 'start', (resumedAt) => orgOfVdc({ site, peer, vdc, vm: ref, resumedAt }));
    const elsewhere = otherOrg(seen, wants);
    if (elsewhere !== null) throw placedElsewhere(vm, started, seen.id, elsewhere);
  }
  if (vm.memory.begun !== null && org !== null) vm.memory.begun.org = org;
}

async function whatStarted(vm: VmControl, { notice }: Outcome): Promise<ReplicationSummary> {
  if (notice.replication !== null) return notice.replication;
  const look = () => (vm.report.replicationId === null ? unnamed(vm) : readAgain(vm, 'start'));
  const why = (): VmError => ({
    code: 'NoReplicationId',
    message:
      `the start of ${nameWithId(vm.report)} at ${vm.site} ended well, but ` +
      (vm.report.replicationId === null
        ? 'neither its task nor a list of replications names what it made.'
        : `the site shows no replication ${vm.report.replicationId}.`),
    operation: 'start',
    taskId: notice.taskId,
    site: vm.site,
    advice: `Look for its replication at ${vm.site} before it is run again.`,
  });
  const seen = await lookSaying(vm, look, (found) => found !== null, PAUSES, why);
  if (seen !== null) return seen;
  throw new StepFailed(why());
}

/** The only one of its VM is taken for its own, as its site takes no second, unless a task tells that somebody else made it. */
async function unnamed(vm: VmControl): Promise<ReplicationSummary | null> {
  if (vm.memory.begun === null) return null;
  const { its, untold, beside } = await started(vm, vm.memory.begun);
  if (its !== null) vm.note(besideWords(its.id, beside, vm.site));
  const [only = null, ...others] = untold;
  if (its === null && others.length > 0) throw ambiguous(vm, untold);
  return its ?? only;
}

const ambiguous = ({ report, site, memory }: VmControl, untold: ReplicationSummary[]): StepFailed =>
  new StepFailed({
    code: 'AmbiguousReplication',
    message:
      `the start of ${nameWithId(report)} at ${site} ended well, and neither a mark nor a task tells which of these it has ` +
      `made: ${untold.map(({ id }) => id).join(', ')}.`,
    operation: 'start',
    taskId: memory.begun?.submitted.taskId ?? null,
    site,
    advice: `Find out at ${site} which is whose, and name that of this run in the plan, as replicationId of the VM.`,
  });

async function wrong(
  vm: VmControl,
  { notice, submitted }: Outcome,
  seen: ReplicationSummary,
  why: string,
): Promise<StepFailed> {
  const { name, id } = vm.report;
  const stays = await whatStays(vm, seen, submitted.mark);
  const left = stays === null ? '' : ` ${stays.message}`;
  const next = stays === null ? '' : ` ${stays.advice}`;
  return new StepFailed({
    code: 'WrongReplication',
    message: `the start of ${nameWithId({ id, name })} at ${vm.site} led to replication ${seen.id}, which ${why}; nothing more was sent.${left}`,
    operation: 'start',
    taskId: notice.taskId,
    site: vm.site,
    advice: `Look at that replication and at the tasks of ${name} at ${vm.site}, then run the VM again.${next}`,
  });
}

/** Before anything is copied for weeks: what was begun stays, to be looked at. */
function placedElsewhere(vm: VmControl, { notice }: Outcome, replicationId: string, why: string): StepFailed {
  const { report, site } = vm;
  return new StepFailed({
    code: 'ReplicatedElsewhere',
    message: `the start of ${nameWithId(report)} at ${site} led to replication ${replicationId}, which ${why}.`,
    operation: 'start',
    taskId: notice.taskId,
    site,
    advice: `Correct the plan, or remove that replication at ${site}; then run the VM again.`,
  });
}

type TakeOver = NonNullable<NonNullable<Outcome['submitted']['adoption']>['reconfigure']>;

/** Where nothing but the mark is to be written, a site that refuses it is no obstacle: without a mark the other rules hold. */
async function takeOver(vm: VmControl, replicationId: string, reconfigure: TakeOver): Promise<void> {
  const { mark: _, text: __, ...settings } = reconfigure;
  try {
    await operation(vm, { kind: 'reconfigure', replicationId, reconfigure });
  } catch (error) {
    if (!(error instanceof StepFailed) || Object.keys(settings).length > 0) throw error;
  }
}
