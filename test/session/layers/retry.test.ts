import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ERROR_KINDS, type ErrorKind } from '../../../src/contract/error-kinds.ts';
import type { Random } from '../../../src/contract/ports.ts';
import { SessionError, type SessionErrorDetails } from '../../../src/contract/session-error.ts';
import { deadlineLayer } from '../../../src/session/layers/deadline.ts';
import { layeredProvider } from '../../../src/session/layers/layered-provider.ts';
import {
  BASE_DELAY_MS,
  MAX_ATTEMPTS,
  RATE_LIMITED_BASE_DELAY_MS,
  retryLayer,
} from '../../../src/session/layers/retry.ts';
import { SeededRandom } from '../../../src/testing/seeded-random.ts';
import { adapterOf, handleOf, Scene, startRequest, unlimitedCall } from '../scene.ts';
import { failureOf } from '../../failure-of.ts';

const ALMOST_ONE: Random = { next: () => 1 - Number.EPSILON, hex: () => '' };
const HALF: Random = { next: () => 0.5, hex: () => '' };
const failure = (kind: ErrorKind, details: Partial<SessionErrorDetails> = {}): SessionError =>
  new SessionError(kind, 'no', { operation: 'describe', ...details });

/** Deadline and retry over an adapter that fails with these, one an attempt, and then for ever with the last one. */
function failing(errors: readonly unknown[], random: Random = HALF) {
  const scene = new Scene();
  const { clock } = scene;
  const attempts: { readonly attempt: number; readonly atMs: number }[] = [];
  const startedMs = clock.monotonicMs();
  const fail = (_about: unknown, { attempt }: { readonly attempt: number }): Promise<never> => {
    attempts.push({ attempt, atMs: clock.monotonicMs() - startedMs });
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- an adapter may reject with anything
    return Promise.reject(errors[Math.min(attempts.length, errors.length) - 1]);
  };
  const execute = (...[, , call]: [unknown, unknown, { readonly attempt: number }]): Promise<never> => fail(0, call);
  const adapter = adapterOf(scene, {
    start: fail,
    describe: fail,
    terminate: fail,
    statements: { execute, progress: () => undefined },
  });
  const provider = layeredProvider(adapter, [deadlineLayer(clock), retryLayer(clock, random)]);
  return { scene, clock, attempts, provider, handle: handleOf(scene) };
}

