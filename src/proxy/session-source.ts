import type { SessionError } from '../contract/session-error.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import type { ConnectEndpoint } from '../contract/session-provider.ts';

/** What a Spark Connect client says about itself. */
export interface ProxyClient {
  readonly userId: string;
  readonly sessionId: string;
}

/** A ready session that the proxy sends calls to. */
export interface ProxiedSession {
  readonly handle: SessionHandle;
  /** Address and metadata with a token that is valid now. `RefreshingEndpoint` is one. */
  readonly endpoint: {
    get(): Promise<ConnectEndpoint>;
    replace(rejected: ConnectEndpoint): Promise<ConnectEndpoint>;
  };
  /** Whether its source has let go of it: nothing calls it any more. */
  readonly isReleased?: boolean;
  /** Why it has ended, from the service; `undefined` while it lives. One describe at most. */
  ended(): Promise<SessionError | undefined>;
}

/** Where the proxy gets the session of a client from. */
export interface SessionSource {
  /** The session of a client, started if needed: once for all calls that wait for it. Called at each call, cheap once it is ready. */
  get(client: ProxyClient, signal: AbortSignal): Promise<ProxiedSession>;
  /** A call of the client has ended: once for each `get`, also one that has failed. */
  release?(client: ProxyClient): void;
  /** What `get` waits for, such as `creating (STARTING)`; for messages. */
  state?(client: ProxyClient): string | undefined;
  /** What the page `/status` shows, as JSON; without it there is no such page. */
  status?(): Promise<object>;
  close(): Promise<void>;
}
