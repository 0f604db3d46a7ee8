import type * as Grpc from '@grpc/grpc-js';
import type { Clock } from '../contract/ports.ts';
import type { ConnectEndpoint } from '../contract/session-provider.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import { isLoopback } from '../provider-kit/is-loopback.ts';
import { ConnectChannel, type ConnectAddress } from './connect-channel.ts';
import { unencryptedError } from './failure-to-error.ts';

/** What a {@link CurrentChannel} needs. */
export interface CurrentChannelParts {
  readonly handle: SessionHandle;
  readonly grpc: typeof Grpc;
  readonly clock: Clock;
}

/** The open channel of a session. It is replaced when the session's address changes. */
export class CurrentChannel {
  readonly #parts: CurrentChannelParts;
  #open: { readonly address: ConnectAddress; readonly channel: ConnectChannel } | undefined;

  constructor(parts: CurrentChannelParts) {
    this.#parts = parts;
  }

  /** The channel to an endpoint. @throws SessionError `config-invalid` when others could read its token on the way. */
  to({ host, port, tls, metadata }: ConnectEndpoint): ConnectChannel {
    const { handle, grpc, clock } = this.#parts;
    if (!tls && !isLoopback(host) && Object.keys(metadata).length > 0) throw unencryptedError(handle, host);
    const open = this.#open;
    if (open?.address.host === host && open.address.port === port && open.address.tls === tls) return open.channel;
    this.close();
    const channel = new ConnectChannel(grpc, clock, { host, port, tls });
    this.#open = { address: { host, port, tls }, channel };
    return channel;
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
