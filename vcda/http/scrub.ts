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
/** In characters. Of a longer one an expression finds the beginning alone: one for hundreds takes a second to make, and one for thousands overflows. */
const LONG = 20;
const BEGINNING_OF_LONG = 16;
/** Of the ways to read what follows: characters that are signs of encodings themselves have many. */
const WAYS = 16;
/** Of base64: less is part of too much. */
const TELLING = 6;
/** A site's token of more characters is none [KB 315136: 28]; a JWT has some thousands. */
export const LONGEST_SECRET = 8_192;
/** Nor is one with more of these: each may be written in several ways, and to try them all, one for each of many, takes for ever. */
const MOST_BACKSLASHES = 4;
/** Tokens of a session that are remembered: an answer may still be about one that has been renewed. */
const KEPT_TOKENS = 3;
/** Configs whose secrets are remembered: the one that holds, and those before it. */
const KEPT_CONFIGS = 8;

/** Of names and ids: a shorter secret may be a part of any of them, and they must stay what they are. */
const TELLING_NAME = 8;
/**
 * A site may call a token what it likes: SUCCEEDED, say, or like a VM of another site, whose answers would lose that word. So
 * of what others say, only what looks like a token is taken for one: in texts, and in names and ids.
 */
const OTHERS = { inTexts: 8, inNames: 20 };
/** What is no token in answers of other sites than the one that gave it: an id, or a word of VCDA's. */
const ID_OR_WORD = /^(?:[\w:-]{0,40}[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|[A-Za-z_]+)$/i;
const WORDS = /^[A-Za-z\s]+$/;
/** Texts of answers that are known to hold no secret, and their length: the same come again with each poll. */
const CLEAN = { most: 20_000, length: 200 };

/** What is said of whose answers it is. */
interface Said {
  /** null: no site's, but of a program or a server that Drover has asked */
  by: string | null;
  sent?: SentParts;
}

interface Given {
  /** site that has given them, or for which they were got */
  site: string;
  tokens: string[];
}

interface Names {
  readonly clean: Set<string>;
  readonly patterns: Patterns;
  /** but for those that others have given */
  readonly own: Patterns;
}

/** Whether what a stranger calls its token may be one. */
export const isToken = (text: string): boolean =>
  text.length <= LONGEST_SECRET && text.split('\\').length - 1 <= MOST_BACKSLASHES;

/** The secrets of a config and the tokens that its sites have given. */
export class KnownSecrets {
  #public: ReadonlySet<string> = new Set();
  /** by site */
  readonly #names = new Map<string, Names>();
  readonly #patterns = new Map<string, Pattern>();
  /** by who has got them */
  readonly #tokens = new Map<unknown, Given>();
  #configs: Set<string>[] = [];

  /** @param publicWords what a site may say as a whole though it may look like a secret: names of sites, users and organizations */
  constructor(secrets: Iterable<Secret> = [], publicWords: Iterable<string> = []) {
    this.know(secrets, publicWords);
  }

  /** All of a config that was read anew; those of the ones before may still come back. */
  know(secrets: Iterable<Secret>, publicWords: Iterable<string> = []): void {
    this.#public = new Set([...this.#public, ...publicWords]);
    const now = new Set([...secrets].map((secret) => secret.reveal()));
    now.delete('');
    this.#configs = [...this.#configs, now].slice(-KEPT_CONFIGS);
    this.#changed();
  }

  /**
   * A token that a site has given.
   * @param of each session, which may be one of many with the same site, has its own
   * @param site what others say is not read by what it calls a token, unless that looks like one
   */
  learn(of: object | string, token: string, site: string): void {
    const tokens = this.#tokens.get(of)?.tokens ?? [];
    if (token === '' || tokens.includes(token) || this.#isOfConfig(token)) return;
    this.#tokens.set(of, { site, tokens: [...tokens, token].slice(-KEPT_TOKENS) });
    this.#changed();
  }

  #isOfConfig(secret: string): boolean {
    return this.#configs.some((config) => config.has(secret));
  }

  #changed(): void {
    this.#names.clear();
    const kept = new Set(
      [...this.#configs, ...[...this.#tokens.values()].map(({ tokens }) => tokens)].flatMap((some) => [...some]),
    );
    for (const secret of this.#patterns.keys()) if (!kept.has(secret)) this.#patterns.delete(secret);
  }

  /** Takes them out of what a site says in any other place: names, ids, states, whatever it likes. */
  ofNames(site: string): Scrub {
    return (text) => {
      if (text.length < TELLING_NAME || this.#public.has(text)) return text;
      const names = this.#names.get(site) ?? this.#namesOf(site);
      if (names.clean.has(text)) return text;
      const patterns = ID_OR_WORD.test(text) ? names.own : names.patterns;
      const without = patterns.mayBeIn(text) ? patterns.without(text) : text;
      if (without === text && text.length <= CLEAN.length) {
        if (names.clean.size === CLEAN.most) names.clean.clear();
        names.clean.add(text);
      }
      return without;
    };
  }

  #namesOf(site: string): Names {
    const those = (others: number) => new Patterns(() => this.#inOrder(this.#known(site, others), TELLING_NAME));
    const names = { clean: new Set<string>(), patterns: those(OTHERS.inNames), own: those(Number.POSITIVE_INFINITY) };
    this.#names.set(site, names);
    return names;
  }

  /** A function that replaces each of them, and every secret of a call, by `[secret]`; hardly any call has a use for it. */
  scrubber({ by, sent = {} }: Said): Scrub {
    const called = [...secretsIn(sent.headers), ...secretsIn(sent.body)];
    const those = (others: number) => new Patterns(() => this.#inOrder([...called, ...this.#known(by, others)]));
    const [all, own] = [those(OTHERS.inTexts), those(Number.POSITIVE_INFINITY)];
    return (text) => (ID_OR_WORD.test(text) ? own : all).without(text);
  }

  /** @param others of those that other sites have given, characters that one has at least */
  #known(site: string | null, others: number): string[] {
    const given = [...this.#tokens.values()].flatMap((one) =>
      one.site === site ? one.tokens : one.tokens.filter((token) => token.length >= others && !WORDS.test(token)),
    );
    return [...this.#configs.flatMap((config) => [...config]), ...given];
  }

  #inOrder(secrets: string[], least = 1): Pattern[] {
    // The longest first: one may be part of another.
    return [...new Set(secrets)]
      .filter((secret) => secret.length >= least)
      .sort((a, b) => b.length - a.length)
      .map((secret) => this.#patternOf(secret));
  }

  /** Kept, but for those of one call. */
  #patternOf(secret: string): Pattern {
    const known = this.#patterns.get(secret);
    if (known !== undefined) return known;
    const pattern = patternOf(secret);
    this.#patterns.set(secret, pattern);
    return pattern;
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
    return without(text, this.#made);
  }

  /** Whether that is worth it: one look in place of several for each of them, for who has many texts with none. */
  mayBeIn(text: string): boolean {
    this.#made ??= this.#make();
    this.#signs ??= signsOf(this.#made);
    return this.#signs.test(text);
  }
}

/** As {@link KnownSecrets.scrubber}, for the secrets of a call alone. */
export const scrubber = (sent: SentParts): Scrub => new KnownSecrets().scrubber({ by: null, sent });

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
  anyhow: RegExp | null;
  /** in base64 and hexadecimal */
  whole: string[];
  /** of a long one, in each writing: the expression is of its beginning alone, and this is what follows */
  long: Long[];
}

/** In one of these every character of an encoded text is written that is not written as it is. */
const ENCODED = /[%&\\+=]/;

/** Of what begins like none of them {@link without} takes nothing; in characters, since tokens are too long for one expression. */
const BEGINNING = 16;

function signsOf(patterns: Pattern[]): RegExp {
  const beginnings = new Set(patterns.flatMap(({ plain }) => plain.map((form) => form.slice(0, BEGINNING))));
  return new RegExp([ENCODED.source, ...[...beginnings].map(escapeStringRegexp)].join('|'));
}

const TAKEN = '[secret]';

/** @param patterns those of the longest secrets first: one may be part of another */
function without(text: string, patterns: Pattern[]): string {
  const isEncoded = ENCODED.test(text);
  const likely = patterns.filter(({ plain }) => isEncoded || plain.some((form) => text.includes(form)));
  const left = withoutLong(
    text,
    likely.flatMap(({ long }) => long),
  );
  return likely.reduce(
    (before, { anyhow, whole }) =>
      whole.reduce(
        (some, form) => some.replaceAll(form, TAKEN),
        anyhow === null ? before : before.replace(anyhow, TAKEN),
      ),
    left,
  );
}

interface Long {
  beginning: RegExp;
  /** forms of each character that follows, by what they begin with */
  rest: Map<string, string[]>[];
}

/** As far as a text goes on like one of them: a part of a secret is taken out as well. Many tokens begin alike. */
function withoutLong(text: string, all: Long[]): string {
  const next = new Map(all.map((one) => [one, beginsAt(text, one, 0)]));
  let left = '';
  let from = 0;
  for (;;) {
    for (const [one, at] of next) if (at < from) next.set(one, beginsAt(text, one, from));
    const first = Math.min(...next.values());
    if (first >= text.length) return left + text.slice(from);
    const here = [...next].flatMap(([one, at]) => (at === first ? [endOf(text, one, at)] : []));
    left += text.slice(from, first) + TAKEN;
    from = Math.max(...here);
  }
}

function beginsAt(text: string, { beginning }: Long, from: number): number {
  beginning.lastIndex = from;
  return beginning.exec(text)?.index ?? text.length;
}

function endOf(text: string, { beginning, rest }: Long, from: number): number {
  beginning.lastIndex = from;
  let ends = [from + (beginning.exec(text)?.[0].length ?? 0)];
  for (const forms of rest) {
    // One form may begin another.
    const next: number[] = [];
    for (const at of ends)
      for (const form of forms.get(text.charAt(at)) ?? []) if (text.startsWith(form, at)) next.push(at + form.length);
    if (next.length === 0) break;
    ends = next.length === 1 ? next : [...new Set(next)].slice(-WAYS);
  }
  return Math.max(...ends);
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
  const characters = writings.map((text) => Array.from(text));
  const each = isLong ? '' : characters.map(spelt).join('|');
  // The letter of an escape such as \n stands apart as well.
  const bounded = secret.length < SHORT ? `(?<!(?<!\\\\)[\\p{L}\\p{N}])(?:${each})(?![\\p{L}\\p{N}])` : each;
  return {
    plain: [...writings, ...whole],
    anyhow: isLong ? null : new RegExp(bounded, 'gu'),
    whole,
    long: !isLong
      ? []
      : characters.map((all) => ({
          beginning: new RegExp(spelt(all.slice(0, BEGINNING_OF_LONG)), 'gu'),
          rest: all.slice(BEGINNING_OF_LONG).map(formsBegun),
        })),
  };
}

const spelt = (characters: string[]): string =>
  characters.map((character) => `(?:${formsOf(character).map(escapeStringRegexp).join('|')})`).join('');

const forms = new Map<string, string[]>();

/** The longest first: one may begin another. */
function formsOf(character: string): string[] {
  const known = forms.get(character);
  if (known !== undefined) return known;
  const all = [...new Set(spellings(character))].sort((a, b) => b.length - a.length);
  forms.set(character, all);
  return all;
}

const begun = new Map<string, Map<string, string[]>>();

/** By what they begin with: of most characters that is one, and a text may have many to look at. */
function formsBegun(character: string): Map<string, string[]> {
  const known = begun.get(character);
  if (known !== undefined) return known;
  const all = new Map<string, string[]>();
  for (const form of formsOf(character)) all.set(form.charAt(0), [...(all.get(form.charAt(0)) ?? []), form]);
  begun.set(character, all);
  return all;
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

function spellings(character: string): string[] {
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
    ...inUrl.map(encoded),
    ...inJson.map(inJsonText),
    ...bytes.flatMap(asBytes),
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
