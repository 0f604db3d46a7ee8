import * as z from 'zod';
import { SESSION_SIZES } from '../contract/start-request.ts';

const durationMs = z.int().min(1).optional();
const texts = z.record(z.string(), z.string()).optional();
const path = z.string().min(1);

/** The block `session` of an environment. */
export const SESSION_SHAPE = z
  .strictObject({
    idleTimeoutMs: durationMs.describe('How long a session may be idle before its service ends it, milliseconds.'),
    maxLifetimeMs: durationMs.describe('How long a session may live at all, milliseconds.'),
    labels: texts.describe('Labels of every session, where the provider takes them.'),
    size: z.enum(SESSION_SIZES).optional().describe('A portable size; each provider says what it means in machines.'),
    sparkConf: texts.describe('Spark configuration, where the provider takes it.'),
  })
  .describe('What start() uses where the call itself says nothing.');

/** What every environment has, whatever its provider; the provider's options stand beside these. */
export const ENVIRONMENT_SHAPE = z.looseObject({
  provider: z
    .string()
    .min(1)
    .describe("A built-in provider's id, or the import specifier of any other provider: a package or a path."),
  session: SESSION_SHAPE.optional(),
});

/** The top of the configuration; what stands in an environment is checked when that is chosen. */
export const CONFIG_SHAPE = z.strictObject({
  $schema: z.string().optional().describe('The JSON Schema that editors complete this file by.'),
  extends: z
    .union([path, z.array(path)])
    .optional()
    .describe('Files on this machine that this one builds on, relative to it; a later one wins over an earlier one.'),
  defaultEnvironment: z
    .string()
    .min(1)
    .optional()
    .describe('The environment to take when neither the caller nor ANYSESSION_ENV names one.'),
  owner: z
    .string()
    .regex(/^[a-z0-9_-]{1,63}$/)
    .optional()
    .meta({
      title: '1 to 63 lower-case letters, digits, - and _',
      description: 'Who pays: written on every session, so that listing shows it.',
    }),
  environments: z.record(z.string(), z.looseObject({})).describe('The environments by name.'),
});
