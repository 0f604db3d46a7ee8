import { describe, expect, it } from 'vitest';
import { SessionError } from '../../src/contract/session-error.ts';
import type { Observation } from '../../src/contract/observation.ts';
import { notFoundObservation, type ObservationContext } from '../../src/provider-kit/observation.ts';
import { deadlineLayer } from '../../src/session/layers/deadline.ts';
import { runningAttempt } from '../../src/provider-kit/running-attempt.ts';
import { retryLayer } from '../../src/session/layers/retry.ts';
import { SeededRandom } from '../../src/testing/seeded-random.ts';
import { layeredProvider } from '../../src/session/layers/layered-provider.ts';
import { endSession } from '../../src/session/end-session.ts';
import { adapterOf, handleOf, Scene } from '../session/scene.ts';
import { failureOf } from '../failure-of.ts';

/** A service that agrees to no end before a time, behind the layer that ends late calls. */
function setUp(agreesAfterMs: number) {
  const scene = new Scene();
  const { clock } = scene;
  const agreesMs = clock.monotonicMs() + agreesAfterMs;
  const calls: number[] = [];
  const handle = handleOf(scene);
  const ended = { handle, nativeState: 'STOPPING', state: 'terminated', acceptsWork: false, final: false } as const;
  const adapter = adapterOf(scene, {
    terminate: (_handle, { signal }) => {
      calls.push(clock.monotonicMs());
      runningAttempt(signal)?.asks('10.0.0.1:443');
      runningAttempt(signal)?.waitsFor('the end of the creation');
      return new Promise((resolve) => {
        clock.schedule(Math.max(0, agreesMs - clock.monotonicMs()), () => {
          resolve({ ...ended, observedAtMs: clock.nowMs(), details: {} });
        });
      });
    },
  });
  const provider = layeredProvider(adapter, [deadlineLayer(clock), retryLayer(clock, new SeededRandom(1))]);
  return { scene, clock, calls, session: { provider, clock, handle, graceUntilMs: 0 } };
}

/** A service that answers each terminate in the same way. */
function refusing(answer: (context: ObservationContext) => Observation) {
  const scene = new Scene();
  const { clock } = scene;
  let count = 0;
  const adapter = adapterOf(scene, {
    terminate: (handle) => {
      count += 1;
      return Promise.resolve().then(() => answer({ handle, observedAtMs: clock.nowMs() }));
    },
  });
  const session = { provider: adapter, clock, handle: handleOf(scene), graceUntilMs: 0 };
  return { scene, clock, calls: () => count, session };
}

describe('ending a session', () => {
  it('goes on beyond one call while the session is being created', async () => {
    const { scene, clock, calls, session } = setUp(150_000);
    const startedMs = clock.monotonicMs();
    const ended = await scene.settled(endSession({ ...session, state: 'creating' }));
    expect(ended.state).toBe('terminated');
    expect([calls.length, clock.monotonicMs() - startedMs]).toEqual([3, 150_000]);
  });

  it('gives up after five minutes, or when its caller said', async () => {
    for (const [timeoutMs, spentMs, count] of [
      [undefined, 300_000, 5],
      [70_000, 70_000, 2],
    ] as const) {
      const { scene, clock, calls, session } = setUp(3_600_000);
      const startedMs = clock.monotonicMs();
      const options = timeoutMs === undefined ? {} : { timeoutMs };
      const error = await failureOf(scene.settled(endSession({ ...session, state: 'creating' }, options)));
      expect(error).toMatchObject({ kind: 'timeout', operation: 'terminate', effect: 'unknown' });
      expect([clock.monotonicMs() - startedMs, calls.length]).toEqual([spentMs, count]);
    }
  });

  it('asks once where the session has been created', async () => {
    const { scene, calls, session } = setUp(150_000);
    const error = await failureOf(scene.settled(endSession({ ...session, state: 'ready' })));
    expect([error.kind, calls.length]).toEqual(['timeout', 1]);
  });

  it.each([
    new SessionError('forbidden', 'no', { operation: 'terminate' }),
    new SessionError('timeout', 'too late, five times', { operation: 'terminate', retry: 'persistent' }),
  ])('does not ask again after $message', async (failure) => {
    const scene = new Scene();
    let calls = 0;
    const provider = adapterOf(scene, {
      terminate: () => {
        calls += 1;
        return Promise.reject(failure);
      },
    });
    const session = {
      provider,
      clock: scene.clock,
      handle: handleOf(scene),
      state: 'creating',
      graceUntilMs: 0,
    } as const;
    expect(await failureOf(endSession(session))).toBe(failure);
    expect(calls).toBe(1);
  });

  it('does not ask again in the moment that is left when a timer rings early', async () => {
    const scene = new Scene();
    const { clock } = scene;
    const calls: number[] = [];
    const provider = adapterOf(scene, {
      terminate: async (_handle, { deadline }) => {
        calls.push(deadline - clock.monotonicMs());
        await clock.advance(deadline - clock.monotonicMs() - 1);
        throw new SessionError('timeout', 'too late', { operation: 'terminate', effect: 'unknown' });
      },
    });
    const session = { provider, clock, handle: handleOf(scene), state: 'creating', graceUntilMs: 0 } as const;
    expect((await failureOf(endSession(session, { timeoutMs: 300 }))).kind).toBe('timeout');
    expect(calls).toEqual([300]);
  });

  it.each([
    ['ready', 3, 5_000],
    ['creating', 76, 297_000],
  ] as const)('repeats a refused terminate of a %s session (%i calls in %i ms)', async (state, count, spentMs) => {
    const { scene, clock, calls, session } = refusing(({ handle, observedAtMs }) => {
      const observation = {
        handle,
        nativeState: 'X',
        state,
        acceptsWork: false,
        final: false,
        observedAtMs,
        details: {},
      };
      throw new SessionError('conflict', 'refused', { operation: 'terminate', observation });
    });
    const startedMs = clock.monotonicMs();
    const error = await failureOf(scene.settled(endSession({ ...session, state })));
    expect([error.message, calls(), clock.monotonicMs() - startedMs]).toEqual([
      expect.stringContaining('refused'),
      count,
      spentMs,
    ]);
  });

  it.each([
    [30_000, {}, 16, 30_000],
    [0, {}, 1, 0],
    [30_000, { timeoutMs: 5_000 }, 4, 5_000],
  ])('terminates again while lookups may lag (%i ms, %o)', async (graceMs, options, count, spentMs) => {
    const { scene, clock, calls, session } = refusing((context) => notFoundObservation('the service', context));
    const startedMs = clock.monotonicMs();
    const graceUntilMs = startedMs + graceMs;
    expect(await scene.settled(endSession({ ...session, state: 'ready', graceUntilMs }, options))).toMatchObject({
      nativeState: 'NOT_FOUND',
    });
    expect([calls(), clock.monotonicMs() - startedMs]).toEqual([count, spentMs]);
  });

  it('stops at once when its caller aborts', async () => {
    const { clock, calls, session } = setUp(150_000);
    const controller = new AbortController();
    const ending = failureOf(endSession({ ...session, state: 'creating' }, { signal: controller.signal }));
    await clock.advance(70_000);
    controller.abort();
    expect((await ending).kind).toBe('aborted');
    expect(calls).toHaveLength(2);
  });
});
