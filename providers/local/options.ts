import * as z from 'zod';
import type { OptionProblem, ParsedOptions } from '../../src/contract/provider-plugin.ts';

/** A size of memory as DuckDB reads it: decimal units (KB) or binary ones (KiB). */
const MEMORY_SIZE = /^(?=.*[1-9])\d+(\.\d+)?\s*([KMGT]i?B)$/i;

const schema = z.strictObject({
  engine: z.enum(['duckdb']).default('duckdb').describe('What runs the SQL.'),
  database: z
    .string()
    .trim()
    .min(1)
    .default(':memory:')
    .describe(
      'The database file, from the working directory. `:memory:` gives each session a database of its own that goes with it; sessions on one file share it.',
    ),
  memoryLimit: z
    .string()
    .regex(MEMORY_SIZE, 'must be a size such as "512MB" or "2GiB"')
    .optional()
    .describe('The most memory that a session may take, such as `512MB` or `2GiB`; without it 80 % of the machine.'),
  threads: z
    .int()
    .min(1)
    .max(1024)
    .optional()
    .describe('How many threads a session computes with; without it one for each core.'),
  init: z
    .array(z.string().trim().min(1))
    .default([])
    .describe('SQL that runs when a session starts. When one of them fails, so does the session.'),
});

/** The options of the local provider as users write them. */
export type LocalOptions = z.input<typeof schema>;

/** The options of the local provider, read. */
export interface LocalConfig {
  readonly engine: 'duckdb';
  /** A path, or `:memory:`. */
  readonly database: string;
  /** In DuckDB's spelling; `undefined` leaves it to the engine. */
  readonly memoryLimit: string | undefined;
  /** 1..1024; `undefined` leaves it to the engine. */
  readonly threads: number | undefined;
  /** Statements to run at the start, in order. */
  readonly init: readonly string[];
}

/** The JSON Schema of the options. */
export function localOptionsSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(schema, { io: 'input' });
}

/** Reads the options; tells all that is wrong at once. */
export function parseLocalOptions(options: Readonly<Record<string, unknown>>): ParsedOptions<LocalConfig> {
  const parsed = schema.safeParse(options);
  if (!parsed.success) {
    const problems = parsed.error.issues.flatMap((issue) => toProblems(issue, options));
    // A value of the wrong type also breaks the rules for values of the right one: only the first is news.
    const places = problems.map(({ path }) => JSON.stringify(path));
    return { ok: false, problems: problems.filter((_, index) => places.indexOf(places[index] ?? '') === index) };
  }
  const { engine, database, memoryLimit, threads, init } = parsed.data;
  return { ok: true, config: { engine, database, memoryLimit, threads, init } };
}

function toProblems(issue: z.core.$ZodIssue, options: unknown): OptionProblem[] {
  const path = issue.path.filter((step) => typeof step !== 'symbol');
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(schema.shape).join(', ');
    return issue.keys.map((key) => ({ path: [...path, key], message: `is no option here; there are ${known}` }));
  }
  return [{ path, message: `${expectation(issue)}; found ${spellFound(options, path)}` }];
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${issue.expected === 'array' ? 'a list' : issue.expected === 'int' ? 'a whole number' : `a ${issue.expected}`}`;
    case 'invalid_value':
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
    case 'too_small':
      return issue.origin === 'string' ? 'must not be empty' : `must be ${issue.minimum} or more`;
    case 'too_big':
      return `must be ${issue.maximum} or less`;
    default:
      return issue.message;
  }
}

function spellFound(options: unknown, path: readonly (string | number)[]): string {
  let found = options;
  for (const step of path) found = (found as Readonly<Record<string | number, unknown>> | undefined)?.[step];
  if (found === undefined) return 'nothing';
  return typeof found === 'function' || typeof found === 'symbol' ? `a ${typeof found}` : JSON.stringify(found);
}
