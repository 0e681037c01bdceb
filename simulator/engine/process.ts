import type { EventQueue } from './event-queue.js';

/** What a process waits for: simulated time, or somebody who calls it back (with an error to fail it). */
export type Wait = { ms: number } | { on: (resume: (error?: Error) => void) => void };

/**
 * Operations are written as generators, top to bottom as VCDA performs them, and driven by the event queue: an
 * operation in flight costs one generator, and `try … finally` undoes what a failed one had begun.
 */
export type Process<T = void> = Generator<Wait, T, void>;

export function run(queue: EventQueue, process: Process, ended: (error: unknown) => void): void {
  function step(error?: Error): void {
    let result: IteratorResult<Wait, void>;
    try {
      result = error === undefined ? process.next() : process.throw(error);
    } catch (failure) {
      ended(failure);
      return;
    }
    if (result.done === true) {
      ended(undefined);
      return;
    }
    const wait = result.value;
    if ('ms' in wait) {
      queue.after(wait.ms, () => step());
    } else {
      let resumed = false;
      wait.on((failure) => {
        if (resumed) return;
        resumed = true;
        // Through the queue: a process never runs inside the code that woke it.
        queue.after(0, () => step(failure));
      });
    }
  }
  step();
}

/** Runs several processes at once; ends when all have ended, with the first failure if there was one. */
export function* all(queue: EventQueue, processes: Process[]): Process {
  let failure: Error | undefined;
  let open = processes.length;
  if (open === 0) return;
  yield {
    on: (resume) => {
      for (const process of processes) {
        run(queue, process, (error) => {
          if (error !== undefined) failure ??= error instanceof Error ? error : new Error('failed', { cause: error });
          if (--open === 0) resume();
        });
      }
    },
  };
  if (failure !== undefined) throw failure;
}
