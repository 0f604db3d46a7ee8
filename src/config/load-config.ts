import { hostname, userInfo } from 'node:os';
import type { ConfigRequest, EnvironmentConfig, ProviderRequest } from './config-options.ts';
import { configInvalid } from './config-problem.ts';
import { readConfig, selectEnvironment } from './read-config.ts';
import { checkEnvironment, readEnvironment } from './read-environment.ts';
import { checkOptions } from '../provider-kit/option-shape.ts';
import { ENVIRONMENT_SHAPE, OWNER_SHAPE } from './config-shape.ts';
import { assertPlugin } from './plugin-catalog.ts';

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
  const { plugin, providerConfig, session, prices, maxSpend, problems } = await readEnvironment(source, selection.name);
  const all = [...source.problems, ...problems];
  if (all.length > 0 || plugin === undefined) throw configInvalid(all);
  const { file, owner = defaultOwner(source.env) } = source;
  return { file, environment: selection.name, owner, plugin, providerConfig, session, prices, maxSpend };
}

const OWN_KEYS = Object.keys(ENVIRONMENT_SHAPE.properties);
/** Those that `openSessions` takes beside a provider in code. */
const SETTINGS = OWN_KEYS.filter((key) => key !== 'provider');

/**
 * Checks a provider that is given in code, as {@link loadConfig} checks an environment of a file.
 * @throws SessionError `config-invalid` with every problem at once, a line each.
 */
export async function loadProvider(request: ProviderRequest): Promise<EnvironmentConfig> {
  const { provider, owner, env = process.env } = request;
  const { plugin: given, options = {} } = Object(provider) as Partial<ProviderRequest['provider']>;
  const plugin = assertPlugin(given, '`provider`');
  const settings = Object.entries(request).filter(([key, value]) => SETTINGS.includes(key) && value !== undefined);
  const written = { ...options, provider: plugin.id, ...Object.fromEntries(settings) };
  const checked = await checkEnvironment({ written, plugin, filled: [], env });
  const misplaced = OWN_KEYS.filter((key) => Object.hasOwn(options, key)).map((key) => ({
    path: [key],
    message: `is an option of the call that opens ${plugin.id}, not of ${plugin.id} itself`,
  }));
  const wrongOwner = owner === undefined ? [] : checkOptions(owner, OWNER_SHAPE, ['owner']);
  const all = [...wrongOwner, ...misplaced, ...checked.problems];
  if (all.length > 0) throw configInvalid(all.map((problem) => ({ ...problem, file: `provider ${plugin.id}` })));
  const environment = request.environment ?? plugin.id;
  const { providerConfig, session, prices, maxSpend } = checked;
  const who = owner ?? defaultOwner(env);
  return { file: undefined, environment, owner: who, plugin, providerConfig, session, prices, maxSpend };
}

const OWNER_MAX_LENGTH = 63;

/** The owner when the configuration names none: user and host name. */
export function defaultOwner(env: NodeJS.ProcessEnv): string {
  return toOwner(`${userName(env)}-${hostname()}`);
}

/** Turns any text into an owner: 1..63 characters of `[a-z0-9_-]`. */
export function toOwner(text: string): string {
  const owner = text
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '-')
    .slice(0, OWNER_MAX_LENGTH)
    .replace(/^-+|-+$/g, '');
  return owner === '' ? 'unknown' : owner;
}

function userName(env: NodeJS.ProcessEnv): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a user id that has no entry in the user database.
    return env['USER'] ?? env['USERNAME'] ?? 'unknown';
  }
}
