import { log, type SignalDefinition, setHandler } from '@temporalio/workflow';

/** Takes a signal for what it says it is only where it is: what is malformed is logged and dropped, and harms nobody. */
export function hear<T>(
  signal: SignalDefinition<[T]>,
  isSuch: (told: unknown) => told is T,
  handle: (told: T) => void,
): void {
  setHandler(signal, (told: unknown) => {
    if (isSuch(told)) handle(told);
    else log.warn('a message that is not what it is called was dropped', { message: signal.name });
  });
}
