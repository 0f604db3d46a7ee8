import type { Capabilities } from '../contract/capabilities.ts';
import { isBatchPlugin, type AnyPlugin, type OptionProblem } from '../contract/provider-plugin.ts';
import type { SessionDefaults } from '../contract/session-defaults.ts';
import { whyUnpriced, type Prices, type UsageUnit } from '../contract/usage.ts';
import { SessionError } from '../contract/session-error.ts';
import { SHOWN_LENGTH } from '../provider-kit/describe-value.ts';
import { checkOptions, isMap, unknownKey } from '../provider-kit/option-shape.ts';
import { hideSecrets } from '../provider-kit/hide-secrets.ts';
import { coerceTexts, secretsIn } from './filled-texts.ts';
import { readVariables } from '../provider-kit/read-variables.ts';
import { formatPath, type ConfigProblem } from './config-problem.ts';
import { ENVIRONMENT_SHAPE, SESSION_SHAPE } from './config-shape.ts';
import { interpolate, type FilledText } from './interpolate.ts';
import { builtInPlugins, loadPlugin, providerFile } from './plugin-catalog.ts';
import type { ReadConfig } from './read-config.ts';

type Mapping = Readonly<Record<string, unknown>>;

/** One environment as far as it could be read, and all its problems. */
export interface ReadEnvironment {
  readonly name: string;
  /** As written in the files, without the values of variables. */
  readonly written: Mapping;
  /** `undefined` when the provider is missing or cannot be loaded. */
  readonly plugin: AnyPlugin | undefined;
  /** The file that runs to load the provider; `undefined` for a built-in one. */
  readonly providerFile: string | undefined;
  readonly providerConfig: unknown;
  /** What its sessions can do; `undefined` without a provider and for one of run batches. */
  readonly capabilities: Capabilities | undefined;
  readonly session: SessionDefaults;
  readonly prices: Prices | undefined;
  readonly maxSpend: number | undefined;
  readonly problems: readonly ConfigProblem[];
}

/** Fills the variables of one environment, loads its provider and checks it. */
export async function readEnvironment(source: ReadConfig, name: string): Promise<ReadEnvironment> {
  const at = ['environments', name];
  const raw = source.environments[name] ?? {};
  const { value, filled, problems: unfilled } = interpolate(raw, [], source.env);
  const written = value as Mapping;
  const providerIsKnown = !unfilled.some(({ path }) => path[0] === 'provider');
  const found = providerIsKnown ? await findPlugin(written['provider'], source.baseOf([...at, 'provider'])) : NOT_FOUND;
  const { plugin } = found;
  const { problems, ...checked } = await checkEnvironment({ written, plugin, filled, env: source.env });
  return {
    name,
    written: raw,
    plugin,
    providerFile: found.file,
    ...checked,
    capabilities: capabilitiesOf(plugin, checked.providerConfig),
    problems: [...unfilled, ...found.problems, ...problems].map(({ path, message }) => {
      const place = [...at, ...path];
      return { file: source.labelAt(place), path: place, message };
    }),
  };
}

/** An environment with its variables filled in. */
export interface FilledEnvironment {
  readonly written: Mapping;
  readonly plugin: AnyPlugin | undefined;
  /** The values that came from variables. */
  readonly filled: readonly FilledText[];
  readonly env: NodeJS.ProcessEnv;
}

/** What checking one environment gave. */
export interface CheckedEnvironment {
  readonly providerConfig: unknown;
  readonly session: SessionDefaults;
  readonly prices: Prices | undefined;
  readonly maxSpend: number | undefined;
  /** Their paths begin in the environment. */
  readonly problems: readonly OptionProblem[];
}

/** Adds the options that the provider's variables hold, checks the environment and has the plugin parse its options. */
export async function checkEnvironment(environment: FilledEnvironment): Promise<CheckedEnvironment> {
  const { written, plugin, filled, env } = environment;
  const fromVariables = plugin ? await optionsFromVariables(plugin, written, env) : [];
  const allFilled = [...filled, ...fromVariables];
  const optionSchemas = plugin?.optionsSchema()['properties'] as Mapping | undefined;
  const schema = { properties: { ...optionSchemas, ...ENVIRONMENT_SHAPE.properties } };
  const typed = coerceTexts(written, schema, allFilled) as Mapping;
  const read = plugin ? await readOptions(plugin, optionsOf(typed)) : { config: undefined, problems: [] };
  const shapeProblems = [...checkOptions(typed, ENVIRONMENT_SHAPE), ...read.problems];
  const own = typed as Partial<Pick<CheckedEnvironment, 'session' | 'prices' | 'maxSpend'>>;
  const problems =
    shapeProblems.length > 0 ? shapeProblems : unpricedLimits(own, capabilitiesOf(plugin, read.config)?.usageUnits);
  const secrets = problems.length === 0 ? new Map<string, string>() : secretsIn(typed, allFilled);
  return {
    providerConfig: hideSecrets(read.config),
    session: hideSecrets(own.session ?? {}),
    prices: own.prices,
    maxSpend: own.maxSpend,
    problems: problems.map((problem) => withoutSecrets(problem, secrets, allFilled)),
  };
}

