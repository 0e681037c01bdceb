/** Whether what was recovered runs: a task can succeed, whatever it warns of, and its VM be off. */

import { workflowInfo } from '@temporalio/workflow';
import { iso } from '../../../contract/moment.js';
import { NOT_POWERED_ON } from '../../../contract/names.js';
import type { SlotKind } from '../../../contract/operation.js';
import type { SourcePower } from '../../../contract/questions.js';
import type { ReplicationSummary } from '../../../contract/replication.js';
import type { VmError } from '../../../contract/report.js';
import { unitInWords } from '../../../contract/vapp.js';
import { nameWithId } from '../../../contract/vm-identity.js';
import { lookSaying } from './again.js';
import { tellIfSourceRuns, withinOf } from './both-run.js';
import type { Outcome } from './operation.js';
import { standsElsewhere, vdcOf } from './place.js';
import { powerOf } from './power.js';
import type { SourceVm } from './source.js';
import { StepFailed } from './step-errors.js';
import type { VmControl } from './vm-control.js';

/** How long the site of a copy is asked whether it is on: ms. One that warned is the only word where it does not tell. */
const WITHIN = { unwarned: 5_000, warned: 30_000 };

/** A VM needs a while to start, and an inventory to show it. */
const PAUSES = { first: 1_000, longest: 15_000, times: 5 };

/** No page has the codes of warnings: by these alone, what is not seen to run does not. */
const SPEAKS_OF_POWER = /power(ed|ing)?[\s_-]*on|(could|did|can|was) ?not (be )?start/i;

/**
 * Why what was recovered does not run, as the inventory of its site says; null: it does, or is not to, or that is not known,
 * which a note says.
 * @param isRehearsal it is put back as it was, so that nobody is to power it on
 * @param source that is looked at as well; absent: it may be on
 * @param gives what the VM gives back once it is seen to run; absent: nothing
 */
export async function whyOff(
  vm: VmControl,
  outcome: Outcome,
  powerOn: boolean,
  recovered: Pick<ReplicationSummary, 'recoveredVmId'> | null,
  { isRehearsal = false, source, gives }: { isRehearsal?: boolean; source?: SourceVm; gives?: SlotKind } = {},
): Promise<StepFailed | null> {
  const { notice, record } = outcome;
  const { kind } = record;
  if (!powerOn) {
    const mayRun = source !== undefined && kind === 'migrate' && vm.report.source?.before !== 'off';
    if (mayRun) await tellIfSourceRuns(vm, kind, source, undefined, 'its copy is off, as the plan says');
    return null;
  }
  const { site, report } = vm;
  const vmId = recovered?.recoveredVmId ?? null;
  const which = vmId === null ? 'what it recovered' : unitInWords(vmId);
  const warned = notice.warnings?.find(({ code, message }) => SPEAKS_OF_POWER.test(`${code} ${message}`));
  const told = warned ?? notice.warnings?.[0];
  function why({ power, known }: SourcePower): VmError {
    const seen = power === 'off' ? `it is off: ${known}` : `whether it is on since is not known: ${known}`;
    return {
      code: NOT_POWERED_ON,
      message:
        `the ${record.kind} of ${nameWithId(report)} to ${site} succeeded, but did not switch ${which} on` +
        `${told === undefined ? '' : ` (${told.code}: ${told.message.replace(/\.$/, '')})`}: ${seen}.`,
      operation: record.kind,
      taskId: notice.taskId,
      site,
      advice: isRehearsal
        ? `See at ${site} why a copy of it does not start, then run the drill again.`
        : `Power ${which} on at ${site}, where it was recovered. Replication ${report.replicationId} is kept.`,
    };
  }
  const within = warned === undefined ? WITHIN.unwarned : WITHIN.warned;
  let looks = 0;
  async function look(): Promise<SourcePower> {
    looks += 1;
    const from = source === undefined ? {} : { source: { ...source, within: withinOf(kind) } };
    const place = gives === undefined ? {} : { gives: { slot: gives, workflowId: workflowInfo().workflowId } };
    const power = await powerOf(vm, { site, vmId, within, ...from, ...place });
    if (gives !== undefined && power.given === true) vm.slots.given(gives);
    vm.sawPower(power.members);
    // A vApp runs when all its VMs do.
    return power.members?.some((one) => one.power === 'off') === true ? { ...power, power: 'off' } : power;
  }
  // What warned of just this need not be waited for.
  const isEnough = ({ power }: SourcePower): boolean => power !== 'off' || warned !== undefined;
  const seen = await lookSaying(vm, look, isEnough, PAUSES, why);
  async function tellSource(copy: string): Promise<boolean> {
    if (source === undefined || seen.source === undefined) return false;
    return tellIfSourceRuns(vm, kind, source, seen.source, `${which} at ${site} ${copy}`);
  }
  const { destination } = vm.input;
  const isAway = kind === 'migrate' && site === destination.site;
  const elsewhere = isAway ? standsElsewhere(seen.vdc, vdcOf(vm.input)) : null;
  if (elsewhere !== null) vm.note(`${which}, which it was recovered as at ${site}, ${elsewhere}. Look at it there.`);
  if (seen.power === 'on') {
    // It came up after its task had ended.
    if (looks > 1) record.finishedAt = iso(seen.at);
    await tellSource('runs as well');
    return null;
  }
  if (seen.power === 'off' || warned !== undefined) {
    const sourceRuns = kind === 'migrate' && (await tellSource(seen.power === 'off' ? 'is off' : 'may be off'));
    if (!sourceRuns) return new StepFailed(why(seen));
    report.downSince = null;
    return new StepFailed({ ...why(seen), advice: sourceServes(source, which, report.replicationId) });
  }
  vm.note(`Whether ${which} is on at ${site}, where it was recovered, is not known: ${seen.known}.`);
  await tellSource('may run as well');
  return null;
}

/** A site may have taken its migrate back. */
const sourceServes = (source: SourceVm | undefined, which: string, replicationId: string | null): string =>
  `Its source, ${unitInWords(source?.vmId ?? '')} at ${source?.site}, runs: leave ${which} off while it does. ` +
  `Find out at both sites whether the migrate was taken back. Replication ${replicationId} is kept.`;

/** Of what was recovered and does not run: nobody serves it, unless its source is known to. */
export function staysDown({ report }: VmControl, { submitted }: Outcome): void {
  const { source } = report;
  if (source?.before !== 'off' && source?.power !== 'on') report.downSince ??= iso(submitted.submittedAt);
}
