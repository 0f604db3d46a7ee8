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
  /** The provider's id; `undefined` when it could not be loaded. */
  readonly provider: string | undefined;
  /** `undefined` also where there are run batches and no sessions. */
  readonly dialect: SqlDialect | undefined;
}

/** What checking a whole configuration found. */
export interface ConfigReport {
  /** The file's name, or `config` for a configuration given as an object. */
  readonly file: string;
  readonly environments: readonly EnvironmentReport[];
  /** The environment that would be taken now; `undefined` when that is open. */
  readonly selected: string | undefined;
  /** What must be corrected; empty when every environment can be used. */
  readonly problems: readonly ConfigProblem[];
  /** What works, and may still surprise. */
  readonly warnings: readonly string[];
}

/**
 * Checks a configuration with all its environments, or with the one that the request names, and says what may surprise when one takes another's place.
 * @throws SessionError `config-invalid` when a file cannot be found, read or parsed.
 */
export async function checkConfig(request: ConfigRequest = {}): Promise<ConfigReport> {
  const source = await readConfig(request);
  const choice = selectEnvironment(Object.keys(source.environments), {
    argument: request.environment,
    variable: source.env['ANYSESSION_ENV'],
    defaultEnvironment: source.defaultEnvironment,
  });
  // That nothing is chosen yet, or that this shell's ANYSESSION_ENV fits another file, does not make this file wrong.
  const isWrong = choice.name === undefined && (choice.path.length > 0 || request.environment !== undefined);
  const wrongChoice = isWrong ? [{ ...choice, file: source.labelAt(choice.path) }] : [];
  const names = Object.keys(source.environments).filter((name) => name === (request.environment ?? name));
  const environments = await Promise.all(names.map((name) => readEnvironment(source, name)));
  return {
    file: source.label,
    environments: environments.map(({ name, plugin, capabilities }) => ({
      name,
      provider: plugin?.id,
      dialect: capabilities?.dialect,
    })),
    selected: choice.name,
    problems: withoutRepeats([...source.problems, ...wrongChoice, ...environments.flatMap(({ problems }) => problems)]),
    warnings: configWarnings(environments, source.defaultEnvironment),
  };
}
