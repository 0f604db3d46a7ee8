import { describe, expect, it } from 'vitest';
import { Batch } from '../../src/batch/batch.ts';
import { SessionError, type BatchObservation, type RunSpec } from '../../src/provider-kit/index.ts';
import { silentLogger } from '../../src/session/system-ports.ts';
import { DEFAULTS, runsOf, setUp } from './scene.ts';
import { failureOf } from '../failure-of.ts';

describe('where runs come from', () => {
  it('B-023 sends what was read, whatever becomes of the object it was read from', async () => {
    const { clock, batches, service } = setUp({ fateOf: () => 'failed' });
    const reused = { id: '', parameters: { sample: 0 } };
    function* source(): Generator<RunSpec> {
      for (const { id } of runsOf(3)) {
        reused.id = id;
        reused.parameters.sample = Number(id.slice(1));
        yield reused;
      }
    }
    const batch = await batches.start({ defaults: DEFAULTS, runs: source() });
    reused.parameters.sample = 99;
    await clock.runUntilSettled(batch.whenFinished());
    await batch.resubmitFailed();
    expect([...service.batches.values()].map(({ request }) => request.runs)).toEqual([runsOf(3), runsOf(3)]);
  });

  it.each(['never answers', 'never lets go'])('B-014 an abort is heard although the source %s', async (how) => {
    const { batches, service } = setUp();
    const controller = new AbortController();
    let askedToLetGo = 0;
    const runs: AsyncIterable<RunSpec> = {
      [Symbol.asyncIterator]: () => ({
        next: () => {
          queueMicrotask(() => {
            controller.abort(new Error('enough'));
          });
          return new Promise(() => {});
        },
        return: () => {
          askedToLetGo += 1;
          return how === 'never lets go' ? new Promise(() => {}) : Promise.reject(new Error('too late'));
        },
      }),
    };
    const error = await failureOf(batches.start({ defaults: DEFAULTS, runs, signal: controller.signal }));
    expect(error).toMatchObject({ kind: 'aborted', operation: 'start', effect: 'none' });
    expect([askedToLetGo, service.calls]).toEqual([1, []]);
  });

  it('lets go of a source that is not read to its end, once and before the start settles', async () => {
    const { batches } = setUp();
    let open = 0;
    async function* source(): AsyncGenerator<RunSpec> {
      open += 1;
      try {
        for (;;) yield await Promise.resolve({ id: '' });
      } finally {
        await Promise.resolve();
        open -= 1;
      }
    }
    const { signal } = new AbortController();
    expect((await failureOf(batches.start({ defaults: DEFAULTS, runs: source(), signal }))).kind).toBe(
      'invalid-request',
    );
    expect(open).toBe(0);
  });

  it('an error of ours keeps its kind, and an abort is told as one', async () => {
    const { batches } = setUp();
    const gone = new SessionError('not-found', 'the run list is gone', {
      operation: 'readStagedRuns',
      effect: 'unknown',
    });
    async function* source(error: unknown): AsyncGenerator<RunSpec> {
      yield await Promise.resolve({ id: 'a' });
      throw error;
    }
    const error = await failureOf(batches.start({ defaults: DEFAULTS, runs: source(gone) }));
    expect(error).toMatchObject({ kind: 'not-found', operation: 'start', effect: 'none', cause: gone });
    expect(error.message).toContain('nothing was sent: the run list is gone');
    const controller = new AbortController();
    async function* stopping(): AsyncGenerator<RunSpec> {
      yield* source(new Error('as I was told'));
    }
    const started = batches.start({ defaults: DEFAULTS, runs: stopping(), signal: controller.signal });
    controller.abort();
    expect((await failureOf(started)).kind).toBe('aborted');
  });
});

describe('failed runs', () => {
  it('B-040 are not left out in silence when the runs given for them lack some', async () => {
    const { clock, batches, process, service } = setUp({ fateOf: (id) => (id === 'r0' ? 'completed' : 'failed') });
    const batch = await batches.start({ defaults: DEFAULTS, runs: runsOf(13) });
    await clock.runUntilSettled(batch.whenFinished());
    const later = await process().attach(batch.handle);
    const error = await failureOf(later.resubmitFailed({ runs: runsOf(2) }));
    expect(error.kind).toBe('invalid-request');
    expect(error.message).toMatch(/lacks the failed runs 'r2', .*'r11' and 1 more; pass all runs of the first batch/);
    expect(service.batches.size).toBe(1);
  });
});

describe('what remains', () => {
  it.each([
    ['running', 3],
    ['stopping', undefined],
  ] as const)('of three runs that are pending while a batch is %s', (state, runs) => {
    const { clock, service } = setUp();
    const none = { running: 0, completed: 0, failed: 0, cancelled: 0, deleted: 0, uncounted: 0 };
    const first: BatchObservation = {
      handle: { v: 1, provider: 'scripted', scope: 'test', id: '1' },
      nativeState: state.toUpperCase(),
      state,
      final: false,
      observedAtMs: 0,
      totalRuns: 3,
      counts: { submitted: 0, pending: 3, ...none },
      countsAreExact: false,
      details: {},
    };
    const unused = (): never => {
      throw new Error('nothing is asked');
    };
    const parts = { provider: service, clock, logger: silentLogger, watcher: { watch: unused }, start: unused };
    expect(new Batch({ ...parts, first }).status.remaining?.runs).toBe(runs);
  });
});
