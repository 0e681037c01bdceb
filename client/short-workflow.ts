/** A short workflow that a person waits for: what it asks, only a worker can. */
import { randomUUID } from 'node:crypto';
import { WorkflowFailedError } from '@temporalio/client';
import { loginsMemo } from '../contract/logins.js';
import { contractMemo } from '../contract/number.js';
import type { Logins } from '../plan/types.js';
import { NoWorker } from './errors.js';
import { askTemporal, isUnanswered, type Session, within } from './session.js';
import { workerBegins } from './worker-begins.js';

export interface ShortWorkflow {
  type: string;
  /** its id begins with it, and it says what is done: `doctor` */
  prefix: string;
  input: unknown;
  /** by which it asks sites; absent: by the default ones */
  logins?: Logins;
  /** ms for a worker to do it; what it asks of sites has shorter limits of its own */
  within: number;
  /** what was not done if nobody does it, as a sentence */
  undone: string;
  /** what a worker does: `check the sites` */
  what: string;
}

/** @throws {@link NoWorker} when none takes it up, or does it in time, or it fails */
export async function askWorker<Answer>(session: Session, asked: ShortWorkflow): Promise<Answer> {
  const { type, prefix, input, logins = {}, undone, what, within: most } = asked;
  const { taskQueue } = session;
  const handle = await askTemporal(session, () =>
    session.client.workflow.start<(input: unknown) => Promise<Answer>>(type, {
      workflowId: `${prefix}/${randomUUID()}`,
      taskQueue,
      args: [input],
      memo: { ...loginsMemo(logins), ...contractMemo },
      workflowExecutionTimeout: most,
    }),
  );
  if (!(await workerBegins(session, handle.workflowId))) {
    await askTemporal(session, () => handle.terminate('no worker took it up'));
    throw new NoWorker(taskQueue, `No worker listens on task queue ${taskQueue} any more. ${undone}`);
  }
  try {
    return await within(session, most, () => handle.result());
  } catch (error) {
    const seeLog = "see the worker's log";
    if (isUnanswered(error))
      throw new NoWorker(taskQueue, `The worker on task queue ${taskQueue} did not ${what} in time.`, seeLog, error);
    if (error instanceof WorkflowFailedError && error.cause !== undefined) {
      // An activity's failure stands within one that says nothing.
      const { message } = (error.cause.cause as Error | undefined) ?? error.cause;
      throw new NoWorker(taskQueue, `The worker could not ${what}: ${message}`, seeLog, error);
    }
    throw error;
  }
}
