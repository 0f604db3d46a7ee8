import { isBatchPlugin } from '../contract/provider-plugin.ts';
import type { ConfigRequest } from './config-options.ts';
import { configInvalid } from './config-problem.ts';
import { readConfig } from './read-config.ts';
import { readEnvironment } from './read-environment.ts';

/**
 * The environments of a configuration that have sessions. One whose provider cannot be loaded is among them: opening it says why.
 * @throws SessionError `config-invalid` when the file cannot be read, or has no environment.
 */
export async function sessionEnvironments(request: ConfigRequest): Promise<readonly string[]> {
  const source = await readConfig(request);
  const names = Object.keys(source.environments);
  if (names.length === 0) throw configInvalid(source.problems);
  const read = await Promise.all(names.map((name) => readEnvironment(source, name)));
  return read.flatMap(({ name, plugin }) => (plugin !== undefined && isBatchPlugin(plugin) ? [] : [name]));
}