describe('the retry layer', () => {
  it('C-102 tries again until it works and tells the adapter which attempt it is', async () => {
    const scene = new Scene();
    const { provider } = scene.process();
    scene.service.faults.add('start', { kind: 'throttled' }, { kind: 'unavailable', effect: 'before' });
    await scene.settled(provider.start(startRequest(), unlimitedCall()));
    const { calls, started } = scene.service.oracle;
    expect(calls.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    expect(new Set(calls.map(({ token }) => token)).size).toBe(1);
    expect(started).toHaveLength(1);
  });

  it.each(['rate-limited', 'unavailable', 'timeout'] as const)(
    `C-102 %s is tried ${MAX_ATTEMPTS} times and is persistent afterwards`,
    async (kind) => {
      const { scene, attempts, provider, handle, clock } = failing([failure(kind, { provider: 'scripted' })]);
      const error = await failureOf(scene.settled(provider.describe(handle, unlimitedCall())));
      expect(attempts.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5]);
      expect(error).toMatchObject({ kind, retry: 'persistent', provider: 'scripted' });
      expect(clock.pendingTimers).toBe(0);
    },
  );

  const once = Object.entries(ERROR_KINDS).filter(([, facts]) => !facts.retriedByLayer);
  it.each(once.map(([kind]) => kind as ErrorKind))(
    'C-102 %s is never tried again, and stays what it is',
    async (kind) => {
      const error = failure(kind);
      const { scene, attempts, provider, handle } = failing([error]);
      expect(await failureOf(scene.settled(provider.terminate(handle, unlimitedCall())))).toBe(error);
      expect(attempts).toHaveLength(1);
    },
  );

  it.each(['permanent', 'persistent'] as const)(
    'C-102 a %s error of a kind that can pass is not tried again',
    async (retry) => {
      const error = failure('unavailable', { retry });
      const { scene, attempts, provider, handle } = failing([error]);
      expect(await failureOf(scene.settled(provider.describe(handle, unlimitedCall())))).toBe(error);
      expect(attempts).toHaveLength(1);
    },
  );

  it('C-102 what is no SessionError is not tried again', async () => {
    const { attempts, provider, handle } = failing([new TypeError('broken')]);
    await expect(provider.describe(handle, unlimitedCall())).rejects.toThrow(TypeError);
    expect(attempts).toHaveLength(1);
  });

  it('C-102 a statement is never tried again: nobody knows whether it ran', async () => {
    const error = failure('unavailable');
    const { attempts, provider, handle } = failing([error]);
    const running = provider.statements?.execute(handle, { id: 'stmt-1', text: 'SELECT 1' }, unlimitedCall());
    expect(await failureOf(Promise.resolve(running))).toBe(error);
    expect(attempts).toHaveLength(1);
  });

  it('draws each pause from 0 up to a bound that doubles', async () => {
    const waits = async (kind: ErrorKind): Promise<readonly number[]> => {
      const { scene, attempts, provider, handle } = failing([failure(kind)], ALMOST_ONE);
      await failureOf(scene.settled(provider.describe(handle, unlimitedCall())));
      return attempts.slice(1).map(({ atMs }, at) => Math.round(atMs - (attempts[at]?.atMs ?? 0)));
    };
    expect(await waits('unavailable')).toEqual([1, 2, 4, 8].map((times) => times * BASE_DELAY_MS));
    expect(await waits('rate-limited')).toEqual([1, 2, 4, 8].map((times) => times * RATE_LIMITED_BASE_DELAY_MS));
  });

  it('never draws a pause beyond its bound, honours Retry-After and the deadline, whatever fails how', async () => {
    const fault = fc.record({
      kind: fc.constantFrom<ErrorKind>('rate-limited', 'unavailable', 'timeout', 'forbidden', 'quota-exceeded'),
      retryAfterMs: fc.option(fc.integer({ min: 0, max: 40_000 }), { nil: undefined }),
    });
    const arbitrary = fc.tuple(
      fc.array(fault, { minLength: 1, maxLength: 6 }),
      fc.nat(),
      fc.integer({ min: 1, max: 80_000 }),
    );
    await fc.assert(
      fc.asyncProperty(arbitrary, async ([faults, seed, budgetMs]) => {
        const errors = faults.map(({ kind, retryAfterMs }) => failure(kind, { retryAfterMs }));
        const { scene, clock, attempts, provider, handle } = failing(errors, new SeededRandom(seed));
        const deadline = clock.monotonicMs() + budgetMs;
        const startedMs = clock.monotonicMs();
        await failureOf(scene.settled(provider.describe(handle, unlimitedCall({ deadline }))));
        expect(clock.monotonicMs()).toBeLessThanOrEqual(deadline);
        expect(clock.pendingTimers).toBe(0);
        expect(attempts.length).toBeLessThanOrEqual(MAX_ATTEMPTS);
        attempts.slice(1).forEach(({ atMs }, at) => {
          const { kind, retryAfterMs = 0 } = faults[Math.min(at, faults.length - 1)] ?? { kind: 'internal' };
          expect(ERROR_KINDS[kind].retriedByLayer).toBe(true);
          const base = kind === 'rate-limited' ? RATE_LIMITED_BASE_DELAY_MS : BASE_DELAY_MS;
          const bound = base * 2 ** at;
          const pauseMs = atMs - (attempts[at]?.atMs ?? 0);
          expect(pauseMs).toBeGreaterThanOrEqual(retryAfterMs - 1e-6);
          expect(pauseMs).toBeLessThanOrEqual(Math.max(bound, retryAfterMs) + 1e-6);
          expect(startedMs + atMs).toBeLessThan(deadline);
        });
      }),
      { numRuns: 500 },
    );
  }, 60_000);

  it('spreads its pauses over the whole range', async () => {
    const pauses: number[] = [];
    for (let seed = 1; seed <= 200; seed++) {
      const { scene, attempts, provider, handle } = failing(
        [failure('unavailable'), failure('forbidden')],
        new SeededRandom(seed),
      );
      await failureOf(scene.settled(provider.describe(handle, unlimitedCall())));
      pauses.push(attempts[1]?.atMs ?? Number.NaN);
    }
    expect(Math.min(...pauses)).toBeLessThan(0.05 * BASE_DELAY_MS);
    expect(Math.max(...pauses)).toBeGreaterThan(0.95 * BASE_DELAY_MS);
    expect(pauses.reduce((sum, pause) => sum + pause, 0) / pauses.length).toBeCloseTo(BASE_DELAY_MS / 2, -1);
  });

  it('C-103 waits as long as the service asked, even beyond every pause of our own', async () => {
    const errors = [failure('rate-limited', { retryAfterMs: 30_000 }), failure('forbidden')];
    const { scene, attempts, provider, handle } = failing(errors);
    await failureOf(scene.settled(provider.describe(handle, unlimitedCall())));
    expect(attempts.map(({ atMs }) => atMs)).toEqual([0, 30_000]);
  });

  it('C-103 begins no pause that ends at the deadline or later: it says at once that it is persistent', async () => {
    const errors = [failure('unavailable', { retryAfterMs: 500 })];
    for (const [leftMs, tries] of [
      [500, 1],
      [501, 2],
    ] as const) {
      const { clock, attempts, provider, handle, scene } = failing(errors);
      const deadline = clock.monotonicMs() + leftMs;
      const error = await failureOf(scene.settled(provider.describe(handle, unlimitedCall({ deadline }))));
      expect(error).toMatchObject({ kind: 'unavailable', retry: 'persistent' });
      expect(attempts).toHaveLength(tries);
      expect(clock.monotonicMs()).toBeLessThan(deadline);
    }
  });

  it('C-104 an abort during a pause settles at once and leaves no timer', async () => {
    const { clock, attempts, provider, handle } = failing([failure('unavailable', { retryAfterMs: 30_000 })]);
    const controller = new AbortController();
    const describing = failureOf(provider.describe(handle, unlimitedCall({ signal: controller.signal })));
    await clock.advance(10_000);
    expect([attempts.length, clock.pendingTimers]).toEqual([1, 1]);
    controller.abort('stop');
    expect(await describing).toMatchObject({ kind: 'aborted', operation: 'describe', cause: 'stop' });
    await clock.advance(60_000);
    expect([attempts.length, clock.pendingTimers]).toEqual([1, 0]);
  });

  it('C-104 does not try again for a caller that aborted during the attempt', async () => {
    const scene = new Scene();
    const { clock } = scene;
    const controller = new AbortController();
    let attempts = 0;
    const describe = (): Promise<never> => {
      attempts += 1;
      controller.abort();
      return Promise.reject(failure('unavailable'));
    };
    const provider = layeredProvider(adapterOf(scene, { describe }), [retryLayer(clock, HALF)]);
    const error = await failureOf(provider.describe(handleOf(scene), unlimitedCall({ signal: controller.signal })));
    expect([error.kind, error.retry, attempts, clock.pendingTimers]).toEqual(['aborted', 'permanent', 1, 0]);
  });
});
