import {
  CancelRunBatchCommand,
  DeleteBatchCommand,
  DeleteRunBatchCommand,
  GetBatchCommand,
  GetRunCommand,
  ListBatchCommand,
  ListRunsCommand,
  ListRunsInBatchCommand,
  OmicsClient,
  StartRunBatchCommand,
  type StartRunBatchCommandInput,
} from '@aws-sdk/client-omics';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
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
const DEFAULTS = {
  workflowId: '1234567',
  roleArn: 'arn:aws:iam::123456789012:role/omics',
  parameters: { ref: 'hg38' },
};
/** One run a second, so that a test can count in seconds. */
const BRISK: HealthOmicsOptions = {
  submissionsPerSecond: 1,
  runMs: 10_000,
  rates: { StartRunBatch: { perSecond: 1e6 } },
};

const open: { end(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.end();
});

interface Scene {
  readonly emulator: Emulator;
  readonly omics: OmicsClient;
  readonly s3: S3Client;
}

async function scene(healthomics: HealthOmicsOptions = BRISK): Promise<Scene> {
  const emulator = await startEmulator({ services: ['healthomics', 's3'], clock: 'virtual', healthomics });
  const omics = new OmicsClient({ ...SETTINGS, endpoint: emulator.urls.healthomics, disableHostPrefix: true });
  const s3 = new S3Client({ ...SETTINGS, endpoint: emulator.urls.s3, forcePathStyle: true });
  open.push({
    end: async () => {
      omics.destroy();
      s3.destroy();
      await emulator.close();
    },
  });
  return { emulator, omics, s3 };
}

const runsOf = (count: number) => Array.from({ length: count }, (_, index) => ({ runSettingId: `s${index}` }));

function request(more: Partial<StartRunBatchCommandInput> = {}): StartRunBatchCommandInput {
  return {
    requestId: 'r-1',
    batchName: 'cohort',
    defaultRunSetting: DEFAULTS,
    batchRunSettings: { inlineSettings: runsOf(4) },
    ...more,
  };
}

async function start({ omics }: Scene, more: Partial<StartRunBatchCommandInput> = {}): Promise<string> {
  const { id = '', status } = await omics.send(new StartRunBatchCommand(request(more)));
  expect(status).toBe('CREATING');
  return id;
}

const get = ({ omics }: Scene, batchId: string) => omics.send(new GetBatchCommand({ batchId }));

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'accepted',
    (error: unknown) => (error instanceof Error ? error.name : String(error)),
  );
}

