export { openBatches } from './open-batches.ts';
export { openSessions } from './open-sessions.ts';
export { systemClock } from './session/system-ports.ts';
export { callContext, type CallOptions } from './session/call-context.ts';
export {
  SessionError,
  type Effect,
  type NativeError,
  type QueryContext,
  type SessionErrorDetails,
} from './contract/session-error.ts';
export { ERROR_KINDS, isErrorKind, type ErrorKind, type ErrorKindFacts, type Retry } from './contract/error-kinds.ts';
export { HANDLE_VERSION, isSameSession, type SessionHandle } from './contract/session-handle.ts';
export { parseHandle } from './contract/parse-handle.ts';
export {
  isLegalMove,
  isSessionState,
  SESSION_STATES,
  type SessionState,
  type StatePoint,
} from './contract/session-state.ts';
export { assertHandleScope } from './provider-kit/handle-scope.ts';
export { sleep } from './provider-kit/sleep.ts';
export { abortedError } from './provider-kit/aborted-error.ts';
export { withDeadline, type Attempt } from './provider-kit/with-deadline.ts';
export { formatOwnership, isOwner, isStartToken, parseOwnership, type Ownership } from './contract/ownership.ts';
export {
  defineCapabilities,
  LIST_FILTER_FIELDS,
  type Capabilities,
  type CapabilityFlag,
  type DurationRange,
  type ListFilterField,
  type SqlDialect,
} from './contract/capabilities.ts';
export {
  CONTRACT_VERSION,
  definePlugin,
  type OptionProblem,
  type ParsedOptions,
  type ProviderPlugin,
  defineBatchPlugin,
  isBatchPlugin,
  type AnyPlugin,
  type BatchPlugin,
  type ConfiguredBatchProvider,
  type ConfiguredProvider,
  type PluginBase,
  type ProviderPorts,
} from './contract/provider-plugin.ts';
export type { Clock, Logger, Random, Span, SpanAttribute, Tracer } from './contract/ports.ts';
export type {
  BusySource,
  Observation,
  SessionDetails,
  SessionUsage,
  StateHistoryEntry,
} from './contract/observation.ts';
export type {
  ConnectEndpoint,
  Cursor,
  Dashboard,
  ListFilter,
  SessionPage,
  SessionProvider,
} from './contract/session-provider.ts';
export type { ProviderOperation } from './contract/operations.ts';
export type { CallContext } from './contract/call-context.ts';
export { SESSION_SIZES, type SessionSize, type StartRequest } from './contract/start-request.ts';
export type { SessionDefaults } from './contract/session-defaults.ts';
export type { Watcher } from './contract/watcher.ts';
export type {
  ParameterValue,
  Parameters,
  StatementExecution,
  StatementProgress,
  StepMetrics,
  StatementRequest,
  StatementRunner,
} from './contract/statement-runner.ts';
export type {
  CalculationObservation,
  CalculationOutput,
  CalculationRequest,
  CalculationRunner,
  CalculationState,
} from './contract/calculation-runner.ts';
export type { CalculationOptions } from './session/run-calculation.ts';
export type { EndpointSource, SparkConnectFactory, SparkConnectRunner } from './contract/spark-connect.ts';
export type { ColumnBatch, ColumnData, ColumnField, ColumnType, FixedWidthValues } from './contract/column-batch.ts';
export type { ConfigOptions, ConfigRequest, EnvironmentOptions, ProviderRequest } from './config/config-options.ts';
export type { OpenPorts } from './open-request.ts';
export type { AttachTarget } from './session/attach-target.ts';
export type { Sessions } from './session/sessions.ts';
export type { Session } from './session/session.ts';
export type { SessionStatus, StateChange } from './session/session-tracker.ts';
export type { StateListener } from './session/state-listeners.ts';
export type { StartOptions } from './session/start-options.ts';
export type { TerminateOptions } from './session/terminate-options.ts';
export type { ListOptions } from './session/listing.ts';
export type { Result } from './statement/result.ts';
export type { ResultBatch, ResultColumn } from './statement/result-batch.ts';
export type { ResultField, ResultSchema } from './statement/result-schema.ts';
export type { RowOptions } from './statement/row-shape.ts';
export type { SparkConnection, SparkSettings } from './contract/spark-connect.ts';
export type { Statement } from './statement/statement.ts';
export type { StatementOptions } from './statement/statement-options.ts';
export { STATEMENT_STATES, type StatementState } from './statement/statement-state.ts';
export type { StatementEvents } from './statement/statement-listeners.ts';
export type { ResultValue, Row, RowArray } from './statement/values/result-value.ts';
export {
  BATCH_STATES,
  isBatchState,
  isFinalBatchState,
  isLegalBatchMove,
  toSessionState,
  type BatchState,
} from './contract/batch-state.ts';
export type { BatchCounts, BatchDetails, BatchObservation, BatchOutcome } from './contract/batch-observation.ts';
export type { JsonValue, RunDefaults, RunRow, RunSpec, RunState, RunStatus, Submission } from './contract/batch-run.ts';
export type { RunList, StagedRuns } from './contract/run-list.ts';
export type {
  BatchCapabilities,
  BatchFilter,
  BatchProvider,
  BatchStartRequest,
  Page,
  RunRowFilter,
} from './contract/batch-provider.ts';
export type { BatchOperation } from './contract/operations.ts';
export type { Batches, BatchListOptions, BatchTarget } from './batch/batches.ts';
export type { Batch } from './batch/batch.ts';
export type {
  ResubmitOptions,
  RowOptions as BatchRowOptions,
  StartBatchOptions,
  WaitOptions,
} from './batch/batch-options.ts';
export type { BatchStatus } from './batch/batch-status.ts';
export type { SubmissionEstimate } from './batch/estimate.ts';
export type { BatchRun, FailedRun } from './batch/run-listing.ts';
export type { RunSource } from './batch/read-runs.ts';
