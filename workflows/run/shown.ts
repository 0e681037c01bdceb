/** How a run and its units are shown to those who ask. Pure. */
import { iso } from '../../contract/moment.js';
import type { Hold, RunState, RunTotals, VmReport } from '../../contract/report.js';
import type { UnitGates } from './unit-gates.js';
import type { Units } from './units.js';

/** A unit as it is shown: one that has no workflow is as its gate is. @param now epoch ms */
export function shown(vm: VmReport, units: Units, gates: UnitGates, now: number): VmReport {
  const { id, step, waitingFor, error } = vm;
  const heardAt = units.heardAt(id);
  if (heardAt !== undefined) return onItsWay(vm, heardAt, units.holdOf(id));
  if (!units.isWaiting(id) || units.isClaimed(id) || units.isToBeUndone(id)) return vm;
  const gate = gates.of(id, now);
  const isAtGate = units.isAtGate(id);
  if (!isAtGate && gate?.missed === undefined) return vm;
  const on = gate?.waitingFor === 'dependency' ? gates.dependencyOf(id, now) : null;
  return {
    ...vm,
    state: 'waiting',
    step: isAtGate ? 'gate' : step,
    waitingFor: gate?.waitingFor ?? (isAtGate ? 'capacity' : waitingFor),
    ...(gate?.until == null ? {} : { waitingUntil: iso(gate.until) }),
    ...(on === null ? {} : { waitingOn: on }),
    error: gates.missed(id, gate, now) ?? error,
  };
}

/** What it does now its own workflow knows. */
const onItsWay = (vm: VmReport, heardAt: number, hold: Hold | undefined): VmReport => ({
  ...vm,
  asOf: iso(heardAt),
  ...(hold === undefined ? {} : { hold }),
});

/** How a run whose units have all ended is over. @param good units that were migrated, by this run or an earlier one, or that a person has left out */
export function finalState(totals: RunTotals, good: number, isCancelling: boolean): RunState {
  if (totals.cancelled > 0 && (isCancelling || totals.cancelled === totals.vms)) return 'cancelled';
  return totals.failed === 0 && good === totals.vms ? 'succeeded' : 'failed';
}
