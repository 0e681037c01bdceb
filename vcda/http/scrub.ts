/**
 * Takes what is secret out of what a site or a proxy says: some echo the request, and with it a password or a token, and a
 * hostile one repeats what it was sent before. Works on the values themselves, in every spelling, so it needs no list of
 * places in which they could come back.
 */
import escapeStringRegexp from 'escape-string-regexp';
import { isSecretName, type Secret } from '../../plan/secret.js';

export interface SentParts {
  headers?: Record<string, string | undefined> | undefined;
  body?: unknown;
}

export type Scrub = (text: string) => string;

/** Shorter ones are taken out only where they stand alone: they may be a part of any word. */
const SHORT = 5;
/** Of base64: less is part of too much. */
const TELLING = 6;
/** Tokens of a site that are remembered: an answer may still be about one that has been renewed. */
const KEPT_TOKENS = 3;

/** The secrets of a config and the tokens that its sites have given. */
export class KnownSecrets {
  readonly #patterns = new Map<string, Pattern>();
  readonly #tokens = new Map<string, string[]>();

  constructor(secrets: Iterable<Secret> = []) {
    for (const secret of secrets) this.#add(secret.reveal());
  }

  /** A token that a site has given. */
  learn(site: string, token: string): void {
    if (this.#patterns.has(token)) return;
    this.#add(token);
    const tokens = [...(this.#tokens.get(site) ?? []), token];
    for (const old of tokens.splice(0, tokens.length - KEPT_TOKENS)) this.#patterns.delete(old);
    this.#tokens.set(site, tokens);
  }

  #add(secret: string): void {
    if (secret !== '') this.#patterns.set(secret, patternOf(secret));
  }

  /** A function that replaces each of them, and every secret of a call, by `[secret]`; hardly any call has a use for it. */
  scrubber(sent: SentParts = {}): Scrub {
    const patterns = new Patterns(() => this.#inOrder(sent));
    return (text) => patterns.without(text);
  }

  #inOrder(sent: SentParts): Pattern[] {
    const patterns = new Map(this.#patterns);
    for (const secret of [...secretsIn(sent.headers), ...secretsIn(sent.body)])
      if (secret !== '' && !patterns.has(secret)) patterns.set(secret, patternOf(secret));
    // The longest first: one may be part of another.
    return [...patterns].sort(([a], [b]) => b.length - a.length).map(([, pattern]) => pattern);
  }
}

/** Made when something has to be taken out, and then once. */
class Patterns {
  readonly #make: () => Pattern[];
  #made: Pattern[] | null = null;

  constructor(make: () => Pattern[]) {
    this.#make = make;
  }

  without(text: string): string {
    this.#made ??= this.#make();
    return this.#made.reduce(without, text);
  }
}

/** As {@link KnownSecrets.scrubber}, for the secrets of a call alone. */
export const scrubber = (sent: SentParts): Scrub => new KnownSecrets().scrubber(sent);

function secretsIn(part: unknown): string[] {
  if (typeof part !== 'object' || part === null) return [];
  return Object.entries(part).flatMap(([name, value]) => {
    if (typeof value === 'string') return isSecretName(name) ? [value] : [];
    return secretsIn(value);
  });
}

/** What tells of failures in an answer that is none: words of a site, which reports keep. */
const TELLS = /error|warning|message|^msg$|^args$/i;

/** Nothing that Drover reads lies deeper in an answer. */
const DEEPEST = 50;

/** The same answer, with what it tells of failures freed of secrets: in place, since lists of thousands come by here. */
export function scrubbed(answer: unknown, scrub: Scrub): unknown {
  const holder = { answer };
  scrubMembers(holder, scrub, false, 0);
  return holder.answer;
}

function scrubMembers(holder: object, scrub: Scrub, tells: boolean, depth: number): void {
  const members = holder as Record<string, unknown>;
  for (const [name, value] of Object.entries(members)) {
    const isTold = tells || TELLS.test(name);
    if (typeof value === 'string') {
      if (isTold) members[name] = scrub(value);
    } else if (typeof value === 'object' && value !== null) {
      if (depth === DEEPEST) members[name] = null;
      else scrubMembers(value, scrub, isTold, depth + 1);
    }
  }
}

interface Pattern {
  /** what a text holds that has it and no sign of an encoding */
  plain: string[];
  anyhow: RegExp;
}

/** In one of these every character of an encoded text is written that is not written as it is. */
const ENCODED = /[%&\\+]/;

function without(text: string, { plain, anyhow }: Pattern): string {
  if (!ENCODED.test(text) && !plain.some((form) => text.includes(form))) return text;
  return text.replace(anyhow, '[secret]');
}

/** Each character may be written as it is, as JSON, HTML, a URL or a form writes it; all together may be in base64. */
function patternOf(secret: string): Pattern {
  const inBase64 = base64Of(secret);
  const forUrls = inBase64.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'));
  const each = Array.from(secret, (character) => anyOf(spellings(character))).join('');
  // The letter of an escape such as \n stands apart as well.
  const bounded = secret.length < SHORT ? `(?<!(?<!\\\\)[\\p{L}\\p{N}])${each}(?![\\p{L}\\p{N}])` : each;
  return {
    plain: [secret, ...inBase64, ...forUrls],
    anyhow: new RegExp([bounded, ...[...inBase64, ...forUrls].map(escapeStringRegexp)].join('|'), 'gu'),
  };
}

const NAMED: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

function spellings(character: string): string[] {
  const code = character.codePointAt(0) ?? 0;
  const units = Array.from({ length: character.length }, (_, at) =>
    character.charCodeAt(at).toString(16).padStart(4, '0'),
  );
  const escaped = units.map((unit) => `\\u${unit}`).join('');
  const asUrl = encoded(character);
  const bytes = [...Buffer.from(character)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
  const named = NAMED[character];
  return [
    character,
    JSON.stringify(character).slice(1, -1),
    escaped,
    escaped.replaceAll(/[0-9a-f]{4}/g, (unit) => unit.toUpperCase()),
    asUrl,
    bytes,
    bytes.toUpperCase(),
    `&#${code};`,
    `&#x${code.toString(16)};`,
    `&#x${code.toString(16).toUpperCase()};`,
    ...(character === ' ' ? ['+'] : []),
    ...(character === '/' ? ['\\/'] : []),
    ...(named === undefined ? [] : [named]),
  ];
}

/** The longest first: one may begin another. */
function anyOf(texts: string[]): string {
  const distinct = [...new Set(texts)].sort((a, b) => b.length - a.length);
  return `(?:${distinct.map(escapeStringRegexp).join('|')})`;
}

/** In base64 a value looks in one of three ways, by where in its text it begins; what its neighbours share is left out. */
function base64Of(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const whole = (bytes.length + before) % 3 === 0 ? text : text.slice(0, -1);
    const own = whole.slice(before === 0 ? 0 : before + 1);
    return own.length < TELLING ? [] : [own];
  });
}

/** encodeURIComponent throws on half a surrogate pair. */
export const encoded = (text: string): string => encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'));
