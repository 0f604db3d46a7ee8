import * as limits from '../src/mcp/limits.ts';
import { TOOLS } from '../src/mcp/tools.ts';
import { markdownTable } from './markdown-table.ts';

/** The tools of `anysession mcp`, for the guide. */
export function toolTable(): string {
  return markdownTable(
    ['tool', 'what it does', 'arguments', 'asks you'],
    TOOLS.map(({ name, description, input, confirms = 'never' }) => [
      `\`${name}\``,
      description,
      Object.keys(input.properties)
        .map((argument) => `\`${argument}\``)
        .join(', '),
      confirms,
    ]),
  );
}

/** Their limits. */
export function limitTable(): string {
  return markdownTable(
    ['what', 'limit'],
    [
      ['a message of the client', `${limits.MAX_MESSAGE_BYTES} bytes; a longer one ends the server`],
      ['calls at the same time', String(limits.MAX_CALLS)],
      ['live sessions of one server', String(limits.MAX_LIVE_SESSIONS)],
      ['lifetime of a session', `${limits.DEFAULT_LIFETIME_MINUTES} minutes, at most ${limits.MAX_LIFETIME_MINUTES}`],
      ['rows of a result', `${limits.DEFAULT_ROWS}, at most ${limits.MAX_ROWS}`],
      ['rows of an answer as JSON', `${limits.MAX_ROW_BYTES} bytes`],
      ['a statement', `${limits.MAX_SQL_LENGTH} characters; with \`write\` ${limits.MAX_SHOWN_SQL}`],
      ['parameters of a statement', `${limits.MAX_PARAMETERS}, texts of ${limits.MAX_PARAMETER_LENGTH} characters`],
      [
        'time of `wait_session` and `run_sql`',
        `${limits.DEFAULT_WAIT_SECONDS} s, at most ${limits.MAX_WAIT_SECONDS} s`,
      ],
      ['sessions or decisions of an answer', String(limits.MAX_LISTED)],
    ],
  );
}
