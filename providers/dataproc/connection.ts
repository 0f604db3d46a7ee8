import type { DataprocCall } from './client.ts';
import { openAuth } from './credentials.ts';
import { openGrpc } from './grpc-connection.ts';
import type { DataprocConfig } from './options.ts';
import type { MethodName, Request } from './request.ts';
import { openRest } from './rest-connection.ts';

/** One open connection to the service. */
export interface Connection {
  call(method: MethodName, request: Request, call: DataprocCall): Promise<unknown>;
  close(): void;
}

/**
 * Finds credentials, loads the transport, and opens it.
 * @throws CredentialsError
 */
export async function openConnection(config: DataprocConfig): Promise<Connection> {
  const auth = await openAuth(config);
  return config.transport === 'rest' ? openRest(config, auth) : openGrpc(config, auth);
}
