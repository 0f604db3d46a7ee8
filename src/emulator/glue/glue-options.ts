import { sessionDefaults, type AwsSessionOptions, type WithDefaults } from '../session-options.ts';

/**
 * Options of the Glue emulator. Where the service's behaviour is not documented, the option says so and the default is our choice.
 * `terminatingMs` is how long STOPPING lasts. The default `idleTimeoutMinutes` is the timeout of the session, `maxLifetimeMs`
 * 48 hours, `endpointTokenTtlMs` 30 minutes (undocumented). Glue has no idempotency tokens.
 */
export interface GlueOptions extends Omit<AwsSessionOptions, 'tokenLifetimeMs'> {
  /** How long a statement runs (default 1000). */
  readonly statementMs?: number;
  /** DPUs that all sessions of the account may have at a time (default: no limit, because accounts differ). */
  readonly dpuQuota?: number;
  /** The first Glue version with Spark Connect. Undocumented (default `5.0`, the first one with Spark 3.5). */
  readonly sparkConnectFrom?: string;
  /** The error of CreateSession for an id that a session has. Both are modelled (default `AlreadyExistsException`). */
  readonly takenIdCode?: 'AlreadyExistsException' | 'IdempotentParameterMismatchException';
  /** The error of StopSession and DeleteSession for an unknown id. None is modelled (default `InvalidInputException`). */
  readonly unknownStopCode?: 'InvalidInputException' | 'EntityNotFoundException';
  /** StopSession on a session that has ended or is stopping. Undocumented (default `IllegalSessionStateException`). */
  readonly stopEnded?: 'IllegalSessionStateException' | 'ok';
  /** StopSession before READY. Undocumented (default `ok`). */
  readonly stopProvisioning?: 'IllegalSessionStateException' | 'ok';
  /** DeleteSession on a live session. Undocumented (default `IllegalSessionStateException`); `ok` ends the session. */
  readonly deleteLive?: 'IllegalSessionStateException' | 'ok';
  /** How long the record of a session remains after DeleteSession. Undocumented (default 0). */
  readonly deletionMs?: number;
  /** The error of GetSessionEndpoint before READY and after the end. Undocumented (default `IllegalSessionStateException`). */
  readonly endpointNotReadyCode?: 'IllegalSessionStateException' | 'InvalidInputException' | 'EntityNotFoundException';
  /** Whether ListSessions shows ended sessions. Undocumented (default true). */
  readonly listsEnded?: boolean;
  /** RunStatement while another one runs: an error, or it waits its turn. Undocumented (default `SessionBusyException`). */
  readonly runWhileBusy?: 'SessionBusyException' | 'queue';
  /** The state of a statement whose code failed; its output has ERROR. Undocumented (default `ERROR`). */
  readonly failedStatement?: 'ERROR' | 'AVAILABLE';
  /** CancelStatement on a statement that has ended. Undocumented (default `ok`). */
  readonly cancelEnded?: 'ok' | 'InvalidInputException';
  /** The statements of an ended session. Undocumented (default `IllegalSessionStateException`). */
  readonly statementsOfEnded?: 'IllegalSessionStateException' | 'ok';
  /** The unit of the times of statements. Undocumented (default `milliseconds`). */
  readonly statementTimes?: 'milliseconds' | 'seconds';
}

export type GlueConfig = WithDefaults<GlueOptions, 'retentionMs' | 'idleTimeoutMinutes'> &
  Pick<AwsSessionOptions, 'tokenLifetimeMs'>;

export function toGlueConfig(options: GlueOptions, startupMs: number): GlueConfig {
  return {
    ...sessionDefaults(startupMs),
    maxLifetimeMs: 48 * 3_600_000,
    endpointTokenTtlMs: 30 * 60_000,
    expiredTokenCode: 'PERMISSION_DENIED',
    statementMs: 1000,
    dpuQuota: Number.POSITIVE_INFINITY,
    sparkConnectFrom: '5.0',
    takenIdCode: 'AlreadyExistsException',
    unknownStopCode: 'InvalidInputException',
    stopEnded: 'IllegalSessionStateException',
    stopProvisioning: 'ok',
    deleteLive: 'IllegalSessionStateException',
    deletionMs: 0,
    endpointNotReadyCode: 'IllegalSessionStateException',
    listsEnded: true,
    runWhileBusy: 'SessionBusyException',
    failedStatement: 'ERROR',
    cancelEnded: 'ok',
    statementsOfEnded: 'IllegalSessionStateException',
    statementTimes: 'milliseconds',
    ...options,
  };
}
