import type { SparkConnection } from '../contract/spark-connect.ts';
import { SessionError } from '../contract/session-error.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import type { ConnectEndpoint } from '../contract/session-provider.ts';
import type { ConnectSession } from './connect-session.ts';

/** Node prints an object as what this method returns. */
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/** What other clients need to join a session. @throws SessionError the error of requesting an endpoint. */
export async function connectionTo(session: ConnectSession, signal: AbortSignal): Promise<SparkConnection> {
  const endpoint = await session.endpoint();
  const { host, port, tls, expiresAtMs } = endpoint;
  if (endpoint.tunnel !== undefined) throw tunnelError(session.handle);
  const sparkVersion = await session.sparkVersion(signal);
  const { sessionId, userContext } = await session.requestBase();
  const plain = { host, port, tls, sessionId, userId: userContext.userId, expiresAtMs, sparkVersion };
  // Members that hold the secret are not enumerable, so that they are neither printed nor serialized.
  const connection = Object.defineProperties(
    { ...plain },
    {
      url: { value: connectUrl(endpoint, plain) },
      settings: { value: session.settings },
      metadata: { value: async () => ({ ...(await session.endpoint()).metadata }) },
      toJSON: { value: () => plain },
      [INSPECT]: { value: () => plain },
    },
  );
  return Object.freeze(connection) as SparkConnection;
}

/** The error of an endpoint that other clients cannot dial. */
function tunnelError(handle: SessionHandle): SessionError {
  const message = `Other Spark Connect clients cannot connect to sessions of ${handle.provider}, which are reached through a WebSocket.`;
  const advice =
    'Run the client with `anysession exec -- COMMAND`, or connect it to `anysession proxy` or `session.proxy()`.';
  return new SessionError('unsupported', message, { operation: 'connect', provider: handle.provider, handle, advice });
}

/**
 * The connection string that PySpark takes. PySpark sends parameters that it does not know as metadata with every call,
 * which is how a proxy gets its token. An equals sign within a value must be written as %3D.
 * @see https://github.com/apache/spark/blob/master/sql/connect/docs/client-connection-string.md (read 2026-11-21)
 */
export function connectUrl(
  { host, port, tls, metadata }: ConnectEndpoint,
  { sessionId, userId }: { readonly sessionId: string; readonly userId: string },
): string {
  const { authorization = '', ...others } = metadata;
  const bearer = /^Bearer (.+)$/.exec(authorization)?.[1];
  // Any other authorization is metadata like the rest: on EMR on EC2 the id of the session.
  const sent = bearer === undefined ? metadata : { token: bearer, ...others };
  const parameters = {
    ...(tls && { use_ssl: 'true' }),
    session_id: sessionId,
    user_id: userId,
    ...sent,
  };
  // PySpark sends a token without TLS only to this name.
  const isPlainToken = bearer !== undefined && !tls && host === '127.0.0.1';
  const name = isPlainToken ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  const pairs = Object.entries(parameters).map(([key, value]) => `;${key}=${encodeURIComponent(value)}`);
  return `sc://${name}:${port}/${pairs.join('')}`;
}
