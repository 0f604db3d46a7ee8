import type { CallContext } from './call-context.ts';
import type { CalculationRunner } from './calculation-runner.ts';
import type { Capabilities } from './capabilities.ts';
import type { Observation } from './observation.ts';
import type { SessionHandle } from './session-handle.ts';
import type { SessionState } from './session-state.ts';
import type { StartRequest } from './start-request.ts';
import type { StatementRunner } from './statement-runner.ts';

/** Which sessions a listing is about; a provider takes only the fields in its `capabilities.listFilters`. */
export interface ListFilter {
  readonly states?: readonly SessionState[];
  /** Only sessions created at or after this time, epoch milliseconds. */
  readonly createdAfterMs?: number;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Where the next page begins; opaque, and only good for the same filter. */
export type Cursor = string & { readonly __cursor?: never };

/** One page of a listing. `next` is absent on the last page. */
export interface SessionPage {
  readonly observations: readonly Observation[];
  readonly next?: Cursor;
}

/**
 * HTTP/2 without TLS inside a WebSocket: every connection opens one, and its bytes travel as hexadecimal text messages.
 * @see https://github.com/google/inverting-proxy/tree/master/utils/tcpbridge (read 2026-11-30)
 */
export interface EndpointTunnel {
  /** The path of the WebSocket on the endpoint's host, such as `/tcp-over-websocket-bridge/…`. */
  readonly path: string;
  /** Headers of the request that opens the WebSocket; hold the secret. An open WebSocket outlives its token. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Where a Spark Connect client dials. The token is a secret: it gives whoever holds it the session's rights. */
export interface ConnectEndpoint {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** gRPC metadata to send with every call; holds the secret. */
  readonly metadata: Readonly<Record<string, string>>;
  /** When the metadata, or the headers of the tunnel, stop being accepted, epoch milliseconds. */
  readonly expiresAtMs: number;
  /** Absent where clients dial the host directly. */
  readonly tunnel?: EndpointTunnel;
  /** The Spark session to use, a UUID, where the service fixes it; otherwise it follows from the handle. */
  readonly sessionId?: string;
  /** The user to name, where the service fixes it. */
  readonly userId?: string;
}

/** A web page about a session; the URL may hold a secret and dies at `expiresAtMs` (epoch milliseconds). */
export interface Dashboard {
  readonly url: string;
  readonly expiresAtMs: number;
}

/**
 * The one interface that each cloud implements. It reports what it sees and keeps no session state:
 * what is a legal move, what is final and who waits is decided above it, once, for all clouds.
 * The numbered rules are in CONTRACT.md; the kit in `anysession/conformance` checks them.
 */
export interface SessionProvider {
  /** The provider's id: also its folder's name and the word in the config file. */
  readonly id: string;
  /** Where its sessions live, as it stands in their handles. */
  readonly scope: string;
  readonly capabilities: Capabilities;
  /** Starts the one session of `request.token`; the same token never starts a second one (C-020). */
  start(request: StartRequest, call: CallContext): Promise<Observation>;
  /** Describes one session. @throws SessionError `not-found` when the service does not know it. */
  describe(handle: SessionHandle, call: CallContext): Promise<Observation>;
  /** One page of the sessions in this provider's scope; iterating is done above the layers. */
  listPage(filter: ListFilter, cursor: Cursor | undefined, call: CallContext): Promise<SessionPage>;
  /** Asks for the end of a session. Ending what has ended, or is unknown, succeeds (C-030, C-031). */
  terminate(handle: SessionHandle, call: CallContext): Promise<Observation>;
  /** Present exactly when `capabilities.sparkConnect`. */
  endpoint?(handle: SessionHandle, call: CallContext): Promise<ConnectEndpoint>;
  /** Present exactly when `capabilities.dashboard`. */
  dashboard?(handle: SessionHandle, call: CallContext): Promise<Dashboard>;
  /** Present exactly when `capabilities.sql`: runs SQL in a session itself. */
  readonly statements?: StatementRunner;
  /** Present exactly when `capabilities.calculations`: runs blocks of code through the service's own API. */
  readonly calculations?: CalculationRunner;
  /** Lets go of what the provider itself holds in this process (sockets, engines); sessions in a cloud live on. */
  close(): Promise<void>;
}
