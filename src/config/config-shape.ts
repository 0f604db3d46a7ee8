import { SESSION_SIZES } from '../contract/start-request.ts';
import type { ShapeSchema } from './check-shape.ts';

const TEXTS: ShapeSchema = { type: 'object', additionalProperties: { type: 'string' } };

/** The block `session` of an environment. */
export const SESSION_SHAPE = {
  type: 'object',
  description: 'What start() uses where the call itself says nothing.',
  additionalProperties: false,
  properties: {
    idleTimeoutMs: {
      type: 'integer',
      minimum: 1,
      description: 'How long a session may be idle before its service ends it, milliseconds.',
    },
    maxLifetimeMs: { type: 'integer', minimum: 1, description: 'How long a session may live at all, milliseconds.' },
    labels: { ...TEXTS, description: 'Labels of every session, where the provider takes them.' },
    size: {
      type: 'string',
      enum: SESSION_SIZES,
      description: 'A portable size; each provider says what it means in machines.',
    },
    sparkConf: { ...TEXTS, description: 'Spark configuration, where the provider takes it.' },
  },
} as const satisfies ShapeSchema;

/** What every environment has, whatever its provider; the provider's options stand beside these. */
export const ENVIRONMENT_SHAPE = {
  type: 'object',
  required: ['provider'],
  additionalProperties: true,
  properties: {
    provider: {
      type: 'string',
      minLength: 1,
      description:
        "A built-in provider's id, or the import specifier of any other provider: a package or a relative path.",
    },
    session: SESSION_SHAPE,
  },
} as const satisfies ShapeSchema;

/** The top of the configuration. */
export const CONFIG_SHAPE = {
  type: 'object',
  required: ['environments'],
  additionalProperties: false,
  properties: {
    $schema: { type: 'string', description: 'The JSON Schema that editors complete this file by.' },
    // Checked, and used up, where the files are read.
    extends: true,
    defaultEnvironment: {
      type: 'string',
      minLength: 1,
      description: 'The environment to take when neither the caller nor ANYSESSION_ENV names one.',
    },
    owner: {
      type: 'string',
      title: '1 to 63 lower-case letters, digits, - and _',
      pattern: '^[a-z0-9_-]{1,63}$',
      description: 'Who pays: written on every session, so that listing shows it.',
    },
    environments: {
      type: 'object',
      description: 'The environments by name.',
      additionalProperties: { type: 'object', additionalProperties: true },
    },
  },
} as const satisfies ShapeSchema;
