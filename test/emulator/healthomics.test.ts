import * as sdk from '@aws-sdk/client-omics';
import * as s3sdk from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import type { Emulator } from '../../src/emulator/emulator.ts';
import type { HealthOmicsOptions } from '../../src/emulator/healthomics/healthomics-options.ts';
import { startEmulator } from '../../src/emulator/start-emulator.ts';

const SETTINGS = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'AKIDTEST', secretAccessKey: 'not-a-secret' },
  maxAttempts: 1,
};
const roleArn = 'arn:aws:iam::123456789012:role/omics';
const DEFAULTS = { workflowId: '1234567', roleArn, parameters: { ref: 'hg38' } };
/** One run per second, so that a test can count in seconds. */
const rates = { StartRunBatch: { perSecond: 1e6 } };
const BRISK: HealthOmicsOptions = { submissionsPerSecond: 1, runMs: 10_000, rates };

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

interface Scene {
  readonly emulator: Emulator;
  readonly omics: sdk.OmicsClient;
  readonly s3: s3sdk.S3Client;
  /** The batch after `afterMs`. */
  batch(batchId: string, afterMs?: number): Promise<sdk.GetBatchCommandOutput>;
  rows(filter: sdk.ListRunsInBatchCommandInput): Promise<readonly sdk.RunBatchListItem[]>;
  putRuns(content: string): Promise<unknown>;
}

async function scene(healthomics: HealthOmicsOptions = BRISK): Promise<Scene> {
  const emulator = await startEmulator({ services: ['healthomics', 's3'], clock: 'virtual', healthomics });
  const omics = new sdk.OmicsClient({ ...SETTINGS, endpoint: emulator.urls.healthomics, disableHostPrefix: true });
  const s3 = new s3sdk.S3Client({ ...SETTINGS, endpoint: emulator.urls.s3, forcePathStyle: true });
  open.push(async () => {
    omics.destroy();
    s3.destroy();
    await emulator.close();
  });
  return {
    emulator,
    omics,
    s3,
    batch(batchId, afterMs = 0) {
      emulator.advance(afterMs);
      return omics.send(new sdk.GetBatchCommand({ batchId }));
    },
    rows: async (filter) => (await omics.send(new sdk.ListRunsInBatchCommand(filter))).runs ?? [],
    putRuns: (Body) => s3.send(new s3sdk.PutObjectCommand({ Bucket: 'lists', Key: 'runs.json', Body })),
  };
}

const FROM_S3 = { batchRunSettings: { s3UriSettings: 's3://lists/runs.json' } };

const runsOf = (count: number) => Array.from({ length: count }, (_, index) => ({ runSettingId: `s${index}` }));

function request(more: Partial<sdk.StartRunBatchCommandInput> = {}): sdk.StartRunBatchCommandInput {
  return {
    requestId: 'r-1',
    batchName: 'cohort',
    defaultRunSetting: DEFAULTS,
    batchRunSettings: { inlineSettings: runsOf(4) },
    ...more,
  };
}

async function start({ omics }: Scene, more: Partial<sdk.StartRunBatchCommandInput> = {}): Promise<string> {
  const { id = '', status } = await omics.send(new sdk.StartRunBatchCommand(request(more)));
  expect(status).toBe('CREATING');
  return id;
}

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'accepted',
    (error: unknown) => (error instanceof Error ? error.name : String(error)),
  );

