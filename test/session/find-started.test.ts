import { describe, expect, it } from 'vitest';
import type { SessionProvider } from '../../src/contract/session-provider.ts';
import { findStarted } from '../../src/session/find-started.ts';
import { RecordingLogger } from '../../src/testing/recording.ts';
import { keyedToken } from '../../src/session/start-token.ts';
import { adapterOf, handleOf, Scene, startRequest, unlimitedCall } from './scene.ts';

const LOST = keyedToken('lost', 1);
const OTHER = keyedToken('lost', 2);

/** A scope with a session whose start has the token {@link LOST}, and one of another start. */
async function setUp(changes: Partial<SessionProvider> = {}) {
  const scene = new Scene();
  const { clock, service } = scene;
  const provider = adapterOf(scene, changes);
  const [lost, other] = [
    await provider.start(startRequest({ token: LOST }), unlimitedCall()),
    await provider.start(startRequest({ token: OTHER }), unlimitedCall()),
  ];
  const logger = new RecordingLogger();
  const failures: unknown[] = [];
  const find = (token: string, handle = undefined as typeof lost.handle | undefined) =>
    scene.settled(findStarted({ provider, clock, logger }, { token, handle }, failures));
  return { scene, clock, service, lost, other, logger, failures, find };
}

describe('the search for the session of a lost start', () => {
  it('lists where the service did not name the session', async () => {
    const { service, lost, failures, find } = await setUp();
    expect((await find(LOST))?.handle).toEqual(lost.handle);
    expect([service.oracle.callCount('describe'), service.oracle.callCount('listPage'), failures]).toEqual([0, 1, []]);
  });

  it('describes the session that the service named, and lists nothing', async () => {
    const { service, lost, failures, find } = await setUp();
    expect((await find(LOST, lost.handle))?.handle).toEqual(lost.handle);
    expect([service.oracle.callCount('describe'), service.oracle.callCount('listPage'), failures]).toEqual([1, 0, []]);
  });

  it('takes no session of another start', async () => {
    const { clock, logger, other, failures, find } = await setUp();
    expect([await find(keyedToken('none', 1)), await find(LOST, other.handle)]).toEqual([undefined, undefined]);
    expect([failures, logger.entries, clock.pendingTimers]).toEqual([[], [], 0]);
  });

  it('looks three times within five seconds: what was started shows late', async () => {
    const { scene, clock, service, failures, find } = await setUp();
    service.faults.add('describe', ...Array.from({ length: 2 }, () => ({ kind: 'throttled' }) as const));
    const startedMs = clock.monotonicMs();
    expect(await find(LOST, handleOf(scene, 'unknown'))).toBeUndefined();
    expect([clock.monotonicMs() - startedMs, service.oracle.callCount('describe')]).toEqual([5_000, 3]);
    expect(failures).toMatchObject([{ kind: 'rate-limited' }, { kind: 'rate-limited' }, { kind: 'not-found' }]);
  });

  it.each(['describe', 'listPage'] as const)('gives up after 20 s where %s is not answered', async (verb) => {
    const silent = (_about: unknown, second: unknown, third: unknown): Promise<never> => {
      const { signal } = (third ?? second) as { readonly signal: AbortSignal };
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      });
    };
    const { clock, logger, lost, failures, find } = await setUp({ [verb]: silent });
    const startedMs = clock.monotonicMs();
    expect(await find(LOST, verb === 'describe' ? lost.handle : undefined)).toBeUndefined();
    expect(clock.monotonicMs() - startedMs).toBe(20_000);
    expect(failures).toMatchObject([
      {
        kind: 'timeout',
        operation: 'start',
        message: 'the search for the session took longer than 20000 ms. Check that the service answers.',
      },
    ]);
    expect(logger.entries).toEqual([
      {
        level: 'warn',
        fields: { token: LOST, error: failures[0] },
        message:
          'the answer of a start was lost and its session could not be found; if one exists, its idle timeout ends it',
      },
    ]);
  });
});
