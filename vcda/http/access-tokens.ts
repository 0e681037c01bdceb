/**
 * Access tokens of Cloud Director, which a worker gets with an API token: a refresh token of OAuth 2 [RFC 6749 §6] at
 * `{vcd}/oauth/tenant/{org}/token`. That VCDA takes such a token as it takes one from a login is an assumption. A token that
 * comes in the place of the one that was spent is stored before anything is done with what it brought, under a lock that all
 * processes of the machine keep, or two would spend one.
 */
import { closeSync, fsyncSync, openSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { Secret } from '../../plan/secret.js';
import type { ApiTokenLogin, SiteConfig } from '../../plan/types.js';
import { isOfFrontEnd, OWN_CODES, VcdaError, type VcdaErrorFields } from '../errors/errors.js';
import type { ErrorIn } from './answers.js';
import { LockHeld, whileLocked } from './file-lock.js';
import { revealed } from './login.js';
import { encoded, isToken, type KnownSecrets } from './scrub.js';
import { Transport } from './transport.js';

export interface AccessToken {
  token: Secret;
  /** of `performance.now()`: before it expires */
  renewAt: number;
}

/** ms for the others of this machine, each of which may wait for an answer */
const LOCKED_WITHIN = 120_000;
/** ms for an exchange, the longest that others wait for */
const LONGEST_EXCHANGE = 30_000;
/** Of the life of a token, before its end; and at most so much of it: ms. */
const EARLIER = 0.2;
const MOST_EARLIER = 5 * 60_000;
/** ms for a token that does not say when it expires */
const UNTOLD_LIFE = 10 * 60_000;

const answer = z.looseObject({
  access_token: z.string().min(1).refine(isToken),
  expires_in: z.number().positive().nullish().catch(null),
  refresh_token: z.string().refine(isToken).nullish(),
});

/** As OAuth says it [RFC 6749 §5.2], and as Cloud Director says what is wrong with a request. */
const ofOauth = z.looseObject({ error: z.string().regex(/^\w+$/), error_description: z.string().nullish() });
const ofDirector = z.looseObject({ minorErrorCode: z.string().regex(/^\w+$/), message: z.string().nullish() });

const refusalIn: ErrorIn = (body) => {
  const said = ofOauth.safeParse(body).data;
  if (said !== undefined) return { code: said.error, msg: said.error_description };
  const other = ofDirector.safeParse(body).data;
  return other === undefined ? null : { code: other.minorErrorCode, msg: other.message };
};

interface Source {
  transport: Transport;
  current: AccessToken | null;
  /** whoever comes meanwhile waits for the same */
  pending: Promise<AccessToken> | null;
  /** what could not be stored, in the place of what the file still holds */
  unstored: { spent: string; next: string; why: string } | null;
}

export class AccessTokens {
  readonly #sites: Readonly<Record<string, SiteConfig>>;
  readonly #secrets: KnownSecrets;
  readonly #sources = new Map<string, Source>();

  /** @param sites by name, for their time limits @param secrets is told of each token */
  constructor(sites: Readonly<Record<string, SiteConfig>>, secrets: KnownSecrets) {
    this.#sites = sites;
    this.#secrets = secrets;
  }

  /**
   * One that is good for a while, got once for all who ask.
   * @throws VcdaError `LoginRefused` when Cloud Director refuses the API token, or there is none to send
   */
  async get(site: string, login: ApiTokenLogin): Promise<AccessToken> {
    const source = this.#sourceOf(site, login);
    if (source.current !== null && performance.now() < source.current.renewAt) return source.current;
    source.pending ??= this.#exchange(source, site, login)
      .then((access) => {
        source.current = access;
        return access;
      })
      .finally(() => {
        source.pending = null;
      });
    return source.pending;
  }

  /** The site refuses it: the next that is asked for is another. */
  drop(site: string, login: ApiTokenLogin, refused: Secret): void {
    const source = this.#sourceOf(site, login);
    if (source.current?.token === refused) source.current = null;
  }

  /** What a person should know of a token that works; null: nothing. */
  troubleOf(site: string, login: ApiTokenLogin): string | null {
    const { unstored } = this.#sourceOf(site, login);
    return unstored === null
      ? null
      : `the API token that came in the place of the one in ${login.file} cannot be written there (${unstored.why}): it is lost when this worker ends`;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#sources.values()].map(({ transport }) => transport.close()));
  }

  #sourceOf(site: string, login: ApiTokenLogin): Source {
    const { token: _, ...rest } = login;
    const key = revealed({ ...rest, site });
    const known = this.#sources.get(key);
    if (known !== undefined) return known;
    const config = this.#sites[site];
    if (config === undefined) throw new RangeError(`the config has no site ${site}`);
    const { proxy: _own, ...limits } = config;
    const { vcd: url, ca, proxy } = login;
    const way = { ...limits, url, tls: ca === undefined ? {} : { ca }, ...(proxy && { proxy }) };
    const source: Source = {
      transport: new Transport(way, this.#secrets),
      current: null,
      pending: null,
      unstored: null,
    };
    this.#sources.set(key, source);
    return source;
  }

  async #exchange(source: Source, site: string, login: ApiTokenLogin): Promise<AccessToken> {
    const { vcd, org, file } = login;
    const path = org.toLowerCase() === 'system' ? '/oauth/provider/token' : `/oauth/tenant/${encoded(org)}/token`;
    const fields = { site, method: 'POST', path, acted: 'no' } as const;
    try {
      return await whileLocked(`${file}.lock`, LOCKED_WITHIN, () => this.#spend(source, site, login, path));
    } catch (error) {
      if (error instanceof LockHeld)
        throw new VcdaError({
          ...fields,
          code: OWN_CODES.timeout,
          detail: `another process of this machine has held ${file}.lock for ${LOCKED_WITHIN / 1_000} s`,
        });
      if (!(error instanceof VcdaError) || error.code === OWN_CODES.loginRefused) throw error;
      const told: VcdaErrorFields = error;
      if (!isRefusal(error)) {
        const detail = `Cloud Director at ${vcd}, for an access token: ${error.detail}`;
        throw new VcdaError({ ...told, detail, acted: 'no' });
      }
      const said = `${error.status} ${error.code}: ${error.detail}`;
      const detail = `Cloud Director at ${vcd} refuses the API token of the organization ${org}: ${said}${meaningOf(error, org)}`;
      throw new VcdaError({ ...fields, code: OWN_CODES.loginRefused, detail, status: error.status });
    }
  }

  async #spend(source: Source, site: string, login: ApiTokenLogin, path: string): Promise<AccessToken> {
    const held = this.#tokenIn(login.file, site, path);
    const spent = source.unstored?.spent === held ? source.unstored.next : held;
    const asked = performance.now();
    const { body, status } = await source.transport.send({
      method: 'POST',
      path,
      form: { grant_type: 'refresh_token', refresh_token: spent },
      headers: { Accept: 'application/json' },
      isLogin: true,
      errorIn: refusalIn,
      timeout: Math.min(LONGEST_EXCHANGE, this.#sites[site]?.timeouts.request ?? LONGEST_EXCHANGE),
    });
    const read = answer.safeParse(body).data;
    if (read === undefined)
      throw new VcdaError({
        site,
        code: OWN_CODES.unexpected,
        detail: 'the answer has no access_token',
        status,
        method: 'POST',
        path,
        acted: 'unknown',
      });
    this.#secrets.learn(source, read.access_token, site);
    const next = read.refresh_token;
    if (next != null && next !== '' && next !== spent) this.#keep(source, site, login.file, { held, next });
    const life = read.expires_in == null ? UNTOLD_LIFE : read.expires_in * 1_000;
    return { token: new Secret(read.access_token), renewAt: asked + life - Math.min(life * EARLIER, MOST_EARLIER) };
  }

  #tokenIn(file: string, site: string, path: string): string {
    let text: string;
    try {
      text = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
    } catch (error) {
      throw this.#noToken(site, path, `the file with the API token, ${file}, cannot be read (${codeOf(error)})`);
    }
    if (text === '' || /[\r\n]/.test(text))
      throw this.#noToken(site, path, `the file with the API token, ${file}, must hold one line`);
    this.#secrets.learn(`API tokens in ${file} for ${site}`, text, site);
    return text;
  }

  #noToken(site: string, path: string, detail: string): VcdaError {
    return new VcdaError({ site, code: OWN_CODES.loginRefused, detail, method: 'POST', path, acted: 'no' });
  }

  #keep(source: Source, site: string, file: string, { held, next }: { held: string; next: string }): void {
    this.#secrets.learn(`API tokens in ${file} for ${site}`, next, site);
    try {
      replace(file, `${next}\n`);
      source.unstored = null;
    } catch (error) {
      source.unstored = { spent: held, next, why: codeOf(error) };
    }
  }
}

/** Its own word alone: what a proxy says in its stead passes. */
const isRefusal = (error: VcdaError): boolean =>
  !isOfFrontEnd(error) && error.status !== null && [400, 401, 403, 404].includes(error.status);

/** By what it says, since OAuth has one code for all of it. */
function meaningOf({ status, detail }: VcdaError, org: string): string {
  if (/expir/i.test(detail)) return '; it has expired';
  if (/revok|delet|used before/i.test(detail)) return '; it was revoked, or another has come in its place';
  if (status === 404 || /\borg|tenant/i.test(detail)) return `; it is not one of the organization ${org}`;
  return '; it has expired, was revoked, or is one of another organization';
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'no reason was given';

/** The file, or what a link leads to: another in its place at once, for its owner alone. */
function replace(named: string, text: string): void {
  const file = realpathSync(named);
  const beside = join(dirname(file), `.drover-${process.pid}-${performance.now()}`);
  try {
    const made = openSync(beside, 'wx', 0o600);
    try {
      writeFileSync(made, text);
      fsyncSync(made);
    } finally {
      closeSync(made);
    }
    renameSync(beside, file);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}
