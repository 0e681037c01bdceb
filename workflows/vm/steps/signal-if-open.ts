import { ApplicationFailure, type ExternalWorkflowHandle, type SignalDefinition } from '@temporalio/workflow';

/** Signals a workflow by its id, whichever execution of it is open; false when none is. */
export async function signalIfOpen<Args extends unknown[]>(
  handle: ExternalWorkflowHandle,
  signal: SignalDefinition<Args>,
  ...args: Args
): Promise<boolean> {
  try {
    await handle.signal(signal, ...args);
    return true;
  } catch (error) {
    if (error instanceof ApplicationFailure && error.type === 'ExternalWorkflowExecutionNotFound') return false;
    throw error;
  }
}
