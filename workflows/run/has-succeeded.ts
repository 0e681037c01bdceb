import { isLeftOut, isMovedBefore } from '../../contract/codes.js';
import type { VmReport } from '../../contract/report.js';

/** Migrated, by this run or an earlier one. */
export const hasSucceeded = (vm: VmReport): boolean => vm.state === 'succeeded' || isMovedBefore(vm);

/** It ended as it was to end: what a person has left out does not make a run fail, though nothing goes on that waits for it. */
export const endedWell = (vm: VmReport): boolean => hasSucceeded(vm) || isLeftOut(vm);
