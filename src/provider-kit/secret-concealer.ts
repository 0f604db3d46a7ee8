import { CONCEALED, cutText } from '../contract/secret-text.ts';

/** A shorter value is no token, and may occur in a message by chance. */
const SHORTEST_SECRET = 8;

/** Replaces secrets in a string, or in every string of plain data. */
export type Concealer = <T>(value: T) => T;

/**
 * Makes a function that removes known secrets, because servers and proxies may repeat a token that they refuse. It finds a
 * secret in percent-encoding (also repeated), escaped as in JSON, HTML or a shell, in hex and base64, in either case, and
 * broken by lines, escape sequences or characters without a width. Long texts are cut.
 * @param shortest - the length from which a value counts as a secret
 */
export function secretConcealer(secrets: readonly string[], shortest = SHORTEST_SECRET): Concealer {
  let needles: readonly string[] | undefined;
  const concealText = (text: string): string => {
    needles ??= secrets.filter(({ length }) => length >= shortest).flatMap(formsOf);
    return concealIn(cutText(text), needles);
  };
  const conceal = (value: unknown): unknown => {
    if (typeof value === 'string') return concealText(value);
    if (Array.isArray(value)) return value.map(conceal);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [concealText(key), conceal(member)]));
  };
  return conceal as Concealer;
}

/** The secrets of a call's metadata. A server may repeat a token without the word in front of it. */
export function secretsOf(metadata: Readonly<Record<string, string>>): readonly string[] {
  return Object.values(metadata).map((value) => value.replace(/^(?:Bearer|Basic) /i, ''));
}

