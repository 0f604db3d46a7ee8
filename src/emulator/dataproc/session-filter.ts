import type { ServiceError } from '../service.ts';
import type { DataprocState } from './dataproc-inputs.ts';
import type { DataprocSession } from './dataproc-session.ts';
import { refusal } from './google-errors.ts';

export interface FilteredSession {
  readonly session: DataprocSession;
  readonly state: DataprocState;
}

type Test = (row: FilteredSession) => boolean;

const TOKEN = /\s*(?:("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(<=|>=|!=|=|<|>|:|\(|\))|([^\s()=<>!:"']+))/y;
/** The comparisons besides `:`, by what they need of the order of the actual and the given value. */
const ORDERS: Readonly<Record<string, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '!=': (order) => order !== 0,
  '<': (order) => order < 0,
  '>': (order) => order > 0,
  '<=': (order) => order <= 0,
  '>=': (order) => order >= 0,
};

/**
 * The part of Google's filter language that the service documents for sessions: comparisons of `session_id`, `session_uuid`,
 * `state`, `create_time` and `labels.KEY`, joined by AND and OR, with parentheses.
 *
 * @see https://cloud.google.com/dataproc-serverless/docs/reference/rest/v1/projects.locations.sessions/list (read 2026-11-20)
 * @throws ServiceError `INVALID_ARGUMENT` for what it does not understand.
 */
export function parseFilter(text: string): Test {
  const words = toWords(text);
  let at = 0;
  const next = (): string | undefined => words[at];
  const take = (): string => words[at++] ?? '';

  const joined = (word: 'OR' | 'AND', part: () => Test): readonly Test[] => {
    const tests = [part()];
    while (next()?.toUpperCase() === word) {
      take();
      tests.push(part());
    }
    return tests;
  };
  const anyOf = (): Test => {
    const tests = joined('OR', allOf);
    return (row) => tests.some((test) => test(row));
  };
  const allOf = (): Test => {
    const tests = joined('AND', one);
    return (row) => tests.every((test) => test(row));
  };
  const one = (): Test => {
    if (next() === '(') {
      take();
      const inner = anyOf();
      if (take() !== ')') throw bad(text);
      return inner;
    }
    const [field, comparison, value] = [take(), take(), take()];
    if ((comparison !== ':' && !Object.hasOwn(ORDERS, comparison)) || value === '') throw bad(text);
    return comparing(readerOf(field, text), comparison, { value: unquoted(value), isTime: field === 'create_time' });
  };

  if (words.length === 0) return () => true;
  const test = anyOf();
  if (at < words.length) throw bad(text);
  return test;
}

function toWords(text: string): string[] {
  const words: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const match = TOKEN.exec(text);
    if (match === null) throw bad(text);
    words.push(match[0].trim());
  }
  return words;
}

/** The fields besides `labels.KEY`. */
const FIELDS: Readonly<Record<string, (row: FilteredSession) => string>> = {
  session_id: ({ session }) => session.id,
  session_uuid: ({ session }) => session.uuid,
  state: ({ state }) => state,
  create_time: ({ session }) => new Date(session.startedAtMs).toISOString(),
};

function readerOf(field: string, text: string): (row: FilteredSession) => string | undefined {
  if (field.startsWith('labels.')) return ({ session }) => session.request.session.labels?.[field.slice(7)];
  const read = Object.hasOwn(FIELDS, field) ? FIELDS[field] : undefined;
  if (read === undefined) throw bad(text);
  return read;
}

function comparing(
  read: (row: FilteredSession) => string | undefined,
  comparison: string,
  { value, isTime }: { readonly value: string; readonly isTime: boolean },
): Test {
  return (row) => {
    const actual = read(row);
    if (actual === undefined) return comparison === '!=';
    if (comparison === ':') return value === '*' || actual.includes(value);
    const order = isTime ? Date.parse(actual) - Date.parse(value) : actual < value ? -1 : Number(actual > value);
    return ORDERS[comparison]?.(order) === true;
  };
}

function unquoted(word: string): string {
  return /^["']/.test(word) ? word.slice(1, -1).replace(/\\(.)/g, '$1') : word;
}

function bad(text: string): ServiceError {
  return refusal('INVALID_ARGUMENT', `Invalid list filter: ${text}`);
}
