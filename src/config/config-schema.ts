import type { AnyPlugin } from '../contract/provider-plugin.ts';
import { isMap } from '../provider-kit/option-shape.ts';
import { CONFIG_SHAPE, ENVIRONMENT_SHAPE, SESSION_SHAPE } from './config-shape.ts';
import { builtInPlugins } from './plugin-catalog.ts';

type Schema = Readonly<Record<string, unknown>>;

/** A text with a variable in it, which may stand in the place of anything. */
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
    // What a file leaves out may stand in one that it extends.
    if: { not: { required: ['extends'] } },
    then: { required, properties: { environments: { additionalProperties: { required: ['provider'] } } } },
  };
}

/** Any environment, and by its provider's id what else may stand in it. */
function environmentSchema(plugins: readonly AnyPlugin[]): Schema {
  const { provider } = ENVIRONMENT_SHAPE.properties;
  const session = orTemplate(SESSION_SHAPE);
  const named = (id: string): Schema => ({ properties: { provider: { const: id } }, required: ['provider'] });
  return {
    type: 'object',
    properties: {
      // Completes the built-in ids, takes any text.
      provider: { ...provider, anyOf: [{ enum: plugins.map(({ id }) => id) }, { type: 'string' }] },
      session,
    },
    allOf: plugins.map((plugin) => ({
      if: named(plugin.id),
      then: { ...optionRules(plugin), properties: { provider: true, session, ...optionProperties(plugin) } },
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
