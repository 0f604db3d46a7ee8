import { describe, expect, it } from 'vitest';
import { printable, printableLines, toJsonText } from '../../src/cli/printable.ts';

/** What a terminal acts on instead of showing it. */
const HOSTILE: readonly (readonly [what: string, text: string, shown: string])[] = [
  ['colours', '\u001B[31mred\u001B[0m', 'red'],
  ['a link', '\u001B]8;;http://evil.example\u0007click\u001B]8;;\u0007', 'click'],
  ['an unfinished sequence', 'a\u001B', 'a·'],
  ['a C1 sequence', 'a\u009B31mb', 'ab'],
  ['a C1 string', '\u0090payload\u009C', '·payload·'],
  ['a carriage return', 'password: \rok', 'password: ·ok'],
  ['backspaces', 'no\b\byes', 'no··yes'],
  ['delete', 'a\u007Fb', 'a·b'],
  ['an override of direction', 'a\u202Egpj.exe', 'a·gpj.exe'],
  ['isolates and marks of direction', '\u2066a\u2069\u200E\u200F\u061C', '·a····'],
  ['line separators', 'a\u2028b\u2029c', 'a↵b↵c'],
  ['half of a surrogate pair', 'a\uD83D', 'a·'],
];

describe('printable', () => {
  it.each(HOSTILE)('makes %s harmless', (_, text, shown) => {
    expect(printable(text)).toBe(shown);
    expect(printableLines(`${text}\r\n\n${text}`)).toBe(`${shown}\n\n${shown}`);
  });

  it.each(['plain', 'Zürich', '東京', 'ｶﾅ', '👩‍👧', 'می‌خواهم', 'שלום', '½ ± …'])('leaves %s alone', (text) => {
    expect(printable(text)).toBe(text);
  });

  it.each(HOSTILE)('JSON keeps %s, as escapes', (_, text) => {
    const json = toJsonText({ [text]: [text] });
    expect(JSON.parse(json)).toEqual({ [text]: [text] });
    expect(printable(json)).toBe(json);
  });
});
