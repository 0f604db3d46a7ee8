import type { AnyPlugin } from '../contract/provider-plugin.ts';
import { isMap, unknownKey } from '../provider-kit/option-shape.ts';
import { SESSION_SHAPE } from './config-shape.ts';
import type { FilledText } from './interpolate.ts';
import { builtInPlugins } from './plugin-catalog.ts';

type Options = Readonly<Record<string, unknown>>;

/** A provider's options as its plugin parsed them, and all their problems. */
export interface ReadOptions {
  readonly config: unknown;
  readonly problems: readonly { readonly path: readonly (string | number)[]; readonly message: string }[];
}

/** The options that a plugin's schema names; `undefined` when the schema allows others too. */
export function optionNames(plugin: AnyPlugin): readonly string[] | undefined {
  const { properties, additionalProperties = false } = plugin.optionsSchema();
  return isMap(properties) && additionalProperties === false ? Object.keys(properties) : undefined;
}

/** The options that are left out and that a variable of the plugin holds; an empty variable counts as not set. */
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

/** Has the plugin parse its options, without the keys that its schema does not know. */
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

/** Explains where an unknown option belongs. */
async function describeStranger(key: string, plugin: AnyPlugin, known: readonly string[]): Promise<string> {
  if (Object.hasOwn(SESSION_SHAPE.properties, key)) return `belongs in \`session\`: session: { ${key}: … }`;
  const others = (await builtInPlugins()).filter(({ id }) => id !== plugin.id);
  const owners = others.filter((other) => optionNames(other)?.includes(key)).map(({ id }) => id);
  if (owners.length > 0) return `is an option of ${owners.join(' and ')}, not of ${plugin.id}`;
  return unknownKey(key, ['provider', 'session', ...known]);
}
