import { afterEach, describe, expect, it } from 'vitest';
import * as sdk from '@aws-sdk/client-omics';
import { HEALTHOMICS_ERRORS } from '../../../providers/healthomics/errors.ts';
import { plugin } from '../../../providers/healthomics/plugin.ts';
import { readRuns } from '../../../src/batch/read-runs.ts';
import type { BatchStartRequest } from '../../../src/contract/batch-provider.ts';
import type { RunSpec } from '../../../src/contract/batch-run.ts';
import type { SessionHandle } from '../../../src/contract/session-handle.ts';
import { callContext } from '../../../src/session/call-context.ts';
import { silentLogger, systemClock, systemRandom } from '../../../src/session/system-ports.ts';
import { allOf, DEFAULTS, refusalOf, runsOf } from '../../batch/scene.ts';
import { StandIn, type WireAnswer, type WireRequest } from './stand-in.ts';

const open: { close(): Promise<void> }[] = [];
const CALL = callContext(systemClock);
const TOKEN = `as-${'0'.repeat(28)}-1`;
const HANDLE: SessionHandle = { v: 1, provider: 'healthomics', scope: 'us-east-1', id: '4711' };

afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

async function bench(answer: (request: WireRequest) => WireAnswer, options: Readonly<Record<string, unknown>> = {}) {
  const service = new StandIn(answer);
  const url = await service.listen();
  const parsed = plugin.parseOptions({
    region: 'us-east-1',
    endpoint: url,
    s3Endpoint: url,
    runListUri: 's3://lists/cohort/',
    credentials: { accessKeyId: 'AKID', secretAccessKey: 'secret' },
    ...options,
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const ports = { clock: systemClock, random: systemRandom, logger: silentLogger };
  const provider = plugin.createBatches(parsed.config, ports);
  open.push(provider, service);
  return { service, provider };
}

function request(runs: BatchStartRequest['runs']): BatchStartRequest {
  return { token: TOKEN, owner: 'tests', name: 'cohort', labels: { team: 'genomes' }, defaults: DEFAULTS, runs };
}

function refusal(status: number, code: string, message = 'no'): WireAnswer {
  return { status, headers: { 'x-amzn-errortype': code }, body: { message } };
}

const batch = (over: object) => ({
  id: '4711',
  status: 'PROCESSED',
  totalRuns: 10,
  tags: { 'anysession:owner': 'tests', 'anysession:token': TOKEN, 'anysession:name': 'cohort', team: 'genomes' },
  submissionSummary: { successfulStartSubmissionCount: 9, failedStartSubmissionCount: 1 },
  runSummary: { completedRunCount: 7, failedRunCount: 2 },
  creationTime: '2026-11-20T10:00:00Z',
  ...over,
});

describe('HealthOmics on the wire', () => {
  it('B-024 sends exactly one member of the union, the token as requestId and name, and who owns the batch', async () => {
    const { service, provider } = await bench(() => ({ status: 201, body: { id: '4711', status: 'CREATING' } }));
    const seen = await provider.start(request([{ id: 'a', parameters: { n: 1 }, tags: { t: 'x' } }]), CALL);
    expect(seen).toMatchObject({ handle: HANDLE, state: 'creating', final: false, details: { name: 'cohort' } });
    const [sent] = service.requests;
    expect([sent?.method, sent?.path]).toEqual(['POST', '/runBatch']);
    expect(JSON.parse(sent?.body ?? '')).toEqual({
      requestId: TOKEN,
      batchName: TOKEN,
      defaultRunSetting: DEFAULTS,
      batchRunSettings: { inlineSettings: [{ runSettingId: 'a', parameters: { n: 1 }, runTags: { t: 'x' } }] },
      tags: {
        team: 'genomes',
        'anysession:owner': 'tests',
        'anysession:token': TOKEN,
        'anysession:name': 'cohort',
      },
    });
    await provider.start(request({ uri: 's3://lists/x.json', eTag: '"1"' }), CALL);
    const second = JSON.parse(service.requests[1]?.body ?? '') as { batchRunSettings: unknown };
    expect(second.batchRunSettings).toEqual({ s3UriSettings: 's3://lists/x.json' });
  });

  it('B-022 uploads a list in parts, as one JSON array, and reads it back; the same list has the same ETag', async () => {
    const { service, provider } = await bench(() => ({}));
    const runs: RunSpec[] = runsOf(101).map((run) => ({ ...run, parameters: { text: 'é'.repeat(60_000) } }));
    const spooled = await readRuns(runs, { provider, defaults: DEFAULTS, operation: 'start' });
    const staged = await provider.stageRuns(spooled, TOKEN, CALL);
    expect(staged.uri).toMatch(new RegExp(`^s3://lists/cohort/${TOKEN}-[0-9a-f]{16}\\.json$`));
    const [whole] = [...service.objects.values()];
    expect(whole?.length).toBe(spooled.sizeBytes);
    expect(service.requests.filter(({ query }) => 'partNumber' in query).length).toBe(2);
    const entries = JSON.parse(whole?.toString() ?? '') as { runSettingId: string }[];
    expect(entries.map(({ runSettingId }) => runSettingId)).toEqual(runs.map(({ id }) => id));
    expect(await allOf(provider.readStagedRuns(staged.uri, CALL))).toEqual(runs);
    expect(await provider.stageRuns(spooled, TOKEN, CALL)).toEqual(staged);
    await provider.unstageRuns(staged.uri, CALL);
    expect(service.objects.size).toBe(0);
    expect((await refusalOf(allOf(provider.readStagedRuns(staged.uri, CALL)))).kind).toBe('not-found');
    await spooled.remove();
  });

  it.each([
    [{}, { state: 'finished', outcome: 'partial', countsAreExact: true, counts: { completed: 7, failed: 3 } }],
    [{ runSummary: { completedRunCount: 9 } }, { outcome: 'partial' }],
    [
      { submissionSummary: { successfulStartSubmissionCount: 10 }, runSummary: { completedRunCount: 10 } },
      { outcome: 'succeeded' },
    ],
    [{ runSummary: { failedRunCount: 9 } }, { outcome: 'failed' }],
    [{ runSummary: { completedRunCount: 3 } }, { outcome: undefined, countsAreExact: false }],
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
  ])('B-012 PROCESSED is not success: %j is %j', async (over, expected) => {
    const { provider } = await bench(() => ({ body: batch(over) }));
    const seen = await provider.describe(HANDLE, CALL);
    expect(seen).toMatchObject(Object.fromEntries(Object.entries(expected).filter(([, value]) => value !== undefined)));
    if ('outcome' in expected && expected.outcome === undefined) expect(seen.outcome).toBeUndefined();
    expect(seen.details).toMatchObject({ name: 'cohort', labels: { team: 'genomes' }, ownership: { token: TOKEN } });
  });

  it('B-031 cancel, deleteRuns and deleteRecord reach three different routes', async () => {
    const { service, provider } = await bench(({ method }) =>
      method === 'GET' ? { body: batch({ status: 'STOPPING' }) } : { status: 202 },
    );
    await provider.cancel(HANDLE, CALL);
    await provider.deleteRuns(HANDLE, CALL);
    await provider.deleteRecord(HANDLE, CALL);
    const changes = service.requests.filter(({ method }) => method !== 'GET');
    expect(changes.map(({ method, path, body }) => `${method} ${path} ${body}`)).toEqual([
      'POST /runBatch/cancel {"batchId":"4711"}',
      'POST /runBatch/delete {"batchId":"4711"}',
      'DELETE /runBatch/4711 ',
    ]);
  });

  it('B-030 a refusal is no failure where the change has happened already, and is explained where it has not', async () => {
    let status = 'STOPPING';
    const { provider } = await bench(({ method }) =>
      method === 'GET' ? { body: batch({ status }) } : refusal(409, 'ConflictException'),
    );
    expect((await provider.cancel(HANDLE, CALL)).state).toBe('stopping');
    status = 'CREATING';
    const error = await refusalOf(provider.cancel(HANDLE, CALL));
    expect(error).toMatchObject({ kind: 'conflict', operation: 'cancel', handle: HANDLE });
    expect(error.message).toContain("cancel was refused: batch '4711' is CREATING");
    expect((await refusalOf(provider.deleteRuns(HANDLE, CALL))).message).toContain('PROCESSED or CANCELLED');
    expect((await refusalOf(provider.deleteRecord(HANDLE, CALL))).message).toContain('is CREATING');
  });

  it('B-032 one filter a call: a state with several native ones is several listings', async () => {
    const { service, provider } = await bench(({ query }) => ({
      body: { items: [{ id: query['status'] === 'PENDING' ? '2' : '1', status: query['status'] }] },
    }));
    const first = await provider.listPage({ by: 'state', state: 'creating' }, undefined, CALL);
    const second = await provider.listPage({ by: 'state', state: 'creating' }, first.next, CALL);
    expect([first, second].flatMap(({ entries }) => entries.map(({ handle }) => handle.id))).toEqual(['1', '2']);
    expect(second.next).toBeUndefined();
    expect(service.requests.map(({ query }) => query)).toEqual([
      { maxItems: '100', status: 'CREATING' },
      { maxItems: '100', status: 'PENDING' },
    ]);
  });

  it('has one row per exception class of the SDK', () => {
    const classes = Object.keys(sdk).filter((name) => name.endsWith('Exception') && name !== 'OmicsServiceException');
    expect(Object.keys(HEALTHOMICS_ERRORS).sort()).toEqual(classes.sort());
  });

  it.each([
    [402, 'ServiceQuotaExceededException', 'quota-exceeded', 'none'],
    [403, 'AccessDeniedException', 'forbidden', 'none'],
    [408, 'RequestTimeoutException', 'unavailable', 'unknown'],
    [409, 'ConflictException', 'conflict', 'none'],
    [429, 'ThrottlingException', 'rate-limited', 'none'],
    [500, 'InternalServerException', 'unavailable', 'unknown'],
    [400, 'ValidationException', 'invalid-request', 'none'],
  ])('tells %i %s as %s with effect %s, in one attempt', async (status, code, kind, effect) => {
    const { service, provider } = await bench(() => refusal(status, code));
    const error = await refusalOf(provider.start(request([{ id: 'a' }]), CALL));
    expect(error).toMatchObject({ kind, effect, operation: 'start', provider: 'healthomics', native: { code } });
    expect(service.requests.length).toBe(1);
    expect(JSON.stringify(error)).not.toContain('secret');
  });

  it('refuses what the service would, before any call', async () => {
    const { service, provider } = await bench(() => ({}), { runListUri: undefined });
    const defaults = { workflowId: 'x', native: { workflowType: 'READY2RUN' } };
    expect(provider.problemsOfDefaults(defaults)).toEqual([
      expect.stringContaining('workflowId must be'),
      expect.stringContaining('roleArn is missing'),
      expect.stringContaining('READY2RUN workflows do not run in batches'),
    ]);
    expect(provider.problemOf({ id: 'a', outputUri: 'https://x' }, DEFAULTS)).toContain('outputUri must be an S3 URI');
    expect(provider.problemOf({ id: 'a', priority: 100_001 }, DEFAULTS)).toContain('0 to 100000');
    expect(provider.problemOf({ id: 'a', outputBucketOwnerId: '12' }, DEFAULTS)).toContain('12 digits');
    const spooled = await readRuns(runsOf(101), { provider, defaults: DEFAULTS, operation: 'start' });
    expect((await refusalOf(provider.stageRuns(spooled, TOKEN, CALL))).message).toContain('`runListUri`');
    await spooled.remove();
    const elsewhere = { ...HANDLE, scope: 'eu-central-1' };
    expect((await refusalOf(provider.describe(elsewhere, CALL))).kind).toBe('invalid-request');
    expect(service.requests).toEqual([]);
  });
});
