import { CONCEALED, concealAddresses, cutText, looksSecret } from '../contract/secret-text.ts';
import type { Logger } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import { describeValue } from '../provider-kit/describe-value.ts';

/** The variable that turns logging on. */
export const LOG_VARIABLE = 'ANYSESSION_LOG';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const satisfies readonly (keyof Logger)[];
type Level = (typeof LEVELS)[number];

/** Fields deeper than this are cut: observations and errors of SDKs have whole clients in them. */
const DEEPEST = 4;

/** Fields whose value may look like a secret, because it is an id that no one can guess. */
const IDS: readonly string[] = ['id', 'requestId', 'scope', 'session', 'statement'];

/**
 * The logger that `ANYSESSION_LOG` asks for: a level (`debug`, `info`, `warn`, `error`) for lines, `json` for one JSON object per line, or
 * both, such as `debug,json`. It writes to stderr, never to stdout, and conceals secrets.
 * @returns `undefined` where the variable is unset or empty
 * @throws SessionError `config-invalid` for any other value.
 */
export function environmentLogger(
  env: Readonly<Record<string, string | undefined>>,
  write: (line: string) => void = writeToStderr,
): Logger | undefined {
  const value = env[LOG_VARIABLE]?.trim() ?? '';
  if (value === '') return undefined;
  const words = value
    .toLowerCase()
    .split(',')
    .map((word) => word.trim());
  const levels = words.filter((word): word is Level => (LEVELS as readonly string[]).includes(word));
  const [level = 'info', secondLevel] = levels;
  const isJson = words.includes('json');
  const isKnown = words.every((word) => word === 'json' || levels.includes(word as Level));
  if (!isKnown || secondLevel !== undefined) {
    throw new SessionError('config-invalid', `${LOG_VARIABLE} is ${describeValue(value)}`, {
      operation: 'open',
      advice: `Set ${LOG_VARIABLE} to one of ${LEVELS.join(', ')}, to json, or to both, such as debug,json.`,
    });
  }
  const toLine = isJson ? jsonLine : humanLine;
  const log = (each: Level) =>
    LEVELS.indexOf(each) < LEVELS.indexOf(level)
      ? (): void => {}
      : (fields: object, message: string): void => {
          write(`${toLine(each, concealedFields(fields), concealAddresses(message))}\n`);
        };
  return { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
}

function jsonLine(level: Level, fields: Readonly<Record<string, unknown>>, msg: string): string {
  return JSON.stringify({ level, time: new Date().toISOString(), ...fields, msg });
}

function humanLine(level: Level, fields: Readonly<Record<string, unknown>>, message: string): string {
  const shown = Object.entries(fields).map(([name, value]) => `${name}=${textOf(value)}`);
  const head = `${new Date().toISOString()} ${level.toUpperCase().padEnd(5)} anysession: ${printable(message)}`;
  return [head, ...shown].join(' ');
}

/** A plain word as it is, and anything else as JSON: a line break in a value starts no new line. */
function textOf(value: unknown): string {
  return typeof value === 'string' && /^[\w.:/@+-]+$/.test(value)
    ? value
    : printable(value === undefined ? 'nothing' : JSON.stringify(value));
}

/** Escapes what moves the cursor or colours a terminal. */
function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** The fields of a log line as plain data without secrets. */
export function concealedFields(fields: object): Readonly<Record<string, unknown>> {
  return concealed(fields) as Record<string, unknown>;
}

/** Plain data without secrets, for JSON. */
function concealed(value: unknown, name = '', depth = 0): unknown {
  if (typeof value === 'string') {
    const text = concealAddresses(cutText(value));
    return !IDS.includes(name) && looksSecret(name, text) ? CONCEALED : text;
  }
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Error) {
    if (SessionError.is(value)) return concealed(value.toJSON(), name, depth);
    return { name: value.name, message: concealAddresses(cutText(value.message)) };
  }
  if (typeof value !== 'object' || value === null) return typeof value === 'function' ? undefined : value;
  if (depth === DEEPEST) return CONCEALED;
  if (Array.isArray(value)) return value.map((item) => concealed(item, name, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, concealed(member, key, depth + 1)]));
}

/** A closed or full stderr must not end the program whose log it is. */
function writeToStderr(line: string): void {
  if (process.stderr.listenerCount('error') === 0) process.stderr.on('error', () => {});
  process.stderr.write(line);
}
