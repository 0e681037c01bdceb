/** The sweeps with which a drill begins: they run beside it, since they may take longer than it has. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ChildWorkflowFailure, executeChild } from '@temporalio/workflow';
import type { SweepResult } from '../../contract/messages.js';
import { sweepWorkflowId } from '../../contract/names.js';
import { contractMemo } from '../../contract/number.js';
import { sweep } from './sweep.js';

/** A sweep that has not ended by then is given up by Temporal itself; the site begins another. */
export const SWEEP_MOST = '3 hours';

type Copies = SweepResult['removed'];

/** Removes what earlier drills have left; a sweep that runs already does it as well. */
export class Sweeps {
  #isOver = true;

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Returns at once. @param onSwept is called when all are over, with what they removed */
  begin(sites: string[], onSwept: (copies: Copies) => void): void {
    this.#isOver = false;
    void this.#run(sites, onSwept);
  }

  async #run(sites: string[], onSwept: (copies: Copies) => void): Promise<void> {
    const removed = await Promise.all(sites.map(sweptAt));
    this.#isOver = true;
    onSwept(removed.flat());
  }
}

async function sweptAt(site: string): Promise<Copies> {
  try {
    const { removed } = await executeChild(sweep, {
      workflowId: sweepWorkflowId(site),
      args: [{ site }],
      memo: { ...contractMemo },
      parentClosePolicy: 'ABANDON',
      workflowExecutionTimeout: SWEEP_MOST,
    });
    return removed;
  } catch (error) {
    // What it could not remove is seen when the VMs are looked at.
    if (error instanceof WorkflowExecutionAlreadyStartedError || error instanceof ChildWorkflowFailure) return [];
    throw error;
  }
}
