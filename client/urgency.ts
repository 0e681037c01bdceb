/** Which VMs a person must see first, and which of them failed alike: pure, for every list that people read. */
import { isMovedBefore } from '../contract/codes.js';
import { needOf } from '../contract/needs.js';
import { isFinal, type VmReport } from '../contract/report.js';
import { causeOf } from './same-cause.js';

/** Those that may be down first, the longest first; then those with an error; the rest in the plan's order. */
export function byUrgency<T extends Pick<VmReport, 'downSince' | 'error'>>(vms: T[]): T[] {
  const down = vms.filter(isDown).sort((a, b) => (a.downSince ?? '').localeCompare(b.downSince ?? ''));
  const up = vms.filter((vm) => !isDown(vm));
  return [...down, ...up.filter(hasFailed), ...up.filter((vm) => !hasFailed(vm))];
}

/** That an earlier run has moved it is no failure. */
export const hasFailed = (vm: Pick<VmReport, 'error'>): boolean => vm.error !== null && !isMovedBefore(vm);

/** As {@link byUrgency}, and then: those that wait for a person, those on their way, those that wait their turn, those that have ended. */
export function byNeed<T extends Pick<VmReport, 'downSince' | 'error' | 'state' | 'waitingFor' | 'hold'>>(
  vms: T[],
): T[] {
  const ranked = byUrgency(vms).map((vm) => ({ vm, rank: rankOf(vm) }));
  return ranked.sort((a, b) => a.rank - b.rank).map(({ vm }) => vm);
}

function rankOf(vm: Pick<VmReport, 'downSince' | 'error' | 'state' | 'waitingFor' | 'hold'>): number {
  if (isDown(vm) || hasFailed(vm)) return 0;
  if (needOf(vm) !== null || vm.waitingFor === 'pause') return 1;
  if (vm.state === 'running') return 2;
  return isFinal(vm.state) ? 4 : 3;
}

/** Nothing has brought it up since its cutover was accepted, as far as is known. */
export const isDown = ({ downSince }: Pick<VmReport, 'downSince'>): boolean => downSince != null;

export interface AlikeFailures {
  /** what stands for all of them */
  first: VmReport & { error: NonNullable<VmReport['error']> };
  vms: VmReport[];
}

/**
 * VMs that failed alike: with one code in one operation at one site, and with the same words but for their own names and ids,
 * since one code may stand for many causes. In the order of their first ones.
 */
export function alikeFailures(vms: VmReport[]): AlikeFailures[] {
  const groups = new Map<string, AlikeFailures>();
  for (const vm of vms) {
    const { error } = vm;
    if (error === null) continue;
    const { code, operation, site, message, advice } = error;
    const said = [message, advice ?? ''].map((text) => causeOf(text, vm));
    const key = JSON.stringify([code, operation, site, ...said]);
    const group = groups.get(key) ?? { first: { ...vm, error }, vms: [] };
    group.vms.push(vm);
    groups.set(key, group);
  }
  return [...groups.values()];
}
