import { afterEach, describe, expect, it } from 'vitest';
import type { Batches } from '../../../src/batch/batches.ts';
import { BATCHES, CLOCK, createContainer } from '../../../src/container/index.ts';
import { SessionError, type RunSpec } from '../../../src/provider-kit/index.ts';
import type { Emulator, Fault } from '../../../src/emulator/index.ts';
import type { HealthOmicsOptions } from '../../../src/emulator/healthomics/healthomics-options.ts';
import { startEmulator } from '../../../src/emulator/start-emulator.ts';
import { VirtualClock } from '../../../src/testing/index.ts';
import { socketTime, TEST_CREDENTIALS } from '../athena/emulated-subject.ts';
import { STORM } from '../athena/storm.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

interface Scene {
  readonly emulator: Emulator;
  readonly clock: VirtualClock;
  /** The product in a process of its own: another one after a restart. */
  readonly process: () => Promise<Batches>;
  readonly settle: <T>(promise: Promise<T>) => Promise<T>;
}

/** The whole product over real clients, real sockets and the emulated services. */
async function scene(healthomics: HealthOmicsOptions = {}, faults: readonly Fault[] = [], seed = 1): Promise<Scene> {
  const clock = new VirtualClock();
  const services = ['healthomics', 's3'] as const;
  const emulator = await startEmulator({ services, clock, healthomics, seed, faults });
  open.push(emulator);
  const { settle } = socketTime(clock, () => emulator.log().length);
  const options = {
    provider: 'healthomics',
    region: 'us-east-1',
    roleArn: 'arn:aws:iam::123456789012:role/omics',
    outputUri: 's3://results/cohort',
    runListUri: 's3://work/run-lists',
    endpoint: emulator.urls.healthomics,
    s3Endpoint: emulator.urls.s3,
    credentials: TEST_CREDENTIALS,
  };
  return {
    emulator,
    clock,
    settle,
    async process() {
      const config = { defaultEnvironment: 'test', owner: 'tests', environments: { test: options } };
      const container = await createContainer({ config });
      container.rebind(CLOCK).toConstantValue(clock);
      const batches = container.get(BATCHES);
      open.push(batches);
      return batches;
    },
  };
}

const DEFAULTS = { workflowId: '1234567', parameters: { reference: 's3://references/grch38.fa' } };

