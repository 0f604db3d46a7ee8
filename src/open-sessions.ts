import type { ConfigRequest, ProviderRequest } from './config/config-options.ts';
import type { ConfiguredProvider } from './contract/provider-plugin.ts';
import type { OpenPorts } from './open-request.ts';
import type { Sessions } from './session/sessions.ts';

/**
 * Opens the sessions of a provider given in code, such as `athena({ region, workgroup })`.
 * `native` of `sessions.start({ native })` has the provider's own type.
 * @throws SessionError `config-invalid` with every problem of the options; `invalid-request` for options of `openSessions`
 * that do not exist or contradict each other.
 */
export async function openSessions<Native>(
  request: OpenPorts & ProviderRequest<ConfiguredProvider<Native>>,
): Promise<Sessions<Native>>;
/**
 * Opens the sessions of one environment of the config file: `environment`, else `ANYSESSION_ENV`, else the file's default.
 * Loads the environment's provider and nothing of the others.
 * @throws SessionError `config-invalid` with every problem of the configuration; `invalid-request` for options of
 * `openSessions` that do not exist; `unsupported` when the environment has run batches: use `openBatches`.
 */
export async function openSessions(request?: OpenPorts & ConfigRequest): Promise<Sessions>;
export async function openSessions(
  request: OpenPorts & (ConfigRequest | ProviderRequest<ConfiguredProvider>) = {},
): Promise<Sessions> {
  const [{ openEnvironment }, { composeSessions, systemPorts }] = await Promise.all([
    import('./open-request.ts'),
    import('./compose.ts'),
  ]);
  return composeSessions(await openEnvironment(request), systemPorts(request));
}
