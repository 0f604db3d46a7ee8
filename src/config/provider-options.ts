import type { AnyPlugin } from '../contract/provider-plugin.ts';
import { isMap, unknownKey } from './check-shape.ts';
import { SESSION_SHAPE } from './config-shape.ts';
import type { FilledText } from './interpolate.ts';
import { builtInPlugins } from './plugin-catalog.ts';

type Options = Readonly<Record<string, unknown>>;

/** What a provider's options came to: the plugin's config, and all that is wrong with them. */
export interface ReadOptions {
  readonly config: unknown;
  readonly problems: readonly { readonly path: readonly (string | number)[]; readonly message: string }[];
}

/** The options that a plugin's schema names, or `undefined` where it says that it takes any others as well. */
export function optionNames(plugin: AnyPlugin): readonly string[] | undefined {
  const { properties, additionalProperties = false } = plugin.optionsSchema();
  return isMap(properties) && additionalProperties === false ? Object.keys(properties) : undefined;
}

/** The options that the file leaves out and a variable of the plugin's holds; an empty variable counts as not set. */
export function optionsFromVariables(
  plugin: AnyPlugin,
  options: Options,
  env: NodeJS.ProcessEnv,
): readonly FilledText[] {
  return Object.entries(plugin.environmentVariables).flatMap(([option, variable]) => {
    const text = options[option] === undefined ? (env[variable] ?? '') : '';
    return text === '' ? [] : [{ path: [option], template: `\${${variable}}`, text }];
  });
}

/** Has the plugin read its options, after the keys that are not its own were told apart. */
export async function readOptions(plugin: AnyPlugin, options: Options): Promise<ReadOptions> {
  const known = optionNames(plugin);
  const strangers = known === undefined ? [] : Object.keys(options).filter((key) => !known.includes(key));
  const own = Object.fromEntries(Object.entries(options).filter(([key]) => !strangers.includes(key)));
  const unknown = await Promise.all(
    strangers.map(async (key) => ({ path: [key], message: await describeStranger(key, plugin, known ?? []) })),
  );
  const parsed = plugin.parseOptions(own);
  if (parsed.ok) return { config: parsed.config, problems: unknown };
  return { config: undefined, problems: [...unknown, ...parsed.problems] };
}

/** Says where an option that a provider does not have belongs. */
async function describeStranger(key: string, plugin: AnyPlugin, known: readonly string[]): Promise<string> {
  if (Object.hasOwn(SESSION_SHAPE.shape, key)) return `stands in the block \`session\`: session: { ${key}: … }`;
  const others = (await builtInPlugins()).filter(({ id }) => id !== plugin.id);
  const owners = others.filter((other) => optionNames(other)?.includes(key)).map(({ id }) => id);
  if (owners.length > 0) return `is an option of ${owners.join(' and ')}, and the provider here is ${plugin.id}`;
  return unknownKey(key, ['provider', 'session', ...known]);
}