/** One character of a text as it may be written: escaped, broken over lines, or plain. */
const CHARACTER =
  /%(?:25)*([0-9a-f]{2})|\\*((?:\\u[0-9a-f]{4})+)|\\+x([0-9a-f]{2})|&#x([0-9a-f]{1,6});|&#(\d{1,7});|&(amp|lt|gt|quot|apos);|\\+[nrt]?|[^]/giu;

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** A text without encodings, and where each of its characters was. */
interface Decoded {
  /** UTF-8, one character per byte. */
  readonly bytes: string;
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

function decode(text: string): Decoded {
  let bytes = '';
  const starts: number[] = [];
  const ends: number[] = [];
  for (const match of text.matchAll(CHARACTER)) {
    for (const byte of bytesOf(match)) {
      bytes += byte;
      starts.push(match.index);
      ends.push(match.index + match[0].length);
    }
  }
  return { bytes, starts, ends };
}

/**
 * What may break a text without being seen, as UTF-8: white space, control characters, the backslashes that escapes add, and
 * characters without a width.
 */
const UNSEEN =
  '[\\s\\\\\\x00-\\x1f\\x7f]|\\xc2[\\x80-\\x9f\\xad]|\\xd8\\x9c|\\xe1\\xa0\\x8e|\\xe2\\x80[\\x8b-\\x8f\\xa8-\\xae]|\\xe2\\x81[\\xa0-\\xaf]|\\xef\\xb8[\\x80-\\x8f]|\\xef\\xbb\\xbf';
/** Escape sequences such as colours, as `stripVTControlCharacters` finds them. */
const SEQUENCE = '(?:\\x1b|\\xc2\\x9b)[[\\]()#;?]*(?:\\d{1,4}(?:;\\d{0,4})*)?[\\dA-PR-TZcf-nq-uy=><~]';
/** Escape sequences with a text, such as links. The text may itself be the secret. */
const COMMAND = '(?:\\x1b\\]|\\xc2\\x9d)[^\\x07\\x1b]*(?:\\x07|\\x1b|\\xc2\\x9c)';

/** A terminal and a log differ in what they leave out. */
const READINGS = [UNSEEN, `${SEQUENCE}|${UNSEEN}`, `${COMMAND}|${SEQUENCE}|${UNSEEN}`].map(
  (unseen) => new RegExp(unseen, 'g'),
);

/** The same without what is not seen, and in one case. */
function canonical({ bytes, starts, ends }: Decoded, unseen: RegExp): Decoded {
  const isSeen = Array.from(
    bytes.replace(unseen, (run) => '\0'.repeat(run.length)),
    (byte) => byte !== '\0',
  );
  const seen = <T>(each: readonly T[]): readonly T[] => each.filter((_, index) => isSeen[index]);
  return { bytes: fold(seen(Array.from(bytes)).join('')), starts: seen(starts), ends: seen(ends) };
}

/** The UTF-8 bytes that one match encodes. */
function bytesOf([whole, percent, units, hex, htmlHex, htmlDecimal, named]: RegExpExecArray): string {
  if (percent !== undefined || hex !== undefined) return String.fromCharCode(parseInt(percent ?? hex ?? '', 16));
  if (units !== undefined) return toBytes(units.replace(/\\u(....)/gi, (_, unit: string) => fromCode(unit, 16)));
  if (htmlHex !== undefined) return toBytes(fromCode(htmlHex, 16));
  if (htmlDecimal !== undefined) return toBytes(fromCode(htmlDecimal, 10));
  if (named !== undefined) return NAMED[named.toLowerCase()] ?? '';
  return toBytes(whole.replace(/\\+[nrt]?/g, ''));
}

function fromCode(text: string, radix: number): string {
  const code = parseInt(text, radix);
  return code <= 0x10ffff ? String.fromCodePoint(code) : '';
}

function toBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

const CUT = toBytes(CONCEALED);

/** Makes one of the two cases and of the two base64 alphabets. */
function fold(text: string): string {
  return text
    .replace(/[A-Z]+/g, (upper) => upper.toLowerCase())
    .replaceAll('-', '+')
    .replaceAll('_', '/');
}

/** A secret in every form that its canonical text can have: plain, hex, and base64 at each of three positions. */
function formsOf(secret: string): readonly string[] {
  // What is encoded as a whole is often a JSON text or a URL.
  const texts = new Set([secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]);
  const encoded = [...texts].flatMap((text) => {
    const bytes = Buffer.from(text, 'utf8');
    return [bytes.toString('hex'), ...[0, 1, 2].map((before) => base64(bytes, before))];
  });
  // A few characters of an encoded text occur by chance.
  const plain = READINGS.map((unseen) => canonical(decode(secret), unseen).bytes);
  return [
    ...new Set(plain.filter((text) => text !== '')),
    ...encoded.map(fold).filter(({ length }) => length >= SHORTEST_SECRET),
  ];
}

/** The base64 of bytes behind so many others, without the characters that also hold bits of the neighbours. */
function base64(bytes: Buffer, before: number): string {
  const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
  return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
}

function concealIn(text: string, needles: readonly string[]): string {
  if (needles.length === 0 || text === '') return text;
  const decoded = decode(text);
  const found = READINGS.flatMap((unseen) => placesOf(needles, canonical(decoded, unseen)));
  let result = '';
  let from = 0;
  for (const [start, end] of found.sort(([one], [other]) => one - other)) {
    if (start >= from) result += text.slice(from, start) + CONCEALED;
    from = Math.max(from, end);
  }
  return result + text.slice(from);
}

/** Where a text has secrets, and the first part of a secret at a cut. */
function placesOf(needles: readonly string[], { bytes, starts, ends }: Decoded): (readonly [number, number])[] {
  const beforeCut = bytes.endsWith(CUT) ? bytes.slice(0, -CUT.length) : '';
  return needles.flatMap((needle) => {
    const places: (readonly [number, number])[] = [];
    for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + needle.length)) {
      places.push([starts[at] ?? 0, ends[at + needle.length - 1] ?? 0]);
    }
    for (let length = Math.min(needle.length, beforeCut.length); length >= SHORTEST_SECRET; length -= 1) {
      if (!beforeCut.endsWith(needle.slice(0, length))) continue;
      places.push([starts[beforeCut.length - length] ?? 0, ends.at(-1) ?? 0]);
      break;
    }
    return places;
  });
}
