import type { ProviderPlugin } from '../contract/provider-plugin.ts';
import { isMap } from './check-shape.ts';
import { CONFIG_SHAPE, ENVIRONMENT_SHAPE, SESSION_SHAPE } from './config-shape.ts';
import { builtInPlugins } from './plugin-catalog.ts';

type Schema = Readonly<Record<string, unknown>>;

/** A text with a variable in it, which may stand in the place of anything. */
const TEMPLATE: Schema = { type: 'string', pattern: '\\$\\{' };

/**
 * The JSON Schema of a config file, made from the records that the checks read and from the built-in plugins' own
 * schemas. Draft 7, which every YAML language server knows.
 * @see https://json-schema.org/draft-07 (read 2026-11-20)
 */
export async function configSchema(): Promise<Schema> {
  const plugins = [...(await builtInPlugins()).values()];
  const { defaultEnvironment, owner, ...plain } = CONFIG_SHAPE.properties;
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'anysession.config',
    type: 'object',
    additionalProperties: false,
    properties: {
      ...plain,
      extends: EXTENDS,
      defaultEnvironment: orTemplate(defaultEnvironment),
      owner: orTemplate(owner),
      environments: { ...plain.environments, additionalProperties: environmentSchema(plugins) },
    },
    // What a file leaves out may stand in one that it extends.
    if: { not: { required: ['extends'] } },
    then: {
      required: CONFIG_SHAPE.required,
      properties: { environments: { additionalProperties: { required: ENVIRONMENT_SHAPE.required } } },
    },
  };
}

const PATH: Schema = { type: 'string', minLength: 1 };
const EXTENDS: Schema = {
  description: 'Files on this machine that this one builds on, relative to it; a later one wins over an earlier one.',
  anyOf: [PATH, { type: 'array', items: PATH }],
};

/** Any environment, and by its provider's id what else may stand in it. */
function environmentSchema(plugins: readonly ProviderPlugin[]): Schema {
  const { provider } = ENVIRONMENT_SHAPE.properties;
  const session = orTemplate(SESSION_SHAPE);
  const named = (id: string): Schema => ({ properties: { provider: { const: id } }, required: ['provider'] });
  return {
    type: 'object',
    properties: {
      // Completes the built-in ids, takes any text.
      provider: { ...provider, anyOf: [{ enum: plugins.map(({ id }) => id) }, PATH] },
      session,
    },
    allOf: plugins.map((plugin) => ({
      if: named(plugin.id),
      then: { ...optionRules(plugin), properties: { provider: true, session, ...optionProperties(plugin) } },
    })),
  };
}

/** What a plugin's schema says of its options as a whole; what its variables can fill is not required in the file. */
function optionRules(plugin: ProviderPlugin): Schema {
  const { required, additionalProperties = false } = plugin.optionsSchema();
  const inFile = (name: unknown): boolean => !Object.hasOwn(plugin.environmentVariables, String(name));
  return { additionalProperties, required: Array.isArray(required) ? required.filter(inFile) : [] };
}

function optionProperties(plugin: ProviderPlugin): Schema {
  const { properties } = orTemplate(plugin.optionsSchema());
  return isMap(properties) ? properties : {};
}

/** The same schema with a text that holds a variable allowed wherever a value is wanted that such a text is not. */
function orTemplate(schema: Schema): Schema {
  const { properties, additionalProperties, items } = schema;
  const within = {
    ...(isMap(properties) && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([key, member]) => [key, isMap(member) ? orTemplate(member) : member]),
      ),
    }),
    ...(isMap(additionalProperties) && { additionalProperties: orTemplate(additionalProperties) }),
    ...(isMap(items) && { items: orTemplate(items) }),
  };
  if (Object.keys(within).length > 0 || schema['type'] === 'object' || schema['type'] === 'array') {
    return { ...schema, ...within };
  }
  const isAnyText = schema['type'] === 'string' && !['enum', 'const', 'pattern'].some((key) => key in schema);
  if (isAnyText) return schema;
  const { description, ...rest } = schema;
  return { ...(description !== undefined && { description }), anyOf: [rest, TEMPLATE] };
}
