/**
 * Characters that no reader sees and that a terminal obeys: C0, C1 and DEL, the two line ends of Unicode, what turns the
 * direction of writing, what takes no room at all (of zero width, tags, fillers), by which a name reads as another, and halves
 * of pairs, which are no text.
 */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\p{Cs}\ufff9-\ufffb]/gu;
const TURNS = /\p{Bidi_Control}/u;
const CONTROLS = /[\p{Cc}\p{Bidi_Control}]/u;
const LINE_END = /[\n\v\f\r\u0085\u2028\u2029]/;
/** A colour, as Drover itself writes it; whatever else begins with a control character is none. */
const COLOR_OR_UNSEEN = new RegExp(`\\p{Cc}\\[\\d{1,2}m|${UNSEEN.source}`, 'gu');
const ESCAPE = '\u001b';

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** As JSON writes it. */
function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  return SHORT[character] ?? units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}

/** A text with such characters escaped as in JSON, so that it is one line and does nothing to a terminal. */
export const visible = (text: string): string => text.replace(UNSEEN, escaped);

/** As {@link visible}, of a text whose lines are Drover's own. JSON stays the same document. */
export const visibleLines = (text: string): string =>
  text.replace(UNSEEN, (one) => (one === '\n' ? one : escaped(one)));

/** As {@link visibleLines}, of a text that has Drover's own colours as well. */
export const visibleLayout = (text: string): string =>
  text.replace(COLOR_OR_UNSEEN, (one) => (one.startsWith(ESCAPE) && one.length > 1 ? one : visibleLines(one)));

/** What a text has that cannot be seen, in words, a line break before all else; undefined: nothing. */
export function controlIn(text: string): string | undefined {
  if (LINE_END.test(text)) return 'a line break';
  const [unseen] = text.match(UNSEEN) ?? [];
  if (unseen === undefined) return undefined;
  const code = (unseen.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  if (!CONTROLS.test(unseen)) return `the invisible character U+${code}`;
  return `the control character U+${code}${TURNS.test(unseen) ? ', which turns the direction of writing' : ''}`;
}
