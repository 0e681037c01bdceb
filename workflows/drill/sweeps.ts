/** The sweeps with which a drill begins: they run beside it, since they may take longer than it has. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ChildWorkflowFailure, executeChild } from '@temporalio/workflow';
import type { SweepResult } from '../../contract/inputs.js';
import { sweepWorkflowId } from '../../contract/names.js';
import { contractMemo } from '../../contract/number.js';
import { testCopiesLeft } from '../activities.js';
import { NOTHING, sweep } from './sweep.js';

/** A sweep that has not ended by then is given up by Temporal itself; the site begins another. */
export const SWEEP_MOST = '3 hours';

/** Removes what earlier drills have left; a sweep that runs already does it as well. */
export class Sweeps {
  #isOver = true;

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Returns at once. @param onSwept is called when all are over, with what they found */
  begin(sites: string[], onSwept: (found: SweepResult) => void): void {
    this.#isOver = false;
    void this.#run(sites, onSwept);
  }

  async #run(sites: string[], onSwept: (found: SweepResult) => void): Promise<void> {
    const each = await Promise.all(sites.map(sweptAt));
    this.#isOver = true;
    onSwept({
      removed: each.flatMap(({ removed }) => removed),
      gone: each.flatMap(({ gone }) => gone),
      left: each.flatMap(({ left }) => left),
    });
  }
}

async function sweptAt(site: string): Promise<SweepResult> {
  try {
    return await executeChild(sweep, {
      workflowId: sweepWorkflowId(site),
      args: [{ site }],
      memo: { ...contractMemo },
      parentClosePolicy: 'ABANDON',
      workflowExecutionTimeout: SWEEP_MOST,
    });
  } catch (error) {
    // What it could not remove is seen when the VMs are looked at.
    if (error instanceof ChildWorkflowFailure) return NOTHING;
    if (error instanceof WorkflowExecutionAlreadyStartedError) return { ...NOTHING, left: await knownToStay(site) };
    throw error;
  }
}

/** What another sweep, which runs at this moment, tells to whoever asked for it. */
async function knownToStay(site: string): Promise<SweepResult['left']> {
  const copies = await testCopiesLeft({ site });
  return copies.flatMap(({ vm, run, stays }) =>
    stays === undefined ? [] : [{ vm: vm.name, run, reason: stays.reason }],
  );
}
