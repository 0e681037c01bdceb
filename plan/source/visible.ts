/**
 * Characters that no reader sees and that a terminal obeys: C0, C1 and DEL, the two line ends of Unicode, and what turns the
 * direction of writing, by which a name reads as another.
 */
const CONTROLS = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;
const TURNS = /\p{Bidi_Control}/u;
const LINE_END = /[\n\v\f\r\u0085\u2028\u2029]/;

const hexOf = (character: string): string => character.charCodeAt(0).toString(16).padStart(4, '0');

/** A text with such characters escaped as in JSON, so that it is one line and does nothing to a terminal. */
export const visible = (text: string): string => text.replace(CONTROLS, (one) => `\\u${hexOf(one)}`);

/** What a text has that cannot be seen, in words, a line break before all else; undefined: nothing. */
export function controlIn(text: string): string | undefined {
  if (LINE_END.test(text)) return 'a line break';
  const [control] = text.match(CONTROLS) ?? [];
  const what = control !== undefined && TURNS.test(control) ? 'which turns the direction of writing' : '';
  return control && `the control character U+${hexOf(control).toUpperCase()}${what && `, ${what}`}`;
}
