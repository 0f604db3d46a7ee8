/** A number that `JSON.parse` would change silently. */
export interface InexactNumber {
  /** As written. */
  readonly literal: string;
  readonly path: readonly string[];
}

/** The tokens of JSON that hold digits: texts, which are passed over, and numbers. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gs;
/** What every number that changes has: 16 digits, or a large exponent. */
const SUSPECT = /\d{16}|[eE]\+?\d{3}/;
/** No text of a request may have a NUL, so no text is mistaken for a number. */
const MARKER = '\0';

/**
 * Parses JSON and finds the first number that a JavaScript number cannot hold. Ids above 2^53 would become other ids.
 * @throws SyntaxError
 */
export function parseExactJson(text: string): { readonly value: unknown; readonly inexact?: InexactNumber } {
  const value: unknown = JSON.parse(text);
  if (!SUSPECT.test(text)) return { value };
  const changed: string[] = [];
  const marked = text.replace(TOKEN, (token) => {
    if (token.startsWith('"') || !changes(token)) return token;
    changed.push(token);
    return JSON.stringify(MARKER + token);
  });
  return changed.length === 0 ? { value } : { value, inexact: firstMarked(JSON.parse(marked)) };
}

function changes(literal: string): boolean {
  const number = Number(literal);
  return !Number.isFinite(number) || (/^-?\d+$/.test(literal) && BigInt(literal) !== BigInt(number));
}

/** Without recursion: the text may be nested to any depth. */
function firstMarked(root: unknown): InexactNumber {
  const left: { readonly value: unknown; readonly path: readonly string[] }[] = [{ value: root, path: [] }];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { value, path } = next;
    if (typeof value === 'string' && value.startsWith(MARKER)) return { literal: value.slice(1), path };
    if (typeof value !== 'object' || value === null) continue;
    const members = Object.entries(value).map(([name, member]) => ({
      value: member as unknown,
      path: [...path, name],
    }));
    left.push(...members.reverse());
  }
  return { literal: '', path: [] };
}
