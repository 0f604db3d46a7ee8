import type * as Grpc from '@grpc/grpc-js';
import type { ConnectEndpoint } from '../contract/session-provider.ts';
import { openChannel, type OpenChannel } from '../provider-kit/grpc-channel.ts';
import { WebSocketTunnel } from './websocket-tunnel.ts';

/** The part of an endpoint that a channel depends on; it stays when a token is refreshed. */
export type ConnectAddress = Pick<ConnectEndpoint, 'host' | 'port' | 'tls'> & {
  /** The path of the WebSocket, where the endpoint has a tunnel. */
  readonly path?: string | undefined;
};

/** The address of an endpoint. */
export function addressOf({ host, port, tls, tunnel }: ConnectEndpoint): ConnectAddress {
  return { host, port, tls, path: tunnel?.path };
}

/** A channel to an endpoint. */
export interface EndpointChannel extends OpenChannel {
  /** Call at the beginning of each call, and what it returns at the end: keeps the process alive in between. */
  readonly hold: () => () => void;
}

/**
 * Opens a gRPC channel to an endpoint: through its WebSocket tunnel where it has one, and through the proxy that the environment names.
 * @param fresh - gives the endpoint with a token that is valid now; a tunnel needs one at each new connection
 */
export function openEndpointChannel(
  grpc: typeof Grpc,
  address: ConnectAddress,
  { fresh, options }: { readonly fresh: () => Promise<ConnectEndpoint>; readonly options: Grpc.ChannelOptions },
): EndpointChannel {
  if (address.path === undefined) return { ...openChannel(grpc, address, options), hold: () => () => {} };
  const tunnel = new WebSocketTunnel(fresh);
  // What Google's own client sends: its server is behind the bridge, and is dialled there by that name.
  const inTunnel = { ...options, 'grpc.default_authority': 'localhost' };
  const { channel, explain } = openChannel(grpc, address, inTunnel, (socket) => tunnel.open(socket));
  return {
    channel,
    explain: (details) => withTunnel(explain(details), tunnel),
    hold: () => {
      tunnel.hold();
      return () => tunnel.release();
    },
  };
}

/** gRPC reports that its connection has ended, and not why. */
function withTunnel(details: string, { failure }: WebSocketTunnel): string {
  if (failure === undefined || !/^(?:Connection dropped|Received RST_STREAM|Stream removed)/.test(details))
    return details;
  return `No connection established. Last error: ${failure.name}: ${failure.message}. Resolution note: none`;
}
