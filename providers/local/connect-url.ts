import type { ConnectEndpoint } from '../../src/contract/session-provider.ts';

const DEFAULT_PORT = 15_002;

/** What a connection string may not say here: each session of ours has a Spark session of its own. */
const OWN_PARAMETERS = ['session_id', 'user_agent'];

/**
 * Reads a connection string of Spark Connect: `sc://host:port/;token=…;use_ssl=true`; other parameters go along as metadata.
 * @returns where to dial, or what is wrong with it, in words that repeat nothing of the string: it may hold a token.
 * @see https://github.com/apache/spark/blob/master/sql/connect/docs/client-connection-string.md (read 2026-11-21)
 */
export function parseConnectUrl(url: string): ConnectEndpoint | string {
  const [, address, rest = ''] = /^sc:\/\/([^/;?#]+)(?:\/(.*))?$/.exec(url) ?? [];
  if (address === undefined) return 'must look like "sc://localhost:15002"';
  const [, host, portText = String(DEFAULT_PORT)] = /^(\[[0-9a-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?$/i.exec(address) ?? [];
  const port = Number(portText);
  if (host === undefined || port < 1 || port > 65_535) return 'must name a host, and a port from 1 to 65535';
  const parameters = new Map<string, string>();
  for (const part of rest.split(';').filter((text) => text !== '')) {
    const [, name, value] = /^([\w-]+)=(.*)$/.exec(part) ?? [];
    if (name === undefined || value === undefined) return 'must give each parameter as ";name=value"';
    if (OWN_PARAMETERS.includes(name)) return `must not give ${name}: sessions set it themselves`;
    try {
      parameters.set(name, decodeURIComponent(value));
    } catch {
      return `must give the value of ${name} with its special characters as %XX`;
    }
  }
  if (!/^(true|false)$/i.test(parameters.get('use_ssl') ?? 'false')) return 'must give use_ssl as true or false';
  return toEndpoint({ host: host.replace(/^\[|\]$/g, ''), port }, parameters);
}

function toEndpoint(
  { host, port }: { readonly host: string; readonly port: number },
  parameters: ReadonlyMap<string, string>,
): ConnectEndpoint {
  const { token, use_ssl: useSsl, user_id: userId, ...others } = Object.fromEntries(parameters);
  return {
    host,
    port,
    // A token never travels in the clear: as in PySpark, having one means TLS, but for servers of this machine.
    tls: useSsl?.toLowerCase() === 'true' || (token !== undefined && !isLoopback(host)),
    metadata: { ...others, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    expiresAtMs: Number.POSITIVE_INFINITY,
    ...(userId !== undefined && { userId }),
  };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
