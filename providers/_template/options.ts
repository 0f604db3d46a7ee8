import * as z from 'zod';
import type { ParsedOptions } from '../../src/contract/provider-plugin.ts';

/**
 * What users write beside `provider:` in their config file.
 *
 * Decide: what names the scope of your sessions (a workgroup, an application, a project and a region), and what your
 * SDK needs to find the service. Leave out what an SDK finds by itself (credentials) and what belongs to one start
 * (sizes, engine settings). Strict on purpose: a misspelt option must not be passed over.
 */
const schema = z.strictObject({
  project: z.string().trim().min(1).describe('The project that pays for the sessions.'),
  region: z.string().trim().min(1).default('north').describe('Where the sessions run.'),
});

/** The options as users write them. */
export type TemplateOptions = z.input<typeof schema>;

/** The options, read: nothing is optional any more. */
export type TemplateConfig = Readonly<z.output<typeof schema>>;

/** For editors and for "did you mean". */
export function optionsSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(schema, { io: 'input' });
}

/** Reads the options; tells all that is wrong at once, because nobody likes to mend a file line by line. */
export function parseOptions(options: Readonly<Record<string, unknown>>): ParsedOptions<TemplateConfig> {
  const parsed = schema.safeParse(options);
  if (parsed.success) return { ok: true, config: parsed.data };
  const problems = parsed.error.issues.map(({ path, message }) => ({
    path: path.filter((step) => typeof step !== 'symbol'),
    message,
  }));
  return { ok: false, problems };
}
