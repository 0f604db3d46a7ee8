import { SESSION_SIZES } from '../contract/start-request.ts';
import type { ObjectShape, OptionShape } from '../provider-kit/option-shape.ts';

const path = { type: 'string', minLength: 1 } as const;

function durationMs(description: string): OptionShape {
  return { type: 'integer', minimum: 1, description };
}

function texts(description: string): OptionShape {
  return { type: 'object', additionalProperties: { type: 'string' }, description };
}

/** The block `session` of an environment. */
export const SESSION_SHAPE = {
  type: 'object',
  properties: {
    idleTimeoutMs: durationMs('How long a session may be idle before its service ends it, milliseconds.'),
    maxLifetimeMs: durationMs('How long a session may live, milliseconds.'),
    labels: texts('Labels of every session, if the provider supports them.'),
    size: { type: 'string', enum: SESSION_SIZES, description: 'A portable size; each provider maps it to machines.' },
    sparkConf: texts('Spark configuration, if the provider supports it.'),
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
