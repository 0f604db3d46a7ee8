import { SessionError } from '../contract/session-error.ts';
import type { ParameterValue } from '../contract/statement-runner.ts';
import type { Result } from '../statement/result.ts';
import { quoted } from './confirmation.ts';
import { withSession, type SessionArgs } from './find-session.ts';
import {
  DEFAULT_ROWS,
  DEFAULT_WAIT_SECONDS,
  MAX_PARAMETER_LENGTH,
  MAX_PARAMETERS,
  MAX_RESULT_BYTES,
  MAX_ROW_BYTES,
  MAX_ROWS,
  MAX_SHOWN_SQL,
  MAX_SQL_LENGTH,
} from './limits.ts';
import type { Lookup } from './lookup.ts';
import { assertReadOnly } from './read-only.ts';
import { SESSION_INPUT } from './session-summary.ts';
import { TIMEOUT_INPUT, whileReporting } from './session-tools.ts';
import type { Tool, ToolCall } from './tool.ts';

interface SqlArgs extends SessionArgs {
  readonly sql: string;
  readonly parameters?: Readonly<Record<string, ParameterValue>>;
  readonly maxRows?: number;
  readonly timeoutSeconds?: number;
  readonly write?: boolean;
}

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;

/** The tool that runs SQL. */
export const SQL_TOOL: Tool = {
  name: 'run_sql',
  title: 'Run SQL',
  description:
    'Runs one read-only statement in a session and returns the first rows. Waits until the session is ready. Integers of 64 bits, decimals, dates and times are texts. Use LIMIT and aggregates: the answer has at most `maxRows` rows and 100 kB.',
  confirms: 'with `write`',
  input: {
    type: 'object',
    properties: {
      ...SESSION_INPUT,
      sql: {
        type: 'string',
        minLength: 1,
        maxLength: MAX_SQL_LENGTH,
        description: 'One statement in the dialect of the environment.',
      },
      parameters: {
        type: 'object',
        description:
          'Values for :name (Spark) or $name (DuckDB), by name. They are bound, never inserted into the text.',
        additionalProperties: {
          anyOf: [
            { type: 'string', maxLength: MAX_PARAMETER_LENGTH },
            { type: 'number', minimum: -Number.MAX_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
            { type: 'boolean' },
          ],
        },
      },
      maxRows: { type: 'integer', minimum: 1, maximum: MAX_ROWS, description: `Default: ${DEFAULT_ROWS}.` },
      ...TIMEOUT_INPUT,
      write: {
        type: 'boolean',
        description: 'The statement may change something. The user sees it and is asked.',
      },
    },
    required: ['sql'],
    additionalProperties: false,
  },
  output: {
    session: text,
    columns: {
      type: 'array',
      items: { type: 'object', properties: { name: text, type: text }, required: ['name', 'type'] },
    },
    rows: { type: 'array', items: { type: 'array' } },
    rowCount: { type: 'integer' },
    isComplete: { ...flag, description: 'False when the result has more rows.' },
    hint: text,
  },
  always: ['session', 'columns', 'rows', 'rowCount', 'isComplete'],
  changes: 'something',
  run: async (desk, args: SqlArgs, call) => {
    assertParameterCount(args);
    return withSession(desk, args, call.signal, async (session, { name, sessions }) => {
      if (args.write === true)
        await confirmWrite(args.sql, `${quoted(session.handle.id)} in environment ${quoted(name)}`, call);
      else assertReadOnly(args.sql, sessions.dialect);
      const { maxRows = DEFAULT_ROWS, timeoutSeconds = DEFAULT_WAIT_SECONDS, parameters } = args;
      const read = await whileReporting(session, call, async () => {
        const limits = { signal: call.signal, timeoutMs: timeoutSeconds * 1_000, maxResultBytes: MAX_RESULT_BYTES };
        await using result = await session.sql(args.sql, { parameters, ...limits });
        return await readRows(result, maxRows, desk.lookup);
      });
      return { session: session.handle.id, ...read };
    });
  },
};

/** The first rows, until a limit is reached; then the engine is stopped. */
async function readRows(result: Result, maxRows: number, { toJson }: Lookup): Promise<object> {
  const { fields } = result.schema;
  const columns = fields.map(({ name, type }) => ({ name, type }));
  const rows: unknown[] = [];
  let bytes = 0;
  const end = (hint?: string): object => ({
    columns,
    rows,
    rowCount: rows.length,
    isComplete: hint === undefined,
    ...(hint !== undefined && { hint }),
  });
  for await (const batch of result.batches()) {
    for (const row of batch.rows({ as: 'arrays' })) {
      if (rows.length === maxRows)
        return end(`The result has more than ${maxRows} rows. Use aggregates, or raise \`maxRows\`.`);
      const json = `[${fields.map(({ columnType }, at) => toJson(row[at] ?? null, columnType)).join(',')}]`;
      bytes += Buffer.byteLength(json);
      if (bytes > MAX_ROW_BYTES) {
        return end(`The next row would exceed ${MAX_ROW_BYTES} bytes. Select fewer columns, or shorten texts in SQL.`);
      }
      rows.push(JSON.parse(json));
    }
  }
  return end();
}

async function confirmWrite(sql: string, where: string, { ask, signal }: ToolCall): Promise<void> {
  if (sql.length > MAX_SHOWN_SQL) {
    const message = `A statement with \`write\` may have ${MAX_SHOWN_SQL} characters, because the user must see all of it; this one has ${sql.length}`;
    throw new SessionError('invalid-request', message, {
      operation: 'sql',
      advice: 'Let the user run it: anysession sql.',
    });
  }
  const question = `Run this statement in session ${where}? It may change data.\n${quoted(sql, MAX_SHOWN_SQL)}`;
  await ask({ operation: 'sql', text: question, otherwise: 'Let the user run it: anysession sql.' }, signal);
}

function assertParameterCount({ parameters = {} }: SqlArgs): void {
  const count = Object.keys(parameters).length;
  if (count <= MAX_PARAMETERS) return;
  const message = `A statement may have ${MAX_PARAMETERS} parameters; got ${count}`;
  throw new SessionError('invalid-request', message, { operation: 'sql' });
}