function* runsOf(count: number): Generator<RunSpec> {
  for (let at = 0; at < count; at++) yield { id: `s${at}`, parameters: { sample: `s3://reads/s${at}.fastq.gz` } };
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

const BRISK: HealthOmicsOptions = { submissionsPerSecond: 10, runMs: 60_000 };

describe('HealthOmics batches through the whole product, on the emulated services', { timeout: 120_000 }, () => {
  it.each([
    ['AccessDeniedException', 403, 'forbidden'],
    ['UnrecognizedClientException', 403, 'unauthenticated'],
    ['ResourceNotFoundException', 404, 'not-found'],
    ['StrangeException', 418, 'unexpected'],
  ] as const)('%s ends the wait at once', async (code, httpStatus, kind) => {
    const { emulator, process, settle, clock } = await scene(BRISK);
    const batch = await settle((await process()).start({ defaults: DEFAULTS, runs: runsOf(3) }));
    emulator.faults.add({ kind: 'error', code, httpStatus, operation: 'GetBatch', times: 100 });
    const startedMs = clock.monotonicMs();
    const error = await settle(batch.whenFinished().catch((thrown: unknown) => thrown));
    expect(error).toMatchObject({ kind, handle: batch.handle, native: { code } });
    expect(clock.monotonicMs() - startedMs).toBeLessThan(60_000);
  });

  it.each([40, 250])('%i runs: partial failure, what failed, and those again', async (count) => {
    const { emulator, process, settle } = await scene({ ...BRISK, refusedRuns: ['s7'], failingRuns: ['s33'] });
    const batches = await process();
    const start = { key: 'cohort', defaults: DEFAULTS, runs: runsOf(count) };
    const batch = await settle(batches.start(start));
    const status = await settle(batch.whenFinished());
    expect(status).toMatchObject({ state: 'finished', outcome: 'partial', countsAreExact: true, totalRuns: count });
    expect(status.counts).toMatchObject({ completed: count - 2, failed: 2, pending: 0, running: 0 });
    const called = (operation: string): number =>
      emulator.log().filter((record) => record.operation === operation).length;
    const failures = await settle(all(batch.failures()));
    expect(failures).toEqual([
      { id: 's7', reason: expect.stringContaining('VALIDATION_ERROR: ') as string },
      {
        id: 's33',
        runId: expect.any(String) as string,
        reason: expect.stringContaining('WORKFLOW_RUN_FAILED: ') as string,
        log: expect.stringContaining('run/') as string,
      },
    ]);
    expect(called('GetRun')).toBe(1);

    const again = await settle(batch.resubmitFailed({ key: 'cohort again', runs: [...runsOf(count)] }));
    expect(await settle(again.whenFinished())).toMatchObject({ outcome: 'succeeded', totalRuns: 2 });
    expect(emulator.oracle.batches().map(({ startedRuns, liveRuns }) => [startedRuns, liveRuns])).toEqual([
      [count - 1, 0],
      [2, 0],
    ]);
    expect(called('GetRun')).toBe(1);
    // A list of more than 100 goes to S3 once, and watching lists nothing.
    expect(called('PutObject') + called('CompleteMultipartUpload')).toBe(count > 100 ? 1 : 0);
  });

  it('a key is one batch for ever, also after a lost answer and in another process', async () => {
    const { emulator, process, settle } = await scene(BRISK);
    emulator.faults.add({ kind: 'reset', when: 'after', operation: 'StartRunBatch' });
    const start = { key: 'cohort', defaults: DEFAULTS, runs: [...runsOf(20)] };
    const first = await settle((await process()).start(start));
    const second = await settle((await process()).start(start));
    const third = await settle((await process()).attach({ key: 'cohort' }));
    expect(second.handle).toEqual(first.handle);
    expect(third.handle).toEqual(first.handle);
    expect(emulator.oracle.batches()).toHaveLength(1);
  });

  it('cancel stops what is under way; a cancel that the state forbids says so', async () => {
    const { emulator, clock, process, settle } = await scene({ submissionsPerSecond: 1, runMs: 60_000 });
    const batch = await settle((await process()).start({ defaults: DEFAULTS, runs: [...runsOf(50)] }));
    await clock.advance(10_000);
    await settle(batch.cancel());
    const status = await settle(batch.whenFinished());
    expect(status.state).toBe('cancelled');
    expect(status.counts?.cancelled).toBe(50);
    expect(emulator.oracle.batches()).toMatchObject([{ status: 'CANCELLED', liveRuns: 0 }]);
    await settle(batch.deleteRuns());
    await clock.advance(10_000);
    // What is over needs no cancel.
    expect(await settle(batch.cancel())).toMatchObject({ final: true });
    await settle(batch.deleteRecord());
    expect(emulator.oracle.batches()).toMatchObject([{ liveRuns: 0 }]);
  });

  it('a resubmission does not guess what failed once the records of the runs are deleted', async () => {
    const { emulator, clock, process, settle } = await scene({ ...BRISK, failingRuns: ['r1'], refusedRuns: ['r2'] });
    const batch = await settle((await process()).start({ defaults: DEFAULTS, runs: [...runsOf(4)] }));
    await settle(batch.whenFinished());
    await settle(batch.deleteRuns());
    await clock.advance(10_000);
    await expect(settle(batch.resubmitFailed())).rejects.toMatchObject({
      kind: 'conflict',
      message: expect.stringContaining(
        'no longer has the records of its runs, so its failed runs are unknown',
      ) as string,
    });
    expect(emulator.oracle.batches()).toHaveLength(1);
  });

  it('a run list that was changed after the start is explained', async () => {
    const { emulator, process, settle } = await scene(BRISK);
    const batch = await settle((await process()).start({ key: 'changed', defaults: DEFAULTS, runs: runsOf(150) }));
    const put = emulator.log().find(({ operation }) => operation === 'PutObject')?.input as {
      bucket: string;
      key: string;
    };
    await fetch(`${emulator.urls.s3}/${put.bucket}/${put.key}`, { method: 'PUT', body: '[]' });
    const status = await settle(batch.whenFinished());
    expect(status).toMatchObject({ state: 'failed', outcome: 'failed' });
    expect(status.reason).toMatch(/ETag .*the run list was changed after the start/);
    // It has no rows, and so no failed ones: its runs must be given again.
    await expect(settle(batch.resubmitFailed())).rejects.toMatchObject({
      kind: 'conflict',
      message: expect.stringContaining(
        'failed before it had any runs: start it again (with `restart: true` if it has a key)',
      ) as string,
    });
  });

  it.each([3, 17, 4711])(
    'storm %i: every run is accounted for exactly once, and nothing is started twice',
    async (seed) => {
      const rates = { submissionsPerSecond: 10, runMs: 30_000, failureRate: 0.1, refusalRate: 0.1 };
      const { emulator, process, settle } = await scene(rates, STORM, seed);
      const start = { key: 'cohort', defaults: DEFAULTS, runs: [...runsOf(130)] };
      const persistently = async <T>(work: () => Promise<T>): Promise<T> => {
        for (;;) {
          try {
            return await settle(work());
          } catch (error) {
            if (!SessionError.is(error) || error.retry === 'permanent') throw error;
          }
        }
      };
      const batch = await persistently(async () => (await process()).start(start));
      const status = await persistently(() => batch.whenFinished());
      const { completed = 0, failed = 0 } = status.counts ?? {};
      expect(completed + failed).toBe(130);
      const failures = await persistently(() => all(batch.failures()));
      expect(new Set(failures.map(({ id }) => id)).size).toBe(failed);
      expect(emulator.oracle.batches()).toMatchObject([{ totalRuns: 130, liveRuns: 0 }]);
    },
  );

  it('a hundred thousand runs: uploaded in parts, submitted over eleven days, finished', async () => {
    const { emulator, clock, process, settle } = await scene({ runMs: 60_000 });
    const batch = await settle((await process()).start({ key: 'all', defaults: DEFAULTS, runs: runsOf(100_000) }));
    await clock.advance(12 * 24 * 3_600_000);
    const status = await settle(batch.whenFinished());
    expect(status).toMatchObject({ outcome: 'succeeded', totalRuns: 100_000 });
    expect(emulator.oracle.batches()).toMatchObject([{ startedRuns: 100_000, liveRuns: 0 }]);
    const listings = emulator.log().filter(({ operation }) => operation?.startsWith('List') === true);
    // One to look whether the key's batch is there already; watching lists nothing.
    expect(listings.length).toBeLessThanOrEqual(2);
  });
});
