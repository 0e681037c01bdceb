/** What a run itself says of a VM that it did not begin, or that ended without a word: pure. */
import { CODES } from '../../contract/codes.js';
import { FAILURES } from '../../contract/names.js';
import type { VmError, VmReport } from '../../contract/report.js';
import { nameWithId } from '../../contract/vm-identity.js';

type Named = Pick<VmReport, 'id' | 'name'>;

/** Of an error that no site had a part in. */
const NO_OPERATION = { operation: null, taskId: null, site: null };

export const inUse = (holder: string): VmError => ({
  ...NO_OPERATION,
  code: FAILURES.claimed,
  message: `waits for ${holder}, which has this VM`,
  advice: null,
});

export const skippedInUse = (vm: VmReport): VmError => ({
  ...NO_OPERATION,
  code: FAILURES.claimed,
  message: `${nameWithId(vm)} was skipped: ${vm.error?.message ?? 'another run has it'}.`,
  advice: 'Run the drill again when that is over.',
});

export const alreadyMigrated = (vm: Named, run: string): VmError => ({
  ...NO_OPERATION,
  code: CODES.alreadyMigrated,
  message: `${nameWithId(vm)} was migrated by run ${run} already, so it was not started.`,
  advice: 'Leave it out of the plan; if its source is in use again, say so with remigrate: true in the plan.',
});

export const timedOut = (vm: Named): VmError => ({
  ...NO_OPERATION,
  code: 'TimedOut',
  message: `${nameWithId(vm)} was not recovered: the time of the drill was over.`,
  advice: 'See in drover report what took so long, or give the drill a longer timeout.',
});

export const DEPENDENCY_NOT_MET = 'DependencyNotMet';

/** A copy that was made ahead stays: whoever runs the VM again takes it up. */
export function dependencyNotMet(vm: VmReport, missing: Named & Pick<VmReport, 'state'>): VmError {
  const { replicationId } = vm;
  const isCopied = replicationId !== null;
  const copy = isCopied ? ` Its copy stays, as replication ${replicationId}.` : '';
  const what = isCopied ? 'cut over' : 'started';
  return {
    ...NO_OPERATION,
    code: DEPENDENCY_NOT_MET,
    message: `${nameWithId(vm)} was not ${what}, since ${nameWithId(missing)} ${missing.state}.${copy}`,
    advice: 'Fix that VM, then run this one again.',
  };
}

/** The operation is the last that is known to have been sent; whatever came after it, nobody can tell. */
export const terminated = (vm: VmReport, site: string): VmError => ({
  code: 'Terminated',
  message: `the workflow of ${nameWithId(vm)} was terminated.`,
  operation: vm.operations.at(-1)?.kind ?? null,
  taskId: vm.operations.at(-1)?.taskId ?? null,
  site,
  advice: `Look at its replication at ${site} before it is run again.`,
});