/** Limits on spending that no price can enforce. */
function unpricedLimits(
  { session, prices, maxSpend }: Partial<Pick<CheckedEnvironment, 'session' | 'prices' | 'maxSpend'>>,
  usageUnits: readonly UsageUnit[] = [],
): readonly OptionProblem[] {
  const limits = [
    [['maxSpend'], maxSpend],
    [['session', 'maxSpend'], session?.maxSpend],
  ] as const;
  const why = whyUnpriced(usageUnits, prices);
  return limits.flatMap(([path, limit]) =>
    limit === undefined || why === undefined ? [] : [{ path, message: `cannot be enforced: ${why}` }],
  );
}

/** The capabilities with these options; wrong options have no config and get the capabilities of the defaults. */
function capabilitiesOf(plugin: AnyPlugin | undefined, config: unknown): Capabilities | undefined {
  if (plugin === undefined || isBatchPlugin(plugin)) return undefined;
  return config === undefined ? plugin.capabilities : (plugin.capabilitiesOf?.(config) ?? plugin.capabilities);
}

interface FoundPlugin {
  readonly file?: string | undefined;
  readonly plugin: AnyPlugin | undefined;
  readonly problems: readonly OptionProblem[];
}

const NOT_FOUND: FoundPlugin = { plugin: undefined, problems: [] };

async function findPlugin(provider: unknown, from: string): Promise<FoundPlugin> {
  // The check of the environment's shape reports what is no string or empty.
  if (typeof provider !== 'string' || provider === '') return NOT_FOUND;
  const file = await providerFile(provider, from);
  try {
    return { file, plugin: await loadPlugin(provider, from), problems: [] };
  } catch (error) {
    if (!SessionError.is(error, 'config-invalid')) throw error;
    return {
      file,
      plugin: undefined,
      problems: [{ path: ['provider'], message: error.message.replace(/^\[.*?\] /, '') }],
    };
  }
}

function optionsOf(environment: Mapping): Mapping {
  return Object.fromEntries(
    Object.entries(environment).filter(([key]) => !Object.hasOwn(ENVIRONMENT_SHAPE.properties, key)),
  );
}

function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** Adds the variable that a wrong value came from, and hides every secret in a plugin's message. */
function withoutSecrets(
  { path, message }: OptionProblem,
  secrets: ReadonlyMap<string, string>,
  filled: readonly FilledText[],
): OptionProblem {
  // Messages quote a value, and cut off a long one.
  const safe = [...secrets].reduce(
    (text, [secret, shown]) =>
      [secret, escaped(secret), escaped(secret.slice(0, SHOWN_LENGTH))].reduce(
        (rest, part) => rest.replaceAll(part, shown),
        text,
      ),
    message,
  );
  const source = filled.find((text) => formatPath(text.path) === formatPath(path));
  const isNamed = source === undefined || safe.includes(source.template);
  return { path, message: isNamed ? safe : `${safe} (from ${source.template})` };
}

/** A provider's options as its plugin parsed them, and all their problems. */
export interface ReadOptions {
  readonly config: unknown;
  readonly problems: readonly OptionProblem[];
}

/** The options that a plugin's schema names; `undefined` when the schema allows others too. */
export function optionNames(plugin: AnyPlugin): readonly string[] | undefined {
  const { properties, additionalProperties = false } = plugin.optionsSchema();
  return isMap(properties) && additionalProperties === false ? Object.keys(properties) : undefined;
}

/** The options that are left out and that variables hold, by the plugin's own rules if it has any. */
export async function optionsFromVariables(
  plugin: AnyPlugin,
  options: Mapping,
  env: NodeJS.ProcessEnv,
): Promise<readonly FilledText[]> {
  const found = (await plugin.findOptions?.(options, env)) ?? readVariables(plugin.environmentVariables, options, env);
  return found.map(({ option, source, text }) => ({ path: [option], template: source, text }));
}

/** Has the plugin parse its options, without the keys that its schema does not know. */
export async function readOptions(plugin: AnyPlugin, options: Mapping): Promise<ReadOptions> {
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
