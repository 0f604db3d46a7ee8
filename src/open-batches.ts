import type { Batches } from './batch/batches.ts';
import type { ConfigRequest } from './config/config-options.ts';

/**
 * Opens the run batches of one environment, as `openSessions` does its sessions: same config file, same choice.
 * @throws SessionError `config-invalid` with every problem of the config at once; `unsupported` when the environment has
 * sessions and no batches.
 */
export async function openBatches(request: ConfigRequest = {}): Promise<Batches> {
  const [{ privateContainer }, { BATCHES }] = await Promise.all([
    import('./container/private-container.ts'),
    import('./container/tokens.ts'),
  ]);
  const container = await privateContainer(request);
  return container.get(BATCHES);
}
