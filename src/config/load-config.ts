import type { ConfigRequest, EnvironmentConfig } from './config-options.ts';
import { configInvalid } from './config-problem.ts';
import { defaultOwner } from './default-owner.ts';
import { readConfig } from './read-config.ts';
import { readEnvironment } from './read-environment.ts';
import { selectEnvironment } from './select-environment.ts';

/**
 * Reads the configuration and checks its top and the chosen environment; the other environments are not looked into,
 * so that an unset variable of `prod` does not stop `dev`.
 * @throws SessionError `config-invalid` that tells everything that is wrong at once, a line each.
 */
export async function loadConfig(request: ConfigRequest = {}): Promise<EnvironmentConfig> {
  const source = await readConfig(request);
  // Where the environments themselves are amiss, which one to choose is not the question yet.
  if (source.problems.some(({ path }) => path[0] === 'environments')) throw configInvalid(source.problems);

  const choice = selectEnvironment(Object.keys(source.environments), {
    argument: request.environment,
    variable: source.env['ANYSESSION_ENV'],
    defaultEnvironment: source.defaultEnvironment,
  });
  if (choice.name === undefined) {
    throw configInvalid([...source.problems, { ...choice, file: source.labelAt(choice.path) }]);
  }
  const environment = await readEnvironment(source, choice.name);
  const problems = [...source.problems, ...environment.problems];
  if (problems.length > 0 || environment.plugin === undefined) throw configInvalid(problems);
  return {
    file: source.file,
    environment: choice.name,
    owner: source.owner ?? defaultOwner(source.env),
    plugin: environment.plugin,
    providerConfig: environment.providerConfig,
    session: environment.session,
  };
}
