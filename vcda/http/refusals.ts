import type { VcdaError } from '../errors/errors.js';

/** When something was sent, and the newest `resume` that was known by then: both epoch ms. */
export interface Asked {
  at: number;
  after: number;
}

/**
 * What a site has refused until a person acts. A login that was refused is not sent again, by nobody, so that a wrong
 * password counts once at the site and locks no account; nor is what one VM has learned asked again for every other. The
 * error row of such a refusal is a `hold`; whoever says `resume` afterwards allows one more try, for all VMs. What counts is
 * when it was sent: an answer that comes after a `resume` may be one to a question from before it.
 */
export class Refusals {
  /** by the site that refused, or whose login it was: the session's own, or a peer's */
  readonly #bySite = new Map<string, { asked: Asked; error: VcdaError }>();
  /** the newest `resume` that calls to a site have brought along */
  readonly #resumed = new Map<string, number>();
  readonly #askedWith = new WeakMap<VcdaError, Asked>();

  /** To be taken before that is sent which may be refused. */
  asking(site: string): Asked {
    return { at: Date.now(), after: this.#resumed.get(site) ?? 0 };
  }

  /** Takes a refusal only when it is new, not when {@link check} has thrown it again, nor when it is old. Returns the error. */
  remember(site: string, error: VcdaError, asked: Asked = this.asking(site)): VcdaError {
    if (this.#askedWith.has(error)) return error;
    this.#askedWith.set(error, asked);
    if (!isLifted(asked, this.#resumed.get(site) ?? 0)) this.#bySite.set(site, { asked, error });
    return error;
  }

  /** Whether that was sent before `resumedAt` which was refused so, so that it is to be sent once more. */
  isOld(error: VcdaError, resumedAt: number): boolean {
    const asked = this.#askedWith.get(error);
    return asked !== undefined && isLifted(asked, resumedAt);
  }

  /** Another login is there, which was never refused. */
  forget(site: string): void {
    this.#bySite.delete(site);
  }

  /** When that was sent which was refused so: epoch ms; null: it is no refusal that was taken here. */
  sentAt(error: VcdaError): number | null {
    return this.#askedWith.get(error)?.at ?? null;
  }

  /**
   * Forgets a refusal from before `resumedAt`: epoch ms; 0: never.
   * @throws the error of a later one
   */
  check(site: string, resumedAt: number): void {
    this.#resumed.set(site, Math.max(resumedAt, this.#resumed.get(site) ?? 0));
    const refusal = this.#bySite.get(site);
    if (refusal === undefined) return;
    if (!isLifted(refusal.asked, resumedAt)) throw refusal.error;
    this.#bySite.delete(site);
  }
}

/** The `resume` under which it was sent is none from after it, whatever the clocks of worker and server say. */
const isLifted = ({ at, after }: Asked, resumedAt: number): boolean => resumedAt > at && resumedAt > after;
