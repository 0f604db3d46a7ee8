import { SESSION_SIZES } from '../contract/start-request.ts';
import type { Prices } from '../contract/usage.ts';
import { isMap, type ObjectShape, type OptionShape } from '../provider-kit/option-shape.ts';
import type { AnyPlugin } from '../contract/provider-plugin.ts';
import { builtInPlugins } from './plugin-catalog.ts';

const path = { type: 'string', minLength: 1 } as const;

function durationMs(description: string): OptionShape {
  return { type: 'integer', minimum: 1, description };
}

function texts(description: string): OptionShape {
  return { type: 'object', additionalProperties: { type: 'string' }, description };
}

function spend(description: string): OptionShape {
  return { type: 'number', exclusiveMinimum: 0, description };
}

const price = (what: string): OptionShape => ({ type: 'number', minimum: 0, description: `The price of one ${what}.` });

/** The block `prices` of an environment. */
export const PRICES_SHAPE = {
  type: 'object',
  properties: {
    currency: {
      type: 'string',
      pattern: '^[A-Z]{3}$',
      title: 'a currency code of three capital letters, such as USD',
      description: 'The currency of the prices, such as USD.',
    },
    dpuHour: price('DPU hour (Athena)'),
    vcpuHour: price('vCPU hour (EMR Serverless)'),
    memoryGbHour: price('GB hour of memory (EMR Serverless)'),
    dcuHour: price('DCU hour (Dataproc)'),
    storageGbHour: price('GB hour of storage (EMR Serverless, Dataproc)'),
    acceleratorHour: price('accelerator hour (Dataproc)'),
    sessionHour: price('hour of a session, to estimate by age where its service reports no usage'),
  } satisfies Readonly<Record<keyof Prices, OptionShape>>,
  required: ['currency'],
  additionalProperties: false,
  description: 'What resources cost here, by your region and contract. No prices are built in.',
} as const satisfies ObjectShape;

/** The block `session` of an environment. */
export const SESSION_SHAPE = {
  type: 'object',
  properties: {
    idleTimeoutMs: durationMs('How long a session may be idle before its service ends it, milliseconds.'),
    maxLifetimeMs: durationMs('How long a session may live, milliseconds.'),
    maxSpend: spend('What one session may cost, in the currency of `prices`; at this cost it ends.'),
    labels: texts('Labels of every session, if the provider supports them.'),
    size: { type: 'string', enum: SESSION_SIZES, description: 'A portable size; each provider maps it to machines.' },
    sparkConf: texts('Spark configuration, if the provider supports it.'),
    queueTimeoutMs: durationMs('How long a start waits for a free quota, milliseconds; it fails at once by default.'),
  },
  additionalProperties: false,
  description: 'Defaults of every start().',
} as const satisfies ObjectShape;

/** What every environment has, whatever its provider; the provider's options are beside these. */
export const ENVIRONMENT_SHAPE = {
  type: 'object',
  properties: {
    provider: {
      type: 'string',
      minLength: 1,
      description: "A built-in provider's id, or the import specifier of another provider: a package or a path.",
    },
    session: SESSION_SHAPE,
    prices: PRICES_SHAPE,
    maxSpend: spend('What all sessions that one process starts may cost together; then they are ended.'),
  },
  required: ['provider'],
  additionalProperties: true,
} as const satisfies ObjectShape;

/** Who pays. */
export const OWNER_SHAPE: OptionShape = {
  type: 'string',
  pattern: '^[a-z0-9_-]{1,63}$',
  title: '1 to 63 lower-case letters, digits, - and _',
  description: 'Who pays: written on every session, so that lists show it.',
};

/** The top level of the configuration; an environment is checked when it is selected. */
export const CONFIG_SHAPE = {
  type: 'object',
  properties: {
    $schema: { type: 'string', description: 'The JSON Schema that editors complete this file with.' },
    extends: {
      anyOf: [path, { type: 'array', items: path }],
      description: 'Local files to inherit from, relative to this one; a later file wins over an earlier one.',
    },
    defaultEnvironment: {
      type: 'string',
      minLength: 1,
      description: 'The environment to use when neither the caller nor ANYSESSION_ENV names one.',
    },
    owner: OWNER_SHAPE,
    environments: {
      type: 'object',
      additionalProperties: { type: 'object', additionalProperties: true },
      description: 'The environments by name.',
    },
  },
  required: ['environments'],
  additionalProperties: false,
} as const satisfies ObjectShape;