describe('HealthOmics batches, with the real client', () => {
  it('CREATING, PENDING, SUBMITTING at the submission rate, INPROGRESS, PROCESSED, with counts that add up', async () => {
    const here = await scene();
    const id = await start(here);
    expect((await here.batch(id, 200)).status).toBe('PENDING');
    const time = expect.any(Date) as Date;
    const some = { successfulStartSubmissionCount: 1, pendingStartSubmissionCount: 3 };
    const submitting = {
      status: 'SUBMITTING',
      totalRuns: 4,
      submissionSummary: some,
      runSummary: { startingRunCount: 1 },
    };
    expect(await here.batch(id, 800)).toMatchObject(submitting);
    const all = { successfulStartSubmissionCount: 4 };
    const running = { status: 'INPROGRESS', submissionSummary: all, submittedTime: time };
    expect(await here.batch(id, 3_000)).toMatchObject(running);
    const runSummary = { completedRunCount: 4, failedRunCount: 0 };
    expect(await here.batch(id, 10_000)).toMatchObject({ status: 'PROCESSED', runSummary, processedTime: time });
    const truth = { id, token: 'r-1', status: 'PROCESSED', totalRuns: 4, startedRuns: 4, liveRuns: 0 };
    expect(here.emulator.oracle.batches()).toEqual([truth]);
  });

  it('lists rows without a run status, runs with it, one filter per call', async () => {
    const here = await scene({ ...BRISK, refusedRuns: ['s1'], failingRuns: ['s2'] });
    const { omics, emulator } = here;
    const id = await start(here);
    emulator.advance(30_000);
    const rows = await here.rows({ batchId: id });
    const submissions = rows.map(({ runSettingId, submissionStatus }) => `${runSettingId} ${submissionStatus}`);
    expect(submissions).toEqual(['s0 SUCCESS', 's1 FAILED', 's2 SUCCESS', 's3 SUCCESS']);
    expect(rows[1]).toMatchObject({ submissionFailureReason: expect.any(String) as string });
    expect(rows[1]?.runId).toBeUndefined();
    const refused = await here.rows({ batchId: id, submissionStatus: 'FAILED' });
    expect(refused.map(({ runSettingId }) => runSettingId)).toEqual(['s1']);
    // Once each: a resubmitted run succeeds.
    const batchRunSettings = { inlineSettings: [{ runSettingId: 's1' }] };
    const again = await start(here, { requestId: 'r-2', batchName: 'cohort again', batchRunSettings });
    expect((await here.batch(again, 30_000)).runSummary?.completedRunCount).toBe(1);
    const failed = await omics.send(new sdk.ListRunsCommand({ batchId: id, status: 'FAILED' }));
    expect(failed.items).toMatchObject([{ id: rows[2]?.runId, status: 'FAILED', batchId: id }]);
    expect(await omics.send(new sdk.GetRunCommand({ id: rows[0]?.runId }))).toMatchObject({ status: 'COMPLETED' });
    const twoFilters = here.rows({ batchId: id, submissionStatus: 'FAILED', runSettingId: 's1' });
    expect(await codeOf(twoFilters)).toBe('ValidationException');
    const bothFilters = omics.send(new sdk.ListBatchCommand({ status: 'PROCESSED', name: 'cohort' }));
    expect(await codeOf(bothFilters)).toBe('ValidationException');
    const named = await omics.send(new sdk.ListBatchCommand({ name: 'cohort' }));
    expect(named.items).toMatchObject([{ id, totalRuns: 4 }]);
  });

  it('replays a request id, and refuses it with other parameters', async () => {
    const here = await scene();
    const id = await start(here);
    expect(await start(here)).toBe(id);
    expect(here.emulator.oracle.batches()).toHaveLength(1);
    expect(await codeOf(start(here, { batchName: 'another' }))).toBe('ConflictException');
  });

  it('cancels what has not ended, and shows it for each run', async () => {
    const here = await scene();
    const { omics, emulator } = here;
    const id = await start(here);
    const cancel = () => codeOf(omics.send(new sdk.CancelRunBatchCommand({ batchId: id })));
    expect(await cancel()).toBe('ConflictException');
    emulator.advance(2_500);
    expect(await cancel()).toBe('accepted');
    expect((await here.batch(id)).status).toBe('STOPPING');
    const submissionSummary = { pendingStartSubmissionCount: 2, successfulCancelSubmissionCount: 2 };
    const cancelled = { status: 'CANCELLED', runSummary: { cancelledRunCount: 2 }, submissionSummary };
    expect(await here.batch(id, 200)).toMatchObject(cancelled);
    const rows = await here.rows({ batchId: id });
    expect(rows.every(({ submissionStatus }) => submissionStatus === 'CANCEL_SUCCESS')).toBe(true);
    expect(await cancel()).toBe('ConflictException');
    expect(emulator.oracle.batches()[0]).toMatchObject({ startedRuns: 2, liveRuns: 0 });
  });

  it('deletes the runs, or the record, each in its own states', async () => {
    const here = await scene();
    const { omics, emulator } = here;
    const id = await start(here);
    emulator.advance(5_000);
    expect(await codeOf(omics.send(new sdk.DeleteRunBatchCommand({ batchId: id })))).toBe('ConflictException');
    expect(await codeOf(omics.send(new sdk.DeleteBatchCommand({ batchId: id })))).toBe('ConflictException');
    emulator.advance(30_000);
    await omics.send(new sdk.DeleteRunBatchCommand({ batchId: id }));
    expect((await here.batch(id)).status).toBe('RUNS_DELETING');
    expect(await here.batch(id, 200)).toMatchObject({ status: 'RUNS_DELETED', runSummary: { deletedRunCount: 4 } });
    await omics.send(new sdk.DeleteBatchCommand({ batchId: id }));
    expect(await codeOf(here.batch(id))).toBe('ResourceNotFoundException');
  });

  it.each([
    ['neither kind of settings', { batchRunSettings: {} }],
    ['both kinds of settings', { batchRunSettings: { inlineSettings: runsOf(1), s3UriSettings: 's3://bucket/key' } }],
    ['no runs', { batchRunSettings: { inlineSettings: [] } }],
    ['101 runs inline', { batchRunSettings: { inlineSettings: runsOf(101) } }],
    ['no object', { batchRunSettings: { s3UriSettings: 'https://bucket/key' } }],
    ['READY2RUN', { defaultRunSetting: { ...DEFAULTS, workflowType: 'READY2RUN' } }],
    ['too long a name', { batchName: 'n'.repeat(65) }],
    ['a workflow that is no number', { defaultRunSetting: { ...DEFAULTS, workflowId: 'abc' } }],
  ])('refuses %s', async (_what, wrong) => {
    const here = await scene();
    const more = wrong as unknown as Partial<sdk.StartRunBatchCommandInput>;
    expect(await codeOf(start(here, more))).toBe('ValidationException');
    expect(here.emulator.oracle.batches()).toEqual([]);
  });

  it.each([
    ['a missing object', undefined, 'does not exist'],
    ['no JSON', 'not json', 'is not a JSON array'],
    ['a run without id', '[{}]', 'validation error'],
    ['duplicates', JSON.stringify([...runsOf(3), ...runsOf(1)]), 'Expected 4 unique runSettingIds but there were 3'],
    ['too many', JSON.stringify(runsOf(100_001)), 'Batch has 100001 runs but 100000 runs is the max.'],
  ])('fails a while after the start because of %s in S3', async (_what, content, reason) => {
    const here = await scene();
    if (content !== undefined) await here.putRuns(content);
    const { status, failureReason } = await here.batch(await start(here, FROM_S3), 1_000);
    expect(status).toBe('FAILED');
    expect(failureReason).toContain(reason);
  });

  it('fails when the object changes after the start', async () => {
    const here = await scene();
    await here.putRuns(JSON.stringify(runsOf(3)));
    const id = await start(here, FROM_S3);
    await here.putRuns(JSON.stringify(runsOf(4)));
    expect((await here.batch(id, 1_000)).failureReason).toContain('ETag');
  });

  it('submits the runs of all batches one after the other, and lags with the counts by option', async () => {
    const here = await scene({ ...BRISK, countsLagMs: 2_000 });
    const first = await start(here);
    const second = await start(here, { requestId: 'r-2' });
    expect((await here.batch(first, 3_500)).submissionSummary?.successfulStartSubmissionCount).toBe(1);
    expect((await here.batch(second)).status).toBe('PENDING');
    expect((await here.batch(second, 2_500)).status).toBe('SUBMITTING');
    expect((await here.batch(second, 60_000)).runSummary?.completedRunCount).toBe(4);
  });

  it('holds a hundred thousand runs: eleven days pass at once, every row is on a thousand pages', async () => {
    const here = await scene({ runMs: 60_000, rates: { ListRunsInBatch: { perSecond: 1e6 } } });
    await here.putRuns(JSON.stringify(runsOf(100_000)));
    const id = await start(here, FROM_S3);
    const processed = { status: 'PROCESSED', runSummary: { completedRunCount: 100_000 } };
    expect(await here.batch(id, 12 * 24 * 3_600_000)).toMatchObject(processed);
    const seen = new Set<string>();
    let calls = 0;
    for (let token: string | undefined; calls === 0 || token !== undefined; calls++) {
      const page = await here.omics.send(new sdk.ListRunsInBatchCommand({ batchId: id, startingToken: token }));
      for (const { runSettingId = '' } of page.runs ?? []) seen.add(runSettingId);
      token = page.nextToken;
    }
    expect([seen.size, calls]).toEqual([100_000, 1_000]);
  });

  it('keeps the documented rates, and the host prefix by option', async () => {
    const here = await scene({});
    await start(here);
    expect(await codeOf(start(here, { requestId: 'r-2' }))).toBe('ThrottlingException');
    here.emulator.advance(1_000);
    expect(await codeOf(start(here, { requestId: 'r-2' }))).toBe('accepted');
    const strict = await scene({ requireHostPrefix: true });
    expect(await codeOf(start(strict))).toBe('ResourceNotFoundException');
  });

  it.each([
    [{ kind: 'throttle' }, 'ThrottlingException', 0],
    [{ kind: 'server-error' }, 'InternalServerException', 0],
    [{ kind: 'error', code: 'RequestTimeoutException', httpStatus: 408 }, 'RequestTimeoutException', 0],
    [{ kind: 'reset', when: 'after' }, 'Error', 1],
  ] as const)('strikes a start with %j', async (fault, code, started) => {
    const here = await scene();
    here.emulator.faults.add(fault);
    expect(await codeOf(start(here))).toMatch(code);
    expect(here.emulator.oracle.batches()).toHaveLength(started);
  });
});

