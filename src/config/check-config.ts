import { extname } from 'node:path';
import { lifetimeRange, type Capabilities, type SqlDialect } from '../contract/capabilities.ts';
import type { ConfigRequest } from './config-options.ts';
import { formatPath, withoutRepeats, type ConfigProblem } from './config-problem.ts';
import { CODE_EXTENSIONS } from './find-config-file.ts';
import { readConfig, selectEnvironment } from './read-config.ts';
import { readEnvironment, type ReadEnvironment } from './read-environment.ts';
import { looksSecret } from '../contract/secret-text.ts';

/** One environment in a {@link ConfigReport}. */
export interface EnvironmentReport {
  readonly name: string;
  /** The provider's id; `undefined` when it cannot be loaded. */
  readonly provider: string | undefined;
  /** `undefined` for a provider of run batches too. */
  readonly dialect: SqlDialect | undefined;
}

/** The result of checking a whole configuration. */
export interface ConfigReport {
  /** The file's name, or `config` for a configuration object. */
  readonly file: string;
  readonly environments: readonly EnvironmentReport[];
  /** The environment that a run without `environment` uses; `undefined` when none is selected. */
  readonly selected: string | undefined;
  /** The files that run when the configuration is read: config files and providers that are code. */
  readonly executes: readonly string[];
  /** Empty when every environment can be used. */
  readonly problems: readonly ConfigProblem[];
  /** What is valid but may surprise. */
  readonly warnings: readonly string[];
}

/**
 * Checks a configuration with all its environments, or with the one that the request names.
 * @throws SessionError `config-invalid` when a file cannot be found, read or parsed.
 */
export async function checkConfig(request: ConfigRequest = {}): Promise<ConfigReport> {
  const source = await readConfig(request);
  const selection = selectEnvironment(source, request.environment);
  // A file is not wrong because nothing is selected yet, or because this shell's ANYSESSION_ENV belongs to another file.
  const isWrong = selection.name === undefined && (selection.path.length > 0 || request.environment !== undefined);
  const wrongSelection = isWrong ? [{ ...selection, file: source.labelAt(selection.path) }] : [];
  const names = Object.keys(source.environments).filter((name) => name === (request.environment ?? name));
  const environments = await Promise.all(names.map((name) => readEnvironment(source, name)));
  return {
    file: source.label,
    environments: environments.map(({ name, plugin, capabilities }) => ({
      name,
      provider: plugin?.id,
      dialect: capabilities?.dialect,
    })),
    selected: selection.name,
    executes: [
      ...source.files.filter((file) => CODE_EXTENSIONS.includes(extname(file))),
      ...new Set(environments.flatMap(({ providerFile }) => providerFile ?? [])),
    ],
    problems: withoutRepeats([
      ...source.problems,
      ...wrongSelection,
      ...environments.flatMap(({ problems }) => problems),
    ]),
    warnings: configWarnings(environments, source.defaultEnvironment),
  };
}

/** What is valid in a configuration but may surprise. */
export function configWarnings(
  environments: readonly ReadEnvironment[],
  defaultEnvironment: string | undefined,
): readonly string[] {
  const noDefault =
    environments.length > 1 && defaultEnvironment === undefined
      ? ['no defaultEnvironment: select an environment for every run, with ANYSESSION_ENV or `environment`']
      : [];
  return [...differentDialects(environments), ...noDefault, ...environments.flatMap(withinEnvironment)];
}

function differentDialects(environments: readonly ReadEnvironment[]): readonly string[] {
  const names = new Map<SqlDialect, string[]>();
  for (const { name, capabilities } of environments) {
    if (capabilities === undefined) continue;
    names.set(capabilities.dialect, [...(names.get(capabilities.dialect) ?? []), name]);
  }
  const listed = [...names].map(([dialect, speakers]) => `${dialect} (${speakers.join(', ')})`);
  return listed.length < 2 ? [] : [`the environments use different SQL dialects: ${listed.join(', ')}`];
}

/** The session defaults that have a capability of the same name. */
const NEED_CAPABILITY = [
  'maxLifetimeMs',
  'labels',
  'size',
  'sparkConf',
] as const satisfies readonly (keyof ReadEnvironment['session'] & keyof Capabilities)[];

function withinEnvironment(environment: ReadEnvironment): readonly string[] {
  const { name, plugin, capabilities, session, written, problems } = environment;
  if (plugin === undefined || problems.length > 0) return [];
  const at = (...path: string[]): string => formatPath(['environments', name, ...path]);
  const secrets = Object.entries(written)
    .filter(([key, value]) => typeof value === 'string' && looksSecret(key, value) && !value.includes('${'))
    .map(([key]) => `${at(key)}: this looks like a secret: keep it in a variable and write \${NAME}`);
  if (capabilities === undefined) {
    const unused = Object.keys(session).map((key) => `${at('session', key)}: ${plugin.id} has no sessions`);
    return [...unused, ...secrets];
  }
  const limits = { ...capabilities, maxLifetimeMs: lifetimeRange(capabilities) };
  const unsupported = NEED_CAPABILITY.filter((key) => Object.hasOwn(session, key) && limits[key] === false).map(
    (key) => `${at('session', key)}: ${plugin.id} does not support ${key}; starting a session will fail`,
  );
  const outOfRange = (['idleTimeoutMs', 'maxLifetimeMs'] as const).flatMap((key) => {
    const [value, range] = [session[key], limits[key]];
    if (value === undefined || range === false || (value >= range.min && value <= range.max)) return [];
    return [
      `${at('session', key)}: ${plugin.id} supports ${range.min} to ${range.max}, not ${value}; starting a session will fail`,
    ];
  });
  const isSwept = session.maxLifetimeMs !== undefined && !capabilities.maxLifetimeMs && limits.maxLifetimeMs !== false;
  const swept = isSwept
    ? [
        `${at('session', 'maxLifetimeMs')}: ${plugin.id} has no such limit; only \`anysession sweep\` ends older sessions`,
      ]
    : [];
  return [...unsupported, ...outOfRange, ...swept, ...secrets];
}
