/** Rows of VMs that have ended, cut where all of them together would be too much for one message: the store has them whole. Pure. */
import { briefOf } from '../../contract/brief.js';
import { isCutover } from '../../contract/operation.js';
import { isFinal, type OperationRecord, totalsOf, type VmError, type VmReport } from '../../contract/report.js';
import { weightOf } from './weight.js';

/**
 * Of all rows together, as {@link weightOf} has it: what a shard carries beside its rows, the plan and what the next workflows must
 * know, has room as well below 256 KiB; what is but rows may be larger.
 */
export const MOST = { carried: 640 * 1024, answered: 1_150 * 1024 } as const;

/** Of a text that a site has written: characters. */
const MOST_OF_TEXT = 200;

/**
 * As many as need be, the first ones first.
 * @param isKept the store has all of it
 */
export function withinBudget(vms: VmReport[], isKept: (id: string) => boolean, most: number): VmReport[] {
  let over = vms.reduce((sum, vm) => sum + weightOf(vm), 0) - most;
  return vms.map((vm) => {
    if (over <= 0 || !isFinal(vm.state) || !isKept(vm.id)) return vm;
    const cut = cutOf(vm);
    over -= weightOf(vm) - weightOf(cut);
    return cut;
  });
}

/**
 * Beside what stands in a list, the operation by which a run knows how long cutovers take, and whether the hook before the VM has
 * let it begin since the one after it.
 */
function cutOf(vm: VmReport): VmReport {
  if (vm.cut !== undefined) return vm;
  const last = vm.operations.findLast(({ kind }) => isCutover(kind));
  const operations = last === undefined ? [] : [withoutWarnings(last)];
  const { hooks = [], ...brief } = briefOf(vm);
  const around = hooks.filter(({ event }) => event === 'beforeVm' || event === 'afterVm').slice(-2);
  return {
    ...brief,
    ...(around.length === 0 ? {} : { hooks: around }),
    checks: [],
    error: vm.error && shortError(vm.error),
    operations,
    cut: { operations: vm.operations.length - operations.length, warnings: totalsOf([vm]).warnings ?? 0 },
  };
}

const shortError = ({ message, advice, ...error }: VmError): VmError => ({
  ...error,
  message: shortened(message),
  advice: advice && shortened(advice),
});

function withoutWarnings(whole: OperationRecord): OperationRecord {
  const { warnings: _, ...operation } = whole;
  return operation;
}

const shortened = (text: string): string => (text.length <= MOST_OF_TEXT ? text : `${text.slice(0, MOST_OF_TEXT)} …`);
