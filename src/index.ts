export { openSessions, type OpenSessionsOptions } from './open-sessions.ts';

export type { Sessions } from './session/sessions.ts';
export type { DetachOptions, Session } from './session/session.ts';
export type { StartEstimate } from './watch/start-estimate.ts';
export type { SessionStatus, StateChange } from './session/session-tracker.ts';
export type { SessionEvents, StateListener } from './session/session-listeners.ts';
export type { SessionCost } from './session/session-costs.ts';
export type { Cost } from './cost/cost.ts';
export type { SpendWarning } from './cost/spend-meter.ts';
export type { CallOptions } from './session/call-context.ts';
export type { StartOptions } from './session/start-options.ts';
export type { QueuePlace } from './session/queue-place.ts';
export type { AttachTarget } from './session/attach-target.ts';
export type { ListOptions } from './session/listing.ts';
export type { SweepOptions } from './session/sweeping.ts';
export type { SweepCode, SweepDecision, SweepOutcome, SweepReport } from './ownership/sweep-decision.ts';
export type { TerminateOptions } from './session/terminate-options.ts';
export type { SessionsProxyOptions } from './session/proxied-session.ts';
export type { FinishedCalculation } from './session/finished-calculation.ts';
export type { CalculationOptions } from './session/run-calculation.ts';

export type { ConfigOptions, ConfigRequest, EnvironmentOptions, ProviderRequest } from './config/config-options.ts';
export type { OpenPorts } from './open-request.ts';
export type { SessionDefaults } from './contract/session-defaults.ts';
export type { ConfiguredProvider } from './contract/provider-plugin.ts';
export type {
  Logger,
  Metrics,
  RequestObserver,
  ServiceRequest,
  Span,
  SpanAttribute,
  Tracer,
} from './contract/ports.ts';

export { SessionError, type Effect } from './contract/session-error.ts';
export { ERROR_KINDS, type ErrorKind } from './contract/error-kinds.ts';

export {
  METRICS,
  type MetricAttributes,
  type MetricFacts,
  type MetricKind,
  type MetricName,
} from './contract/metrics.ts';
export type { CounterName, HistogramName } from './contract/metrics.ts';

export { SESSION_STATES, type SessionState } from './contract/session-state.ts';
export { parseHandle } from './contract/parse-handle.ts';
export { isSameSession, type SessionHandle } from './contract/session-handle.ts';
export type { Observation, SessionDetails } from './contract/observation.ts';
export type { Prices, SessionUsage, UsageBasis, UsageUnit } from './contract/usage.ts';
export { SESSION_SIZES, type SessionSize } from './contract/start-request.ts';
export type { Capabilities, SqlDialect } from './contract/capabilities.ts';
export type { Dashboard, SessionProvider } from './contract/session-provider.ts';
export type { CalculationObservation, CalculationState, OutputPart } from './contract/calculation-runner.ts';
export type { SparkConnection, SparkSettings } from './contract/spark-connect.ts';
export type { ProxyListenOptions, ProxyOptions, SparkConnectProxy } from './contract/spark-connect-proxy.ts';

export type { Statement } from './statement/statement.ts';
export type { StatementOptions } from './statement/statement-options.ts';
export { STATEMENT_STATES, type StatementState } from './statement/statement-state.ts';
export type { StatementEvents } from './statement/statement-listeners.ts';
export type { ParameterValue, Parameters, StatementProgress, StepMetrics } from './contract/statement-runner.ts';
export type { Result } from './statement/result.ts';
export type { ArrowReader } from './statement/arrow/load-arrow.ts';
export type { ResultBatch, ResultColumn } from './statement/result-batch.ts';
export type { ResultField, ResultSchema } from './statement/result-schema.ts';
export type { ResultValue, Row, RowArray } from './statement/values/result-value.ts';
export type { RowOptions } from './statement/row-shape.ts';
export type { ColumnType } from './contract/column-batch.ts';
