import type { GetBatchCommandOutput } from '@aws-sdk/client-omics';
import { describe, expect, it } from 'vitest';
import { fromBatch, toDescribedRun } from '../../../providers/healthomics/observation.ts';
import type { SessionHandle } from '../../../src/contract/session-handle.ts';

const TOKEN = `as-${'0'.repeat(28)}-1`;
const HANDLE: SessionHandle = { v: 1, provider: 'healthomics', scope: 'us-east-1', id: '4711' };

const batch = (over: object) =>
  ({
    id: '4711',
    status: 'PROCESSED',
    totalRuns: 10,
    tags: { 'anysession:owner': 'tests', 'anysession:token': TOKEN, 'anysession:name': 'cohort', team: 'genomes' },
    submissionSummary: { successfulStartSubmissionCount: 9, failedStartSubmissionCount: 1 },
    runSummary: { completedRunCount: 7, failedRunCount: 2 },
    creationTime: new Date('2026-11-20T10:00:00Z'),
    ...over,
  }) as unknown as GetBatchCommandOutput;

const see = (over: object) => fromBatch(batch(over), { handle: HANDLE, observedAtMs: 1 });

describe('what GetBatch tells', () => {
  it.each([
    [{}, { state: 'finished', outcome: 'partial', countsAreExact: true, counts: { completed: 7, failed: 3 } }],
    [{ runSummary: { completedRunCount: 9 } }, { outcome: 'partial' }],
    [
      { submissionSummary: { successfulStartSubmissionCount: 10 }, runSummary: { completedRunCount: 10 } },
      { outcome: 'succeeded' },
    ],
    [{ runSummary: { failedRunCount: 9 } }, { outcome: 'failed' }],
    [
      { runSummary: { completedRunCount: 3 } },
      { outcome: undefined, countsAreExact: false, counts: { completed: 3, failed: 1, uncounted: 6 } },
    ],
    [{ status: 'CREATING', submissionSummary: {}, runSummary: {} }, { counts: { pending: 0, uncounted: 10 } }],
    [{ runSummary: { completedRunCount: 7, deletedRunCount: 2 } }, { outcome: undefined, counts: { deleted: 2 } }],
    [{ status: 'INPROGRESS' }, { state: 'running', outcome: undefined, countsAreExact: false }],
    [{ status: 'RUNS_DELETED' }, { state: 'finished', final: true, outcome: undefined }],
    [
      {
        status: 'CANCELLED',
        submissionSummary: { pendingStartSubmissionCount: 4 },
        runSummary: { cancelledRunCount: 6 },
      },
      { state: 'cancelled', counts: { pending: 0, cancelled: 10 }, outcome: undefined },
    ],
    [{ status: 'RUNS_DELETE_FAILED' }, { state: undefined, final: false, nativeState: 'RUNS_DELETE_FAILED' }],
    [
      { status: 'FAILED', failureReason: 'S3 object ETag has changed' },
      { state: 'failed', outcome: 'failed', reason: expect.stringContaining('changed after the start') as string },
    ],
  ])('B-012 PROCESSED is not success: %j is %j', (over, expected) => {
    const seen = see(over);
    expect(seen).toMatchObject(Object.fromEntries(Object.entries(expected).filter(([, value]) => value !== undefined)));
    if ('outcome' in expected && expected.outcome === undefined) expect(seen.outcome).toBeUndefined();
    expect(seen.details).toMatchObject({ name: 'cohort', labels: { team: 'genomes' }, ownership: { token: TOKEN } });
  });
});

describe('counts', () => {
  it('B-013 are not told where there is no total yet, or where the two summaries have a run twice', () => {
    const nothingRead = see({ status: 'CREATING', totalRuns: 0, submissionSummary: {}, runSummary: {} });
    expect([nothingRead.totalRuns, nothingRead.counts]).toEqual([undefined, undefined]);
    const twice = see({ status: 'SUBMITTING', submissionSummary: { pendingStartSubmissionCount: 9 } });
    expect([twice.totalRuns, twice.counts]).toEqual([10, undefined]);
  });
});

describe('what GetRun tells', () => {
  it.each([
    [{ failureReason: 'OOM', statusMessage: 'a task was killed' }, { reason: 'OOM: a task was killed' }],
    [{ failureReason: 'OOM' }, { reason: 'OOM' }],
    [{ logLocation: { runLogStream: 'run/1', engineLogStream: 'run/1/engine' } }, { log: 'run/1' }],
    [{ logLocation: { engineLogStream: 'run/1/engine' } }, { log: 'run/1/engine' }],
    [{}, {}],
  ])('%j becomes %j', (told, expected) => {
    expect(toDescribedRun('1', { $metadata: {}, status: 'FAILED', ...told })).toEqual({
      runId: '1',
      state: 'failed',
      nativeState: 'FAILED',
      ...expected,
    });
  });
});
