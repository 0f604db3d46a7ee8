import { describe, expect, it } from 'vitest';
import type { Observation } from '../../src/contract/observation.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import type { SessionPage, SessionProvider } from '../../src/contract/session-provider.ts';
import type { WatchOptions } from '../../src/contract/watcher.ts';
import { RecordingLogger } from '../../src/testing/recording.ts';
import { sessionPoller } from '../../src/watch/session-poller.ts';
import { adapterOf, handleOf, Scene, startRequest, unlimitedCall, type SceneOptions } from '../session/scene.ts';
import { failureOf } from '../failure-of.ts';

/** The pauses of the clouds. */
const CLOUD = { watchIntervalMs: { min: 2_000, max: 3_500 }, listPageSize: 100, maxLiveSessions: false } as const;
const MINUTE_MS = 60_000;

interface CrowdOptions extends SceneOptions {
  readonly changes?: (scene: Scene, sound: SessionProvider) => Partial<SessionProvider>;
  readonly delayMs?: number;
}

/** A scene whose sessions are watched by one poller over a bare provider. */
function setUp({ changes = () => ({}), delayMs = 0, ...options }: CrowdOptions = {}) {
  const scene = new Scene({ startMs: MINUTE_MS, ...options, capabilities: { ...CLOUD, ...options.capabilities } });
  const logger = new RecordingLogger();
  const sound = adapterOf(scene);
  const provider = adapterOf(scene, changes(scene, sound));
  const random = { next: () => 0, hex: () => '' };
  const poller = sessionPoller({ provider, clock: scene.clock, random, logger, budget: { delayMs: () => delayMs } });
  const start = async (count: number): Promise<readonly Observation[]> =>
    Promise.all(Array.from({ length: count }, () => sound.start(startRequest(), unlimitedCall())));
  const count = (operation: 'describe' | 'listPage'): number => scene.service.oracle.callCount(operation);
  /** Waits until a session is ready or has ended. @returns when that was noticed, milliseconds from now. */
  const notice = async (
    { handle }: Pick<Observation, 'handle'>,
    watch: WatchOptions & { signal?: AbortSignal } = {},
  ) => {
    const { signal = new AbortController().signal, ...limits } = watch;
    const fromMs = scene.clock.monotonicMs();
    for await (const seen of poller.watch(handle, signal, { seenMsAgo: 0, ...limits })) {
      if (seen.acceptsWork || seen.state === 'terminated') return scene.clock.monotonicMs() - fromMs;
    }
    return undefined;
  };
  return { scene, logger, poller, sound, start, count, notice };
}

const lists = (page: (sound: SessionProvider) => Promise<SessionPage>) => ({
  changes: (_scene: Scene, sound: SessionProvider) => ({ listPage: () => page(sound) }),
});

const readPage = (sound: SessionProvider): Promise<SessionPage> => sound.listPage({}, undefined, unlimitedCall());