type Schema = Readonly<Record<string, unknown>>;

/** A text with a variable in it. It can replace any value. */
const TEMPLATE: Schema = { type: 'string', pattern: '\\$\\{' };

/**
 * The JSON Schema of a config file, made from the shapes that the checks read and from the built-in plugins' own
 * schemas. Draft 7, which every YAML language server knows.
 * @see https://json-schema.org/draft-07 (read 2026-11-20)
 */
export async function configSchema(): Promise<Schema> {
  const plugins = await builtInPlugins();
  const { properties, required, ...top } = CONFIG_SHAPE;
  const environments = { ...properties.environments, additionalProperties: environmentSchema(plugins) };
  const { extends: bases, $schema, defaultEnvironment, owner } = properties;
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    ...top,
    title: 'anysession.config',
    properties: {
      $schema,
      extends: bases,
      defaultEnvironment: orTemplate(defaultEnvironment),
      owner: orTemplate(owner),
      environments,
    },
    // A file may leave out what a file that it extends contains.
    if: { not: { required: ['extends'] } },
    then: { required, properties: { environments: { additionalProperties: { required: ['provider'] } } } },
  };
}

/** Any environment; the id of its provider selects the other options. */
function environmentSchema(plugins: readonly AnyPlugin[]): Schema {
  const { provider } = ENVIRONMENT_SHAPE.properties;
  const own = Object.fromEntries(
    Object.entries(ENVIRONMENT_SHAPE.properties)
      .filter(([name]) => name !== 'provider')
      .map(([name, shape]) => [name, orTemplate({ ...shape })]),
  );
  const named = (id: string): Schema => ({ properties: { provider: { const: id } }, required: ['provider'] });
  return {
    type: 'object',
    properties: {
      // Completes the built-in ids, takes any text.
      provider: { ...provider, anyOf: [{ enum: plugins.map(({ id }) => id) }, { type: 'string' }] },
      ...own,
    },
    allOf: plugins.map((plugin) => ({
      if: named(plugin.id),
      then: { ...optionRules(plugin), properties: { provider: true, ...own, ...optionProperties(plugin) } },
    })),
  };
}

/** What a plugin's schema says of its options as a whole; what its variables can fill is not required in the file. */
function optionRules(plugin: AnyPlugin): Schema {
  const { required, additionalProperties = false } = plugin.optionsSchema();
  const inFile = (name: unknown): boolean => !Object.hasOwn(plugin.environmentVariables, String(name));
  return { additionalProperties, required: Array.isArray(required) ? required.filter(inFile) : [] };
}

function optionProperties(plugin: AnyPlugin): Schema {
  const options = members(plugin.optionsSchema()['properties']);
  return Object.fromEntries(Object.entries(options).map(([name, schema]) => [name, orTemplate(schema)]));
}

/** The same schema with a text that holds a variable allowed wherever a value is wanted that such a text is not. */
function orTemplate(schema: Schema = {}): Schema {
  const { type, properties, additionalProperties, items, description, ...rest } = schema;
  if (type === 'object') {
    const inside = Object.entries(members(properties)).map(([name, member]) => [name, orTemplate(member)] as const);
    const others = isMap(additionalProperties) ? orTemplate(additionalProperties) : additionalProperties;
    return { ...schema, properties: Object.fromEntries(inside), additionalProperties: others };
  }
  if (type === 'array') return isMap(items) ? { ...schema, items: orTemplate(items) } : schema;
  const isAnyText = type === 'string' && !['enum', 'const', 'pattern'].some((key) => key in rest);
  return isAnyText ? schema : { description, anyOf: [{ type, ...rest }, TEMPLATE] };
}

function members(properties: unknown): Readonly<Record<string, Schema>> {
  return isMap(properties) ? (properties as Record<string, Schema>) : {};
}
