import * as sdk from '@aws-sdk/client-omics';
import { afterEach, describe, expect, it } from 'vitest';
import { HEALTHOMICS_ERRORS } from '../../../providers/healthomics/errors.ts';
import { plugin } from '../../../providers/healthomics/plugin.ts';
import { readRuns } from '../../../src/batch/read-runs.ts';
import type { BatchStartRequest, RunSpec, SessionHandle } from '../../../src/provider-kit/index.ts';
import type { Fault } from '../../../src/emulator/fault.ts';
import { startEmulator } from '../../../src/emulator/start-emulator.ts';
import { callContext } from '../../../src/session/call-context.ts';
import { silentLogger, systemClock, systemRandom } from '../../../src/session/system-ports.ts';
import { VirtualClock } from '../../../src/testing/index.ts';
import { allOf, DEFAULTS, runsOf } from '../../batch/scene.ts';
import { TEST_CREDENTIALS } from '../athena/emulated-subject.ts';
import { failureOf } from '../../failure-of.ts';

const open: { close(): Promise<void> }[] = [];
const CALL = callContext(systemClock);
const TOKEN = `as-${'0'.repeat(28)}-1`;

afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

/** The adapter over the emulated services, whose time stands still until it is moved. */
async function scene(options: Readonly<Record<string, unknown>> = {}, faults: readonly Fault[] = []) {
  const clock = new VirtualClock();
  const emulator = await startEmulator({ services: ['healthomics', 's3'], clock, faults });
  open.push(emulator);
  const parsed = plugin.parseOptions({
    region: 'us-east-1',
    endpoint: emulator.urls.healthomics,
    s3Endpoint: emulator.urls.s3,
    runListUri: 's3://lists/cohort/',
    credentials: TEST_CREDENTIALS,
    ...options,
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const ports = { clock: systemClock, random: systemRandom, logger: silentLogger };
  const provider = plugin.createBatches(parsed.config, ports);
  open.push(provider);
  const inputsOf = (operation: string): unknown[] =>
    emulator.log().flatMap((record) => (record.operation === operation ? [record.input] : []));
  return { emulator, clock, provider, inputsOf };
}

function request(runs: BatchStartRequest['runs'], native?: object): BatchStartRequest {
  const defaults = native === undefined ? DEFAULTS : { ...DEFAULTS, native };
  return { token: TOKEN, owner: 'tests', name: 'cohort', labels: { team: 'genomes' }, defaults, runs };
}

describe('HealthOmics, call by call', () => {
  it('B-024 sends exactly one member of the union, the token as requestId and name, and who owns the batch', async () => {
    const { clock, provider, inputsOf } = await scene();
    const seen = await provider.start(request([{ id: 'a', parameters: { n: 1 }, tags: { t: 'x' } }]), CALL);
    expect(seen).toMatchObject({ state: 'creating', final: false, details: { name: 'cohort' } });
    const [sent] = inputsOf('StartRunBatch');
    expect(sent).toEqual({
      requestId: TOKEN,
      batchName: TOKEN,
      defaultRunSetting: DEFAULTS,
      batchRunSettings: { inlineSettings: [{ runSettingId: 'a', parameters: { n: 1 }, runTags: { t: 'x' } }] },
      tags: { team: 'genomes', 'anysession:owner': 'tests', 'anysession:token': TOKEN, 'anysession:name': 'cohort' },
    });
    // One start a second is what the service bears.
    await clock.advance(2_000);
    await failureOf(provider.start(request({ uri: 's3://lists/x.json', eTag: '"1"' }), CALL));
    expect(inputsOf('StartRunBatch')[1]).toMatchObject({ batchRunSettings: { s3UriSettings: 's3://lists/x.json' } });
  });

  it('sends settings that its SDK does not know', async () => {
    const { provider, inputsOf } = await scene();
    const native = { storageType: 'DYNAMIC', engineSettings: { profile: 'fast' }, scratchStorageMode: 'SHARED' };
    await provider.start(request([{ id: 'a' }], native), CALL);
    expect(inputsOf('StartRunBatch')).toMatchObject([{ defaultRunSetting: { ...DEFAULTS, ...native } }]);
  });

  it('refuses labels that leave no room for its own tags, or are too long, and sends nothing', async () => {
    const { provider, inputsOf } = await scene();
    const labels = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`l${at}`, 'x']));
    const start = (changes: Readonly<Record<string, string>>) =>
      provider.start({ ...request([{ id: 'a' }]), labels: changes }, CALL);
    await expect(start(labels(48))).rejects.toMatchObject({
      kind: 'invalid-request',
      message: expect.stringContaining('there are 51 tags altogether; 50 are allowed') as string,
    });
    await expect(start({ note: 'x'.repeat(257) })).rejects.toThrow("the tag 'note' is too long");
    expect(inputsOf('StartRunBatch')).toEqual([]);
    await start(labels(47));
    expect(inputsOf('StartRunBatch')).toHaveLength(1);
  });

  it('B-022 uploads a list in parts, as one JSON array, and reads it back; the same list has the same ETag', async () => {
    const { provider, inputsOf } = await scene();
    const runs: RunSpec[] = runsOf(101).map((run) => ({ ...run, parameters: { text: 'é'.repeat(60_000) } }));
    const spooled = await readRuns(runs, { provider, defaults: DEFAULTS, operation: 'start' });
    const staged = await provider.stageRuns(spooled, TOKEN, CALL);
    expect(staged.uri).toMatch(new RegExp(`^s3://lists/cohort/${TOKEN}-[0-9a-f]{16}\\.json$`));
    expect(inputsOf('UploadPart').length).toBe(2);
    expect(await allOf(provider.readStagedRuns(staged.uri, CALL))).toEqual(runs);
    expect(await provider.stageRuns(spooled, TOKEN, CALL)).toEqual(staged);
    await provider.unstageRuns(staged.uri, CALL);
    expect((await failureOf(allOf(provider.readStagedRuns(staged.uri, CALL)))).kind).toBe('not-found');
    await spooled.remove();
  });

  it('B-030 explains a refusal with the state of the batch', async () => {
    const { provider } = await scene();
    const { handle } = await provider.start(request([{ id: 'a' }]), CALL);
    const error = await failureOf(provider.cancel(handle, CALL));
    expect(error).toMatchObject({ kind: 'conflict', operation: 'cancel', handle });
    expect(error.message).toContain(`cancel was refused: batch '${handle.id}' is CREATING`);
    expect((await failureOf(provider.deleteRuns(handle, CALL))).message).toContain('PROCESSED or CANCELLED');
    expect((await failureOf(provider.deleteRecord(handle, CALL))).message).toContain('is CREATING');
  });

  it('B-032 one filter a call: a state with several native ones is several listings', async () => {
    const { provider, inputsOf } = await scene();
    const first = await provider.listPage({ by: 'state', state: 'creating' }, undefined, CALL);
    const second = await provider.listPage({ by: 'state', state: 'creating' }, first.next, CALL);
    expect([typeof first.next, second.next]).toEqual(['string', undefined]);
    expect(inputsOf('ListBatch')).toEqual([
      { maxItems: 100, status: 'CREATING' },
      { maxItems: 100, status: 'PENDING' },
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
  ])('tells %i %s as %s with effect %s, in one attempt', async (httpStatus, code, kind, effect) => {
    const { emulator, provider } = await scene({}, [{ kind: 'error', code, httpStatus }]);
    const error = await failureOf(provider.start(request([{ id: 'a' }]), CALL));
    expect(error).toMatchObject({ kind, effect, operation: 'startBatch', provider: 'healthomics', native: { code } });
    expect(emulator.log().length).toBe(1);
    expect(JSON.stringify(error)).not.toContain(TEST_CREDENTIALS.secretAccessKey);
  });

  it('refuses what the service would, before any call', async () => {
    const { emulator, provider } = await scene({ runListUri: undefined });
    const defaults = { workflowId: 'x', workflowVersion: '-', native: { workflowType: 'READY2RUN' } };
    expect(provider.problemsOfDefaults(defaults)).toEqual([
      expect.stringContaining('workflowId must be'),
      expect.stringContaining('workflowVersion must be'),
      expect.stringContaining('roleArn is missing'),
      expect.stringContaining('READY2RUN workflows do not run in batches'),
    ]);
    const longRole = { ...DEFAULTS, roleArn: `${DEFAULTS.roleArn}${'x'.repeat(100)}` };
    expect(provider.problemsOfDefaults(longRole)).toEqual([expect.stringContaining('128 characters at most')]);
    expect(provider.problemOf({ id: 'a\nb' }, DEFAULTS)).toContain('id must not have control characters');
    expect(provider.problemOf({ id: 'a', name: 'x\ty' }, DEFAULTS)).toContain('name must not have control characters');
    expect(provider.problemOf({ id: 'ä 1 | ½', name: '試料' }, DEFAULTS)).toBeUndefined();
    expect(provider.problemOf({ id: 'a', outputUri: 'https://x' }, DEFAULTS)).toContain('outputUri must be an S3 URI');
    expect(provider.problemOf({ id: 'a', priority: 100_001 }, DEFAULTS)).toContain('0 to 100000');
    expect(provider.problemOf({ id: 'a', outputBucketOwnerId: '12' }, DEFAULTS)).toContain('12 digits');
    const spooled = await readRuns(runsOf(101), { provider, defaults: DEFAULTS, operation: 'start' });
    expect((await failureOf(provider.stageRuns(spooled, TOKEN, CALL))).message).toContain('`runListUri`');
    await spooled.remove();
    const elsewhere: SessionHandle = { v: 1, provider: 'healthomics', scope: 'eu-central-1', id: '4711' };
    expect((await failureOf(provider.describe(elsewhere, CALL))).kind).toBe('invalid-request');
    const labels = { team: 'x'.repeat(257) };
    expect((await failureOf(provider.start({ ...request([{ id: 'a' }]), labels }, CALL))).message).toContain("'team'");
    expect(emulator.log()).toEqual([]);
  });
});
