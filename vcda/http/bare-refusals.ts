/**
 * 401s to an extension that carry no error of VCDA's: the site's way to refuse the peer's login, or the page of a proxy that
 * stands before it for a while. Only one that lasts is believed. Until then it is asked seldom, since each time may count
 * as a wrong password, and five of those lock an account.
 */
import { VcdaError, type VcdaErrorFields } from '../errors/errors.js';

/** ms from the first to the one that is believed */
const BELIEVED_AFTER = 60_000;
/** ms to the next, after the first, the second, …: a new session asks at once whether its own had expired */
const PAUSES = [0, 5_000];
/** ms after which one more says nothing of those before: nobody knows what was between */
const FORGOTTEN_AFTER = 2 * BELIEVED_AFTER;

interface Seen {
  first: number;
  last: number;
  times: number;
  error: VcdaError;
}

export class BareRefusals {
  readonly #byPeer = new Map<string, Seen>();
  readonly #now: () => number;

  /** @param now ms of a clock that nobody sets */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** What an extension to a peer is answered with while it is not to be asked again; null: ask. */
  standing(peer: string): VcdaError | null {
    const seen = this.#byPeer.get(peer);
    return seen !== undefined && this.#now() < nextAt(seen) ? this.#waiting(seen) : null;
  }

  /** The failure of a call that met one more; null: it has lasted, and is a refusal of the peer's login. */
  met(peer: string, error: VcdaError): VcdaError | null {
    const now = this.#now();
    const known = this.#byPeer.get(peer);
    const isAnew = known === undefined || now - known.last > FORGOTTEN_AFTER;
    const seen = isAnew
      ? { first: now, last: now, times: 1, error }
      : { ...known, last: now, times: known.times + 1, error };
    this.#byPeer.set(peer, seen);
    if (now - seen.first < BELIEVED_AFTER) return this.#waiting(seen);
    this.#byPeer.delete(peer);
    return null;
  }

  /** The site itself has answered an extension to the peer. */
  forget(peer: string): void {
    this.#byPeer.delete(peer);
  }

  #waiting(seen: Seen): VcdaError {
    const fields: VcdaErrorFields = seen.error;
    const detail = `${seen.error.detail} in which VCDA says nothing; a refusal of the login only once it has lasted a minute`;
    return new VcdaError({
      ...fields,
      detail,
      acted: 'no',
      retryAfter: Math.max(Math.ceil(nextAt(seen) - this.#now()), seen.error.retryAfter ?? 0) || null,
    });
  }
}

function nextAt({ first, last, times }: Seen): number {
  const pause = PAUSES[times - 1];
  return pause === undefined ? first + BELIEVED_AFTER : last + pause;
}
