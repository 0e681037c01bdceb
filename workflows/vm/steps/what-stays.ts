/** What a start has left at its site, for a VM that goes no further: named, with whose it is and what to do about it. */
import type { ReplicationSummary } from '../../../contract/replication.js';
import { started } from './started.js';
import { StepFailed } from './step-errors.js';
import type { VmControl } from './vm-control.js';

export interface Stays {
  /** a sentence */
  message: string;
  advice: string;
}

/**
 * The replication of this VM that the start may have made beside the one that it led to; null: none is seen.
 * @param wrong what it led to, which may be of this VM under another name
 */
export async function whatStays(
  vm: VmControl,
  wrong: ReplicationSummary,
  mark: string | undefined,
): Promise<Stays | null> {
  const own = wrong.vmId === vm.report.id ? wrong : await seen(vm);
  return own === null ? null : staysAt(vm.site, own, mark);
}

/** A start that was accepted and failed may have made its replication all the same. */
export async function tellWhatStays(vm: VmControl, failed: StepFailed): Promise<StepFailed> {
  const { memory, site } = vm;
  const { begun } = memory;
  const made = begun === null ? null : await seen(vm);
  const stays = made === null ? null : staysAt(site, made, begun?.submitted.mark);
  if (stays === null) return failed;
  const { message, advice } = failed.reason;
  const next = advice === null ? stays.advice : `${advice} ${stays.advice}`;
  return new StepFailed({ ...failed.reason, message: `${message} ${stays.message}`, advice: next });
}

/** What cannot be read tells nothing: the failure of the start comes first. */
async function seen(vm: VmControl): Promise<ReplicationSummary | null> {
  if (vm.memory.begun === null) return null;
  try {
    const { its, untold } = await started(vm, vm.memory.begun);
    return its ?? untold[0] ?? null;
  } catch (error) {
    if (error instanceof StepFailed) return null;
    throw error;
  }
}

/** Pure. */
export function staysAt(
  site: string,
  { id, mark: found }: Pick<ReplicationSummary, 'id' | 'mark'>,
  mark: string | undefined,
): Stays | null {
  if (found !== null && found !== mark) return null;
  const whose =
    found === null ? 'without a mark, so that this run may have made it' : 'with the mark of this run, which made it';
  return {
    message: `Replication ${id} of this VM stays at ${site}, ${whose}.`,
    advice: `Look at replication ${id}: remove it at ${site} by hand if the VM is not to be run again.`,
  };
}
