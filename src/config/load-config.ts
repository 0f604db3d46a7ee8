import type { ConfigRequest, EnvironmentConfig } from './config-options.ts';
import { configInvalid } from './config-problem.ts';
import { defaultOwner } from './default-owner.ts';
import { readConfig } from './read-config.ts';
import { readEnvironment } from './read-environment.ts';
import { selectEnvironment } from './select-environment.ts';

/**
 * Reads the configuration and checks its top level and the selected environment. The other environments are not checked, so
 * that an unset variable of `prod` does not stop `dev`.
 * @throws SessionError `config-invalid` with every problem, a line each.
 */
export async function loadConfig(request: ConfigRequest = {}): Promise<EnvironmentConfig> {
  const source = await readConfig(request);
  // Wrong environments first: until they are corrected, a selection among them means nothing.
  if (source.problems.some(({ path }) => path[0] === 'environments')) throw configInvalid(source.problems);

  const selection = selectEnvironment(source, request.environment);
  if (selection.name === undefined) {
    throw configInvalid([...source.problems, { ...selection, file: source.labelAt(selection.path) }]);
  }
  const { plugin, providerConfig, session, problems } = await readEnvironment(source, selection.name);
  const all = [...source.problems, ...problems];
  if (all.length > 0 || plugin === undefined) throw configInvalid(all);
  const { file, owner = defaultOwner(source.env) } = source;
  return { file, environment: selection.name, owner, plugin, providerConfig, session };
}
