import { parseOptions as parse, type ConfigOf, type ObjectShape, type ParsedOptions } from 'anysession/provider';

/**
 * What users write next to `provider:` in their config file.
 *
 * Decide: what names the scope of your sessions (a workgroup, an application, a project and a region), and what your
 * SDK needs to find the service. Leave out what an SDK finds by itself (credentials) and what belongs to one start
 * (sizes, engine settings).
 */
export interface TemplateOptions {
  /** The project that is billed for the sessions. */
  readonly project: string;
  /** Where the sessions run; `north` by default. */
  readonly region?: string;
}

/** The options after parsing. */
export type TemplateConfig = ConfigOf<TemplateOptions, 'project' | 'region'>;

/** The options as JSON Schema, for editors and for the check. Unknown options are refused: they are misspelled. */
export const OPTIONS_SHAPE = {
  type: 'object',
  properties: {
    project: { type: 'string', minLength: 1, description: 'The project that is billed for the sessions.' },
    region: { type: 'string', minLength: 1, default: 'north', description: 'Where the sessions run.' },
  },
  required: ['project'],
  additionalProperties: false,
} as const satisfies ObjectShape;

/** Parses the options; reports all problems at once. */
export function parseOptions(options: Readonly<Record<string, unknown>>): ParsedOptions<TemplateConfig> {
  return parse<TemplateConfig>(options, OPTIONS_SHAPE);
}
