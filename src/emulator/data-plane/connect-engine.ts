/** One call that was let in. */
export interface EngineCall {
  /** The name of the call, such as `ExecutePlan`. */
  readonly method: string;
  /** The requests as they came; all calls but one have a single one. */
  readonly requests: AsyncIterable<Uint8Array>;
  /** Metadata without what is the cloud's. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Aborts when the caller has gone. */
  readonly signal: AbortSignal;
}

/** What answers the calls of Spark Connect behind the gate, message by message and in bytes. */
export interface ConnectEngine {
  /** The answers, made as they are read. @throws RpcStatus, or an error of gRPC as it is. */
  answer(call: EngineCall): AsyncIterable<Uint8Array>;
  /** Ends what runs and lets go of what is held. */
  close(): Promise<void>;
}

/** Where the calls of Spark Connect are found. */
export const SERVICE_PATH = '/spark.connect.SparkConnectService/';

/**
 * The calls of the service. All of them are carried as streams both ways, which look the same on the wire.
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