describe('HealthOmics batches, with the real client', () => {
  it('CREATING, PENDING, SUBMITTING at the submission rate, INPROGRESS, PROCESSED, with counts that add up', async () => {
    const here = await scene();
    const id = await start(here);
    const { emulator } = here;
    emulator.advance(200);
    expect((await get(here, id)).status).toBe('PENDING');
    emulator.advance(800);
    expect(await get(here, id)).toMatchObject({
      status: 'SUBMITTING',
      totalRuns: 4,
      submissionSummary: { successfulStartSubmissionCount: 1, pendingStartSubmissionCount: 3 },
      runSummary: { startingRunCount: 1 },
    });
    emulator.advance(3_000);
    expect(await get(here, id)).toMatchObject({
      status: 'INPROGRESS',
      submissionSummary: { successfulStartSubmissionCount: 4 },
      submittedTime: expect.any(Date) as Date,
    });
    emulator.advance(10_000);
    expect(await get(here, id)).toMatchObject({
      status: 'PROCESSED',
      runSummary: { completedRunCount: 4, failedRunCount: 0 },
      processedTime: expect.any(Date) as Date,
    });
    expect(emulator.oracle.batches()).toEqual([
      { id, token: 'r-1', status: 'PROCESSED', totalRuns: 4, startedRuns: 4, liveRuns: 0 },
    ]);
  });

  it('lists rows without a run status, runs with it, one filter a call', async () => {
    const here = await scene({ ...BRISK, refusedRuns: ['s1'], failingRuns: ['s2'] });
    const { omics, emulator } = here;
    const id = await start(here);
    emulator.advance(30_000);
    const rows = (await omics.send(new ListRunsInBatchCommand({ batchId: id }))).runs ?? [];
    expect(rows.map(({ runSettingId, submissionStatus }) => [runSettingId, submissionStatus])).toEqual([
      ['s0', 'SUCCESS'],
      ['s1', 'FAILED'],
      ['s2', 'SUCCESS'],
      ['s3', 'SUCCESS'],
    ]);
    expect(rows[1]).toMatchObject({ submissionFailureReason: expect.any(String) as string });
    expect(rows[1]?.runId).toBeUndefined();
    const refused = await omics.send(new ListRunsInBatchCommand({ batchId: id, submissionStatus: 'FAILED' }));
    expect(refused.runs?.map(({ runSettingId }) => runSettingId)).toEqual(['s1']);
    // Once each: what is resubmitted succeeds.
    const again = await start(here, {
      requestId: 'r-2',
      batchName: 'cohort again',
      batchRunSettings: { inlineSettings: [{ runSettingId: 's1' }] },
    });
    emulator.advance(30_000);
    expect((await get(here, again)).runSummary?.completedRunCount).toBe(1);
    const failed = await omics.send(new ListRunsCommand({ batchId: id, status: 'FAILED' }));
    expect(failed.items).toMatchObject([{ id: rows[2]?.runId, status: 'FAILED', batchId: id }]);
    expect(await omics.send(new GetRunCommand({ id: rows[0]?.runId }))).toMatchObject({ status: 'COMPLETED' });
    expect(
      await codeOf(
        omics.send(new ListRunsInBatchCommand({ batchId: id, submissionStatus: 'FAILED', runSettingId: 's1' })),
      ),
    ).toBe('ValidationException');
    expect(await codeOf(omics.send(new ListBatchCommand({ status: 'PROCESSED', name: 'cohort' })))).toBe(
      'ValidationException',
    );
    expect((await omics.send(new ListBatchCommand({ name: 'cohort' }))).items).toMatchObject([{ id, totalRuns: 4 }]);
  });

  it('replays a request id, and refuses it with other parameters', async () => {
    const here = await scene();
    const id = await start(here);
    expect(await start(here)).toBe(id);
    expect(here.emulator.oracle.batches()).toHaveLength(1);
    expect(await codeOf(start(here, { batchName: 'another' }))).toBe('ConflictException');
  });

  it('cancels what is not over, and says so of each run', async () => {
    const here = await scene();
    const { omics, emulator } = here;
    const id = await start(here);
    expect(await codeOf(omics.send(new CancelRunBatchCommand({ batchId: id })))).toBe('ConflictException');
    emulator.advance(2_500);
    await omics.send(new CancelRunBatchCommand({ batchId: id }));
    expect((await get(here, id)).status).toBe('STOPPING');
    emulator.advance(200);
    expect(await get(here, id)).toMatchObject({
      status: 'CANCELLED',
      runSummary: { cancelledRunCount: 2 },
      submissionSummary: { pendingStartSubmissionCount: 2, successfulCancelSubmissionCount: 2 },
    });
    const rows = (await omics.send(new ListRunsInBatchCommand({ batchId: id }))).runs ?? [];
    expect(rows.every(({ submissionStatus }) => submissionStatus === 'CANCEL_SUCCESS')).toBe(true);
    expect(await codeOf(omics.send(new CancelRunBatchCommand({ batchId: id })))).toBe('ConflictException');
    expect(emulator.oracle.batches()[0]).toMatchObject({ startedRuns: 2, liveRuns: 0 });
  });

  it('deletes the runs, or the record, each in its own states', async () => {
    const here = await scene();
    const { omics, emulator } = here;
    const id = await start(here);
    emulator.advance(5_000);
    expect(await codeOf(omics.send(new DeleteRunBatchCommand({ batchId: id })))).toBe('ConflictException');
    expect(await codeOf(omics.send(new DeleteBatchCommand({ batchId: id })))).toBe('ConflictException');
    emulator.advance(30_000);
    await omics.send(new DeleteRunBatchCommand({ batchId: id }));
    expect((await get(here, id)).status).toBe('RUNS_DELETING');
    emulator.advance(200);
    expect(await get(here, id)).toMatchObject({ status: 'RUNS_DELETED', runSummary: { deletedRunCount: 4 } });
    await omics.send(new DeleteBatchCommand({ batchId: id }));
    expect(await codeOf(get(here, id))).toBe('ResourceNotFoundException');
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
    const more = wrong as unknown as Partial<StartRunBatchCommandInput>;
    expect(await codeOf(start(here, more))).toBe('ValidationException');
    expect(here.emulator.oracle.batches()).toEqual([]);
  });

  it.each([
    ['a missing object', undefined, 'does not exist'],
    ['no JSON', 'not json', 'is not a JSON array'],
    ['a run without id', '[{}]', 'validation error'],
    [
      'duplicates',
      JSON.stringify([...runsOf(3), { runSettingId: 's1' }]),
      'Expected 4 unique runSettingIds but there were 3',
    ],
    ['too many', JSON.stringify(runsOf(100_001)), 'Batch has 100001 runs but 100000 runs is the max.'],
  ])('fails a while after the start because of %s in S3', async (_what, content, reason) => {
    const here = await scene();
    if (content !== undefined) {
      await here.s3.send(new PutObjectCommand({ Bucket: 'lists', Key: 'runs.json', Body: content }));
    }
    const id = await start(here, { batchRunSettings: { s3UriSettings: 's3://lists/runs.json' } });
    here.emulator.advance(1_000);
    const { status, failureReason } = await get(here, id);
    expect(status).toBe('FAILED');
    expect(failureReason).toContain(reason);
  });

  it('fails when the object changes after the start', async () => {
    const here = await scene();
    const put = (count: number) =>
      here.s3.send(new PutObjectCommand({ Bucket: 'lists', Key: 'runs.json', Body: JSON.stringify(runsOf(count)) }));
    await put(3);
    const id = await start(here, { batchRunSettings: { s3UriSettings: 's3://lists/runs.json' } });
    await put(4);
    here.emulator.advance(1_000);
    expect((await get(here, id)).failureReason).toContain('ETag');
  });

  it('shares one submission clock between batches, and lags with the counts by option', async () => {
    const here = await scene({ ...BRISK, countsLagMs: 2_000 });
    const first = await start(here);
    const second = await start(here, { requestId: 'r-2' });
    here.emulator.advance(3_500);
    expect((await get(here, first)).submissionSummary?.successfulStartSubmissionCount).toBe(1);
    expect((await get(here, second)).status).toBe('PENDING');
    here.emulator.advance(2_500);
    expect((await get(here, second)).status).toBe('SUBMITTING');
    here.emulator.advance(60_000);
    expect((await get(here, second)).runSummary?.completedRunCount).toBe(4);
  });

  it('bears a hundred thousand runs: eleven days go by at once, every row on a thousand pages', async () => {
    const here = await scene({ runMs: 60_000, rates: { ListRunsInBatch: { perSecond: 1e6 } } });
    await here.s3.send(
      new PutObjectCommand({ Bucket: 'lists', Key: 'all.json', Body: JSON.stringify(runsOf(100_000)) }),
    );
    const id = await start(here, { batchRunSettings: { s3UriSettings: 's3://lists/all.json' } });
    here.emulator.advance(12 * 24 * 3_600_000);
    expect(await get(here, id)).toMatchObject({ status: 'PROCESSED', runSummary: { completedRunCount: 100_000 } });
    const seen = new Set<string>();
    let calls = 0;
    for (let token: string | undefined; calls === 0 || token !== undefined; calls++) {
      const page = await here.omics.send(new ListRunsInBatchCommand({ batchId: id, startingToken: token }));
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
  it('puts, reads, looks at and deletes an object, with the ETag that S3 makes', async () => {
    const { s3 } = await scene();
    const at = { Bucket: 'lists', Key: 'a folder/ünicode.json' };
    const body = '["ü"]';
    const { ETag: eTag } = await s3.send(new PutObjectCommand({ ...at, Body: body, ContentType: 'application/json' }));
    expect(eTag).toBe(`"${createHash('md5').update(body).digest('hex')}"`);
    expect(await s3.send(new HeadObjectCommand(at))).toMatchObject({ ETag: eTag, ContentType: 'application/json' });
    const { Body } = await s3.send(new GetObjectCommand(at));
    expect(await Body?.transformToString()).toBe(body);
    await s3.send(new DeleteObjectCommand(at));
    expect(await codeOf(s3.send(new GetObjectCommand(at)))).toBe('NoSuchKey');
  });

  it('takes an upload in parts, cut in the middle of a character, and gives its bytes back', async () => {
    const { s3 } = await scene();
    const text = 'ü'.repeat(6 * 2 ** 20);
    const at = { Bucket: 'lists', Key: 'large.json' };
    const body = Readable.from([Buffer.from(`"`), Buffer.from(text), Buffer.from(`"`)]);
    const { ETag: eTag } = await new Upload({
      client: s3,
      params: { ...at, Body: body },
      partSize: 5 * 2 ** 20,
    }).done();
    expect(eTag).toMatch(/^"[0-9a-f]{32}-3"$/);
    const { Body } = await s3.send(new GetObjectCommand(at));
    expect(await Body?.transformToString()).toBe(`"${text}"`);
  });
});
