import { checkOptions } from '../provider-kit/option-shape.ts';
import type { EnvironmentConfig, ProviderRequest } from './config-options.ts';
import { configInvalid } from './config-problem.ts';
import { ENVIRONMENT_SHAPE, OWNER_SHAPE } from './config-shape.ts';
import { defaultOwner } from './default-owner.ts';
import { assertPlugin } from './plugin-catalog.ts';
import { checkEnvironment } from './read-environment.ts';

const OWN_KEYS = Object.keys(ENVIRONMENT_SHAPE.properties);

/**
 * Checks a provider that is given in code, as {@link loadConfig} checks an environment of a file.
 * @throws SessionError `config-invalid` with every problem at once, a line each.
 */
export async function loadProvider(request: ProviderRequest): Promise<EnvironmentConfig> {
  const { provider, session, owner, env = process.env } = request;
  const { plugin: given, options = {} } = Object(provider) as Partial<ProviderRequest['provider']>;
  const plugin = assertPlugin(given, '`provider`');
  const {
    providerConfig,
    session: defaults,
    problems,
  } = await checkEnvironment({
    written: { ...options, provider: plugin.id, ...(session !== undefined && { session }) },
    plugin,
    filled: [],
    env,
  });
  const misplaced = OWN_KEYS.filter((key) => Object.hasOwn(options, key)).map((key) => ({
    path: [key],
    message: `is an option of the call that opens ${plugin.id}, not of ${plugin.id} itself`,
  }));
  const wrongOwner = owner === undefined ? [] : checkOptions(owner, OWNER_SHAPE, ['owner']);
  const all = [...wrongOwner, ...misplaced, ...problems];
  if (all.length > 0) throw configInvalid(all.map((problem) => ({ ...problem, file: `provider ${plugin.id}` })));
  const environment = request.environment ?? plugin.id;
  return { file: undefined, environment, owner: owner ?? defaultOwner(env), plugin, providerConfig, session: defaults };
}
