import { join } from 'node:path';
import type { ConfigRequest, ProviderRequest } from '../config/config-options.ts';
import type { AnyPlugin } from '../contract/provider-plugin.ts';
import { SessionError } from '../contract/session-error.ts';
import { toJsonText } from './printable.ts';
import { warn, type CommandContext } from './terminal.ts';

/** The provider that is used when there is no config file and nothing else was asked for. */
const DEFAULT_PROVIDER = 'local';

/** What the command line opens: a provider named on it, an environment of a config file, or the embedded engine. */
export type ChosenEnvironment = ConfigRequest | (Omit<ProviderRequest, 'provider'> & { readonly provider: Given });

/** A provider of either kind, with its options. */
interface Given {
  readonly plugin: AnyPlugin;
  readonly options: object;
}

/**
 * Reads `--provider`, `--set`, `--config` and `--env`.
 * @param onDefault - called when nothing was asked for and there is no config file; without it that is an error
 * @throws SessionError `invalid-request` for options that contradict each other, `config-invalid` for an unknown provider.
 */
export async function chooseEnvironment(context: CommandContext, onDefault?: () => void): Promise<ChosenEnvironment> {
  const { config, environment, provider, set, terminal } = context;
  const { cwd, env } = terminal;
  if (provider !== undefined) {
    const other = config === undefined ? (environment === undefined ? undefined : '--env') : '--config';
    if (other !== undefined) throw refusal(`--provider and ${other} cannot both be given: choose one`);
    return { ...(await givenProvider(provider, set, cwd)), env };
  }
  if (set !== undefined) throw refusal('--set works only with --provider: change the config file instead');
  const { hasConfigFile } = await import('../config/find-config-file.ts');
  const isAsked = [config, environment, env['ANYSESSION_ENV']].some((text) => text !== undefined && text !== '');
  if (isAsked || onDefault === undefined || hasConfigFile(cwd)) return { config, environment, cwd, env };
  onDefault();
  return { ...(await givenProvider(DEFAULT_PROVIDER, undefined, cwd)), env };
}

/** Says which environment is used when nobody has chosen one. */
export function sayDefault({ terminal, json }: CommandContext): void {
  if (terminal.isQuiet === true) return;
  const notice = `No config file: using the embedded engine (provider ${DEFAULT_PROVIDER}). To choose another one, run: anysession config init`;
  warn(terminal, `${json ? toJsonText({ notice }) : notice}\n`);
}

async function givenProvider(name: string, set: CommandContext['set'] = {}, cwd: string): Promise<{ provider: Given }> {
  const [{ loadPlugin }, { optionsFromTexts }] = await Promise.all([
    import('../config/plugin-catalog.ts'),
    import('../config/filled-texts.ts'),
  ]);
  const plugin = await loadPlugin(name, join(cwd, 'command-line'));
  return { provider: { plugin, options: optionsFromTexts(set, plugin.optionsSchema()) } };
}

function refusal(message: string): SessionError {
  return new SessionError('invalid-request', message, { operation: 'cli' });
}
