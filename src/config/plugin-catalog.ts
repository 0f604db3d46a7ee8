import { dirname, join } from 'node:path';
import type { Capabilities } from '../contract/capabilities.ts';
import { CONTRACT_VERSION, type AnyPlugin, type PluginBase } from '../contract/provider-plugin.ts';
import { SessionError } from '../contract/session-error.ts';
import { BUILT_IN_IDS, BUILT_IN_PROVIDERS } from './built-in-providers.ts';
import { describeValue } from '../provider-kit/describe-value.ts';
import { whyNotTrusted } from './trusted-file.ts';
import { closestName } from '../provider-kit/closest-name.ts';

/** The members of a plugin and their types. */
const PLUGIN_MEMBERS = {
  id: 'string',
  summary: 'string',
  environmentVariables: 'object',
  optionsSchema: 'function',
  parseOptions: 'function',
} as const satisfies Partial<Record<keyof PluginBase, string>>;

/** The members that only one kind of plugin has. */
const SESSION_MEMBERS = { capabilities: 'object', create: 'function' } as const;
const BATCH_MEMBERS = { batchCapabilities: 'object', createBatches: 'function' } as const;

/** Loads the built-in plugins. They are plain data and load no SDK. */
export async function builtInPlugins(): Promise<readonly AnyPlugin[]> {
  return Promise.all(Object.values(BUILT_IN_PROVIDERS).map(async (provider) => (await provider.load()).plugin));
}

/** The ids of the built-in session providers that have a capability, sorted. */
export async function providersWith(has: (capabilities: Capabilities) => boolean): Promise<readonly string[]> {
  const ids = BUILT_IN_IDS.map(async (id) => {
    const provider = BUILT_IN_PROVIDERS[id];
    return provider?.runs === 'sessions' && has((await provider.load()).plugin.capabilities) ? [id] : [];
  });
  return (await Promise.all(ids)).flat();
}

/**
 * Loads the plugin of a provider.
 * @param provider - a built-in provider's id, or the import specifier of a package or file
 * @param from - the config file that names the provider: the specifier is resolved from there, by default from the working directory
 * @throws SessionError `config-invalid` when the provider does not exist or the module exports no plugin of this contract.
 */
export async function loadPlugin(provider: string, from = join(process.cwd(), 'config')): Promise<AnyPlugin> {
  const builtIn = Object.hasOwn(BUILT_IN_PROVIDERS, provider) ? BUILT_IN_PROVIDERS[provider] : undefined;
  return builtIn === undefined ? loadForeign(provider, from) : (await builtIn.load()).plugin;
}

/** An address may hold a token, and is never the name of a module. */
const ADDRESS = /^(?!file:)\w+:\/\//;

/** The file that runs to load a provider; `undefined` for a built-in one, and when there is none. */
export async function providerFile(provider: string, from: string): Promise<string | undefined> {
  if (BUILT_IN_IDS.includes(provider) || ADDRESS.test(provider)) return undefined;
  const { resolveModule } = await import('./import-module-file.ts');
  return resolveModule(provider, from);
}

async function loadForeign(provider: string, from: string): Promise<AnyPlugin> {
  if (ADDRESS.test(provider)) {
    const found = `expected the name of a provider; found the address ${describeValue(provider)}`;
    throw refusal(`${found}. For a Spark Connect server, write provider: local and engine: { url: … }`);
  }
  const { importModuleFile } = await import('./import-module-file.ts');
  const file = await providerFile(provider, from);
  if (file === undefined) throw notFound(provider, dirname(from));
  const why = await whyNotTrusted(file);
  if (why !== undefined) throw refusal(`The provider ${provider} (${file}) ${why}.`);
  let module: Readonly<Record<string, unknown>>;
  try {
    module = await importModuleFile(file);
  } catch (cause) {
    throw refusal(`Importing the provider ${provider} (${file}) failed: ${String(cause)}`, cause);
  }
  return assertPlugin(module['plugin'], provider);
}

function notFound(provider: string, folder: string): SessionError {
  const listed = `Built-in providers: ${BUILT_IN_IDS.join(', ')}.`;
  if (/^[./]/.test(provider)) return refusal(`No provider module ${provider} in ${folder}. ${listed}`);
  const closest = closestName(provider, BUILT_IN_IDS);
  // No install line for a likely typo: a stranger may have published a package under the misspelled name.
  if (closest !== undefined) return refusal(`Unknown provider "${provider}". Did you mean "${closest}"? ${listed}`);
  return refusal(
    `Unknown provider "${provider}". ${listed} If it is a package, install it in ${folder}: npm install ${provider}`,
  );
}

/**
 * Checks that a value from outside this package is a plugin of this contract.
 * @throws SessionError `config-invalid` with what is missing.
 */
export function assertPlugin(plugin: unknown, provider: string): AnyPlugin {
  if (typeof plugin !== 'object' || plugin === null) {
    throw refusal(`${provider} is not a provider: export \`const plugin = definePlugin({ … })\` from it`);
  }
  const members = plugin as Readonly<Record<string, unknown>>;
  const version = members['contractVersion'];
  if (version !== CONTRACT_VERSION) {
    const found = version === undefined ? 'no version' : `version ${JSON.stringify(version)}`;
    throw refusal(
      `The provider ${provider} implements ${found} of the provider contract, but this anysession needs version ` +
        `${CONTRACT_VERSION}. Install matching releases of both.`,
    );
  }
  const ownMembers = 'createBatches' in members ? BATCH_MEMBERS : SESSION_MEMBERS;
  const wrong = Object.entries({ ...PLUGIN_MEMBERS, ...ownMembers }).filter(
    ([name, type]) => typeof members[name] !== type || members[name] === null,
  );
  if (wrong.length > 0) {
    const list = wrong.map(([name, type]) => `${name} (${type})`).join(', ');
    throw refusal(`The plugin of ${provider} is incomplete. Missing: ${list}`);
  }
  return plugin as AnyPlugin;
}

function refusal(message: string, cause?: unknown): SessionError {
  return new SessionError('config-invalid', message, { operation: 'loadPlugin', cause });
}
