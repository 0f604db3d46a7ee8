import type { ExpiredTokenCode } from '../data-plane/ticket-book.ts';
import type { RateLimit } from '../rate-limiter.ts';
import type { ApplicationState } from './emr-serverless-shapes.ts';

/** An application that is there without being created. */
export interface ApplicationSetup {
  /** `emr-7.13.0` unless said, the first release that has sessions. */
  readonly releaseLabel?: string;
  /** `SPARK` unless said. */
  readonly type?: string;
  /** Whether it takes sessions; true unless said. */
  readonly sessionEnabled?: boolean;
  /** Whether a session starts it; true unless said. */
  readonly autoStart?: boolean;
  /** The state it is in; `CREATED` unless said. */
  readonly state?: Extract<ApplicationState, 'CREATED' | 'STARTED' | 'STOPPED'>;
}

/** The EMR Serverless emulator's options. Where the service's own behaviour is not documented, the option says so and the default is our choice. */
export interface EmrServerlessOptions {
  /** More applications by id, besides `00emulated1`. */
  readonly applications?: Readonly<Record<string, ApplicationSetup>>;
  /** How long an application takes to start; `startupMs` unless said. */
  readonly applicationStartupMs?: number;
  /** How long STARTED is shown on the way to IDLE. The one published trace never shows it; 0, which skips it, unless said. */
  readonly startedMs?: number;
  /** How long TERMINATING lasts; a fifth of `startupMs` unless said. */
  readonly terminatingMs?: number;
  /** The idle timeout of sessions that name none, in minutes. The guide says 60, a sample 15; 60 unless said. */
  readonly idleTimeoutMinutes?: number;
  /** What an idle timeout of 0 means. Undocumented; `never` unless said. */
  readonly zeroIdleTimeout?: 'never' | 'default';
  /** Ends every session after this time, busy or not; 24 hours unless said. */
  readonly maxLifetimeMs?: number;
  /** The most live sessions of one application; 25 unless said. */
  readonly sessionQuota?: number;
  /**
   * vCPUs that all sessions of the account may have at a time. A new account has 16, and most have had it raised; no limit unless said.
   * @see https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/endpoints-quotas.html read 2026-11-20
   */
  readonly vcpuQuota?: number;
  /** The executors that must have room in that quota beside the driver when a session starts. Undocumented; 0, the least, unless said. */
  readonly startingExecutors?: number;
  /** How far GetSession is behind the truth. Unmeasured; 0 unless said. */
  readonly describeLagMs?: number;
  /** How far ListSessions is behind the truth. Unmeasured; 0 unless said. */
  readonly listLagMs?: number;
  /** Rates per operation; the service publishes none for sessions, so none unless said. */
  readonly rates?: Readonly<Record<string, RateLimit>>;
  /** The error for a known token with other parameters. Undocumented; `ConflictException` unless said. */
  readonly tokenClashCode?: 'ConflictException' | 'ValidationException';
  /** How long a token is remembered. Undocumented; for ever unless said. */
  readonly tokenLifetimeMs?: number;
  /** TerminateSession on an ended session. Undocumented; `ok` unless said. */
  readonly terminateEnded?: 'ok' | 'ValidationException' | 'ResourceNotFoundException';
  /** How long ended sessions can be read. Undocumented; for ever unless said. */
  readonly retentionMs?: number;
  /** The error of GetSessionEndpoint when the session cannot be connected to. Undocumented; `ValidationException` unless said. */
  readonly endpointNotReadyCode?: 'ValidationException' | 'ConflictException' | 'ResourceNotFoundException';
  /** How long an endpoint token lasts; 1 hour unless said. */
  readonly endpointTokenTtlMs?: number;
  /**
   * The gRPC status of a call with an expired token. Undocumented; `PERMISSION_DENIED` unless said, as one report has it, while another
   * saw `UNKNOWN`.
   */
  readonly expiredTokenCode?: ExpiredTokenCode;
  /** The error when type, release or `sessionEnabled` do not allow sessions. Undocumented; `ValidationException` unless said. */
  readonly unsuitableApplicationCode?: 'ValidationException' | 'ConflictException';
  /** The error when the application is not started and may not start by itself. Undocumented; `ConflictException` unless said. */
  readonly stoppedApplicationCode?: 'ValidationException' | 'ConflictException';
  /** StopApplication with live sessions: an error, or the sessions are terminated. Undocumented; `refuse` unless said. */
  readonly stopWithSessions?: 'refuse' | 'terminate';
}

/** The options with every default filled in. */
export type EmrServerlessConfig = Required<Omit<EmrServerlessOptions, 'tokenLifetimeMs' | 'retentionMs'>> &
  Pick<EmrServerlessOptions, 'tokenLifetimeMs' | 'retentionMs'>;

/** Fills in the defaults. */
export function toEmrServerlessConfig(options: EmrServerlessOptions, startupMs: number): EmrServerlessConfig {
  return {
    applicationStartupMs: startupMs,
    startedMs: 0,
    terminatingMs: Math.floor(startupMs / 5),
    idleTimeoutMinutes: 60,
    zeroIdleTimeout: 'never',
    maxLifetimeMs: 24 * 3_600_000,
    sessionQuota: 25,
    vcpuQuota: Number.POSITIVE_INFINITY,
    startingExecutors: 0,
    describeLagMs: 0,
    listLagMs: 0,
    rates: {},
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
