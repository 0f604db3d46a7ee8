import type { ConnectEndpoint } from './session-provider.ts';
import type { CallContext } from './call-context.ts';
import type { SessionHandle } from './session-handle.ts';
import type { StatementRunner } from './statement-runner.ts';

/** Tells where a session is dialled; asked again whenever its metadata is about to expire or was refused. */
export type EndpointSource = (handle: SessionHandle, call: CallContext) => Promise<ConnectEndpoint>;

/**
 * How another Spark Connect client joins a session. `url` and what `metadata` answers hold a secret: both are left out of
 * `JSON.stringify` and `util.inspect`.
 */
export interface SparkConnection {
  /** The connection string for PySpark and others, token and all; dies at `expiresAtMs`. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** The Spark session that `session.sql()` uses: who names it and the user shares its views and settings. */
  readonly sessionId: string;
  readonly userId: string;
  /** When the token in `url` stops being accepted, epoch milliseconds. */
  readonly expiresAtMs: number;
  /** The version of the server's Spark; PySpark of the same minor version fits. */
  readonly sparkVersion: string;
  /** The settings of that Spark session. */
  readonly settings: SparkSettings;
  /** gRPC metadata for the next call, with a token that is accepted now. @throws SessionError when there is no new one. */
  metadata(): Promise<Readonly<Record<string, string>>>;
}

/** The settings of a Spark session, which its views and everybody in it share; also where the engine takes no `SET` as SQL. */
export interface SparkSettings {
  /** The value of a setting, or `undefined` where it has none. @throws SessionError */
  get(key: string): Promise<string | undefined>;
  /** Changes a setting for the statements that follow. @throws SessionError `invalid-request` for one that cannot be changed. */
  set(key: string, value: string): Promise<void>;
  /** Gives a setting its default back. @throws SessionError `invalid-request` for one that cannot be changed. */
  unset(key: string): Promise<void>;
}

/** Runs SQL in sessions over Spark Connect; holds one channel a session. */
export interface SparkConnectRunner extends StatementRunner {
  /**
   * How other clients join a session.
   * @throws SessionError what the session refuses an endpoint with.
   */
  connect(handle: SessionHandle, call: CallContext): Promise<SparkConnection>;
  /** The settings of a session's Spark session. @throws SessionError what the session refuses an endpoint with. */
  settings(handle: SessionHandle, call: CallContext): Promise<SparkSettings>;
  /** Lets go of a session's channel and of what its server keeps for this process; the session itself lives on. */
  release(handle: SessionHandle): Promise<void>;
  /** Lets go of every channel. */
  close(): Promise<void>;
}

/** Makes the runner that dials the endpoints a source tells; loads gRPC at the first statement. */
export type SparkConnectFactory = (endpointOf: EndpointSource) => SparkConnectRunner;
