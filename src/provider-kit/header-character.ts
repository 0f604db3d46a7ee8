/**
 * The first character of a key or token that no HTTP header may have, as `U+000A`: a line break that was copied along, for
 * example. Node.js refuses it where it would be sent.
 */
export function unsendableCharacter(text: string): string | undefined {
  const code = /[^\x21-\x7E]/u.exec(text)?.[0].codePointAt(0);
  return code === undefined ? undefined : `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}
