/**
 * API tokens of Cloud Director and the access tokens that it gives for them: refresh tokens of OAuth 2 [RFC 6749 §6]. What it
 * answers to which mistake is an assumption, as is all of this beside VCDA's own API.
 */
import { randomBytes } from 'node:crypto';
import type { User } from './users.js';

export interface ApiTokenOptions {
  /** Cloud Director user, `user@org` */
  user: string;
  /** default `good`; `spent`: another was given in its place */
  state?: 'good' | 'expired' | 'revoked' | 'spent';
  /** each exchange gives another in its place, and spends it; default false */
  rotates?: boolean;
  /** wall seconds that an access token lasts; default 3600 */
  expiresIn?: number;
}

export interface Exchanged {
  access_token: string;
  token_type: 'Bearer';
  expires_in: number;
  refresh_token: string | null;
}

/** As OAuth says it [RFC 6749 §5.2]. */
export class OauthError extends Error {
  override readonly name = 'OauthError';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, description: string) {
    super(description);
    this.status = status;
    this.code = code;
  }
}

/** Of one Cloud Director. */
export class ApiTokens {
  readonly #tokens: Map<string, ApiTokenOptions>;
  readonly #userOf: (name: string) => User;
  readonly #access = new Map<string, { user: string; until: number }>();
  #exchanges = 0;

  constructor(tokens: Record<string, ApiTokenOptions>, userOf: (name: string) => User) {
    this.#tokens = new Map(Object.entries(tokens));
    this.#userOf = userOf;
  }

  /** How often an access token was given. */
  get exchanges(): number {
    return this.#exchanges;
  }

  set(token: string, options: ApiTokenOptions): void {
    this.#tokens.set(token, options);
  }

  /** What is at hand: each token with its state. */
  list(): Record<string, ApiTokenOptions> {
    return Object.fromEntries([...this.#tokens].map(([token, options]) => [token, { state: 'good', ...options }]));
  }

  /** Ends access tokens before their time. */
  expireAccess(): void {
    this.#access.clear();
  }

  /** @param org null: of a provider @throws OauthError */
  exchange(org: string | null, token: string): Exchanged {
    const known = this.#tokens.get(token);
    if (known === undefined) throw new OauthError(400, 'invalid_grant', 'The refresh token is invalid.');
    const { user, state = 'good', rotates = false, expiresIn = 3_600 } = known;
    const { provider, org: own } = this.#userOf(user);
    if (org === null ? !provider : provider || own.toLowerCase() !== org.toLowerCase())
      throw new OauthError(
        400,
        'invalid_grant',
        `The refresh token does not belong to the organization ${org ?? 'System'}.`,
      );
    if (state === 'expired') throw new OauthError(400, 'invalid_grant', 'The refresh token has expired.');
    if (state === 'revoked') throw new OauthError(400, 'invalid_grant', 'The refresh token was revoked.');
    if (state === 'spent') throw new OauthError(400, 'invalid_grant', 'The refresh token was used before.');
    this.#exchanges += 1;
    const access = `access-${randomBytes(24).toString('base64url')}`;
    this.#access.set(access, { user, until: Date.now() + expiresIn * 1_000 });
    const next = rotates ? `api-${randomBytes(16).toString('base64url')}` : null;
    if (next !== null) {
      this.#tokens.set(next, known);
      this.#tokens.set(token, { ...known, state: 'spent' });
    }
    return { access_token: access, token_type: 'Bearer', expires_in: expiresIn, refresh_token: next };
  }

  /** The user of an access token that is good. */
  userOf(access: string): string | undefined {
    const known = this.#access.get(access);
    return known !== undefined && Date.now() < known.until ? known.user : undefined;
  }
}
