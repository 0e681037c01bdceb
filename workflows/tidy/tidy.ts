/**
 * Removes the replications that a run has kept after its migrations. Begun with a delay, so that it waits in Temporal alone;
 * the store says which VMs were moved, a page at a time, however many they are.
 */
import { rootCause, WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ChildWorkflowFailure, continueAsNew, executeChild, sleep, workflowInfo } from '@temporalio/workflow';
import { type Author, isAuthor } from '../../contract/act.js';
import type { PageStart, StoreAnswer } from '../../contract/evidence.js';
import { growing } from '../../contract/growing.js';
import { tidyNowSignal } from '../../contract/messages.js';
import { vmWorkflowId } from '../../contract/names.js';
import { contractMemo } from '../../contract/number.js';
import { unitsQueue } from '../../contract/queues.js';
import type { VmReport } from '../../contract/report.js';
import {
  isTidied,
  MOST_TOLD,
  NOTHING_TIDIED,
  type TidyInput,
  type TidyResult,
  type TidyVmInput,
} from '../../contract/tidy.js';
import { askStore, siteSettings, storeAnswers } from '../activities.js';
import { isStoreAway } from '../evidence/patience.js';
import { hear } from '../hear.js';
import { sameLogins } from '../own-logins.js';
import { tidyVm } from './tidy-vm.js';

/** VMs that are looked at side by side: each costs its site two calls or three. */
const AT_ONCE = 10;
/** Characters of a reason that are told. */
const REASON = 500;
/** One that has not ended by then, as at a site that is away, lets go of its VM, and its replication stays. */
const VM_MOST = '2 days';
/** Between two questions to a store that fails though it answers: ms. */
const PAUSES = { first: 1_000, longest: 60_000 };

export async function tidy(input: TidyInput): Promise<TidyResult> {
  const { carried, run, execution, destination } = input;
  const result: TidyResult = structuredCopy(carried?.result ?? NOTHING_TIDIED);
  hear(tidyNowSignal, isAuthor, (author: Author) => void result.by.push(author));
  const { selfCheck, missingFor } = await siteSettings(destination);
  const { vms, next } = await page({ run, execution }, carried?.from ?? null);
  const moved = vms.filter(isTidied);
  for (let at = 0; at < moved.length; at += AT_ONCE) {
    const some = moved.slice(at, at + AT_ONCE);
    const ends = await Promise.all(some.map((vm) => end({ ...input, vm, selfCheck, missingFor })));
    some.forEach((vm, index) => count(result, vm, ends[index] ?? { became: 'gone' }));
  }
  if (next !== null) await continueAsNew<typeof tidy>({ ...input, carried: { from: next, result } });
  return result;
}

const structuredCopy = (result: TidyResult): TidyResult => ({
  ...result,
  which: [...result.which],
  by: [...result.by],
});

function count(result: TidyResult, { id, name }: VmReport, { became, reason }: Became): void {
  result[became] += 1;
  if (became !== 'stays' || result.which.length === MOST_TOLD) return;
  result.which.push({ id, name, reason: (reason ?? '').slice(0, REASON) });
}

/** As long as the store is away, it is waited for. */
async function page(of: { run: string; execution: string }, from: PageStart | null) {
  for (const pause of growing(PAUSES)) {
    try {
      const { vms }: StoreAnswer = await askStore({ ask: 'vms', of, from });
      return vms ?? { vms: [], next: null };
    } catch (error) {
      if (!isStoreAway(error)) throw error;
      await storeAnswers();
      await sleep(pause);
    }
  }
  return { vms: [], next: null };
}

interface Became {
  became: 'removed' | 'gone' | 'stays';
  /** why it stays */
  reason?: string;
}

/** Under the VM's own workflow id, so that no run or drill touches it meanwhile; one that does has it in hand. */
async function end({ vm, run, source, destination, round, selfCheck, missingFor }: TidyVmInput): Promise<Became> {
  try {
    const { error, operations } = await executeChild(tidyVm, {
      workflowId: vmWorkflowId(source, vm.id),
      taskQueue: unitsQueue(workflowInfo().taskQueue),
      args: [{ vm, run, source, destination, round, selfCheck, missingFor }],
      parentClosePolicy: 'ABANDON',
      workflowExecutionTimeout: VM_MOST,
      memo: { run, ...sameLogins(), ...contractMemo },
    });
    if (error !== null) return { became: 'stays', reason: error.message };
    const now = operations.slice(vm.operations.length);
    const isRemoved = now.some(({ kind, result }) => kind === 'delete' && result === 'succeeded');
    return { became: isRemoved ? 'removed' : 'gone' };
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError)
      return { became: 'stays', reason: 'a run or drill has its VM now' };
    if (error instanceof ChildWorkflowFailure) return { became: 'stays', reason: rootCause(error) ?? error.message };
    throw error;
  }
}
