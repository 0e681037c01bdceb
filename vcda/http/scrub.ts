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
/** Of a token rather than a password: characters. A pattern of all spellings of one would take a second to make. */
const LONG = 500;
/** Of base64: less is part of too much. */
const TELLING = 6;
/** A site's token of more characters is none [KB 315136: 28]; a JWT has some thousands. */
export const LONGEST_SECRET = 8_192;
/** Tokens of a session that are remembered: an answer may still be about one that has been renewed. */
const KEPT_TOKENS = 3;
/** Configs whose secrets are remembered: the one that holds, and those before it. */
const KEPT_CONFIGS = 8;

/** Of names and ids: a shorter secret may be a part of any of them, and they must stay what they are. */
const TELLING_NAME = 8;
/** Texts of answers that are known to hold no secret, and their length: the same come again with each poll. */
const CLEAN = { most: 20_000, length: 200 };

/** The secrets of a config and the tokens that its sites have given. */
export class KnownSecrets {
  readonly #public: ReadonlySet<string>;
  readonly #clean = new Set<string>();
  #names: Patterns | null = null;
  readonly #patterns = new Map<string, Pattern>();
  /** by who has got them */
  readonly #tokens = new Map<unknown, string[]>();
  #configs: Set<string>[] = [];

  /** @param publicWords what a site may say as a whole though it may look like a secret: names of sites */
  constructor(secrets: Iterable<Secret> = [], publicWords: Iterable<string> = []) {
    this.#public = new Set(publicWords);
    this.know(secrets);
  }

