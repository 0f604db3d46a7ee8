import {
  CONTRACT_VERSION,
  definePlugin,
  type OptionProblem,
  type ProviderPlugin,
} from '../contract/provider-plugin.ts';
import { SCRIPTED_CAPABILITIES } from './scripted-capabilities.ts';
import { ScriptedProvider } from './scripted-provider.ts';
import { ScriptedService } from './scripted-service.ts';

const OPTIONS = {
  startMs: { description: 'How long a session takes to become ready, milliseconds.', default: 3_000 },
  terminateMs: { description: 'How long a session takes to end, milliseconds.', default: 2_000 },
  latencyMs: { description: 'How long every answer takes, milliseconds.', default: 0 },
} as const;

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
    optionsSchema: () => ({
      type: 'object',
      properties: Object.fromEntries(
        Object.entries(OPTIONS).map(([name, facts]) => [name, { type: 'number', minimum: 0, ...facts }]),
      ),
      additionalProperties: false,
    }),
    parseOptions: (options) => {
      const problems: OptionProblem[] = Object.entries(options).flatMap(([name, value]) => {
        if (!Object.hasOwn(OPTIONS, name))
          return { path: [name], message: `expected one of ${Object.keys(OPTIONS).join(', ')}` };
        const isDuration = typeof value === 'number' && value >= 0;
        return isDuration
          ? []
          : { path: [name], message: `expected milliseconds, 0 or more; found ${JSON.stringify(value)}` };
      });
      if (problems.length > 0) return { ok: false, problems };
      const { startMs, terminateMs, latencyMs } = OPTIONS;
      const defaults = { startMs: startMs.default, terminateMs: terminateMs.default, latencyMs: latencyMs.default };
      return { ok: true, config: { ...defaults, ...(options as Partial<ScriptedConfig>) } };
    },
    create: (config, { clock, random }) =>
      new ScriptedProvider({ service: service ?? new ScriptedService({ ...config, clock, random }), clock }),
  });
}

/** The plugin of a scripted cloud for `provider: 'anysession/testing'` in a config file. */
export const plugin = createScriptedPlugin();
