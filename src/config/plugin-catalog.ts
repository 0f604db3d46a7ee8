import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { CONTRACT_VERSION, type AnyPlugin, type PluginBase } from '../contract/provider-plugin.ts';
import { SessionError } from '../contract/session-error.ts';
import { closestName } from './closest-name.ts';

/** Beside `src` in the sources and beside `dist/src` in the package; the ending is that of this very file. */
const PROVIDERS_FOLDER = fileURLToPath(new URL('../../providers/', import.meta.url));
const PLUGIN_FILE = `plugin${extname(fileURLToPath(import.meta.url))}`;

const BUILT_IN_ID = /^[a-z][a-z0-9-]*$/;

/** The members of a plugin, with the type that each must have. */
const PLUGIN_MEMBERS = {
  id: 'string',
  summary: 'string',
  environmentVariables: 'object',
  optionsSchema: 'function',
  parseOptions: 'function',
} as const satisfies Partial<Record<keyof PluginBase, string>>;

/** The members that tell the kinds of plugins apart. */
const SESSION_MEMBERS = { capabilities: 'object', create: 'function' } as const;
const BATCH_MEMBERS = { batchCapabilities: 'object', createBatches: 'function' } as const;

/** The ids of the providers that come with anysession, sorted. */
export async function builtInProviderIds(): Promise<readonly string[]> {
  const folders = await readdir(PROVIDERS_FOLDER);
  return folders.filter(isBuiltIn).sort();
}

/** All plugins that come with anysession, by id. */
export async function builtInPlugins(): Promise<ReadonlyMap<string, AnyPlugin>> {
  const ids = await builtInProviderIds();
  return new Map(await Promise.all(ids.map(async (id) => [id, await loadBuiltIn(id)] as const)));
}

/**
 * The plugin of a provider: a built-in one by its id, any other by its import specifier.
 * @param provider - as it stands in the configuration
 * @param from - the config file that names it, where the specifier is resolved from; without one the working directory
 * @throws SessionError `config-invalid` when there is no such provider, or the module is no plugin of this contract.
 */
export async function loadPlugin(provider: string, from: string | undefined): Promise<AnyPlugin> {
  return isBuiltIn(provider) ? loadBuiltIn(provider) : loadForeign(provider, from ?? join(process.cwd(), 'config'));
}

function isBuiltIn(provider: string): boolean {
  return BUILT_IN_ID.test(provider) && existsSync(join(PROVIDERS_FOLDER, provider, PLUGIN_FILE));
}

async function loadBuiltIn(id: string): Promise<AnyPlugin> {
  const file = pathToFileURL(join(PROVIDERS_FOLDER, id, PLUGIN_FILE)).href;
  return asPlugin((await import(file)) as Record<string, unknown>, id);
}

async function loadForeign(provider: string, from: string): Promise<AnyPlugin> {
  const { resolveModulePath } = await import('exsolve');
  const { importModuleFile } = await import('./import-module-file.ts');
  // Not cached: a provider that was missing may have been installed since.
  const file = resolveModulePath(provider, { from: pathToFileURL(from), try: true, cache: false });
  if (file === undefined) throw await notFound(provider, dirname(from));
  let module: Readonly<Record<string, unknown>>;
  try {
    module = await importModuleFile(file);
  } catch (cause) {
    throw refusal(`the provider ${provider} (${file}) cannot be imported: ${String(cause)}`, cause);
  }
  return asPlugin(module, provider);
}

async function notFound(provider: string, folder: string): Promise<SessionError> {
  const ids = await builtInProviderIds();
  const listed = `built-in providers are ${ids.join(', ')}`;
  if (/^[./]/.test(provider)) return refusal(`there is no provider module ${provider} beside ${folder}; ${listed}`);
  const closest = closestName(provider, ids);
  // No install line for what is most likely a typo: somebody else may have published a package under the misspelt name.
  if (closest !== undefined) return refusal(`there is no provider "${provider}"; did you mean ${closest}? (${listed})`);
  return refusal(
    `there is no provider "${provider}": ${listed}, and no package of that name is installed for ${folder}; ` +
      `if it is one, run: npm install ${provider}`,
  );
}

function asPlugin(module: Readonly<Record<string, unknown>>, provider: string): AnyPlugin {
  const plugin = module['plugin'];
  if (typeof plugin !== 'object' || plugin === null) {
    throw refusal(
      `the module ${provider} is no provider: it must export a plugin as \`export const plugin = definePlugin({ … })\``,
    );
  }
  const members = plugin as Readonly<Record<string, unknown>>;
  const version = members['contractVersion'];
  if (version !== CONTRACT_VERSION) {
    throw refusal(
      `the provider ${provider} keeps version ${version === undefined ? 'none' : JSON.stringify(version)} of the provider contract and this release ` +
        `of anysession needs version ${CONTRACT_VERSION}: install a release of the one that fits the other`,
    );
  }
  const ownMembers = 'createBatches' in members ? BATCH_MEMBERS : SESSION_MEMBERS;
  const wrong = Object.entries({ ...PLUGIN_MEMBERS, ...ownMembers }).filter(
    ([name, type]) => typeof members[name] !== type || members[name] === null,
  );
  if (wrong.length > 0) {
    const list = wrong.map(([name, type]) => `${name} (${type})`).join(', ');
    throw refusal(`the plugin of ${provider} is not complete: it lacks ${list}`);
  }
  return plugin as AnyPlugin;
}

function refusal(message: string, cause?: unknown): SessionError {
  return new SessionError('config-invalid', message, { operation: 'loadPlugin', cause });
}
