/** What of a run a person alone brings on. Pure. */
import type { VmReport } from './report.js';

/** VMs, by what they wait for. */
export interface Needs {
  approval: number;
  /** a refusal of a site */
  hold: number;
  /** all is copied, and the run was to stop there */
  until: number;
  /** their window is over */
  missed: number;
}

type Told = Pick<VmReport, 'error' | 'state' | 'waitingFor' | 'hold'>;

export function needOf(vm: Told): keyof Needs | null {
  const { waitingFor, hold } = vm;
  if (isHeldBack(vm)) return 'missed';
  if (hold != null) return 'hold';
  return waitingFor === 'approval' || waitingFor === 'hold' || waitingFor === 'until' ? waitingFor : null;
}

export function needsOf(vms: Told[]): Needs {
  const needs: Needs = { approval: 0, hold: 0, until: 0, missed: 0 };
  for (const vm of vms) {
    const need = needOf(vm);
    if (need !== null) needs[need] += 1;
  }
  return needs;
}

/** It waits though it has met what would be its end: its window is over. */
export const isHeldBack = <T extends Pick<VmReport, 'error' | 'state' | 'waitingFor'>>(
  vm: T,
): vm is T & { error: NonNullable<T['error']> } =>
  vm.state === 'waiting' && vm.waitingFor === 'window' && vm.error !== null;
