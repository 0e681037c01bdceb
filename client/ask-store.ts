/** What the store remembers, asked from a worker by a short workflow: a client has neither its password nor a route to it. */
import { randomUUID } from 'node:crypto';
import { WorkflowFailedError } from '@temporalio/client';
import { READ_STORE, type StoreAnswer, type StoreQuestion } from '../contract/evidence.js';
import { contractMemo } from '../contract/number.js';
import { START_WORKER, StoreUnanswered } from './errors.js';
import { askTemporal, isUnanswered, type Session, within } from './session.js';
import { workerListens } from './worker-presence.js';

/** ms for a worker to answer */
const ANSWERED_WITHIN = 15_000;

/** @throws {@link StoreUnanswered} when no worker listens, or the store is away */
export async function askStore(session: Session, question: StoreQuestion): Promise<StoreAnswer> {
  if (!(await workerListens(session))) {
    throw new StoreUnanswered(`no worker listens on task queue ${session.taskQueue}`, START_WORKER);
  }
  const handle = await askTemporal(session, () =>
    session.client.workflow.start<(question: StoreQuestion) => Promise<StoreAnswer>>(READ_STORE, {
      workflowId: `read-store/${randomUUID()}`,
      taskQueue: session.taskQueue,
      args: [question],
      memo: { ...contractMemo },
      workflowExecutionTimeout: ANSWERED_WITHIN,
    }),
  );
  try {
    return await within(session, ANSWERED_WITHIN, () => handle.result());
  } catch (error) {
    if (error instanceof WorkflowFailedError) {
      const why = (error.cause?.cause as Error | undefined)?.message ?? error.message;
      throw new StoreUnanswered(why.replace(/\.$/, ''), 'drover doctor', error);
    }
    if (isUnanswered(error))
      throw new StoreUnanswered('the worker gave no answer in time', "see the worker's log", error);
    throw error;
  }
}
