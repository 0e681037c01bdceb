/** What an answer of a site says: its JSON, or the error it stands for. */
import { type Acted, OWN_CODES, statusCode, type VcdaError } from '../errors/errors.js';
import { errorIn } from '../schemas/common.js';
import { type Scrub, startScrubbed } from './scrub.js';

/** Makes the error of the call that was answered. */
export type Failed = (
  code: string,
  detail: string,
  acted: Acted,
  more?: { status?: number; retryAfter?: number | null; challenged?: boolean },
) => VcdaError;

/** In characters, to tell what a body is. */
const LOOKED_AT = 65_536;
const SHOWN = 200;

/** The JSON of a good answer; undefined for an empty one. @throws VcdaError `UnexpectedResponse` */
export function parsed(body: string, failed: Failed, status: number, excerpt: Excerpt): unknown {
  if (body.trim() === '') return undefined;
  try {
    return JSON.parse(body);
  } catch {
    throw failed(OWN_CODES.unexpected, `the body is not JSON: ${excerpt(body)}`, 'unknown', { status });
  }
}

/** What a server says of its refusal; null: nothing that can be read. */
export type ErrorIn = (body: unknown) => { code: string; msg?: string | null | undefined } | null;

/** The error for an answer that is none of 2xx. */
export function refusal(
  status: number,
  headers: Headers,
  body: string,
  failed: Failed,
  excerpt: Excerpt,
  read: ErrorIn = errorIn,
): VcdaError {
  const known = read(safeJson(body));
  const challenged = status === 401 && /authentication token required/i.test(headers.get('www-authenticate') ?? '');
  const more = { status, retryAfter: retryAfter(headers), challenged };
  if (known !== null) {
    const acted: Acted = status >= 500 || status === 408 ? 'unknown' : 'no';
    return failed(known.code, known.msg ?? '', acted, more);
  }
  // What a proxy answers in the site's stead says nothing of what the site did; but for a challenge, and a rate that is kept.
  const acted: Acted = challenged || status === 429 ? 'no' : 'unknown';
  const target = headers.get('location');
  const detail = target === null ? excerpt(body) : `points to ${target}; Drover does not follow`;
  return failed(challenged ? 'NotAuthenticated' : statusCode(status), detail, acted, more);
}

function safeJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** The beginning of a body, for a person. */
export type Excerpt = (body: string) => string;

/** Scrubbed as it came: cut or without its markup, a secret would not be known any more. */
export const excerptBy =
  (scrub: Scrub): Excerpt =>
  (body) =>
    startScrubbed(body, scrub)
      // What takes markup out must not crawl through megabytes of it.
      .slice(0, 2_000)
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim()
      .slice(0, SHOWN) || (body.trim() === '' ? '(no body)' : `(${kindOf(body)} without a word)`);

/** Of an answer to a login: it may repeat what was sent in a form that nobody knows. */
export const notShown: Excerpt = (body) => (body.trim() === '' ? '(no body)' : `(${kindOf(body)} that is not shown)`);

function kindOf(body: string): string {
  const text = body.slice(0, LOOKED_AT).trimStart();
  if (text.startsWith('<')) return text.startsWith('<?xml') && !/<html\b/i.test(text) ? 'XML' : 'an HTML page';
  return safeJson(body) === undefined ? 'a text' : 'JSON';
}

/** Seconds or an HTTP date [RFC 9110 §10.2.3], in ms from now. */
function retryAfter(headers: Headers): number | null {
  const value = headers.get('retry-after')?.trim();
  if (value === undefined || value === '') return null;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}
