/** How a run and its units are shown to those who ask. Pure. */
import type { RunState, RunTotals, VmReport } from '../../contract/report.js';
import type { UnitGates } from './unit-gates.js';
import type { Units } from './units.js';

/** A unit as it is shown: one that has no workflow is as its gate is. @param now epoch ms */
export function shown(vm: VmReport, units: Units, gates: UnitGates, now: number): VmReport {
  const { id, step, waitingFor, error } = vm;
  if (!units.isWaiting(id) || units.isClaimed(id) || units.isToBeUndone(id)) return vm;
  const gate = gates.of(id, now);
  const isAtGate = units.isAtGate(id);
  if (!isAtGate && gate?.missed === undefined) return vm;
  return {
    ...vm,
    state: 'waiting',
    step: isAtGate ? 'gate' : step,
    waitingFor: gate?.waitingFor ?? (isAtGate ? 'capacity' : waitingFor),
    error: gates.missed(id, gate, now) ?? error,
  };
}

/** How a run whose units have all ended is over. @param good units that were migrated, by this run or an earlier one */
export function finalState(totals: RunTotals, good: number, isCancelling: boolean): RunState {
  if (isCancelling && totals.cancelled > 0) return 'cancelled';
  if (totals.failed > 0) return 'failed';
  if (totals.cancelled > 0) return 'cancelled';
  return good === totals.vms ? 'succeeded' : 'failed';
}
