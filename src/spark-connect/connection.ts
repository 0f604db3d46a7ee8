import type { SparkConnection } from '../contract/spark-connect.ts';
import type { ConnectEndpoint } from '../contract/session-provider.ts';
import type { ConnectSession } from './connect-session.ts';

/** Node prints an object by what this method returns. */
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/** Tells other clients how to join a session. @throws SessionError what the session refuses an endpoint with. */
export async function connectionTo(session: ConnectSession, signal: AbortSignal): Promise<SparkConnection> {
  const sparkVersion = await session.sparkVersion(signal);
  const { sessionId, userContext } = await session.requestBase();
  const endpoint = await session.endpoint();
  const { host, port, tls, expiresAtMs } = endpoint;
  const plain = { host, port, tls, sessionId, userId: userContext.userId, expiresAtMs, sparkVersion };
  const url = connectUrl(endpoint, plain);
  // What holds the secret is neither printed nor serialized: both show enumerable members only, or what they are told to.
  const connection = Object.defineProperties(
    { ...plain },
    {
      url: { value: url },
      settings: { value: session.settings },
      metadata: { value: async () => ({ ...(await session.endpoint()).metadata }) },
      toJSON: { value: () => plain },
      [INSPECT]: { value: () => plain },
    },
  );
  return Object.freeze(connection) as SparkConnection;
}

/**
 * The connection string that PySpark takes. What it does not know it sends as metadata with every call, which is how a proxy gets its token;
 * an equals sign within a value must be written as %3D for it.
 * @see https://github.com/apache/spark/blob/master/sql/connect/docs/client-connection-string.md (read 2026-11-21)
 */
export function connectUrl(
  { host, port, tls, metadata }: ConnectEndpoint,
  { sessionId, userId }: { readonly sessionId: string; readonly userId: string },
): string {
  const bearer = /^Bearer (.+)$/.exec(metadata['authorization'] ?? '')?.[1];
  const others = Object.entries(metadata).filter(([key]) => key !== 'authorization');
  const parameters: [string, string][] = [
    ...(tls ? [['use_ssl', 'true'] as [string, string]] : []),
    ['session_id', sessionId],
    ['user_id', userId],
    ...(bearer === undefined ? [] : [['token', bearer] as [string, string]]),
    ...others,
  ];
  const name = host.includes(':') ? `[${host}]` : host;
  return `sc://${name}:${port}/${parameters.map(([key, value]) => `;${key}=${encodeURIComponent(value)}`).join('')}`;
}
