import type { DataprocSession, DataprocState } from './dataproc-session.ts';
import { refusal } from './google-errors.ts';
import type { ServiceError } from '../service-error.ts';

/** What a filter looks at. */
export interface FilteredSession {
  readonly session: DataprocSession;
  readonly state: DataprocState;
}

type Test = (row: FilteredSession) => boolean;

const TOKEN = /\s*(?:("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(<=|>=|!=|=|<|>|:|\(|\))|([^\s()=<>!:"']+))/y;
const COMPARISONS = ['=', '!=', '<', '>', '<=', '>=', ':'];

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

  const anyOf = (): Test => {
    const tests = [allOf()];
    while (next()?.toUpperCase() === 'OR') {
      take();
      tests.push(allOf());
    }
    return (row) => tests.some((test) => test(row));
  };
  const allOf = (): Test => {
    const tests = [one()];
    while (next()?.toUpperCase() === 'AND') {
      take();
      tests.push(one());
    }
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
    if (!COMPARISONS.includes(comparison) || value === '') throw bad(text);
    const kind = field === 'create_time' ? 'moment' : 'text';
    return comparing(readerOf(field, text), { comparison, kind, value: unquoted(value) });
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

function readerOf(field: string, text: string): (row: FilteredSession) => string | undefined {
  if (field.startsWith('labels.')) return ({ session }) => session.request.session.labels?.[field.slice(7)];
  switch (field) {
    case 'session_id':
      return ({ session }) => session.id;
    case 'session_uuid':
      return ({ session }) => session.uuid;
    case 'state':
      return ({ state }) => state;
    case 'create_time':
      return ({ session }) => new Date(session.startedAtMs).toISOString();
    default:
      throw bad(text);
  }
}

function comparing(
  read: (row: FilteredSession) => string | undefined,
  {
    comparison,
    kind,
    value,
  }: { readonly comparison: string; readonly kind: 'moment' | 'text'; readonly value: string },
): Test {
  return (row) => {
    const actual = read(row);
    if (actual === undefined) return comparison === '!=';
    if (comparison === ':') return value === '*' || actual.includes(value);
    const byText = actual < value ? -1 : Number(actual > value);
    const order = kind === 'moment' ? Date.parse(actual) - Date.parse(value) : byText;
    switch (comparison) {
      case '=':
        return order === 0;
      case '!=':
        return order !== 0;
      case '<':
        return order < 0;
      case '>':
        return order > 0;
      case '<=':
        return order <= 0;
      default:
        return order >= 0;
    }
  };
}

function unquoted(word: string): string {
  return /^["']/.test(word) ? word.slice(1, -1).replace(/\\(.)/g, '$1') : word;
}

function bad(text: string): ServiceError {
  return refusal('INVALID_ARGUMENT', `Invalid list filter: ${text}`);
}
