import type { SqlDialect } from '../contract/capabilities.ts';
import type { ConfigRequest } from './config-options.ts';
import { withoutRepeats, type ConfigProblem } from './config-problem.ts';
import { configWarnings } from './config-warnings.ts';
import { readConfig } from './read-config.ts';
import { readEnvironment } from './read-environment.ts';
import { selectEnvironment } from './select-environment.ts';

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
    problems: withoutRepeats([
      ...source.problems,
      ...wrongSelection,
      ...environments.flatMap(({ problems }) => problems),
    ]),
    warnings: configWarnings(environments, source.defaultEnvironment),
  };
}
