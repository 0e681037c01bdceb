/**
 * A site that is down is noticed once by each worker, not by every call: after a few failures in a row to connect, calls
 * fail at once without a request, and one probe at a time finds out whether the site is back.
 */
import {
  BrokenCircuitError,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhen,
} from 'cockatiel';
import { type Acted, OWN_CODES, VcdaError } from './errors.js';

const FAILURES_IN_A_ROW = 5;
const LONGEST_PAUSE_MS = 30_000;

type Failed = (
  code: string,
  detail: string,
  acted: Acted,
  more?: { retryAfter?: number | null; cause?: unknown },
) => VcdaError;

export interface Circuit {
  /** @throws VcdaError `Unreachable` with `acted: 'no'` when the site is known to be down */
  run<T>(exchange: () => Promise<T>, failed: Failed): Promise<T>;
}

export function createCircuit(site: string): Circuit {
  const policy = circuitBreaker(handleWhen(isAway), {
    breaker: new ConsecutiveBreaker(FAILURES_IN_A_ROW),
    halfOpenAfter: new ExponentialBackoff({ initialDelay: 1_000, maxDelay: LONGEST_PAUSE_MS, exponent: 2 }),
  });
  return {
    async run(exchange, failed) {
      try {
        return await policy.execute(exchange);
      } catch (cause) {
        if (!(cause instanceof BrokenCircuitError)) throw cause;
        const probing = policy.state === CircuitState.HalfOpen ? ', a probe is under way' : '';
        throw failed(
          OWN_CODES.unreachable,
          `${site} did not answer the last ${FAILURES_IN_A_ROW} calls${probing}`,
          'no',
          { cause },
        );
      }
    },
  };
}

/** A time-out counts as well: a dead peer behind a firewall answers nothing. */
const isAway = (error: Error): boolean =>
  error instanceof VcdaError && (error.code === OWN_CODES.unreachable || error.code === OWN_CODES.timeout);
