import { CONTRACT_VERSION, definePlugin, type ProviderPlugin } from '../contract/provider-plugin.ts';
import type { ObjectShape } from '../provider-kit/option-shape.ts';
import { parseOptions } from '../provider-kit/parse-options.ts';
import { SCRIPTED_CAPABILITIES } from './scripted-capabilities.ts';
import { ScriptedProvider } from './scripted-provider.ts';
import { ScriptedService } from './scripted-service.ts';

const milliseconds = (standard: number, description: string) =>
  ({ type: 'integer', minimum: 0, description, default: standard }) as const;

const OPTIONS = {
  startMs: milliseconds(3_000, 'How long a session takes to become ready, milliseconds.'),
  terminateMs: milliseconds(2_000, 'How long a session takes to end, milliseconds.'),
  latencyMs: milliseconds(0, 'How long every answer takes, milliseconds.'),
};
const SHAPE: ObjectShape = { type: 'object', properties: OPTIONS, additionalProperties: false };

/** The parsed options of the scripted provider. */
export type ScriptedConfig = Readonly<Record<keyof typeof OPTIONS, number>>;

/**
 * The plugin of a scripted provider, so that a config can name it.
 * @param service - the service of every provider that it creates; without one, each provider gets its own.
 */
export function createScriptedPlugin(service?: ScriptedService): ProviderPlugin {
  return definePlugin<ScriptedConfig>({
    contractVersion: CONTRACT_VERSION,
    id: 'scripted',
    summary: 'A scripted cloud in memory, for tests',
    capabilities: service?.capabilities ?? SCRIPTED_CAPABILITIES,
    environmentVariables: {},
    optionsSchema: () => ({ ...SHAPE }),
    parseOptions: (options) => parseOptions(options, SHAPE),
    create: (config, { clock, random }) =>
      new ScriptedProvider({ service: service ?? new ScriptedService({ ...config, clock, random }), clock }),
  });
}

/** The plugin of a scripted cloud for `provider: 'anysession/testing'` in a config file. */
export const plugin = createScriptedPlugin();
