/** Everything that a provider is built from: `import { … } from 'anysession/provider'`. */
export type { BatchCapabilities, BatchFilter, BatchProvider, BatchStartRequest } from '../contract/batch-provider.ts';
export type { Page, RunRowFilter } from '../contract/batch-provider.ts';
export type { BatchCounts, BatchDetails, BatchObservation, BatchOutcome } from '../contract/batch-observation.ts';
export type {
  JsonValue,
  RunDefaults,
  RunRow,
  RunSpec,
  RunState,
  RunStatus,
  Submission,
} from '../contract/batch-run.ts';
export { BATCH_STATES, isFinalBatchState, isLegalBatchMove, type BatchState } from '../contract/batch-state.ts';
export {
  isCalculationOver,
  type CalculationObservation,
  type CalculationOutput,
  type CalculationRequest,
  type CalculationRunner,
  type CalculationState,
} from '../contract/calculation-runner.ts';
export type { CallContext } from '../contract/call-context.ts';
export {
  defineCapabilities,
  LIST_FILTER_FIELDS,
  type Capabilities,
  type CapabilityFlag,
  type DurationRange,
  type ListFilterField,
  type SqlDialect,
} from '../contract/capabilities.ts';
export type { ColumnBatch, ColumnData, ColumnField, ColumnType, FixedWidthValues } from '../contract/column-batch.ts';
export { ERROR_KINDS, type ErrorKind, type ErrorKindFacts, type Retry } from '../contract/error-kinds.ts';
export type { BusySource, Observation, SessionDetails, StateHistoryEntry } from '../contract/observation.ts';
export { USAGE_UNIT_NAMES, type SessionUsage, type UsageBasis, type UsageUnit } from '../contract/usage.ts';
export {
  OPERATIONS,
  possibleEffect,
  type BatchOperation,
  type Operation,
  type OperationFacts,
  type ProviderOperation,
} from '../contract/operations.ts';
export { formatOwnership, ownershipIn, parseLifetime, parseOwnership, type Ownership } from '../contract/ownership.ts';
export type {
  CallBudget,
  CallClass,
  Clock,
  Logger,
  Metrics,
  Random,
  Span,
  SpanAttribute,
  Tracer,
} from '../contract/ports.ts';
export {
  CONTRACT_VERSION,
  defineBatchPlugin,
  definePlugin,
  type BatchPlugin,
  type ConfiguredBatchProvider,
  type ConfiguredProvider,
  type FoundOption,
  type OptionProblem,
  type ParsedOptions,
  type PluginBase,
  type ProviderPlugin,
  type ProviderPorts,
  type Variables,
} from '../contract/provider-plugin.ts';
export type { RunList, StagedRuns } from '../contract/run-list.ts';
export {
  SessionError,
  type Effect,
  type NativeError,
  type QueryContext,
  type SessionErrorDetails,
} from '../contract/session-error.ts';
export { HANDLE_VERSION, isSameSession, type SessionHandle } from '../contract/session-handle.ts';
export type {
  ConnectEndpoint,
  Cursor,
  Dashboard,
  ListFilter,
  SessionPage,
  SessionProvider,
} from '../contract/session-provider.ts';
export { isLegalMove, SESSION_STATES, type SessionState, type StatePoint } from '../contract/session-state.ts';
export type {
  EndpointSource,
  SparkConnection,
  SparkConnectFactory,
  SparkConnectRunner,
  SparkSettings,
} from '../contract/spark-connect.ts';
export type { SessionSize, StartRequest } from '../contract/start-request.ts';
export type {
  Parameters,
  ParameterValue,
  StatementExecution,
  StatementProgress,
  StatementRequest,
  StatementRunner,
  StepMetrics,
} from '../contract/statement-runner.ts';
export { abortedError, throwIfAborted } from './aborted-error.ts';
export {
  CallRunner,
  type CallRunnerParts,
  type CallSubject,
  type FailedCall,
  type ServiceCall,
} from './call-runner.ts';
export { assertHandleScope } from './handle-scope.ts';
export { loadOnce } from './load-once.ts';
export { parseNativeOptions, type NativeMembers, type NativeRequest } from './native-options.ts';
export { isTlsCode, kindOfStage, networkStage, readRetryAfter, type FailureStage } from './network-failure.ts';
export {
  notFoundObservation,
  notReadyError,
  toObservation,
  type ObservationContext,
  type SeenSession,
} from './observation.ts';
export { omitUndefined } from './omit-undefined.ts';
export { onAbort } from './on-abort.ts';
export { checkOptions, type ObjectShape, type OptionShape } from './option-shape.ts';
export { formatOwnershipTag, parseOwnershipTag, type TaggedName } from './ownership-tag.ts';
export { notBoth, parseOptions, type ConfigOf, type OptionRule } from './parse-options.ts';
export { raceAbort } from './race-abort.ts';
export {
  kindOfCode,
  pickFor,
  toServiceError,
  type Advice,
  type ByOperation,
  type ErrorTable,
  type ServiceErrorParts,
  type ServiceFailure,
} from './service-failure.ts';
export { runningAttempt, type Attempt, type RunningAttempt } from './running-attempt.ts';
export { ServiceTime } from './service-time.ts';
export { signalWithTimeout, type SignalWithTimeout, type WaitLimits } from './signal-with-timeout.ts';
export { sleep } from './sleep.ts';
export { defineStates, type NativeStates, type StateFacts, type StateRow } from './states.ts';
export { isServiceRefusal } from './refused-session.ts';
export { explainByTokenConflict } from './token-conflict.ts';
export { withDeadline } from './with-deadline.ts';
