import type * as Grpc from '@grpc/grpc-js';
import type { Clock } from '../contract/ports.ts';
import type { ConnectEndpoint } from '../contract/session-provider.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import { isLoopback } from '../provider-kit/is-loopback.ts';
import { ConnectChannel } from './connect-channel.ts';
import { addressOf } from './endpoint-channel.ts';
import { unencryptedError } from './failure-to-error.ts';

/** What a {@link CurrentChannel} needs. */
export interface CurrentChannelParts {
  readonly handle: SessionHandle;
  readonly grpc: typeof Grpc;
  readonly clock: Clock;
  /** The endpoint with a token that is valid now. */
  readonly fresh: () => Promise<ConnectEndpoint>;
}

/** The open channel of a session. It is replaced when the session's address changes. */
export class CurrentChannel {
  readonly #parts: CurrentChannelParts;
  #open: { readonly address: string; readonly channel: ConnectChannel } | undefined;
  /** The endpoint of the last call. */
  #endpoint: ConnectEndpoint | undefined;

  constructor(parts: CurrentChannelParts) {
    this.#parts = parts;
  }

  /** The channel to an endpoint. @throws SessionError `config-invalid` when others could read its token on the way. */
  to(endpoint: ConnectEndpoint): ConnectChannel {
    if (this.#open !== undefined && this.#endpoint === endpoint) return this.#open.channel;
    const { handle, grpc, clock, fresh } = this.#parts;
    const { host, tls, metadata, tunnel } = endpoint;
    const hasSecret = Object.keys({ ...metadata, ...tunnel?.headers }).length > 0;
    if (!tls && !isLoopback(host) && hasSecret) throw unencryptedError(handle, host);
    const address = JSON.stringify(addressOf(endpoint));
    if (this.#open?.address !== address) {
      this.close();
      this.#open = { address, channel: new ConnectChannel(grpc, clock, addressOf(endpoint), fresh) };
    }
    this.#endpoint = endpoint;
    return this.#open.channel;
  }

  /** Closes a channel whose server is silent, so that the next call opens another one. */
  drop(channel: ConnectChannel): void {
    if (this.#open?.channel === channel) this.close();
  }

  close(): void {
    this.#open?.channel.close();
    this.#open = undefined;
  }
}
