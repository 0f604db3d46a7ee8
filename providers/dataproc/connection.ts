import { openAuth } from './credentials.ts';
import { openGrpc } from './grpc-connection.ts';
import type { DataprocConfig } from './options.ts';
import { openRest } from './rest-connection.ts';
import type { Connection } from './transport.ts';

/**
 * Finds credentials, loads the transport, and opens it.
 * @throws CredentialsError
 */
export async function openConnection(config: DataprocConfig): Promise<Connection> {
  const auth = await openAuth(config);
  return config.transport === 'rest' ? openRest(config, auth) : openGrpc(config, auth);
}