describe('a crowd of waits', () => {
  it('shares one list per tick, page by page, and describes nothing', async () => {
    const { scene, start, count, notice } = setUp();
    const sessions = await start(250);
    const noticed = await scene.settled(Promise.all(sessions.map((session) => notice(session))));
    expect(Math.min(...noticed.map(Number))).toBeGreaterThanOrEqual(MINUTE_MS);
    expect(Math.max(...noticed.map(Number))).toBeLessThanOrEqual(MINUTE_MS + 3_500);
    expect([count('describe'), count('listPage')]).toEqual([0, 3 * 20]);
    expect(scene.clock.pendingTimers).toBe(0);
  });

  it('one session is described, two are listed', async () => {
    const { scene, start, count, notice } = setUp();
    const [one] = await start(1);
    if (one !== undefined) await scene.settled(notice(one));
    expect([count('describe'), count('listPage')]).toEqual([20, 0]);
    const two = await start(2);
    await scene.settled(Promise.all(two.map((session) => notice(session))));
    expect([count('describe'), count('listPage')]).toEqual([20, 20]);
  });

  it('many waits for one session cost what one costs', async () => {
    const { scene, start, count, notice } = setUp();
    const [one] = await start(1);
    if (one === undefined) throw new Error('no session');
    await scene.settled(Promise.all(Array.from({ length: 50 }, () => notice(one))));
    expect([count('describe'), count('listPage')]).toEqual([20, 0]);
  });

  it('where few sessions start and many run, only those that start are listed', async () => {
    const { scene, start, count, notice } = setUp();
    await start(3_000);
    await scene.clock.advance(2 * MINUTE_MS);
    const sessions = await start(12);
    const noticed = await scene.settled(Promise.all(sessions.map((session) => notice(session))));
    expect(Math.max(...noticed.map(Number))).toBeLessThanOrEqual(MINUTE_MS + 3_500);
    // Now and then the size of the whole list is looked up.
    expect(count('listPage')).toBeLessThan(60);
    expect(count('describe')).toBeLessThan(60);
  });

  it('nothing is polled while nobody waits; the abort of one wait does not touch the others', async () => {
    const { scene, start, count, notice } = setUp();
    const [first, ...others] = await start(30);
    if (first === undefined) throw new Error('no session');
    const controller = new AbortController();
    const aborted = failureOf(notice(first, { signal: controller.signal }));
    const waits = Promise.all(others.map((session) => notice(session)));
    await scene.clock.advance(10_000);
    controller.abort('enough');
    expect(await aborted).toMatchObject({ kind: 'aborted', cause: 'enough' });
    await scene.settled(waits);
    const calls = [count('describe'), count('listPage')];
    expect([calls, scene.clock.pendingTimers]).toEqual([[0, 20], 0]);
    await scene.clock.advance(10 * MINUTE_MS);
    expect([count('describe'), count('listPage')]).toEqual(calls);
  });

  it('an abort of all waits stops a list between two pages', async () => {
    const controller = new AbortController();
    const signals: AbortSignal[] = [];
    const { scene, start, notice, logger } = setUp({
      changes: (of, sound) => ({
        listPage: async (filter, cursor, call) => {
          signals.push(call.signal);
          await new Promise<void>((resolve) => void of.clock.schedule(1_000, resolve));
          call.signal.throwIfAborted();
          return sound.listPage(filter, cursor, call);
        },
      }),
    });
    const sessions = await start(250);
    const waits = sessions.map((session) => failureOf(notice(session, { signal: controller.signal })));
    await scene.clock.advance(4_500);
    expect(signals).toHaveLength(3);
    controller.abort();
    await Promise.all(waits);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true]);
    await scene.clock.advance(MINUTE_MS);
    expect([signals.length, scene.clock.pendingTimers, logger.entries]).toEqual([3, 0, []]);
  });

  it('thousands of waits that come and go leave nothing behind', async () => {
    const { scene, poller, start } = setUp();
    const sessions = await start(2_000);
    for (let round = 0; round < 3; round++) {
      const controller = new AbortController();
      const waits = sessions.map(({ handle }) =>
        failureOf(poller.watch(handle, controller.signal, { seenMsAgo: 0 }).next()),
      );
      await scene.clock.advance(1_000);
      controller.abort();
      await Promise.all(waits);
      expect(scene.clock.pendingTimers).toBe(0);
    }
    expect(scene.service.oracle.callCount('describe')).toBe(0);
  });

  it('C-115 the pause after a list is never longer than a wait may pause, however long the list takes', async () => {
    const begunMs: number[] = [];
    const { scene, start, notice } = setUp({
      changes: (of, sound) => ({
        listPage: async (filter, cursor, call) => {
          if (cursor === undefined) begunMs.push(of.clock.monotonicMs());
          await new Promise<void>((resolve) => void of.clock.schedule(1_000, resolve));
          return sound.listPage(filter, cursor, call);
        },
      }),
    });
    const sessions = await start(400);
    await scene.settled(Promise.all(sessions.map((session) => notice(session))));
    const periods = begunMs.slice(1).map((atMs, at) => atMs - (begunMs[at] ?? 0));
    expect(Math.min(...periods)).toBe(6_000);
    expect(Math.max(...periods)).toBeLessThanOrEqual(4_000 + 3_500);
  });
});

