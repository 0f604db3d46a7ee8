import type { EmrStateOptions } from '../aws/emr-states.ts';
import { sessionDefaults, type AwsSessionOptions, type WithDefaults } from '../session-options.ts';
import type { ClusterState } from './emr-inputs.ts';

/** A cluster that exists without being created. */
export interface ClusterSetup {
  /** Default `emr-spark-8.0.0`, the first release that has sessions. */
  readonly releaseLabel?: string;
  /** Default `Spark` alone. */
  readonly applications?: readonly string[];
  /** Whether it accepts sessions (default true). */
  readonly sessionEnabled?: boolean;
  /** The state it is in (default `WAITING`). */
  readonly state?: ClusterState;
}

/**
 * Options of the emulator of EMR on EC2. Where the service's behaviour is not documented, the option says so and the default is our
 * choice. The default `idleTimeoutMinutes` is 60 and `endpointTokenTtlMs` 1 hour, as in the guide.
 * @see https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-spark-connect-sessions.html (read 2026-11-30)
 */
export interface EmrOptions extends AwsSessionOptions, EmrStateOptions {
  /** More clusters by id, besides `j-EMULATED1`. */
  readonly clusters?: Readonly<Record<string, ClusterSetup>>;
  /** The most live sessions of one cluster (default 1000). */
  readonly sessionQuota?: number;
  /**
   * What GetSessionEndpoint returns: a token, as in the guide (default); the credentials of the cluster, as the model allows; or both,
   * as AWS's own client reads it. When it returns which is undocumented.
   */
  readonly credentials?: 'token' | 'username-password' | 'both';
  /** The first state with an endpoint. The guide waits for IDLE; the rest is undocumented (default `IDLE`). */
  readonly endpointFrom?: 'STARTED' | 'IDLE';
  /** StartSession without a name: the guide requires one, the model does not (default `refuse`). */
  readonly withoutName?: 'refuse' | 'start';
  /** The error for an unknown session. The model has only the first one, AWS's own client expects the second (default the first). */
  readonly unknownSessionCode?: 'InvalidRequestException' | 'ResourceNotFoundException';
  /** TerminateSession on an ended session. Undocumented (default `ok`). */
  readonly terminateEnded?: 'ok' | 'InvalidRequestException';
  /** Whether sessions have a `StateChangeReason`. Undocumented (default `always`). */
  readonly stateChangeReasons?: 'always' | 'never';
}

export type EmrConfig = WithDefaults<EmrOptions, 'tokenLifetimeMs' | 'retentionMs' | 'maxLifetimeMs'>;

export function toEmrConfig(options: EmrOptions, startupMs: number): EmrConfig {
  return {
    ...sessionDefaults(startupMs),
    startedMs: 0,
    idleTimeoutMinutes: 60,
    zeroIdleTimeout: 'never',
    sessionQuota: 1000,
    credentials: 'token',
    endpointFrom: 'IDLE',
    withoutName: 'refuse',
    unknownSessionCode: 'InvalidRequestException',
    terminateEnded: 'ok',
    stateChangeReasons: 'always',
    endpointTokenTtlMs: 3_600_000,
    expiredTokenCode: 'PERMISSION_DENIED',
    ...options,
    clusters: { 'j-EMULATED1': {}, ...options.clusters },
  };
}
