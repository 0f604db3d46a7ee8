import type { ProxyTarget } from './proxy.ts';

/** Where a URL leads, with the port of its protocol where it names none. */
export function urlTarget({ protocol, hostname, port }: URL): ProxyTarget {
  const tls = protocol === 'https:';
  return { host: hostname, port: port === '' ? (tls ? 443 : 80) : Number(port), tls };
}
