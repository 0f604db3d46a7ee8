import { notProbed, pointsOf, probe, REASONS } from './point.ts';

/** What no document settles about Dataproc. */
export const DATAPROC_POINTS = pointsOf('dataproc', 'dataproc', [
  [
    'requestIdClash',
    'starts',
    'a request id used with another request',
    'ignored',
    ['ignored', 'INVALID_ARGUMENT'],
    probe('token-clash'),
  ],
  [
    'terminateEnded',
    'starts',
    'TerminateSession on an ended session',
    'FAILED_PRECONDITION',
    ['FAILED_PRECONDITION', 'NOT_FOUND', 'ok'],
    probe('terminate-ended'),
  ],
  ['retentionMs', 'lists', 'how long an ended session can be described', null, 'duration', REASONS.retention],
  [
    'maxPageSize',
    'lists',
    'the largest page',
    1_000,
    [],
    notProbed('only a list of more than a thousand sessions shows it'),
  ],
  [
    'endpointLagMs',
    'starts',
    'how long ACTIVE is reported before the endpoint',
    200,
    'duration',
    probe('endpoint-lag'),
  ],
  [
    'activeAfterTerminateMs',
    'starts',
    'how long ACTIVE is reported after TerminateSession',
    100,
    'duration',
    probe('active-after-terminate'),
  ],
  ['describeLagMs', 'lists', 'delay of describe', 0, 'duration', probe('describe-lag')],
  ['listLagMs', 'lists', 'delay of list', 0, 'duration', probe('list-lag')],
  ['usage', 'starts', "when describe shows a session's usage", 'ended', ['always', 'ended', 'never'], probe('usage')],
]);
