import { stripVTControlCharacters } from 'node:util';

/** What moves a cursor, changes colours, ends a line or reverses the order of the text around it. Lone surrogates are no text. */
const UNPRINTABLE = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Text for one line of a terminal. Escape sequences are removed; line breaks show as `↵`, other control characters as `·`. */
export function printable(text: string): string {
  // Most text is plain, and tables may be long.
  if (/^[\x20-\x7E]*$/.test(text)) return text;
  return stripVTControlCharacters(text)
    .replace(/\r?\n|[\u2028\u2029]/g, '↵')
    .replace(/\t/g, ' ')
    .replace(UNPRINTABLE, '·');
}

/** Text of several lines for a terminal: each line as {@link printable}. */
export function printableLines(text: string): string {
  return text.split(/\r?\n/).map(printable).join('\n');
}

/** What `JSON.stringify` leaves in a text and a terminal acts on. */
const LEFT_BY_JSON = /[\u007F-\u009F\p{Bidi_Control}\u2028\u2029]/gu;

/** JSON without a character that a terminal acts on: they are escaped, so that the value stays the same. */
export function toJsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replace(
    LEFT_BY_JSON,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
