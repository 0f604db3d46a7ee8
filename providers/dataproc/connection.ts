import type { ServiceTime } from '../../src/provider-kit/service-time.ts';
import { openAuth } from './credentials.ts';
import { openGrpc } from './grpc-connection.ts';
import type { DataprocConfig } from './options.ts';
import { openRest } from './rest-connection.ts';
import type { AuthorizedConnection } from './transport.ts';

/**
 * Finds credentials, loads the transport, and opens it.
 * @param time - learns the service's time from its answers
 * @throws CredentialsError
 */
export async function openConnection(config: DataprocConfig, time: ServiceTime): Promise<AuthorizedConnection> {
  const auth = await openAuth(config);
  const connection = await (config.transport === 'rest' ? openRest : openGrpc)(config, auth, time);
  return { ...connection, bearer: () => auth.bearer() };
}
