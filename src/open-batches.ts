import type { Batches } from './batch/batches.ts';
import type { ConfigRequest, ProviderRequest } from './config/config-options.ts';
import type { ConfiguredBatchProvider } from './contract/provider-plugin.ts';
import type { OpenPorts } from './open-request.ts';

/**
 * Opens the run batches of a provider given in code, such as `healthomics({ region })`, or of one environment of the config
 * file, chosen as `openSessions` chooses.
 * @throws SessionError `config-invalid` with every problem of the configuration; `invalid-request` for options of
 * `openBatches` that do not exist or contradict each other; `unsupported` when the environment has sessions.
 */
export async function openBatches(
  request: OpenPorts & (ConfigRequest | ProviderRequest<ConfiguredBatchProvider>) = {},
): Promise<Batches> {
  const [{ openEnvironment }, { systemPorts }, { composeBatches }] = await Promise.all([
    import('./open-request.ts'),
    import('./compose.ts'),
    import('./compose-batches.ts'),
  ]);
  return composeBatches(await openEnvironment(request), systemPorts(request));
}