  /** All of a config that was read anew; those of the ones before may still come back. */
  know(secrets: Iterable<Secret>): void {
    const now = new Set([...secrets].map((secret) => secret.reveal()));
    for (const secret of now) if (!this.#patterns.has(secret)) this.#add(secret);
    const all = [...this.#configs, now];
    const forgotten = all.splice(0, all.length - KEPT_CONFIGS).flatMap((old) => [...old]);
    for (const secret of forgotten) if (!all.some((kept) => kept.has(secret))) this.#patterns.delete(secret);
    this.#configs = all;
  }

  /** A token that a site has given. @param of each session, which may be one of many with the same site, has its own */
  learn(of: object | string, token: string): void {
    if (this.#patterns.has(token)) return;
    this.#add(token);
    const tokens = [...(this.#tokens.get(of) ?? []), token];
    for (const old of tokens.splice(0, tokens.length - KEPT_TOKENS)) this.#patterns.delete(old);
    this.#tokens.set(of, tokens);
  }

  #add(secret: string): void {
    if (secret !== '') this.#patterns.set(secret, patternOf(secret));
    this.#names = null;
    this.#clean.clear();
  }

  /** Takes them out of what a site says in any other place: names, ids, states, whatever it likes. */
  readonly ofNames: Scrub = (text) => {
    if (text.length < TELLING_NAME || this.#clean.has(text) || this.#public.has(text)) return text;
    this.#names ??= new Patterns(() => this.#inOrder({}, TELLING_NAME));
    const without = this.#names.mayBeIn(text) ? this.#names.without(text) : text;
    if (without === text && text.length <= CLEAN.length) {
      if (this.#clean.size === CLEAN.most) this.#clean.clear();
      this.#clean.add(text);
    }
    return without;
  };

  /** A function that replaces each of them, and every secret of a call, by `[secret]`; hardly any call has a use for it. */
  scrubber(sent: SentParts = {}): Scrub {
    const patterns = new Patterns(() => this.#inOrder(sent));
    return (text) => patterns.without(text);
  }

  #inOrder(sent: SentParts, least = 1): Pattern[] {
    const patterns = new Map(this.#patterns);
    for (const secret of [...secretsIn(sent.headers), ...secretsIn(sent.body)])
      if (secret !== '' && !patterns.has(secret)) patterns.set(secret, patternOf(secret));
    // The longest first: one may be part of another.
    return [...patterns]
      .filter(([secret]) => secret.length >= least)
      .sort(([a], [b]) => b.length - a.length)
      .map(([, pattern]) => pattern);
  }
}

/** Made when something has to be taken out, and then once. */
class Patterns {
  readonly #make: () => Pattern[];
  #made: Pattern[] | null = null;
  #signs: RegExp | null = null;

  constructor(make: () => Pattern[]) {
    this.#make = make;
  }

  without(text: string): string {
    this.#made ??= this.#make();
    return this.#made.reduce(without, text);
  }

  /** Whether that is worth it: one look in place of several for each of them, for who has many texts with none. */
  mayBeIn(text: string): boolean {
    this.#made ??= this.#make();
    this.#signs ??= signsOf(this.#made);
    return this.#signs.test(text);
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

/** In characters. */
const LOOKED_AT = 65_536;
/** The longest secret in its longest spelling, six characters for each of its own: so much at a cut may be a part of one. */
export const STRADDLING = 6 * LONGEST_SECRET;

/** The beginning of a text, scrubbed: without what a secret that straddles the cut may have left there. */
export function startScrubbed(text: string, scrub: Scrub): string {
  if (text.length <= LOOKED_AT) return scrub(text);
  // What is taken out makes the text shorter, so that the cut moves to where it would be shown.
  return scrub(text.slice(0, LOOKED_AT)).slice(0, -STRADDLING);
}

/** The end of a text whose beginning is not there any more, scrubbed: what a secret that straddles the cut may have left is gone. */
export const endScrubbed = (text: string, scrub: Scrub): string => scrub(text).slice(STRADDLING);

/** What tells of failures in an answer that is none: words of a site, which reports keep. */
const TELLS = /error|warning|message|^msg$|^args$/i;

/** Nothing that Drover reads lies deeper in an answer. */
const DEEPEST = 50;
/** What an answer tells of failures, in characters: more would only keep a core busy. */
const MOST_TOLD = 4 * 2 ** 20;

/**
 * The same answer, freed of secrets: in place, since lists of thousands come by here.
 * @param scrub for what it tells of failures @param ofNames for all else; default: that stays as it is
 */
export function scrubbed(answer: unknown, scrub: Scrub, ofNames: Scrub = (text) => text): unknown {
  const holder = { answer };
  let left = MOST_TOLD;
  function told(text: string): string {
    left -= text.length;
    return left < 0 ? '(not shown: the site tells too much)' : startScrubbed(text, scrub);
  }
  scrubMembers(holder, { told, ofNames }, false, 0);
  return holder.answer;
}

function scrubMembers(holder: object, by: { told: Scrub; ofNames: Scrub }, tells: boolean, depth: number): void {
  const members = holder as Record<string, unknown>;
  for (const [name, value] of Object.entries(members)) {
    const isTold = tells || TELLS.test(name);
    if (typeof value === 'string') {
      members[name] = isTold ? by.told(value) : by.ofNames(value);
    } else if (typeof value === 'object' && value !== null) {
      if (depth === DEEPEST) members[name] = null;
      else scrubMembers(value, by, isTold, depth + 1);
    }
  }
}

interface Pattern {
  /** what a text holds that has it and no sign of an encoding */
  plain: string[];
  anyhow: RegExp;
}

/** In one of these every character of an encoded text is written that is not written as it is. */
const ENCODED = /[%&\\+=]/;

/** Of what begins like none of them {@link without} takes nothing; in characters, since tokens are too long for one expression. */
const BEGINNING = 16;

function signsOf(patterns: Pattern[]): RegExp {
  const beginnings = new Set(patterns.flatMap(({ plain }) => plain.map((form) => form.slice(0, BEGINNING))));
  return new RegExp([ENCODED.source, ...[...beginnings].map(escapeStringRegexp)].join('|'));
}

function without(text: string, { plain, anyhow }: Pattern): string {
  if (!ENCODED.test(text) && !plain.some((form) => text.includes(form))) return text;
  return text.replace(anyhow, '[secret]');
}

/**
 * Each character may be written as it is, as JSON, HTML, a URL, a form or a mail writes it, and by those of JSON and of URLs twice,
 * as where an answer quotes another; all together may be in base64 or hexadecimal. An accent may stand apart from its letter.
 */
function patternOf(secret: string): Pattern {
  const writings = [...new Set([secret, secret.normalize('NFC'), secret.normalize('NFD')])];
  const inBase64 = writings.flatMap(base64Of);
  const forUrls = inBase64.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'));
  const inHex = writings.flatMap(hexOf);
  const isLong = secret.length > LONG;
  const whole = [...inBase64, ...forUrls, ...inHex];
  const each = writings
    .map((text) => Array.from(text, (character) => anyOf(spellings(character, isLong))).join(''))
    .join('|');
  // The letter of an escape such as \n stands apart as well.
  const bounded = secret.length < SHORT ? `(?<!(?<!\\\\)[\\p{L}\\p{N}])(?:${each})(?![\\p{L}\\p{N}])` : each;
  return {
    plain: [...writings, ...whole],
    anyhow: new RegExp([bounded, ...whole.map(escapeStringRegexp)].join('|'), 'gu'),
  };
}

/** Less is part of too much. */
function hexOf(text: string): string[] {
  const hex = Buffer.from(text).toString('hex');
  return hex.length < 2 * TELLING ? [] : [hex, hex.toUpperCase()];
}

const NAMED: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** @param isLong of what is quoted once at most */
function spellings(character: string, isLong: boolean): string[] {
  const code = character.codePointAt(0) ?? 0;
  const units = Array.from({ length: character.length }, (_, at) =>
    character.charCodeAt(at).toString(16).padStart(4, '0'),
  );
  const escaped = units.map((unit) => `\\u${unit}`).join('');
  const asUrl = encoded(character);
  const hex = [...Buffer.from(character)].map((byte) => byte.toString(16).padStart(2, '0'));
  const bytes = [hex, hex.map((byte) => byte.toUpperCase())];
  const inUrl = [asUrl, ...bytes.map((some) => some.map((byte) => `%${byte}`).join(''))];
  const inJson = [inJsonText(character), escaped, escaped.replaceAll(/[0-9a-f]{4}/g, (unit) => unit.toUpperCase())];
  const named = NAMED[character];
  return [
    character,
    ...inUrl,
    ...inJson,
    ...(isLong ? [] : [...inUrl.map(encoded), ...inJson.map(inJsonText), ...bytes.flatMap(asBytes)]),
    `&#${code};`,
    `&#x${code.toString(16)};`,
    `&#x${code.toString(16).toUpperCase()};`,
    ...(character === ' ' ? ['+'] : []),
    ...(character === '/' ? ['\\/'] : []),
    ...(named === undefined ? [] : [named, `\\${named}`, named.replace('&', '&amp;')]),
  ];
}

/** As a mail and as programs write bytes. */
const asBytes = (hex: string[]): string[] => ['=', '\\x'].map((mark) => hex.map((byte) => `${mark}${byte}`).join(''));

/** A text as it stands in a string of JSON. */
const inJsonText = (text: string): string => JSON.stringify(text).slice(1, -1);

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
