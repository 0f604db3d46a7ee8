import { sessionDefaults, type AwsSessionOptions, type WithDefaults } from '../session-options.ts';

/** The engines a workgroup can have; the first two run sessions, each with a data plane of its own. */
export type AthenaEngine = 'pyspark-3' | 'spark-3.5' | 'sql';

/** The engines' names on the wire. @see https://docs.aws.amazon.com/athena/latest/ug/engine-versions.html read 2026-11-20 */
export const ENGINE_VERSIONS: Readonly<Record<AthenaEngine, string>> = {
  'pyspark-3': 'PySpark engine version 3',
  'spark-3.5': 'Apache Spark version 3.5',
  sql: 'Athena engine version 3',
};

/**
 * Options of the Athena emulator. Where the service's behaviour is not documented, the option says so and the default is our
 * choice. The default `idleTimeoutMinutes` is 20, `endpointTokenTtlMs` 30 minutes; `maxLifetimeMs` is undocumented and has none.
 */
export interface AthenaOptions extends AwsSessionOptions {
  /** More workgroups by name, besides `spark35`, `pyspark3` and `sql`. */
  readonly workgroups?: Readonly<Record<string, AthenaEngine>>;
  /** How long CREATED is shown before IDLE (default: a fifth of `startupMs`); 0 skips it. */
  readonly createdMs?: number;
  /** How long a calculation runs (default 1000). */
  readonly calculationMs?: number;
  /** DPUs of the account for sessions on Apache Spark 3.5 (default 4). */
  readonly spark35DpuQuota?: number;
  /** DPUs of the account for sessions on PySpark engine version 3 (default 160). */
  readonly pyspark3DpuQuota?: number;
  /** The most DPUs that one session may request (default 60). */
  readonly sessionDpuLimit?: number;
  /** DPUs of a session without `MaxConcurrentDpus`. Undocumented (default 2, the least the model allows). */
  readonly defaultSessionDpus?: number;
  /** The error for a known token with other parameters. Undocumented (default `InvalidRequestException`). */
  readonly tokenClashCode?: 'InvalidRequestException' | 'SessionAlreadyExistsException';
  /** The error for an unknown id. Undocumented (default `InvalidRequestException`, as PyAthena expects). */
  readonly unknownSessionCode?: 'InvalidRequestException' | 'ResourceNotFoundException';
  /** Whether ListSessions without a filter shows DEGRADED sessions. Undocumented (default false). */
  readonly listsDegraded?: boolean;
  /** Whether ListSessions finds ended sessions when the filter names their state. Undocumented (default true). */
  readonly listsEnded?: boolean;
  /** GetSessionEndpoint before the session is ready: an error, or empty texts. Undocumented (default `error`). */
  readonly endpointBeforeReady?: 'error' | 'empty';
  /** The code of that error. Undocumented (default `InvalidRequestException`). */
  readonly endpointNotReadyCode?: 'InvalidRequestException' | 'ResourceNotFoundException';
  /** The first state that has an endpoint. Undocumented (default `CREATED`, which one published client relies on). */
  readonly endpointFrom?: 'CREATED' | 'IDLE';
  /** What calculations become when their session ends. The model allows both (default `FAILED`). */
  readonly orphanedCalculation?: 'FAILED' | 'CANCELED';
}

export type AthenaConfig = WithDefaults<AthenaOptions, 'maxLifetimeMs' | 'tokenLifetimeMs' | 'retentionMs'>;

export function toAthenaConfig(options: AthenaOptions, startupMs: number): AthenaConfig {
  return {
    ...sessionDefaults(startupMs),
    createdMs: Math.floor(startupMs / 5),
    calculationMs: 1000,
    idleTimeoutMinutes: 20,
    spark35DpuQuota: 4,
    pyspark3DpuQuota: 160,
    sessionDpuLimit: 60,
    defaultSessionDpus: 2,
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
