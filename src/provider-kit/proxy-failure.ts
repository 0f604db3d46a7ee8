import type { Proxy, ProxyTarget } from './proxy.ts';

/** A proxy that did not open a connection. The target got nothing. */
export class ProxyFailure extends Error {
  /** `PROXY_407` for an answer with that HTTP status, `PROXY_UNREACHABLE` without an answer. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = code;
    this.code = code;
  }

  /** The proxy answered CONNECT with something else than success. */
  static answered(status: number, proxy: Proxy, { host, port }: Pick<ProxyTarget, 'host' | 'port'>): ProxyFailure {
    return new ProxyFailure(
      `PROXY_${status}`,
      `the proxy ${proxy.address} answered HTTP ${status} to a connection to ${host}:${port}`,
    );
  }

  static unreachable(proxy: Proxy, reason: string): ProxyFailure {
    return new ProxyFailure('PROXY_UNREACHABLE', `the proxy ${proxy.address} cannot be reached: ${reason}`);
  }
}
