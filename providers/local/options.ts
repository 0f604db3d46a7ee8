import * as z from 'zod';
import { INSTALLABLE_ENGINES, type InstallableEngine } from '../../src/provider-kit/installed-engine.ts';
import type { OptionProblem, ParsedOptions } from '../../src/contract/provider-plugin.ts';
import { parseConnectUrl } from './connect-url.ts';
import { toProblems } from './option-problems.ts';

/** A size of memory as DuckDB reads it: decimal units (KB) or binary ones (KiB). */
const MEMORY_SIZE = /^(?=.*[1-9])\d+(\.\d+)?\s*([KMGT]i?B)$/i;

const schema = z.strictObject({
  engine: z
    .union([z.enum(['duckdb', ...INSTALLABLE_ENGINES]), z.strictObject({ url: z.string() })])
    .default('duckdb')
    .describe(
      'What runs the SQL: `duckdb` in this process, a Spark Connect server on this machine (`sail`, `spark`), or one that is already running (`url: sc://host:port`).',
    ),
  pythonEnvironment: z
    .string()
    .trim()
    .min(1)
    .optional()
    .describe(
      'The Python virtual environment that contains `sail` or `spark`, relative to the working directory. Default: the usual places are searched.',
    ),
  database: z
    .string()
    .trim()
    .min(1)
    .default(':memory:')
    .describe(
      'The DuckDB database file, relative to the working directory. `:memory:` gives each session a separate database that is deleted with it; sessions on one file share it.',
    ),
  memoryLimit: z
    .string()
    .regex(MEMORY_SIZE, 'must be a size such as "512MB" or "2GiB"')
    .optional()
    .describe(
      'The memory limit of a session on DuckDB, or the heap of Spark, such as `512MB` or `2GiB`. Default: 80 % of the machine for DuckDB; half of it, at most 4 GiB, for Spark.',
    ),
  threads: z
    .int()
    .min(1)
    .max(1024)
    .optional()
    .describe('The number of threads of DuckDB or Spark. Default: one per core.'),
  init: z
    .array(z.string().trim().min(1))
    .default([])
    .describe('SQL that runs when a session starts. If a statement fails, the session fails.'),
});

/** Options that not every engine has, with those that have them. */
const OPTION_ENGINES: Readonly<Record<string, readonly string[]>> = {
  pythonEnvironment: INSTALLABLE_ENGINES,
  database: ['duckdb'],
  memoryLimit: ['duckdb', 'spark'],
  threads: ['duckdb', 'spark'],
};

/** The options of the local provider as users write them. */
export type LocalOptions = z.input<typeof schema>;

/** What runs the SQL: in this process, as a server of our own, or a server that somebody else runs. */
export type LocalEngineChoice = 'duckdb' | InstallableEngine | { readonly url: string };

/** The options of the local provider, read. */
export interface LocalConfig {
  readonly engine: LocalEngineChoice;
  /** A folder; `undefined` looks for the engine. */
  readonly pythonEnvironment: string | undefined;
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
    const known = Object.keys(schema.shape);
    const problems = parsed.error.issues.flatMap((issue) => toProblems(issue, { options, known }));
    // A value of the wrong type also breaks the rules for values of the right one: only the first is news.
    const places = problems.map(({ path }) => JSON.stringify(path));
    return { ok: false, problems: problems.filter((_, index) => places.indexOf(places[index] ?? '') === index) };
  }
  const { engine, pythonEnvironment, database, memoryLimit, threads, init } = parsed.data;
  const problems = [...urlProblems(engine), ...idleOptions(engine, options)];
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, config: { engine, pythonEnvironment, database, memoryLimit, threads, init } };
}

/** Where sessions of an engine live, as it stands in their handles: the engine's name, or its address without what is secret. */
export function engineScope({ engine }: Pick<LocalConfig, 'engine'>): string {
  if (typeof engine === 'string') return engine;
  const endpoint = parseConnectUrl(engine.url);
  return typeof endpoint === 'string' ? 'spark-connect' : `${endpoint.host}:${endpoint.port}`;
}

function urlProblems(engine: LocalEngineChoice): OptionProblem[] {
  if (typeof engine === 'string') return [];
  const endpoint = parseConnectUrl(engine.url);
  // The URL may hold a token: what was found is not repeated.
  return typeof endpoint === 'string' ? [{ path: ['engine', 'url'], message: endpoint }] : [];
}

/** The options that say something of one engine are refused beside another: what does nothing must not look as if it did. */
function idleOptions(engine: LocalEngineChoice, options: Readonly<Record<string, unknown>>): OptionProblem[] {
  const name = typeof engine === 'string' ? engine : 'url';
  return Object.entries(OPTION_ENGINES)
    .filter(([option, engines]) => options[option] !== undefined && !engines.includes(name))
    .map(([option, engines]) => ({
      path: [option],
      message: `is for ${engines.map((one) => `engine ${one}`).join(' and ')} alone; leave it out`,
    }));
}