describe('lists that cannot be relied on', () => {
  it('a new session that lists do not show yet is not described for ten seconds', async () => {
    const { scene, start, count, notice } = setUp({ invisibleMs: 8_000 });
    const sessions = await start(30);
    await scene.settled(Promise.all(sessions.map((session) => notice(session))));
    expect(count('describe')).toBe(0);
  });

  it('a list that is empty for a minute hides nothing: sessions are described, twenty at a time', async () => {
    let underWay = 0;
    let most = 0;
    const { scene, start, count, notice } = setUp({
      changes: (of, sound) => {
        const untilMs = of.clock.monotonicMs() + MINUTE_MS;
        return {
          listPage: (...call) =>
            of.clock.monotonicMs() < untilMs ? Promise.resolve({ observations: [] }) : sound.listPage(...call),
          describe: async (...call) => {
            most = Math.max(most, ++underWay);
            await new Promise<void>((resolve) => void of.clock.schedule(100, resolve));
            underWay -= 1;
            return sound.describe(...call);
          },
        };
      },
      startMs: 30_000,
    });
    const sessions = await start(100);
    const noticed = await scene.settled(Promise.all(sessions.map((session) => notice(session))));
    expect(Math.max(...noticed.map(Number))).toBeLessThan(30_000 + 5_000);
    expect(most).toBe(20);
    expect(count('describe')).toBeLessThan(1_000);
  });

  it('a session that leaves the list is described once, and its end is noticed', async () => {
    const { scene, start, count, notice, sound } = setUp({ terminateMs: 0 });
    const sessions = await start(30);
    const waits = Promise.all(sessions.map((session) => notice(session)));
    await scene.clock.advance(20_000);
    const [ended] = sessions;
    if (ended !== undefined) await sound.terminate(ended.handle, unlimitedCall());
    const noticed = await scene.settled(waits);
    expect(noticed[0]).toBeLessThan(24_000);
    expect(count('describe')).toBe(1);
  });

  it('ids that never appear end with what describing them says', async () => {
    const { scene, start, poller, count } = setUp();
    await start(5);
    const unknown = Array.from({ length: 30 }, (_, at) => handleOf(scene, `never-${at}`));
    const failures = unknown.map((handle) => failureOf(poller.watch(handle, new AbortController().signal).next()));
    const errors = await scene.settled(Promise.all(failures));
    expect(new Set(errors.map(({ kind }) => kind))).toEqual(new Set(['not-found']));
    expect([count('describe'), scene.clock.pendingTimers]).toEqual([30, 0]);
  });

  it.each([
    ['forbidden', 1],
    ['unavailable', 2],
  ] as const)('after %s, sessions are described instead for a minute', async (kind, failures) => {
    let lists_ = 0;
    const { scene, start, logger, count, notice } = setUp(
      lists(() => {
        lists_ += 1;
        return Promise.reject(new SessionError(kind, 'no list', { operation: 'listPage' }));
      }),
    );
    const sessions = await start(3);
    const failed: string[] = [];
    const onFailedPoll = (error: SessionError): void => void failed.push(error.kind);
    const noticed = await scene.settled(Promise.all(sessions.map((session) => notice(session, { onFailedPoll }))));
    expect(Math.max(...noticed.map(Number))).toBeLessThanOrEqual(MINUTE_MS + 3_500);
    expect(lists_).toBeLessThanOrEqual(2 * failures);
    expect(count('describe')).toBeGreaterThan(40);
    expect(failed).toHaveLength((lists_ / failures) * (failures - 1) * sessions.length);
    expect(logger.entries.map(({ message }) => message)).toContain('listing failed; describing each session instead');
    expect(logger.entries[0]?.fields).toEqual({ scope: scene.service.scope, kind });
  });

  it('a list that fails once is read again at the next tick', async () => {
    const { scene, start, logger, count, notice } = setUp();
    const sessions = await start(30);
    scene.service.faults.add('listPage', { kind: 'unavailable', effect: 'before' });
    await scene.settled(Promise.all(sessions.map((session) => notice(session))));
    expect([count('describe'), count('listPage')]).toEqual([0, 20]);
    expect(logger.entries.map(({ message }) => message)).toEqual(['listing failed; polling again later']);
  });

  it('a page token that repeats ends the list, not the waits', async () => {
    const { scene, start, logger, notice } = setUp(lists(async () => ({ observations: [], next: 'again' })));
    const sessions = await start(5);
    const noticed = await scene.settled(Promise.all(sessions.map((session) => notice(session))));
    expect(Math.max(...noticed.map(Number))).toBeLessThanOrEqual(MINUTE_MS + 3_500);
    expect(logger.entries[0]?.fields).toMatchObject({ kind: 'unexpected' });
  });

  it('pages that shift while they are read lose nobody', async () => {
    let turn = 0;
    const { scene, start, notice } = setUp({
      // Each read of the second page misses another tenth of the sessions, and shows some twice.
      changes: (_of, sound) => ({
        listPage: async (filter, cursor, call) => {
          const { observations, ...page } = await sound.listPage(filter, cursor, call);
          turn += 1;
          return {
            ...page,
            observations: [...observations.filter((_, at) => (at + turn) % 10 > 0), ...observations.slice(0, 2)],
          };
        },
      }),
    });
    const sessions = await start(200);
    const noticed = await scene.settled(Promise.all(sessions.map((session) => notice(session))));
    expect(Math.max(...noticed.map(Number))).toBeLessThan(MINUTE_MS + 6_000);
  });

  it('a provider without a filter for states is listed whole', async () => {
    const filters: unknown[] = [];
    const { scene, start, notice } = setUp({
      capabilities: { listFilters: [] },
      changes: (_of, sound) => ({
        listPage: (filter, ...call) => {
          filters.push(filter);
          return sound.listPage(filter, ...call);
        },
      }),
    });
    const sessions = await start(5);
    await scene.settled(Promise.all(sessions.map((session) => notice(session))));
    expect(new Set(filters.map((filter) => JSON.stringify(filter)))).toEqual(new Set(['{}']));
  });
});

