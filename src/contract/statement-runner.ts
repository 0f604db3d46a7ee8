import type { ColumnBatch, ColumnField } from './column-batch.ts';
import type { CallContext } from './call-context.ts';
import type { SessionHandle } from './session-handle.ts';

/** A value that can be bound to a `?` or `$name` of a statement. */
export type ParameterValue = null | boolean | number | bigint | string | Uint8Array | Date;

/** Bound values: by position for `?`, by name for `$name` (DuckDB) or `:name` (Spark). Never spliced into the text. */
export type Parameters = readonly ParameterValue[] | Readonly<Record<string, ParameterValue>>;

/** One statement to run. */
export interface StatementRequest {
  /** Names the execution for cancelling, 1..64 characters. */
  readonly id: string;
  readonly text: string;
  readonly parameters?: Parameters;
}

/** How far a running statement is; members are absent where the engine does not tell. */
export interface StatementProgress {
  /** 0..1 */
  readonly fraction?: number;
  readonly rowsProcessed?: number;
  readonly totalRows?: number;
  readonly bytesRead?: number;
}

/** What the engine counted in one step of a statement's plan. */
export interface StepMetrics {
  /** The step as the engine calls it, such as `HashAggregate`. */
  readonly name: string;
  /** Numbers the step within its plan. */
  readonly step: number;
  /** The step that takes what this one gives; absent at the last one. */
  readonly parent?: number;
  /** Counts and sizes by the engine's names, such as `numOutputRows`; times are as its names say. */
  readonly values: Readonly<Record<string, number>>;
}

/** A statement that the engine has accepted and whose result can be pulled. */
export interface StatementExecution {
  readonly fields: readonly ColumnField[];
  /** The result, batch by batch; nothing is computed ahead of the reader beyond one batch. Can be read once. */
  batches(): AsyncIterable<ColumnBatch>;
  /** What was counted so far, complete once the last batch was read; absent where the engine does not tell. */
  metrics?(): readonly StepMetrics[];
  /** Stops reading early and lets go of what the engine holds for it; after the end it does nothing. */
  close(): Promise<void>;
}

/** Runs SQL in sessions. */
export interface StatementRunner {
  /**
   * Runs one statement and resolves when its result's columns are known.
   * When `call.signal` aborts the engine stops working on it.
   * @throws SessionError `invalid-request` for SQL that the engine refuses; `conflict` when the session takes no work;
   * `session-failed` when the session ended meanwhile.
   */
  execute(handle: SessionHandle, request: StatementRequest, call: CallContext): Promise<StatementExecution>;
  /** How far the statement is; `undefined` when it is not running or the engine does not tell. No I/O that waits. */
  progress(handle: SessionHandle, statementId: string): StatementProgress | undefined;
}
