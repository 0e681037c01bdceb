/** What is known of the VM where it runs: asked before a cutover, and again whenever an attempt of it has failed. */
import { workflowInfo } from '@temporalio/workflow';
import { iso } from '../../../contract/moment.js';
import type { SourcePower } from '../../../contract/questions.js';
import type { ReplicationSummary } from '../../../contract/replication.js';
import type { OperationRecord, VmReport } from '../../../contract/report.js';
import { powerBefore } from '../../activities.js';
import { movedBy } from './begun.js';
import { powerOf } from './power.js';
import type { VmControl } from './vm-control.js';

type Source = NonNullable<VmReport['source']>;

/** How long the site of a source is asked while nothing depends on it: ms. */
const WITHIN = 10_000;

export interface SourceVm {
  site: string;
  vmId: string | null;
  /** how long its site is asked: ms */
  within: number;
}

/** How it is before a cutover: what is seen later is compared with this. @param asked what it was just seen to be; absent: it is asked */
export async function firstLookAtSource(
  vm: VmControl,
  source: SourceVm,
  powerOfEarlier = () => powerBefore(workflowInfo().workflowId),
  asked?: SourcePower,
): Promise<Source> {
  const { power, at, known } = asked ?? (await powerOf(vm, source));
  vm.report.source = { power, since: iso(at), known, before: power };
  // Somebody has powered it on since it was seen to be off.
  if (power === 'on') vm.report.downSince = null;
  // It may be off since the cutover that an earlier run began.
  const earlier = power !== 'on' ? await powerOfEarlier() : null;
  if (earlier !== null && earlier.power !== 'off') {
    vm.report.source.before = earlier.power;
    vm.report.downSince ??= earlier.downSince;
  }
  return vm.report.source;
}

/**
 * While it waits, or is held, before a cutover of its own: what one that an earlier run began has left off is told. Of what a
 * drill does, or a reverse, nobody expects that the VM is up.
 * @param replication null: not found yet
 */
export async function tellEarlierCutover(vm: VmControl, replication: ReplicationSummary | null): Promise<void> {
  const kind = vm.input.evidence?.kind ?? 'drill';
  if (kind === 'drill' || kind === 'reverse') return;
  // Which of the two VMs that was begins at the replication.
  if (kind === 'failback' && replication === null && vm.report.replicationId === null) return;
  if (vm.report.source !== undefined) return;
  const earlier = await powerBefore(workflowInfo().workflowId);
  if (earlier === null) return;
  const site = replication?.sourceSite ?? vm.peer;
  const source = { site, vmId: replication?.vmId ?? vm.memory.vmIdNow ?? vm.input.vm.id, within: WITHIN };
  await firstLookAtSource(vm, source, async () => earlier);
}

/** Asks the site of the source, and keeps in the report what it says. */
export async function lookAtSource(vm: VmControl, source: SourceVm): Promise<Source> {
  const before = vm.report.source;
  if (before === undefined) return firstLookAtSource(vm, source);
  const { power, at, known } = await powerOf(vm, source);
  vm.report.source = { ...before, power, known, since: before.power === power ? before.since : iso(at) };
  tellDown(vm.report, power);
  return vm.report.source;
}

/** A VM that runs is not down, whatever a migrate may have been about to do; one that does not is, since its last at the latest. */
function tellDown(report: VmReport, power: Source['power']): void {
  if (power === 'on') {
    report.downSince = null;
    return;
  }
  const last = report.operations.findLast(({ kind }) => kind === 'migrate');
  if (last !== undefined && report.source?.before !== 'off') report.downSince ??= last.submittedAt;
}

/** By a migrate of this run that has moved it: it switches its source off, so that nobody is asked. */
export function sourceMoved({ report }: VmControl, record: OperationRecord): void {
  const { source } = report;
  if (source === undefined || source.power === 'off') return;
  const since = record.finishedAt ?? iso(Date.now());
  report.source = { ...source, power: 'off', since, known: movedBy(record) };
}
