import { notProbed, pointsOf, probe, REASONS } from './point.ts';

/** The reason why applications are left as they are. */
const APPLICATIONS = notProbed('verify changes and creates no application');

/** What no document settles about EMR Serverless. */
export const EMR_SERVERLESS_POINTS = pointsOf('emr-serverless', 'emrServerless', [
  [
    'tokenClashCode',
    'starts',
    'the error for a known token with other parameters',
    'ConflictException',
    ['ConflictException', 'ValidationException'],
    probe('token-clash'),
  ],
  ['tokenLifetimeMs', 'starts', 'how long a token is remembered', null, 'duration', REASONS.tokenMemory],
  [
    'terminateEnded',
    'starts',
    'TerminateSession on an ended session',
    'ok',
    ['ok', 'ValidationException', 'ResourceNotFoundException'],
    probe('terminate-ended'),
  ],
  ['rates', 'starts', 'call rates of session operations', null, [], REASONS.rates],
  ['retentionMs', 'lists', 'how long an ended session can be described', null, 'duration', REASONS.retention],
  ['idleTimeoutMinutes', 'starts', 'the default idle timeout; one page says 60, another 15', 60, [], REASONS.shortIdle],
  ['startingExecutors', 'starts', 'executors that a start counts against the vCPU quota', 0, [], REASONS.quota],
  ['zeroIdleTimeout', 'starts', 'what an idle timeout of 0 means', 'never', ['never', 'default'], REASONS.shortIdle],
  ['startedMs', 'starts', 'how long STARTED is reported', 0, 'duration', probe('started-phase')],
  [
    'endpointNotReadyCode',
    'starts',
    'the error of GetSessionEndpoint before the session is ready',
    'ValidationException',
    ['ValidationException', 'ConflictException', 'ResourceNotFoundException'],
    probe('endpoint-refusal'),
  ],
  [
    'endpointTokenTtlMs',
    'starts',
    'how long an endpoint token lasts',
    60 * 60_000,
    'duration',
    probe('endpoint-token-lifetime'),
  ],
  [
    'expiredTokenCode',
    'sql',
    'the gRPC status of a call with an expired token',
    'PERMISSION_DENIED',
    ['PERMISSION_DENIED', 'UNAUTHENTICATED', 'UNKNOWN'],
    REASONS.expiredToken,
  ],
  [
    'stopWithSessions',
    'starts',
    'StopApplication with live sessions',
    'refuse',
    ['refuse', 'terminate'],
    notProbed('it could end the sessions of others in the application'),
  ],
  [
    'unsuitableApplicationCode',
    'starts',
    'the error of an application that has no sessions enabled',
    'ValidationException',
    ['ValidationException', 'ConflictException'],
    APPLICATIONS,
  ],
  [
    'stoppedApplicationCode',
    'starts',
    'the error of an application that is not started',
    'ConflictException',
    ['ValidationException', 'ConflictException'],
    APPLICATIONS,
  ],
  ['describeLagMs', 'lists', 'delay of describe', 0, 'duration', probe('describe-lag')],
  ['listLagMs', 'lists', 'delay of list', 0, 'duration', probe('list-lag')],
  ['usage', 'starts', "when describe shows a session's usage", 'always', ['always', 'ended', 'never'], probe('usage')],
]);
