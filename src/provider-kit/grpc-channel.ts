import { request as requestHttp } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import type * as Grpc from '@grpc/grpc-js';
import { proxyFor, type Proxy, type ProxyTarget } from './proxy.ts';
import { ProxyFailure } from './proxy-failure.ts';

/** A channel, and how its failures read. */
export interface OpenChannel {
  readonly channel: Grpc.Channel;
  /** Adds the proxy to the details of a status, where a proxy that cannot be reached is the cause. */
  readonly explain: (details: string) => string;
}

/** Opens what HTTP/2 travels in, on a new TCP connection to the server; the layer also does TLS. */
export type ConnectionLayer = (socket: Socket) => Promise<Duplex>;

/**
 * Opens a gRPC channel, through the proxy that the environment names. gRPC's own support of proxies knows lower-case variables and
 * proxies without TLS, prints to stderr, and does not report what the proxy answered. So the channel connects to the
 * proxy as if to the server, and its credentials open the tunnel before the TLS handshake.
 */
export function openChannel(
  grpc: typeof Grpc,
  { host, port, tls }: ProxyTarget,
  options: Grpc.ChannelOptions,
  layer?: ConnectionLayer,
): OpenChannel {
  const credentials = tls && !layer ? grpc.credentials.createSsl() : grpc.credentials.createInsecure();
  const address = format({ host, port });
  const proxy = proxyFor({ host, port, tls });
  const direct = { ...options, 'grpc.enable_http_proxy': 0 };
  const explain = proxy ? (details: string): string => withProxy(details, proxy) : (details: string): string => details;
  if (proxy === undefined && layer === undefined) {
    return { channel: new grpc.Channel(address, credentials, direct), explain };
  }
  const open = async (socket: Socket): Promise<Duplex> => {
    const connection = proxy === undefined ? socket : await openTunnel(socket, proxy, address);
    return layer === undefined ? connection : layer(connection);
  };
  const through = preparedCredentials(grpc, credentials, { open, address });
  const authority = { 'grpc.default_authority': address, ...direct };
  return { channel: new grpc.Channel(format(proxy ?? { host, port }), through, authority), explain };
}

/** Credentials that prepare each new connection, and then do what the inner credentials do. */
function preparedCredentials(
  grpc: typeof Grpc,
  inner: Grpc.ChannelCredentials,
  { open, address }: { readonly open: (socket: Socket) => Promise<Duplex>; readonly address: string },
): Grpc.ChannelCredentials {
  return new (class extends grpc.ChannelCredentials {
    override _isSecure(): boolean {
      return inner._isSecure();
    }

    override _equals(other: Grpc.ChannelCredentials): boolean {
      return this === other;
    }

    override _createSecureConnector(
      ...[, options, callCredentials]: Parameters<Grpc.ChannelCredentials['_createSecureConnector']>
    ): ReturnType<Grpc.ChannelCredentials['_createSecureConnector']> {
      // The certificate must be that of the server.
      const connector = inner._createSecureConnector({ scheme: 'dns', path: address }, options, callCredentials);
      return {
        // The types of gRPC require a socket; its HTTP/2 takes any stream.
        // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment
        connect: async (socket) => connector.connect((await open(socket)) as Socket),
        waitForReady: () => connector.waitForReady(),
        getCallCredentials: () => connector.getCallCredentials(),
        destroy: () => connector.destroy(),
      };
    }
  })();
}

function openTunnel(socket: Socket, proxy: Proxy, address: string): Promise<Socket> {
  const connection = proxy.tls ? connectTls({ socket, servername: proxy.host }) : socket;
  return new Promise((resolve, reject) => {
    const request = requestHttp({
      method: 'CONNECT',
      path: address,
      headers: { host: address, ...proxy.headers() },
      createConnection: () => connection,
    });
    request.once('error', (error) => reject(ProxyFailure.unreachable(proxy, error.message)));
    request.once('connect', ({ statusCode = 0 }, tunnel: Socket, head: Buffer) => {
      if (statusCode === 200) {
        tunnel.unshift(head);
        resolve(tunnel);
        return;
      }
      tunnel.destroy();
      const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(address) ?? [];
      reject(ProxyFailure.answered(statusCode, proxy, { host, port: Number(port) }));
    });
    request.end();
  });
}

/** What gRPC says when it cannot connect is about the proxy: only the handshake behind it has other errors. */
function withProxy(details: string, proxy: Proxy): string {
  const isResolution = details.startsWith('Name resolution failed');
  const last = /^No connection established\. Last error: ((?:Error: )?connect .*?)\. Resolution note/s.exec(
    details,
  )?.[1];
  if (!isResolution && last === undefined) return details;
  const { name, message } = ProxyFailure.unreachable(proxy, isResolution ? 'its host has no address' : (last ?? ''));
  return `No connection established. Last error: ${name}: ${message}. Resolution note: none`;
}

function format({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
