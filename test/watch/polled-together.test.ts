import { describe, expect, it } from 'vitest';
import type { Observation } from '../../src/contract/observation.ts';
import type { SessionHandle } from '../../src/contract/session-handle.ts';
import type { SessionProvider } from '../../src/contract/session-provider.ts';
import type { WatchOptions } from '../../src/contract/watcher.ts';
import { RecordingLogger } from '../../src/testing/recording.ts';
import { sessionPoller } from '../../src/watch/session-poller.ts';
import { SharedPoller } from '../../src/watch/shared-poller.ts';
import { failureOf } from '../failure-of.ts';
import { adapterOf, handleOf, Scene, startRequest, unlimitedCall, type SceneOptions } from '../session/scene.ts';

const NEVER = new AbortController().signal;

/** Sessions that start for an hour, and one poller for all of them. */
async function setUp(count: number, options: SceneOptions = {}) {
  const scene = new Scene({ startMs: 3_600_000, ...options });
  const { clock, service } = scene;
  const provider = adapterOf(scene);
  const random = { next: () => 0, hex: () => '' };
  const ports = { provider, clock, random, logger: new RecordingLogger() };
  const poller = sessionPoller(ports);
  const started = await Promise.all(
    Array.from({ length: count }, () => provider.start(startRequest(), unlimitedCall())),
  );
  /** Watches a session until its time is up, and returns what it has seen. */
  const watch = async ({ handle }: Pick<Observation, 'handle'>, limits: WatchOptions): Promise<readonly string[]> => {
    const seen: string[] = [];
    for await (const { nativeState } of poller.watch(handle, NEVER, limits)) seen.push(nativeState);
    return seen;
  };
  const calls = (operation: 'describe' | 'listPage'): number => service.oracle.callCount(operation);
  return { scene, clock, started, watch, calls, untilMs: clock.monotonicMs() + 10_000 };
}

const pollsEvery = (ms: number) => ({
  capabilities: { watchIntervalMs: { min: ms, max: ms }, listPageSize: 100, maxLiveSessions: false },
});

describe('sessions that are due at about the same time', () => {
  it.each([
    [200, 0, 1],
    [300, 1, 0],
  ])('are listed together where that is within half a pause (%i ms)', async (dueInMs, describes, lists) => {
    const { clock, started, watch, calls, untilMs } = await setUp(2, pollsEvery(500));
    const waits = started.map((session, at) => watch(session, { untilMs, seenMsAgo: at === 0 ? 500 : 500 - dueInMs }));
    await clock.advance(1);
    expect([calls('describe'), calls('listPage')]).toEqual([describes, lists]);
    await clock.advance(20_000);
    await Promise.all(waits);
  });

  it('are listed as often as their provider allows', async () => {
    const { scene, started, watch, calls, untilMs } = await setUp(5, pollsEvery(500));
    await scene.settled(Promise.all(started.map((session) => watch(session, { untilMs, seenMsAgo: 0 }))));
    expect([calls('describe'), calls('listPage')]).toEqual([0, 20]);
  });

  it('are described at once where describing takes fewer calls than the rest of the list', async () => {
    const { clock, started, watch, calls, untilMs } = await setUp(1_000, pollsEvery(2_000));
    // The list is not read to its end: whether it has them is not known.
    const waits = started.slice(-3).map((session) => watch(session, { untilMs, seenMsAgo: 0 }));
    await clock.advance(2_500);
    expect([calls('listPage'), calls('describe')]).toEqual([3, 3]);
    await clock.advance(60_000);
    await Promise.all(waits);
  });
});

describe('two waits for one session', () => {
  it('share its call, which the abort of one of them leaves alone', async () => {
    const scene = new Scene();
    const { clock } = scene;
    const sound = adapterOf(scene);
    const { handle } = await sound.start(startRequest(), unlimitedCall());
    const provider = adapterOf(scene, {
      describe: async (...args) => {
        await new Promise<void>((resolve) => void clock.schedule(1_000, resolve));
        args[1].signal.throwIfAborted();
        return sound.describe(...args);
      },
    });
    const random = { next: () => 0, hex: () => '' };
    const poller = new SharedPoller({ provider, clock, random, logger: new RecordingLogger() });
    const controller = new AbortController();
    const aborted = failureOf(poller.watch(handle, controller.signal).next());
    const other = poller.watch(handle, NEVER);
    const next = other.next();
    await clock.advance(500);
    controller.abort('enough');
    expect(await aborted).toMatchObject({ kind: 'aborted', operation: 'wait', cause: 'enough' });
    const seen = await scene.settled(next);
    expect((seen.value as Observation | undefined)?.nativeState).toBe('STARTING');
    expect(scene.service.oracle.callCount('describe')).toBe(1);
    await other.return();
  });
});

describe('more sessions than are described at once', () => {
  it('are described in the order in which they are due, as soon as a call ends', async () => {
    const scene = new Scene();
    const { clock } = scene;
    const asked: { readonly id: string; readonly answer: () => void }[] = [];
    const describe: SessionProvider['describe'] = (handle: SessionHandle) =>
      new Promise((resolve) => {
        const seen = { handle, state: 'creating', nativeState: 'STARTING', acceptsWork: false, final: false } as const;
        const answer = (): void => resolve({ ...seen, observedAtMs: clock.nowMs(), details: {} });
        asked.push({ id: handle.id, answer });
      });
    const provider = adapterOf(scene, { describe });
    const random = { next: () => 0, hex: () => '' };
    const poller = new SharedPoller({ provider, clock, random, logger: new RecordingLogger() });
    const controller = new AbortController();
    const watch = (id: string, limits: WatchOptions = {}) => {
      const next = poller.watch(handleOf(scene, id), controller.signal, limits).next();
      next.catch(() => undefined);
    };
    for (let at = 0; at < 20; at++) watch(`first-${at}`);
    for (const [id, ms] of [
      ['late', 100],
      ['early', 300],
      ['middle', 200],
    ] as const)
      watch(id, { seenMsAgo: ms });
    await clock.advance(2_000);
    expect(asked).toHaveLength(20);
    for (const { answer } of asked.slice(0, 3)) {
      answer();
      await clock.advance(1);
    }
    expect(asked.slice(20).map(({ id }) => id)).toEqual(['early', 'middle', 'late']);
    controller.abort();
  });
});
