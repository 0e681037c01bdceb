/**
 * A site that is down is noticed once by each worker, not by every call: after a few failures in a row to connect, calls
 * fail at once without a request, and one probe at a time finds out whether the site is back. Any answer, even a refusal,
 * shows that the site is alive.
 */
import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhen,
} from 'cockatiel';
import { OWN_CODES, VcdaError } from '../errors/errors.js';

export const FAILURES_IN_A_ROW = 5;

export interface CircuitTimes {
  /** ms from the last failure to the first probe; doubles with every probe that fails */
  firstPause: number;
  /** ms */
  longestPause: number;
}

const TIMES: CircuitTimes = { firstPause: 1_000, longestPause: 30_000 };

/** What an exchange came to, as far as the site being there is concerned. */
type Outcome<T> = { answer: T } | { refusal: unknown };

/** The call ended for a reason of ours, which says nothing about the site. */
class Inconclusive extends Error {
  override readonly name = 'Inconclusive';
}

export class Circuit {
  readonly #site: string;
  readonly #policy: CircuitBreakerPolicy;

  constructor(site: string, times: CircuitTimes = TIMES) {
    this.#site = site;
    this.#policy = circuitBreaker(
      // A probe that was withdrawn has not shown that the site is back.
      handleWhen((error) => isAway(error) || (error instanceof Inconclusive && this.#isProbing)),
      {
        breaker: new ConsecutiveBreaker(FAILURES_IN_A_ROW),
        halfOpenAfter: new ExponentialBackoff({
          initialDelay: times.firstPause,
          maxDelay: times.longestPause,
          exponent: 2,
        }),
      },
    );
  }

  get #isProbing(): boolean {
    return this.#policy.state === CircuitState.HalfOpen;
  }

  /** @param down makes the error for a call that is not sent, because the site is known to be down */
  async run<T>(exchange: () => Promise<T>, down: (detail: string) => VcdaError): Promise<T> {
    try {
      const outcome = await this.#policy.execute(() => outcomeOf(exchange));
      if ('refusal' in outcome) throw outcome.refusal;
      return outcome.answer;
    } catch (error) {
      if (error instanceof Inconclusive) throw error.cause;
      if (!(error instanceof BrokenCircuitError)) throw error;
      throw down(`${this.#site} did not answer the last ${FAILURES_IN_A_ROW} calls; it is probed from time to time`);
    }
  }
}

async function outcomeOf<T>(exchange: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { answer: await exchange() };
  } catch (error) {
    if (!(error instanceof VcdaError)) throw new Inconclusive('the call was withdrawn', { cause: error });
    if (isAway(error)) throw error;
    return { refusal: error };
  }
}

/** A time-out counts as well: a dead peer behind a firewall answers nothing. */
const isAway = (error: Error): boolean =>
  error instanceof VcdaError &&
  error.status === null &&
  (error.code === OWN_CODES.unreachable || error.code === OWN_CODES.timeout);
