import type { OptionProblem, ParsedOptions } from '../../src/contract/provider-plugin.ts';
import { INSTALLABLE_ENGINES, type InstallableEngine } from '../../src/provider-kit/installed-engine.ts';
import type { ObjectShape } from '../../src/provider-kit/option-shape.ts';
import { parseOptions, type ConfigOf } from '../../src/provider-kit/parse-options.ts';
import { parseConnectUrl } from './connect-url.ts';

const ENGINE = 'one of duckdb, sail, spark, or a map with `url`';
const FILLED = { type: 'string', pattern: '\\S', title: 'a non-empty string' } as const;

/** The options as JSON Schema. */
export const LOCAL_OPTIONS_SHAPE = {
  type: 'object',
  properties: {
    engine: {
      anyOf: [
        { type: 'string', enum: ['duckdb', ...INSTALLABLE_ENGINES], title: ENGINE },
        { type: 'object', properties: { url: { type: 'string' } }, required: ['url'], additionalProperties: false },
      ],
      title: ENGINE,
      default: 'duckdb',
      description:
        'What runs the SQL: `duckdb` in this process, a Spark Connect server on this machine (`sail`, `spark`), or one that is already running (`url: sc://host:port`).',
    },
    pythonEnvironment: {
      ...FILLED,
      description:
        'The Python virtual environment that contains `sail` or `spark`, relative to the working directory. Default: the usual places are searched.',
    },
    database: {
      ...FILLED,
      default: ':memory:',
      description:
        'The DuckDB database file, relative to the working directory. `:memory:` gives each session a separate database that is deleted with it; sessions on one file share it.',
    },
    memoryLimit: {
      type: 'string',
      // A size as DuckDB reads it: decimal units (KB) or binary ones (KiB).
      pattern: '^(?=.*[1-9])\\d+(\\.\\d+)?\\s*[KMGTkmgt][iI]?[bB]$',
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
      items: FILLED,
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

/** The options of the provider `local`; all have defaults. */
export interface LocalOptions {
  /** What runs the SQL: `'duckdb'` in this process (default), a Spark Connect server on this machine, or one that is already running. */
  readonly engine?: LocalEngineChoice | undefined;
  /** The Python virtual environment that contains `sail` or `spark`; by default the usual places are searched. */
  readonly pythonEnvironment?: string | undefined;
  /** The DuckDB database file; `':memory:'` (default) gives each session a separate database. */
  readonly database?: string | undefined;
  /** The memory limit of a session on DuckDB, or the heap of Spark: `'512MB'`, `'2GiB'`. */
  readonly memoryLimit?: string | undefined;
  /** The number of threads of DuckDB or Spark, 1..1024; by default one per core. */
  readonly threads?: number | undefined;
  /** SQL that runs when a session starts. */
  readonly init?: readonly string[] | undefined;
}

/** The options of the local provider, parsed. */
export type LocalConfig = ConfigOf<LocalOptions, 'engine' | 'database' | 'init'>;

/** Parses the options; reports all problems at once. */
export function parseLocalOptions(options: Readonly<Record<string, unknown>>): ParsedOptions<LocalConfig> {
  const parsed = parseOptions<LocalConfig>(options, LOCAL_OPTIONS_SHAPE);
  if (!parsed.ok) return parsed;
  const { config } = parsed;
  const problems = [...urlProblems(config.engine), ...unsupportedOptions(config.engine, options)];
  if (problems.length > 0) return { ok: false, problems };
  const pythonEnvironment = config.pythonEnvironment?.trim();
  const init = config.init.map((statement) => statement.trim());
  return { ok: true, config: { ...config, pythonEnvironment, database: config.database.trim(), init } };
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
