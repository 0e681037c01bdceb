import { randomBytes } from 'node:crypto';
import type { User } from './users.js';

export interface SessionOptions {
  /** simulated ms without a call after which a session is gone; default 30 min [KB 314989] */
  idle?: number;
  /** simulated ms after which it is gone in any case; default 24 h [KB 314989] */
  maxAge?: number;
  /** simulated ms that an extension lasts, being tied to the remote Cloud Director's token; default: maxAge */
  extension?: number;
}

export interface Session {
  token: string;
  /** site that issued it; tokens are good there only */
  site: string;
  user: User;
  createdAt: number;
  usedAt: number;
  /** authenticated sites, with the user over there and the end of the extension */
  sites: Map<string, { user: User; until: number }>;
}

export class Sessions {
  readonly #sessions = new Map<string, Session>();
  readonly #now: () => number;
  readonly #idle: number;
  readonly #maxAge: number;
  readonly #extension: number;

  constructor(now: () => number, options: SessionOptions = {}) {
    this.#now = now;
    this.#idle = options.idle ?? 30 * 60_000;
    this.#maxAge = options.maxAge ?? 24 * 3_600_000;
    this.#extension = options.extension ?? this.#maxAge;
  }

  open(site: string, user: User): Session {
    this.#sweep();
    const now = this.#now();
    // 28 characters, base64 of 20 bytes [KB 315136]
    const token = randomBytes(20).toString('base64');
    const sites = new Map([[site, { user, until: Number.POSITIVE_INFINITY }]]);
    const session = { token, site, user, createdAt: now, usedAt: now, sites };
    this.#sessions.set(token, session);
    return session;
  }

  /** Finds a live session; any call slides its idle timer [KB 314989]. */
  use(site: string, token: string): Session | undefined {
    const session = this.#sessions.get(token);
    if (session === undefined || session.site !== site) return undefined;
    const now = this.#now();
    if (this.#over(session, now)) {
      this.#sessions.delete(token);
      return undefined;
    }
    session.usedAt = now;
    return session;
  }

  extend(session: Session, site: string, user: User): void {
    session.sites.set(site, { user, until: this.#now() + this.#extension });
  }

  authenticated(session: Session, site: string): boolean {
    return this.#now() < (session.sites.get(site)?.until ?? 0);
  }

  close(token: string): void {
    this.#sessions.delete(token);
  }

  /** Ends sessions of a site (or of all), or only what they were extended to. */
  expire(site?: string, extensionsOnly = false): number {
    let ended = 0;
    for (const session of this.#sessions.values()) {
      if (site !== undefined && session.site !== site) continue;
      ended++;
      if (!extensionsOnly) this.#sessions.delete(session.token);
      else for (const name of session.sites.keys()) if (name !== session.site) session.sites.delete(name);
    }
    return ended;
  }

  get size(): number {
    return this.#sessions.size;
  }

  #over(session: Session, now: number): boolean {
    return now - session.usedAt > this.#idle || now - session.createdAt > this.#maxAge;
  }

  /** Clients that log in before every call must not fill the memory [client terraform-provider-vcda]. */
  #sweep(): void {
    if (this.#sessions.size < 1000) return;
    const now = this.#now();
    for (const [token, session] of this.#sessions) if (this.#over(session, now)) this.#sessions.delete(token);
  }
}
