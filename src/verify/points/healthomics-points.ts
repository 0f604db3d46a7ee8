import { notProbed, pointsOf } from './point.ts';

/** The reason why no batch is started. */
const RUNS = notProbed('a batch runs workflows of yours, which verify does not know; it starts no batch');

/** What no document settles about HealthOmics. */
export const HEALTHOMICS_POINTS = pointsOf('healthomics', 'healthomics', [
  [
    'wrongStateCode',
    'batches',
    'the error of a cancel or delete in the wrong state',
    'ConflictException',
    ['ConflictException', 'ValidationException'],
    RUNS,
  ],
  [
    'requestIdClashCode',
    'batches',
    'the error of a request id used with other parameters',
    'ConflictException',
    ['ConflictException', 'ValidationException'],
    RUNS,
  ],
  [
    'deletedStatus',
    'batches',
    'the final state of DeleteRunBatch; one page names another',
    'RUNS_DELETED',
    ['RUNS_DELETED', 'RUNS_DELETE_FAILED'],
    RUNS,
  ],
  ['countsLagMs', 'batches', "delay of a batch's counts until it is PROCESSED", 0, 'duration', RUNS],
]);
