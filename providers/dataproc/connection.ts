import type { ExchangeObserver } from '../../src/contract/exchange.ts';
import type { ServiceTime } from '../../src/provider-kit/service-time.ts';
import { openAuth } from './credentials.ts';
import { openGrpc } from './grpc-connection.ts';
import type { DataprocConfig } from './options.ts';
import { openRest } from './rest-connection.ts';
import type { AuthorizedConnection } from './transport.ts';

/**
 * Finds credentials, loads the transport, and opens it.
 * @param time - learns the service's time from its answers
 * @param exchanges - sees each exchange over gRPC
 * @throws CredentialsError
 */
export async function openConnection(
  config: DataprocConfig,
  time: ServiceTime,
  exchanges?: ExchangeObserver,
): Promise<AuthorizedConnection> {
  const auth = await openAuth(config);
  const connection = await (config.transport === 'rest'
    ? openRest(config, auth, time)
    : openGrpc(config, { auth, time, exchanges }));
  return { ...connection, bearer: () => auth.bearer() };
}
