import { notProbed, pointsOf, probe, REASONS } from './point.ts';

/** The reason why no statement is run. */
const STATEMENTS = notProbed(
  'only `livy` sessions have statements, and verify probes what sessions of both types have',
);
/** The reason why records stay. */
const RECORDS = notProbed('verify deletes no session: its record shows you what verify did');

/** What no document settles about Glue. */
export const GLUE_POINTS = pointsOf('glue', 'glue', [
  [
    'endpointTokenTtlMs',
    'starts',
    'how long an endpoint token lasts',
    30 * 60_000,
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
    'endpointNotReadyCode',
    'starts',
    'the error of GetSessionEndpoint before the session is ready',
    'IllegalSessionStateException',
    ['IllegalSessionStateException', 'InvalidInputException', 'EntityNotFoundException'],
    probe('endpoint-refusal'),
  ],
  [
    'sparkConnectFrom',
    'starts',
    'the first version with Spark Connect',
    '5.0',
    [],
    notProbed('verify starts sessions of the version in your configuration only'),
  ],
  [
    'takenIdCode',
    'starts',
    'the error of CreateSession for an id that a session has',
    'AlreadyExistsException',
    ['AlreadyExistsException', 'IdempotentParameterMismatchException'],
    probe('token-clash'),
  ],
  [
    'unknownStopCode',
    'starts',
    'the error of StopSession for an unknown session',
    'InvalidInputException',
    ['InvalidInputException', 'EntityNotFoundException'],
    probe('unknown-terminate'),
  ],
  [
    'stopEnded',
    'starts',
    'StopSession on an ended session',
    'IllegalSessionStateException',
    ['IllegalSessionStateException', 'ok'],
    probe('terminate-ended'),
  ],
  [
    'stopProvisioning',
    'starts',
    'StopSession before READY',
    'ok',
    ['IllegalSessionStateException', 'ok'],
    notProbed('it would take one more session, which is stopped while it starts'),
  ],
  [
    'deleteLive',
    'starts',
    'DeleteSession on a live session',
    'IllegalSessionStateException',
    ['IllegalSessionStateException', 'ok'],
    RECORDS,
  ],
  ['deletionMs', 'lists', 'how long a record remains after DeleteSession', 0, 'duration', RECORDS],
  ['retentionMs', 'lists', 'how long an ended session can be described', null, 'duration', REASONS.retention],
  ['listsEnded', 'lists', 'whether a list contains ended sessions', true, [true, false], probe('lists-ended')],
  [
    'runWhileBusy',
    'starts',
    'RunStatement while another statement runs',
    'SessionBusyException',
    ['SessionBusyException', 'queue'],
    STATEMENTS,
  ],
  [
    'failedStatement',
    'starts',
    'the state of a statement whose code failed',
    'ERROR',
    ['ERROR', 'AVAILABLE'],
    STATEMENTS,
  ],
  ['cancelEnded', 'starts', 'CancelStatement on an ended statement', 'ok', ['ok', 'InvalidInputException'], STATEMENTS],
  [
    'statementsOfEnded',
    'starts',
    'the statements of an ended session',
    'IllegalSessionStateException',
    ['IllegalSessionStateException', 'ok'],
    STATEMENTS,
  ],
  [
    'statementTimes',
    'starts',
    'the unit of the times of statements',
    'milliseconds',
    ['milliseconds', 'seconds'],
    STATEMENTS,
  ],
  ['rates', 'starts', 'call rates of session operations', null, [], REASONS.rates],
  ['describeLagMs', 'lists', 'delay of describe', 0, 'duration', probe('describe-lag')],
  ['listLagMs', 'lists', 'delay of list', 0, 'duration', probe('list-lag')],
  ['usage', 'starts', "when describe shows a session's usage", 'always', ['always', 'ended', 'never'], probe('usage')],
]);
