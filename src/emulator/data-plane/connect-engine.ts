export interface EngineCall {
  /** The name of the call, such as `ExecutePlan`. */
  readonly method: string;
  /** The requests in bytes; only AddArtifacts has more than one. */
  readonly requests: AsyncIterable<Uint8Array>;
  /** The metadata without the cloud's own. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Aborts when the caller disconnects. */
  readonly signal: AbortSignal;
}

/** What answers the calls of Spark Connect, message by message and in bytes. */
export interface ConnectEngine {
  /** The answers, made as they are read. @throws RpcStatus or an error of gRPC. */
  answer(call: EngineCall): AsyncIterable<Uint8Array>;
  /** Stops running calls and releases resources. */
  close(): Promise<void>;
}

export const SERVICE_PATH = '/spark.connect.SparkConnectService/';

/**
 * The calls of the service. All of them are handled as bidirectional streams, which are the same on the wire.
 *
 * @see https://github.com/apache/spark/blob/master/sql/connect/common/src/main/protobuf/spark/connect/base.proto (read 2026-11-20)
 */
export const METHODS = [
  'ExecutePlan',
  'AnalyzePlan',
  'Config',
  'AddArtifacts',
  'ArtifactStatus',
  'Interrupt',
  'ReattachExecute',
  'ReleaseExecute',
  'ReleaseSession',
  'FetchErrorDetails',
  'CloneSession',
  'GetStatus',
] as const;

/** The Spark version that the DuckDB substitute reports. */
export type ResponderVersion = '3.5' | '4.0';
