import type { ExpiredTokenCode } from '../data-plane/ticket-book.ts';
import type { RateLimit } from '../rate-limiter.ts';
import type { AthenaEngine } from './athena-engine.ts';

/** The Athena emulator's options. Where the service's own behaviour is not documented, the option says so and the default is our choice. */
export interface AthenaOptions {
  /** More workgroups by name, besides `spark35`, `pyspark3` and `sql`. */
  readonly workgroups?: Readonly<Record<string, AthenaEngine>>;
  /** How long CREATED is shown on the way to IDLE; a fifth of `startupMs` unless said, 0 skips it. */
  readonly createdMs?: number;
  /** How long TERMINATING lasts; a fifth of `startupMs` unless said. */
  readonly terminatingMs?: number;
  /** How long a calculation runs; 1000 unless said. */
  readonly calculationMs?: number;
  /** The idle timeout of sessions that name none, in minutes; 20 unless said. */
  readonly idleTimeoutMinutes?: number;
  /** Ends every session after this time. Undocumented; no limit unless said. */
  readonly maxLifetimeMs?: number;
  /** DPUs of the account for sessions on Apache Spark 3.5; 4 unless said. */
  readonly spark35DpuQuota?: number;
  /** DPUs of the account for sessions on PySpark engine version 3; 160 unless said. */
  readonly pyspark3DpuQuota?: number;
  /** The most DPUs one session may ask for; 60 unless said. */
  readonly sessionDpuLimit?: number;
  /** DPUs of a session that does not say `MaxConcurrentDpus`. Undocumented; 2, the least the model allows, unless said. */
  readonly defaultSessionDpus?: number;
  /** How far GetSession and its like are behind the truth. Unmeasured; 0 unless said. */
  readonly describeLagMs?: number;
  /** How far ListSessions is behind the truth. Unmeasured; 0 unless said. */
  readonly listLagMs?: number;
  /** Rates per operation; the service publishes none for sessions, so none unless said. */
  readonly rates?: Readonly<Record<string, RateLimit>>;
  /** The error for a known token with other parameters. Undocumented; `InvalidRequestException` unless said. */
  readonly tokenClashCode?: 'InvalidRequestException' | 'SessionAlreadyExistsException';
  /** How long a token is remembered. Undocumented; for ever unless said. */
  readonly tokenLifetimeMs?: number;
  /** The error for an id that is not known. Undocumented; `InvalidRequestException` unless said, as PyAthena expects. */
  readonly unknownSessionCode?: 'InvalidRequestException' | 'ResourceNotFoundException';
  /** Whether ListSessions without a filter shows DEGRADED sessions. Undocumented; false unless said. */
  readonly listsDegraded?: boolean;
  /** Whether ListSessions finds ended sessions when the filter asks for them. Undocumented; true unless said. */
  readonly listsEnded?: boolean;
  /** How long ended sessions can be read. Undocumented; for ever unless said. */
  readonly retentionMs?: number;
  /** GetSessionEndpoint before the session is ready: an error, or empty texts. Undocumented; `error` unless said. */
  readonly endpointBeforeReady?: 'error' | 'empty';
  /** The code of that error. Undocumented; `InvalidRequestException` unless said. */
  readonly endpointNotReadyCode?: 'InvalidRequestException' | 'ResourceNotFoundException';
  /** The first state in which the endpoint is given out. Undocumented; `CREATED` unless said, which one published client relies on. */
  readonly endpointFrom?: 'CREATED' | 'IDLE';
  /** How long an endpoint token lasts; 30 minutes unless said. */
  readonly endpointTokenTtlMs?: number;
  /**
   * The gRPC status of a call with an expired token. Undocumented; `PERMISSION_DENIED` unless said, as one report has it, while another
   * saw `UNKNOWN`.
   */
  readonly expiredTokenCode?: ExpiredTokenCode;
  /** What calculations become when their session ends under them. The model allows both; `FAILED` unless said. */
  readonly orphanedCalculation?: 'FAILED' | 'CANCELED';
}

/** The options with every default filled in. */
export type AthenaConfig = Required<Omit<AthenaOptions, 'maxLifetimeMs' | 'tokenLifetimeMs' | 'retentionMs'>> &
  Pick<AthenaOptions, 'maxLifetimeMs' | 'tokenLifetimeMs' | 'retentionMs'>;

/** Fills in the defaults. */
export function toAthenaConfig(options: AthenaOptions, startupMs: number): AthenaConfig {
  return {
    createdMs: Math.floor(startupMs / 5),
    terminatingMs: Math.floor(startupMs / 5),
    calculationMs: 1000,
    idleTimeoutMinutes: 20,
    spark35DpuQuota: 4,
    pyspark3DpuQuota: 160,
    sessionDpuLimit: 60,
    defaultSessionDpus: 2,
    describeLagMs: 0,
    listLagMs: 0,
    rates: {},
    tokenClashCode: 'InvalidRequestException',
    unknownSessionCode: 'InvalidRequestException',
    listsDegraded: false,
    listsEnded: true,
    endpointBeforeReady: 'error',
    endpointNotReadyCode: 'InvalidRequestException',
    endpointFrom: 'CREATED',
    endpointTokenTtlMs: 30 * 60_000,
    expiredTokenCode: 'PERMISSION_DENIED',
    orphanedCalculation: 'FAILED',
    ...options,
    workgroups: { spark35: 'spark-3.5', pyspark3: 'pyspark-3', sql: 'sql', ...options.workgroups },
  };
}
