import type { EmrStateOptions } from '../aws/emr-states.ts';
import { sessionDefaults, type AwsSessionOptions, type WithDefaults } from '../session-options.ts';
import type { ApplicationState } from './emr-inputs.ts';

/** An application that exists without being created. */
export interface ApplicationSetup {
  /** Default `emr-7.13.0`, the first release that has sessions. */
  readonly releaseLabel?: string;
  /** Default `SPARK`. */
  readonly type?: string;
  /** Whether it accepts sessions (default true). */
  readonly sessionEnabled?: boolean;
  /** Whether a session starts it (default true). */
  readonly autoStart?: boolean;
  /** The state it is in (default `CREATED`). */
  readonly state?: Extract<ApplicationState, 'CREATED' | 'STARTED' | 'STOPPED'>;
}

/**
 * Options of the EMR Serverless emulator. Where the service's behaviour is not documented, the option says so and the default is
 * our choice. The default `idleTimeoutMinutes` is 60, as in the guide (a sample has 15), `maxLifetimeMs` 24 hours,
 * `endpointTokenTtlMs` 1 hour.
 */
export interface EmrServerlessOptions extends AwsSessionOptions, EmrStateOptions {
  /** More applications by id, besides `00emulated1`. */
  readonly applications?: Readonly<Record<string, ApplicationSetup>>;
  /** How long an application takes to start (default `startupMs`). */
  readonly applicationStartupMs?: number;
  /** The most live sessions of one application (default 25). */
  readonly sessionQuota?: number;
  /**
   * vCPUs that all sessions of the account may use at a time. A new account has 16, and most have a higher quota (default: no limit).
   * @see https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/endpoints-quotas.html read 2026-11-20
   */
  readonly vcpuQuota?: number;
  /** The executors that need room in that quota besides the driver when a session starts. Undocumented (default 0, the least). */
  readonly startingExecutors?: number;
  /** The error for a known token with other parameters. Undocumented (default `ConflictException`). */
  readonly tokenClashCode?: 'ConflictException' | 'ValidationException';
  /** TerminateSession on an ended session. Undocumented (default `ok`). */
  readonly terminateEnded?: 'ok' | 'ValidationException' | 'ResourceNotFoundException';
  /** The error of GetSessionEndpoint for a session that accepts no connections. Undocumented (default `ValidationException`). */
  readonly endpointNotReadyCode?: 'ValidationException' | 'ConflictException' | 'ResourceNotFoundException';
  /** The error when type, release or `sessionEnabled` do not allow sessions. Undocumented (default `ValidationException`). */
  readonly unsuitableApplicationCode?: 'ValidationException' | 'ConflictException';
  /** The error when the application is not started and may not start by itself. Undocumented (default `ConflictException`). */
  readonly stoppedApplicationCode?: 'ValidationException' | 'ConflictException';
  /** StopApplication with live sessions: an error, or the sessions are terminated. Undocumented (default `refuse`). */
  readonly stopWithSessions?: 'refuse' | 'terminate';
}

export type EmrServerlessConfig = WithDefaults<EmrServerlessOptions, 'tokenLifetimeMs' | 'retentionMs'>;

export function toEmrServerlessConfig(options: EmrServerlessOptions, startupMs: number): EmrServerlessConfig {
  return {
    ...sessionDefaults(startupMs),
    applicationStartupMs: startupMs,
    startedMs: 0,
    idleTimeoutMinutes: 60,
    zeroIdleTimeout: 'never',
    maxLifetimeMs: 24 * 3_600_000,
    sessionQuota: 25,
    vcpuQuota: Number.POSITIVE_INFINITY,
    startingExecutors: 0,
    tokenClashCode: 'ConflictException',
    terminateEnded: 'ok',
    endpointNotReadyCode: 'ValidationException',
    endpointTokenTtlMs: 3_600_000,
    expiredTokenCode: 'PERMISSION_DENIED',
    unsuitableApplicationCode: 'ValidationException',
    stoppedApplicationCode: 'ConflictException',
    stopWithSessions: 'refuse',
    ...options,
    applications: { '00emulated1': {}, ...options.applications },
  };
}
