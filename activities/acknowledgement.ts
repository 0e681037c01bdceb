/**
 * Proof that this worker, and no other, has an activity, asked for right before something is sent that must not be sent
 * twice. A worker that is cut off from Temporal but not from the site, or that stood still, gets no further.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { activityInfo, CancelledFailure, cancellationSignal } from '@temporalio/activity';
import { ActivityCancelledError, ActivityNotFoundError } from '@temporalio/client';
import type { ActivityDeps } from './deps.js';

/**
 * How old an acknowledged heartbeat may be when something is sent: ms. At most half of the heartbeat time-out, before which
 * Temporal gives the activity to nobody else.
 */
const FRESH_FOR = 5_000;
const PAUSE = 500;

/** This worker may no longer act for the activity, and has not: the next attempt, here or elsewhere, looks first. */
export class NotAcknowledged extends Error {
  override readonly name = 'NotAcknowledged';
}

export class Acknowledgement {
  readonly #client: ActivityDeps['client'];
  readonly #details: () => unknown;
  /** on the monotonic clock: before the heartbeat left that Temporal has acknowledged */
  #since = Number.NEGATIVE_INFINITY;

  /** @param details what the next attempt finds, the same as the activity's other heartbeats say */
  constructor(client: ActivityDeps['client'], details: () => unknown) {
    this.#client = client;
    this.#details = details;
  }

  /**
   * Returns with an acknowledged heartbeat that left at most five seconds ago.
   * @throws NotAcknowledged when the activity is another worker's
   * @throws CancelledFailure when it was cancelled; the reason of the activity's own cancellation
   */
  async fresh(): Promise<void> {
    const signal = cancellationSignal();
    while (performance.now() - this.#since >= FRESH_FOR) {
      signal.throwIfAborted();
      const asked = performance.now();
      if (await this.#beat()) this.#since = asked;
      else await sleep(PAUSE, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }

  /** `Context.heartbeat()` has no answer, so the server is asked itself. */
  async #beat(): Promise<boolean> {
    const { taskToken, activityType } = activityInfo();
    try {
      await this.#client.withDeadline(Date.now() + FRESH_FOR, () =>
        this.#client.activity.heartbeat(taskToken, this.#details()),
      );
      return true;
    } catch (error) {
      if (error instanceof ActivityCancelledError) throw new CancelledFailure('cancelled while it was to send');
      if (error instanceof ActivityNotFoundError)
        throw new NotAcknowledged(`${activityType} was given to another worker, which goes on with it`);
      return false;
    }
  }
}
