import { SessionError } from '../contract/session-error.ts';
import type { SplitStatement } from './split-sql.ts';

/** Longer lines are not repeated. */
const LONGEST_LINE = 200;

/** Says in an error which of several statements failed, and marks the place in it that the engine complains about. */
export function withPlace(
  error: unknown,
  { text, line }: SplitStatement,
  { index, count }: { readonly index: number; readonly count: number },
): unknown {
  if (!SessionError.is(error) || error.kind === 'aborted') return error;
  const { message, advice, native } = error;
  const isAdvised = advice !== undefined && message.endsWith(advice);
  const what = isAdvised ? message.slice(0, message.length - advice.length).trimEnd() : message;
  const which = count === 1 ? '' : `Statement ${index + 1} of ${count} (line ${line}) failed: `;
  const [place] = native?.queryContexts ?? [];
  const marked = place === undefined ? '' : markedLine(text, place, line);
  if (which === '' && marked === '') return error;
  const parts = [`${which}${what}`, marked, isAdvised ? advice : ''];
  return error.with({}, parts.filter((part) => part !== '').join('\n'));
}

/** The line of the text with a marker below it. */
function markedLine(text: string, { start, stop }: { readonly start: number; readonly stop: number }, first: number) {
  if (start < 0 || start >= text.length || stop < start) return '';
  const before = text.slice(0, start);
  const from = before.lastIndexOf('\n') + 1;
  const [line = ''] = text.slice(from).split('\n', 1);
  if (line.length > LONGEST_LINE) return '';
  const number = `  ${first + before.split('\n').length - 1} | `;
  const width = Math.max(1, Math.min(stop + 1, from + line.length) - start);
  const indent = line.slice(0, start - from).replace(/[^\t]/g, ' ');
  return `${number}${line}\n${' '.repeat(number.length - 2)}| ${indent}${'^'.repeat(width)}`;
}
