import type { ConnectEndpoint } from '../../src/contract/session-provider.ts';
import { isLoopback } from '../../src/provider-kit/is-loopback.ts';

const DEFAULT_PORT = 15_002;

/** Parameters that anysession sets itself: each session gets its own Spark session. */
const RESERVED_PARAMETERS = ['session_id', 'user_agent'];

/**
 * Parses a Spark Connect connection string: `sc://host:port/;token=…;use_ssl=true`. Other parameters become metadata.
 * @returns the endpoint, or what is wrong, without any part of the string, because it may contain a token.
 * @see https://github.com/apache/spark/blob/master/sql/connect/docs/client-connection-string.md (read 2026-11-21)
 */
export function parseConnectUrl(url: string): ConnectEndpoint | string {
  const [, address, rest = ''] = /^sc:\/\/([^/;?#]+)(?:\/(.*))?$/.exec(url) ?? [];
  if (address === undefined) return 'must look like "sc://localhost:15002"';
  const [, host, portText = String(DEFAULT_PORT)] = /^(\[[0-9a-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?$/i.exec(address) ?? [];
  const port = Number(portText);
  if (host === undefined || port < 1 || port > 65_535) return 'must have a host and a port from 1 to 65535';
  const parameters = new Map<string, string>();
  for (const part of rest.split(';').filter((text) => text !== '')) {
    const [, name, value] = /^([\w-]+)=(.*)$/.exec(part) ?? [];
    if (name === undefined || value === undefined) return 'must have parameters of the form ";name=value"';
    if (RESERVED_PARAMETERS.includes(name)) return `must not set ${name}, which each session sets itself`;
    try {
      parameters.set(name, decodeURIComponent(value));
    } catch {
      return `must have the special characters in the value of ${name} as %XX`;
    }
  }
  if (!/^(true|false)$/i.test(parameters.get('use_ssl') ?? 'false')) return 'must have true or false as use_ssl';
  return toEndpoint({ host: host.replace(/^\[|\]$/g, ''), port }, parameters);
}

function toEndpoint(
  { host, port }: { readonly host: string; readonly port: number },
  parameters: ReadonlyMap<string, string>,
): ConnectEndpoint {
  const { token, use_ssl: useSsl, user_id: userId, ...others } = Object.fromEntries(parameters);
  const metadata = { ...others, ...(token !== undefined && { authorization: `Bearer ${token}` }) };
  return {
    host,
    port,
    // Metadata is never sent unencrypted, because any of it may be a secret: as the token of PySpark, it implies TLS, except
    // for servers on this machine.
    tls: useSsl?.toLowerCase() === 'true' || (Object.keys(metadata).length > 0 && !isLoopback(host)),
    metadata,
    expiresAtMs: Number.POSITIVE_INFINITY,
    ...(userId !== undefined && { userId }),
  };
}
