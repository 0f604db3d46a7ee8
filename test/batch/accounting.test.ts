import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SessionError } from '../../src/contract/session-error.ts';
import { SeededRandom } from '../../src/testing/index.ts';
import { allOf, DEFAULTS, runsOf, setUp } from './scene.ts';
import type { Fate } from './scripted-batches.ts';

const FATES: readonly Fate[] = ['completed', 'failed', 'refused'];

/** What may happen between a start and its end. */
const STORM = fc.record({
  runs: fc.integer({ min: 1, max: 240 }),
  fates: fc.array(fc.constantFrom(...FATES), { minLength: 1, maxLength: 12 }),
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  /** How many calls of a hundred fail, before or after the service acted. */
  failing: fc.integer({ min: 0, max: 30 }),
  cancelAfterMs: fc.option(fc.integer({ min: 0, max: 400_000 }), { nil: undefined }),
  restarts: fc.integer({ min: 0, max: 3 }),
});

describe('runs in a storm', { timeout: 120_000 }, () => {
  it('B-040 every run is accounted for exactly once, whatever fails, is throttled, cancelled or restarted', async () => {
    await fc.assert(
      fc.asyncProperty(STORM, async ({ runs, fates, seed, failing, cancelAfterMs, restarts }) => {
        const random = new SeededRandom(seed);
        const fateOf = (id: string): Fate => fates[Number(id.slice(1)) % fates.length] ?? 'completed';
        const { clock, service, process } = setUp({
          fateOf,
          weather: (operation, when) =>
            random.next() * 200 < failing ? failure(operation, when, random.next()) : undefined,
        });
        const persistently = async <T>(work: () => Promise<T>): Promise<T> => {
          for (;;) {
            try {
              return await clock.runUntilSettled(work());
            } catch (error) {
              if (!SessionError.is(error) || error.retry === 'permanent') throw error;
            }
          }
        };
        const start = () => process().start({ key: 'cohort', defaults: DEFAULTS, runs: runsOf(runs) });

        let batch = await persistently(start);
        for (let restart = 0; restart < restarts; restart++) batch = await persistently(start);
        if (cancelAfterMs !== undefined) {
          await clock.advance(cancelAfterMs);
          await persistently(() => batch.cancel());
        }
        const status = await persistently(() => batch.whenFinished());

        expect(service.batches.size).toBe(1);
        const { completed = 0, failed = 0, cancelled = 0, pending, running, deleted } = status.counts ?? {};
        expect([completed + failed + cancelled, pending, running, deleted]).toEqual([runs, 0, 0, 0]);
        const failures = await persistently(() => allOf(batch.failures()));
        const ids = failures.map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        expect(ids.length).toBe(failed);
        expect(ids.every((id) => fateOf(id) !== 'completed')).toBe(true);
        if (failed > 0) {
          const again = await persistently(() => batch.resubmitFailed({ key: 'cohort again', runs: runsOf(runs) }));
          expect([service.batches.size, service.batches.get(again.handle.id)?.runs]).toEqual([
            2,
            ids.toSorted(byNumber),
          ]);
        }
        expect(clock.pendingTimers).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  it('a batch of 100,000 runs, from its source to the resubmission of what failed', { timeout: 60_000 }, async () => {
    const fateOf = (id: string): Fate => (id.endsWith('999') ? 'failed' : id === 'r7' ? 'refused' : 'completed');
    const { clock, service, batches } = setUp({ fateOf, submissionsPerSecond: 100 });
    const batch = await batches.start({ key: 'all', defaults: DEFAULTS, runs: runsOf(100_000) });
    const status = await clock.runUntilSettled(batch.whenFinished({ deleteRunList: false }));
    expect(status).toMatchObject({ outcome: 'partial', counts: { completed: 99_899, failed: 101, pending: 0 } });
    const again = await batch.resubmitFailed();
    expect(service.batches.get(again.handle.id)?.runs.length).toBe(101);
  });
});

function failure(operation: string, when: 'before' | 'after', chance: number): SessionError {
  if (when === 'after') return new SessionError('unavailable', 'the answer was lost', { operation, effect: 'unknown' });
  return chance < 0.5
    ? new SessionError('rate-limited', 'too many calls', { operation, retryAfterMs: 2_000 })
    : new SessionError('unavailable', 'try again', { operation });
}

function byNumber(a: string, b: string): number {
  return Number(a.slice(1)) - Number(b.slice(1));
}
