import { describe, expect, it } from 'vitest';
import { listFailures, type FailedRun } from '../../src/batch/run-listing.ts';
import { SessionError, type BatchProvider, type SessionHandle } from '../../src/provider-kit/index.ts';
import { VirtualClock } from '../../src/testing/index.ts';
import { allOf, DEFAULTS, runsOf, setUp } from './scene.ts';
import { ScriptedBatches } from './scripted-batches.ts';
import { unlimitedCall } from '../calls.ts';
import { failureOf } from '../failure-of.ts';

type DescribeRun = NonNullable<BatchProvider['describeRun']>;

const TOLD: Awaited<ReturnType<DescribeRun>> = {
  runId: 'any',
  state: 'failed',
  nativeState: 'FAILED',
  reason: 'OOM',
  log: 'run/1',
};

/** A batch of runs that have all failed, in a service that is asked about one as said. */
async function failedBatch(count: number, describeRun: DescribeRun | undefined) {
  const clock = new VirtualClock();
  const service = new ScriptedBatches({ clock, fateOf: () => 'failed', submissionsPerSecond: 1_000 });
  const provider: BatchProvider = describeRun === undefined ? service : Object.assign(service, { describeRun });
  const request = { token: 'as-1', owner: 'tests', labels: {}, defaults: DEFAULTS, runs: runsOf(count) };
  const { handle } = await provider.start(request, unlimitedCall());
  await clock.advance(3_600_000);
  const list = (withReasons = true, signal?: AbortSignal): AsyncIterable<FailedRun> =>
    listFailures({ provider, clock, handle, signal }, { totalRuns: count, withReasons });
  return { list, handle };
}

describe('why runs failed', () => {
  it('is asked when the turn of a run comes, about the first hundred, and nothing beyond', async () => {
    const asked: string[] = [];
    const { list, handle } = await failedBatch(130, async (of: SessionHandle, runId) => {
      expect(of).toEqual(handle);
      asked.push(runId);
      return TOLD;
    });
    let taken = 0;
    for await (const { reason, log } of list()) {
      expect([reason, log]).toEqual(['OOM', 'run/1']);
      if (++taken === 3) break;
    }
    expect(asked.length).toBe(3);
    const all = await allOf(list());
    expect(new Set(asked.splice(3)).size).toBe(100);
    expect(all.map(({ reason }) => reason).filter((reason) => reason === 'OOM').length).toBe(100);
    expect(all.at(-1)).toMatchObject({ reason: expect.stringContaining('its log has the reason') as string });
  });

  it('is not asked by who does not read it', async () => {
    const { list } = await failedBatch(5, async () => {
      throw new Error('nobody reads reasons here');
    });
    expect((await allOf(list(false))).length).toBe(5);
  });

  it.each(['forbidden', 'not-found'] as const)('is left out where asking is %s', async (kind) => {
    const { list } = await failedBatch(2, async () => {
      throw new SessionError(kind, 'no', { operation: 'describeRun' });
    });
    expect((await allOf(list())).map(({ reason }) => reason)).toEqual([
      expect.stringContaining('is FAILED'),
      expect.stringContaining('is FAILED'),
    ]);
  });

  it('is left out where a service has nobody to ask', async () => {
    const { list } = await failedBatch(1, undefined);
    expect(await allOf(list())).toMatchObject([{ reason: expect.stringContaining('is FAILED') as string }]);
  });

  it('fails the listing when asking fails otherwise', async () => {
    const { list } = await failedBatch(1, async () => {
      throw new SessionError('unavailable', 'no answer', { operation: 'describeRun' });
    });
    expect((await failureOf(allOf(list()))).kind).toBe('unavailable');
  });
});

describe('a start whose end nobody knows', () => {
  const lost = new SessionError('unavailable', 'no answer', { operation: 'startBatch', effect: 'unknown' });

  it('names the token, by which the batch is found when it comes after all', async () => {
    let isLost = true;
    const { batches, clock, service } = setUp({
      weather: (operation, when) => (isLost && operation === 'startBatch' && when === 'before' ? lost : undefined),
    });
    const error = await failureOf(clock.runUntilSettled(batches.start({ defaults: DEFAULTS, runs: runsOf(1) })));
    expect(error).toMatchObject({ kind: 'unavailable', effect: 'unknown', operation: 'startBatch' });
    const [, token = ''] = /attach to \{ token: '(as-[0-9a-f]{28}-0)' \}/.exec(error.message) ?? [];
    expect((await failureOf(batches.attach({ token }))).kind).toBe('not-found');
    isLost = false;
    const request = { token, owner: 'tests', labels: {}, defaults: DEFAULTS, runs: runsOf(1) };
    await service.start(request, unlimitedCall());
    expect((await batches.attach({ token })).handle.id).toBe('1000');
    expect((await failureOf(batches.attach({ token: 'x' }))).kind).toBe('invalid-request');
  });

  it.each([undefined, 'cohort'])('an abort says which batch was started anyway (key %s)', async (key) => {
    const controller = new AbortController();
    const { batches, clock, service } = setUp({
      weather(operation, when) {
        if (operation !== 'startBatch' || when !== 'after') return undefined;
        controller.abort();
        return new SessionError('aborted', 'its caller gave up', { operation, effect: 'unknown' });
      },
    });
    const options = { defaults: DEFAULTS, runs: runsOf(1), signal: controller.signal, ...(key && { key }) };
    const error = await failureOf(clock.runUntilSettled(batches.start(options)));
    expect(error).toMatchObject({ kind: 'aborted', operation: 'startBatch', handle: { id: '1000' } });
    expect(error.message).toContain("batch '1000' was started anyway");
    const batch = await batches.attach(error.handle ?? '');
    await batch.cancel();
    await clock.runUntilSettled(batch.whenFinished());
    expect([batch.status.state, service.batches.size]).toEqual(['cancelled', 1]);
  });
});
