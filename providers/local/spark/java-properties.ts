/**
 * Texts by name as a properties file of Java: what its reader takes for a sign of its own is written with a backslash before it.
 * @see https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/util/Properties.html#load(java.io.Reader) (read 2026-11-21)
 */
export function formatProperties(properties: Readonly<Record<string, string>>): string {
  return Object.entries(properties)
    .map(([key, value]) => `${escaped(key, /[\\\s:=#!]/g)}=${escaped(value, /[\\\n\r\t\f]|^ /g)}\n`)
    .join('');
}

const LETTERS: Readonly<Record<string, string>> = { '\n': 'n', '\r': 'r', '\t': 't', '\f': 'f' };

function escaped(text: string, signs: RegExp): string {
  return text.replace(signs, (sign) => `\\${LETTERS[sign] ?? sign}`);
}
