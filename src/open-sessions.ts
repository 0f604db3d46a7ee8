import type { ConfigRequest } from './config/config-options.ts';
import type { Sessions } from './session/sessions.ts';

/**
 * Opens the sessions of one environment: reads the config file, picks the provider, loads what that needs and nothing else.
 * The environment is the argument's, else `ANYSESSION_ENV`, else the file's default.
 * @throws SessionError `config-invalid` with every problem of the config at once.
 */
export async function openSessions(request: ConfigRequest = {}): Promise<Sessions> {
  const [{ privateContainer }, { SESSIONS }] = await Promise.all([
    import('./container/private-container.ts'),
    import('./container/tokens.ts'),
  ]);
  const container = await privateContainer(request);
  return container.get(SESSIONS);
}
