import type { CallLimits } from './client.ts';
import { openAuth } from './credentials.ts';
import { openGrpc } from './grpc-connection.ts';
import type { DataprocConfig } from './options.ts';
import type { MethodName, Request } from './request.ts';
import { openRest } from './rest-connection.ts';

/** One open connection to the service. */
export interface Connection {
  call(method: MethodName, request: Request, limits: CallLimits): Promise<unknown>;
  close(): void;
}

/**
 * Sees that there are credentials, loads what the transport needs, and opens it.
 * @throws CredentialsError
 */
export async function openConnection(config: DataprocConfig): Promise<Connection> {
  const auth = await openAuth(config);
  return config.transport === 'rest' ? openRest(config, auth) : openGrpc(config, auth);
}
