/** Waits that something ends, or a moment. */
import { CancellationScope, condition, sleep } from '@temporalio/workflow';

/** One timer serves many waits: to set and to cancel one for each costs two events. */
export class Alarm {
  /** epoch ms at which the timer under way fires */
  #rings = Number.POSITIVE_INFINITY;

  /** Returns when `isOver`, or after `most` ms. */
  async wait(isOver: () => boolean, most: number): Promise<void> {
    const end = Date.now() + Math.max(1, most);
    const isAwaited = () => !isOver() && Date.now() < end;
    while (isAwaited()) {
      if (end < this.#rings) this.#set(end);
      const rings = this.#rings;
      // One that was set for an earlier wait may fire before this one is over.
      await condition(() => !isAwaited() || this.#rings !== rings);
    }
  }

  #set(end: number): void {
    this.#rings = end;
    void CancellationScope.nonCancellable(() => sleep(end - Date.now())).then(() => {
      if (this.#rings === end) this.#rings = Number.POSITIVE_INFINITY;
    });
  }
}
