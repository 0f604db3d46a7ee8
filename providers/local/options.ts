import { INSTALLABLE_ENGINES, type InstallableEngine } from '../../src/provider-kit/installed-engine.ts';
import type { OptionProblem, ParsedOptions } from '../../src/contract/provider-plugin.ts';
import { parseConnectUrl } from './connect-url.ts';
import type { ObjectShape } from '../../src/provider-kit/option-shape.ts';
import { type ConfigOf, parseOptions } from '../../src/provider-kit/parse-options.ts';

/** A size of memory as DuckDB reads it: decimal units (KB) or binary ones (KiB), in any case. */
const MEMORY_SIZE = '^(?=.*[1-9])\\d+(\\.\\d+)?\\s*([kmgtKMGT][iI]?[bB])$';

const ENGINES = ['duckdb', ...INSTALLABLE_ENGINES] as const;
const NOT_BLANK = { type: 'string', pattern: '\\S', title: 'a text that is not empty' } as const;

/** The options as JSON Schema. */
export const LOCAL_OPTIONS_SHAPE = {
  type: 'object',
  properties: {
    engine: {
      title: `one of ${ENGINES.join(', ')}, or a map of \`url\` alone`,
      anyOf: [
        { type: 'string', enum: ENGINES },
        { type: 'object', properties: { url: { type: 'string' } }, required: ['url'], additionalProperties: false },
      ],
      default: 'duckdb',
      description:
        'What runs the SQL: `duckdb` in this process, a Spark Connect server on this machine (`sail`, `spark`), or one that is already running (`url: sc://host:port`).',
    },
    pythonEnvironment: {
      ...NOT_BLANK,
      description:
        'The Python virtual environment that contains `sail` or `spark`, relative to the working directory. Default: the usual places are searched.',
    },
    database: {
      ...NOT_BLANK,
      default: ':memory:',
      description:
        'The DuckDB database file, relative to the working directory. `:memory:` gives each session a separate database that is deleted with it; sessions on one file share it.',
    },
    memoryLimit: {
      type: 'string',
      pattern: MEMORY_SIZE,
      title: 'a size such as "512MB" or "2GiB"',
      description:
        'The memory limit of a session on DuckDB, or the heap of Spark, such as `512MB` or `2GiB`. Default: 80 % of the machine for DuckDB; half of it, at most 4 GiB, for Spark.',
    },
    threads: {
      type: 'integer',
      minimum: 1,
      maximum: 1024,
      description: 'The number of threads of DuckDB or Spark. Default: one per core.',
    },
    init: {
      type: 'array',
      items: NOT_BLANK,
      default: [],
      description: 'SQL that runs when a session starts. If a statement fails, the session fails.',
    },
  },
  additionalProperties: false,
} as const satisfies ObjectShape;

/** The engines of the options that not every engine supports. */
const OPTION_ENGINES: Readonly<Record<string, readonly string[]>> = {
  pythonEnvironment: INSTALLABLE_ENGINES,
  database: ['duckdb'],
  memoryLimit: ['duckdb', 'spark'],
  threads: ['duckdb', 'spark'],
};

/** What runs the SQL: DuckDB in this process, a server that anysession starts, or one that is already running. */
export type LocalEngineChoice = 'duckdb' | InstallableEngine | { readonly url: string };

/** The options of the local provider as users write them. */
export interface LocalOptions {
  readonly engine?: LocalEngineChoice | undefined;
  /** A folder; the usual places are searched by default. */
  readonly pythonEnvironment?: string | undefined;
  /** A path, or `:memory:`. */
  readonly database?: string | undefined;
  /** A size as DuckDB reads it; the engine's default otherwise. */
  readonly memoryLimit?: string | undefined;
  /** 1..1024; the engine's default otherwise. */
  readonly threads?: number | undefined;
  /** Statements to run at the start, in order. */
  readonly init?: readonly string[] | undefined;
}

/** The options of the local provider after parsing. */
export type LocalConfig = ConfigOf<LocalOptions, 'engine' | 'database' | 'init'>;

/** Parses the options; reports all problems at once. */
export function parseLocalOptions(options: Readonly<Record<string, unknown>>): ParsedOptions<LocalConfig> {
  const parsed = parseOptions<LocalConfig>(options, LOCAL_OPTIONS_SHAPE);
  if (!parsed.ok) return parsed;
  const { engine, pythonEnvironment, database, init } = parsed.config;
  const problems = [...urlProblems(engine), ...unsupportedOptions(engine, options)];
  if (problems.length > 0) return { ok: false, problems };
  const trimmed = {
    pythonEnvironment: pythonEnvironment?.trim(),
    database: database.trim(),
    init: init.map((text) => text.trim()),
  };
  return { ok: true, config: { ...parsed.config, ...trimmed } };
}

/** The scope of an engine's sessions in their handles: the engine's name, or its address without secrets. */
export function engineScope({ engine }: Pick<LocalConfig, 'engine'>): string {
  if (typeof engine === 'string') return engine;
  const endpoint = parseConnectUrl(engine.url);
  return typeof endpoint === 'string' ? 'spark-connect' : `${endpoint.host}:${endpoint.port}`;
}

function urlProblems(engine: LocalEngineChoice): OptionProblem[] {
  const endpoint = typeof engine === 'string' ? undefined : parseConnectUrl(engine.url);
  // The URL may contain a token, so the message does not repeat it.
  return typeof endpoint === 'string' ? [{ path: ['engine', 'url'], message: endpoint }] : [];
}

/** An option without effect is an error: it must not look as if it worked. */
function unsupportedOptions(engine: LocalEngineChoice, options: Readonly<Record<string, unknown>>): OptionProblem[] {
  const name = typeof engine === 'string' ? engine : 'url';
  return Object.entries(OPTION_ENGINES)
    .filter(([option, engines]) => options[option] !== undefined && !engines.includes(name))
    .map(([option, engines]) => ({ path: [option], message: `requires engine ${engines.join(' or ')}; remove it` }));
}