describe('S3 as far as lists need it, with the real client', () => {
  it('puts, gets, heads and deletes an object, with the ETag of S3', async () => {
    const { s3 } = await scene();
    const at = { Bucket: 'lists', Key: 'a folder/ünicode.json' };
    const body = '["ü"]';
    const { ETag: eTag } = await s3.send(
      new s3sdk.PutObjectCommand({ ...at, Body: body, ContentType: 'application/json' }),
    );
    expect(eTag).toBe(`"${createHash('md5').update(body).digest('hex')}"`);
    const facts = { ETag: eTag, ContentType: 'application/json' };
    expect(await s3.send(new s3sdk.HeadObjectCommand(at))).toMatchObject(facts);
    const { Body } = await s3.send(new s3sdk.GetObjectCommand(at));
    expect(await Body?.transformToString()).toBe(body);
    await s3.send(new s3sdk.DeleteObjectCommand(at));
    expect(await codeOf(s3.send(new s3sdk.GetObjectCommand(at)))).toBe('NoSuchKey');
  });

  it('accepts an upload in parts, split in the middle of a character, and gives its bytes back', async () => {
    const { s3 } = await scene();
    const text = 'ü'.repeat(6 * 2 ** 20);
    const at = { Bucket: 'lists', Key: 'large.json' };
    const body = Readable.from([Buffer.from(`"`), Buffer.from(text), Buffer.from(`"`)]);
    const params = { ...at, Body: body };
    const { ETag: eTag } = await new Upload({ client: s3, params, partSize: 5 * 2 ** 20 }).done();
    expect(eTag).toMatch(/^"[0-9a-f]{32}-3"$/);
    const { Body } = await s3.send(new s3sdk.GetObjectCommand(at));
    expect(await Body?.transformToString()).toBe(`"${text}"`);
  });
});
