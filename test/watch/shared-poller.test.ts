import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { Observation } from '../../src/contract/observation.ts';
import type { SessionProvider } from '../../src/contract/session-provider.ts';
import { RecordingLogger } from '../../src/testing/recording.ts';
import { SeededRandom } from '../../src/testing/seeded-random.ts';
import { SharedPoller } from '../../src/watch/shared-poller.ts';
import { adapterOf, handleOf, Scene, startRequest, unlimitedCall } from '../session/scene.ts';
import { failureOf } from '../failure-of.ts';

const NEVER = new AbortController().signal;

function setUp(changes: Partial<SessionProvider> = {}) {
  const scene = new Scene();
  const logger = new RecordingLogger();
  const provider = adapterOf(scene, changes);
  const random = { next: () => 0, hex: () => '' };
  return { scene, logger, provider, watcher: new SharedPoller({ provider, clock: scene.clock, random, logger }) };
}

/** Reads a watch to its end, with the time of each observation since the first one. */
async function readAll(scene: Scene, watch: AsyncIterable<Observation>, most = Number.POSITIVE_INFINITY) {
  const seen: { readonly state: string; readonly atMs: number }[] = [];
  const startedMs = scene.clock.monotonicMs();
  const reading = (async () => {
    for await (const { nativeState, final } of watch) {
      seen.push({ state: final ? `${nativeState}!` : nativeState, atMs: scene.clock.monotonicMs() - startedMs });
      if (seen.length >= most) return;
    }
  })();
  await scene.settled(reading);
  return seen;
}

describe('SharedPoller', () => {
  it('looks at once, then at growing pauses, and ends when the session is final', async () => {
    const { scene, provider, watcher } = setUp();
    const { handle } = await provider.start(startRequest(), unlimitedCall());
    scene.clock.schedule(4_000, () => void provider.terminate(handle, unlimitedCall()));
    const seen = await readAll(scene, watcher.watch(handle, NEVER));
    expect(seen.map(({ atMs }) => Math.round(atMs))).toEqual([0, 500, 1_500, 3_500, 5_500, 7_500]);
    expect(seen.map(({ state }) => state)).toEqual([
      ...['STARTING', 'STARTING', 'STARTING', 'IDLE'],
      ...['STOPPING', 'STOPPED!'],
    ]);
    expect(scene.clock.pendingTimers).toBe(0);
  });

  it('never pauses longer than the schedule says, and up to a tenth less', async () => {
    const { scene, provider, logger } = setUp();
    const { handle } = await provider.start(startRequest(), unlimitedCall());
    const pausesWith = async (next: () => number): Promise<readonly number[]> => {
      const watcher = new SharedPoller({ provider, clock: scene.clock, random: { next, hex: () => '' }, logger });
      const seen = await readAll(scene, watcher.watch(handle, NEVER), 12);
      return seen.slice(1).map(({ atMs }, at) => Math.round(atMs - (seen[at]?.atMs ?? 0)));
    };
    expect(await pausesWith(() => 0)).toEqual([
      500, 1_000, 2_000, 2_000, 2_000, 2_000, 2_375, 2_969, 3_711, 4_639, 5_000,
    ]);
    expect((await pausesWith(() => 1)).slice(0, 4)).toEqual([450, 900, 1_800, 1_800]);
  });

  it('two watchers do not ask in step', async () => {
    const { scene, provider, logger } = setUp();
    const { handle } = await provider.start(startRequest(), unlimitedCall());
    const times = await Promise.all(
      [1, 2].map(async (seed) => {
        const watcher = new SharedPoller({ provider, clock: scene.clock, random: new SeededRandom(seed), logger });
        return (await readAll(scene, watcher.watch(handle, NEVER), 3)).map(({ atMs }) => atMs).at(-1);
      }),
    );
    expect(times[0]).not.toBe(times[1]);
  });

  it('takes a look that fails for a while as only one look, and says so', async () => {
    const { scene, provider, logger, watcher } = setUp();
    const { handle } = await provider.start(startRequest(), unlimitedCall());
    scene.service.faults.add('describe', { kind: 'unavailable', effect: 'before' }, { kind: 'throttled' });
    const seen = await readAll(scene, watcher.watch(handle, NEVER), 1);
    expect(seen).toEqual([{ state: 'STARTING', atMs: 1_500 }]);
    expect(logger.entries).toEqual(
      ['unavailable', 'rate-limited'].map((kind) => ({
        level: 'warn',
        fields: { session: handle.id, kind },
        message: 'poll failed; polling again later',
      })),
    );
  });

  it('ends with whatever will not pass', async () => {
    const { scene, watcher } = setUp();
    const error = await failureOf(readAll(scene, watcher.watch(handleOf(scene), NEVER)));
    expect(error.kind).toBe('not-found');
    const broken = setUp({ describe: () => Promise.reject(new TypeError('broken')) });
    await expect(readAll(broken.scene, broken.watcher.watch(handleOf(scene), NEVER))).rejects.toThrow(TypeError);
    expect([scene.clock.pendingTimers, broken.scene.clock.pendingTimers]).toEqual([0, 0]);
  });

  it('C-104 an abort ends the pause at once; nothing stays behind', async () => {
    const { scene, provider, watcher } = setUp();
    const { handle } = await provider.start(startRequest(), unlimitedCall());
    const controller = new AbortController();
    const watch = watcher.watch(handle, controller.signal);
    await watch.next();
    const reading = failureOf(watch.next());
    await scene.clock.advance(100);
    expect(scene.clock.pendingTimers).toBe(1);
    controller.abort('stop');
    expect(await reading).toMatchObject({ kind: 'aborted', cause: 'stop' });
    expect([scene.clock.pendingTimers, getEventListeners(controller.signal, 'abort')]).toEqual([0, []]);
  });

  it('makes its last poll when the time is up, and waits for the rest of a pause before the first one', async () => {
    const { scene, provider, watcher } = setUp();
    const { handle } = await provider.start(startRequest(), unlimitedCall());
    const limits = { untilMs: scene.clock.monotonicMs() + 4_000, seenMsAgo: 200 };
    const seen = await readAll(scene, watcher.watch(handle, NEVER, limits));
    expect(seen.map(({ atMs }) => atMs)).toEqual([300, 1_300, 3_300, 4_000]);
    const late = await readAll(scene, watcher.watch(handle, NEVER, { untilMs: 0, seenMsAgo: 60_000 }));
    expect(late).toHaveLength(1);
    expect(scene.clock.pendingTimers).toBe(0);
  });

  it('an abort of the only wait aborts its call, which reports what it waited for', async () => {
    const controller = new AbortController();
    const { scene, watcher } = setUp({
      describe: (_handle, { signal, deadline, attempt }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reject(new Error(`stopped by ${String(signal.reason)}, ${deadline}, ${attempt}`));
          });
        }),
    });
    const reading = readAll(scene, watcher.watch(handleOf(scene), controller.signal));
    scene.clock.schedule(100, () => {
      controller.abort('the caller');
    });
    await expect(reading).rejects.toThrow('stopped by the caller, Infinity, 1');
  });

  it('a reader that has seen enough leaves no timer', async () => {
    const { scene, provider, watcher } = setUp();
    const { handle } = await provider.start(startRequest(), unlimitedCall());
    await readAll(scene, watcher.watch(handle, NEVER), 2);
    expect(scene.clock.pendingTimers).toBe(0);
  });
});
