/** A run's report, and what is known of its open VMs beside: put together. Pure. */
import { iso } from '../contract/moment.js';
import { withVms } from '../contract/read-run.js';
import type { RunReport, VmReport } from '../contract/report.js';
import type { Transfer } from '../contract/transfer.js';
import type { UnderWay } from '../contract/under-way.js';

/** What is known of open VMs beside what their run knows; by their ids. */
export interface KnownOfOpen {
  /** by their own word, of this moment */
  now: ReadonlyMap<string, VmReport>;
  /** what their sites do for them at this moment */
  underWay: ReadonlyMap<string, UnderWay>;
  /** how far their sites have seen them */
  transfers?: ReadonlyMap<string, Transfer>;
  /** by their own word of an earlier moment */
  before: ReadonlyMap<string, VmReport & { asOf: string }>;
}

/** The run's report with what is known of its open VMs; of one that has ended, or waits at its gate, the run knows better. */
export function mergeReports(report: RunReport, known: KnownOfOpen): RunReport {
  const vms = report.vms.map((vm) => (vm.state === 'running' ? held(withProgress(openVm(vm, known), known)) : vm));
  return withVms(report, vms);
}

/** Of what its site does at this moment: what it has seen of an earlier step is not of this one. */
function withProgress(vm: VmReport, { transfers, underWay }: KnownOfOpen): VmReport {
  const transfer = transfers?.get(vm.id);
  if (transfer === undefined || underWay.get(vm.id)?.step !== vm.step || vm.state !== 'running') return vm;
  const { seenAt, ...told } = transfer;
  const { bytes, bytesTotal, rate } = told;
  const left = bytes === null || bytesTotal === null ? null : Math.max(0, bytesTotal - bytes);
  const etaSeconds = left === null || !rate ? null : Math.round(left / rate);
  return { ...vm, progress: { ...told, etaSeconds, seenAt: iso(seenAt) } };
}

function openVm(vm: VmReport, { now, underWay, before }: KnownOfOpen): VmReport {
  const own = now.get(vm.id);
  const seen = underWay.get(vm.id);
  // How long it has been on its step its site alone knows.
  const since = seen?.since === undefined ? {} : { stepSince: iso(seen.since) };
  if (own !== undefined) {
    const told = own.step === seen?.step ? { ...own, ...since } : own;
    // It only knows that it waits for a place.
    return isBraked(own, seen) ? { ...told, waitingFor: 'brake' } : told;
  }
  const earlier = before.get(vm.id);
  const last = earlier !== undefined && earlier.asOf > (vm.asOf ?? '') ? withHold(earlier, vm) : vm;
  if (seen === undefined) return last;
  // All that changes on its way but its step is from then.
  const { asOf: _, ...rest } = last;
  return {
    ...rest,
    state: seen.waitingFor === null ? 'running' : 'waiting',
    step: seen.step ?? rest.step,
    waitingFor: seen.waitingFor,
    ...since,
  };
}

const isBraked = (own: VmReport, seen: UnderWay | undefined): boolean =>
  own.waitingFor === 'capacity' && seen?.waitingFor === 'brake';

/** Its shard hears of a hold in any case. */
const withHold = (said: VmReport, { hold }: VmReport): VmReport => (hold == null ? said : { ...said, hold });

/** Who waits for a person says so. */
const held = (vm: VmReport): VmReport =>
  vm.hold == null || vm.waitingFor !== null ? vm : { ...vm, state: 'waiting', waitingFor: 'hold' };