describe('the end of a wait', () => {
  it('C-116 each wait polls last when its time is up, whatever list is being read', async () => {
    const { scene, start, notice } = setUp({ startMs: 19_900 });
    const sessions = await start(30);
    const untilMs = scene.clock.monotonicMs() + 20_000;
    const noticed = await scene.settled(Promise.all(sessions.map((session) => notice(session, { untilMs }))));
    expect(noticed).toEqual(sessions.map(() => 20_000));
  });

  it('C-116 a session that no list shows is described last', async () => {
    const { scene, start, notice, count } = setUp({
      ...lists(() => Promise.resolve({ observations: [] })),
      startMs: 4_900,
    });
    const sessions = await start(3);
    const untilMs = scene.clock.monotonicMs() + 5_000;
    const noticed = await scene.settled(Promise.all(sessions.map((session) => notice(session, { untilMs }))));
    expect(noticed).toEqual([5_000, 5_000, 5_000]);
    expect(count('describe')).toBe(3);
  });

  it('a wait that ends by its time leaves longer waits for the same session alone', async () => {
    const { scene, start, notice } = setUp();
    const [one] = await start(1);
    if (one === undefined) throw new Error('no session');
    const untilMs = scene.clock.monotonicMs() + 5_000;
    const both = Promise.all([notice(one, { untilMs }), notice(one)]);
    expect(await scene.settled(both)).toEqual([undefined, expect.any(Number)]);
  });
});

describe('listed states that another call completes (C-041)', () => {
  const tentative = (endpoint: NonNullable<SessionProvider['endpoint']>, startMs = MINUTE_MS) =>
    setUp({
      startMs,
      changes: (_of, sound) => ({
        endpoint,
        async listPage() {
          const page = await readPage(sound);
          const observations = page.observations.map((seen) => ({
            ...seen,
            state: 'creating' as const,
            acceptsWork: false,
            readyWithEndpoint: true as const,
          }));
          return { ...page, observations };
        },
      }),
    });
  const endpointAt = { host: 'h', port: 443, tls: true, metadata: {}, expiresAtMs: 1 };

  it('are completed once each, four at a time', async () => {
    let calls = 0;
    const clock: { of?: Scene } = {};
    let underWay = 0;
    let most = 0;
    const { scene, start, notice } = tentative(async () => {
      calls += 1;
      most = Math.max(most, ++underWay);
      await new Promise<void>((resolve) => void clock.of?.clock.schedule(50, resolve));
      underWay -= 1;
      return endpointAt;
    });
    clock.of = scene;
    const sessions = await start(40);
    const noticed = await scene.settled(Promise.all(sessions.map((session) => notice(session))));
    expect(Math.max(...noticed.map(Number))).toBeLessThanOrEqual(2_500);
    expect([calls, most]).toEqual([40, 4]);
  });

  it('are asked for again at the longest pauses while there is no endpoint', async () => {
    const times: number[] = [];
    const clock: { of?: Scene } = {};
    const { scene, start, notice } = tentative(() => {
      times.push(clock.of?.clock.monotonicMs() ?? 0);
      return Promise.reject(new SessionError('conflict', 'no endpoint yet', { operation: 'endpoint' }));
    });
    clock.of = scene;
    const sessions = await start(2);
    const untilMs = scene.clock.monotonicMs() + 40_000;
    await scene.settled(Promise.all(sessions.map((session) => notice(session, { untilMs }))));
    expect(times.length / sessions.length).toBeLessThan(14);
    expect(times.length / sessions.length).toBeGreaterThan(6);
  });

  it('are described instead when the endpoint is forbidden', async () => {
    const { scene, start, notice, count } = tentative(() =>
      Promise.reject(new SessionError('forbidden', 'no', { operation: 'endpoint' })),
    );
    const sessions = await start(2);
    const noticed = await scene.settled(Promise.all(sessions.map((session) => notice(session))));
    expect(Math.max(...noticed.map(Number))).toBeLessThanOrEqual(MINUTE_MS + 5_000);
    expect(count('describe')).toBeGreaterThan(10);
  });
});

describe('the rate budget outranks the schedule', () => {
  it('and a wait says so once', async () => {
    const { scene, start, logger, notice } = setUp({ delayMs: 12_345.6 });
    const sessions = await start(5);
    await scene.settled(Promise.all(sessions.map((session) => notice(session))));
    expect(logger.entries).toEqual([
      {
        level: 'info',
        fields: { scope: scene.service.scope, delayMs: 12_346, sessions: 5 },
        message: 'polls wait for the rate budget; waits notice changes later',
      },
    ]);
  });

  it('and says nothing about a short delay', async () => {
    const { scene, start, logger, notice } = setUp({ delayMs: 1_999 });
    const sessions = await start(5);
    await scene.settled(Promise.all(sessions.map((session) => notice(session))));
    expect(logger.entries).toEqual([]);
  });
});
