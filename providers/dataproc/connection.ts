import type { ServiceTime } from '../../src/provider-kit/service-time.ts';
import { openAuth } from './credentials.ts';
import { openGrpc } from './grpc-connection.ts';
import type { DataprocConfig } from './options.ts';
import { openRest } from './rest-connection.ts';
import type { Connection } from './transport.ts';

/**
 * Finds credentials, loads the transport, and opens it.
 * @param time - learns the service's time from its answers
 * @throws CredentialsError
 */
export async function openConnection(config: DataprocConfig, time: ServiceTime): Promise<Connection> {
  const auth = await openAuth(config);
  return config.transport === 'rest' ? openRest(config, auth, time) : openGrpc(config, auth, time);
}
