import { describe, expect, it } from 'vitest';
import type { Observation } from '../../src/contract/observation.ts';
import type { SessionHandle } from '../../src/contract/session-handle.ts';
import type { Session } from '../../src/session/session.ts';
import { NOT_FOUND_GRACE_MS } from '../../src/session/session-wait.ts';
import type { StateChange } from '../../src/session/session-tracker.ts';
import type { ScriptedRows } from '../../src/testing/scripted-engine.ts';
import { adapterOf, Scene, unlimitedCall, type SceneOptions } from './scene.ts';
import { failureOf } from '../failure-of.ts';

const MINUTE_MS = 60_000;
const REFUSED = { kind: 'refused', code: 'Denied', httpStatus: 403 } as const;

/** More batches than are read ahead, so that the statement runs until somebody reads. */
const MANY_ROWS: ScriptedRows = { columns: { n: 'integer' }, rows: Array.from({ length: 20 }, (_, n) => [n]) };

/** A scene with one session that was just started. */
async function setUp(options: SceneOptions = {}) {
  const scene = new Scene(options);
  const { sessions, logger } = scene.process();
  const session = await scene.settled(sessions.start());
  const { service, clock } = scene;
  return { scene, sessions, session, logger, service, clock, oracle: service.oracle, id: session.handle.id };
}

async function setUpReady(options: SceneOptions = {}) {
  const scene = await setUp(options);
  await scene.scene.settled(scene.session.whenReady());
  return scene;
}

/** The moves of a session from now on. */
function movesOf(session: Session): readonly string[] {
  const moves: string[] = [];
  session.on('state', ({ from, to, status }) => moves.push(`${from} → ${to}${status.final ? '.' : ''}`));
  return moves;
}

describe('Session.whenReady', () => {
  it('waits until the session takes work', async () => {
    const { scene, session, clock } = await setUp({ startMs: 100_000 });
    const startedMs = clock.monotonicMs();
    const status = await scene.settled(session.whenReady());
    expect(status).toMatchObject({ state: 'ready', acceptsWork: true });
    expect(session.status).toBe(status);
    const waitedMs = clock.monotonicMs() - startedMs;
    expect(waitedMs).toBeGreaterThanOrEqual(100_000);
    expect(waitedMs).toBeLessThan(112_000);
    expect(clock.pendingTimers).toBe(0);
  });

  it('returns at once when the session is known to take work', async () => {
    const { session, oracle } = await setUpReady();
    const calls = oracle.callCount();
    await session.whenReady({ timeoutMs: 0 });
    expect(oracle.callCount()).toBe(calls);
  });

  it('waits for a session that is busy and takes no more, and not for one that does', async () => {
    for (const takesWorkWhileBusy of [false, true]) {
      const { scene, session, service, id, clock } = await setUpReady({ takesWorkWhileBusy });
      const letGo = service.occupy(id);
      await session.refresh();
      expect(session.state).toBe('busy');
      const startedMs = clock.monotonicMs();
      clock.schedule(5_000, letGo);
      const { state } = await scene.settled(session.whenReady());
      expect([state, clock.monotonicMs() - startedMs >= 5_000]).toEqual(
        takesWorkWhileBusy ? ['busy', false] : ['ready', true],
      );
    }
  });

  it('times out, says where the session was, and lets it live', async () => {
    const { scene, session, oracle, clock } = await setUp({ startMs: 100_000 });
    const startedMs = clock.monotonicMs();
    const error = await failureOf(scene.settled(session.whenReady({ timeoutMs: 2_500 })));
    expect(error).toMatchObject({
      kind: 'timeout',
      operation: 'whenReady',
      provider: 'scripted',
      handle: session.handle,
    });
    expect(error.observation).toMatchObject({ state: 'creating' });
    expect(error.message).toBe(
      `session '${session.handle.id}' is still creating (STARTING) after 2500 ms. It keeps running: raise \`timeoutMs\` or terminate it.`,
    );
    expect([clock.monotonicMs() - startedMs, oracle.live().length, clock.pendingTimers]).toEqual([2_500, 1, 0]);
    expect((await scene.settled(session.whenReady())).state).toBe('ready');
  });

  it('times out after ten minutes when it is not told', async () => {
    const { scene, session, clock } = await setUp({ startMs: 60 * MINUTE_MS });
    const startedMs = clock.monotonicMs();
    expect((await failureOf(scene.settled(session.whenReady()))).kind).toBe('timeout');
    expect(clock.monotonicMs() - startedMs).toBe(10 * MINUTE_MS);
  });

  it('times out although the service never answers', async () => {
    const { scene, session, service, clock } = await setUp();
    service.faults.add('describe', { kind: 'lost-answer' });
    const startedMs = clock.monotonicMs();
    expect((await failureOf(scene.settled(session.whenReady({ timeoutMs: 1_000 })))).kind).toBe('timeout');
    // The last poll may take a second.
    expect([clock.monotonicMs() - startedMs, clock.pendingTimers]).toEqual([2_000, 0]);
  });

  it.each([100, 1_000, 8_500, 19_900, 20_000])(
    'C-116 notices within 20 s what is ready after %d ms',
    async (startMs) => {
      const { scene, session, clock } = await setUp({ startMs });
      const startedMs = clock.monotonicMs();
      expect((await scene.settled(session.whenReady({ timeoutMs: 20_000 }))).state).toBe('ready');
      const tookMs = clock.monotonicMs() - startedMs;
      expect(tookMs - startMs).toBeLessThanOrEqual(Math.max(2_000, startMs / 4));
      expect(tookMs).toBeLessThanOrEqual(20_000);
    },
  );

  it.each([0, 1, 700, 2_500])('C-116 polls last when %d ms are over', async (timeoutMs) => {
    const { scene, session, oracle, clock } = await setUp({ startMs: 100_000 });
    const startedMs = clock.monotonicMs();
    await failureOf(scene.settled(session.whenReady({ timeoutMs })));
    const polls = oracle.calls.filter(({ operation }) => operation === 'describe');
    expect(clock.monotonicMs() - startedMs).toBe(timeoutMs);
    expect(polls.at(-1)?.atMs).toBe(scene.service.nowMs());
    expect(polls.filter(({ atMs }) => atMs === scene.service.nowMs())).toHaveLength(1);
  });

  it('C-116 says why the last poll failed, or whose answer it waits for', async () => {
    const { scene, session, service } = await setUp({ startMs: 100_000 });
    const down = { kind: 'unavailable', effect: 'before' } as const;
    service.faults.setRandom({
      random: { next: () => 0, hex: () => '' },
      rate: 1,
      faults: [down],
      operations: ['describe'],
    });
    const refused = await failureOf(scene.settled(session.whenReady({ timeoutMs: 20_000 })));
    expect(refused.message).toContain(
      'after 20000 ms; the last poll failed: the scripted service answered Unavailable',
    );
    expect(refused).toMatchObject({ kind: 'timeout', operation: 'whenReady', cause: { kind: 'unavailable' } });

    service.faults.setRandom({ random: { next: () => 0, hex: () => '' }, rate: 1, faults: [{ kind: 'lost-answer' }] });
    const silent = await failureOf(scene.settled(session.whenReady({ timeoutMs: 20_000 })));
    expect(silent.message).toContain('; the last poll failed: describe was not answered within');
    expect(silent).toMatchObject({ kind: 'timeout', operation: 'whenReady', cause: { operation: 'describe' } });

    service.faults.setRandom(undefined);
    const creating = await failureOf(scene.settled(session.whenReady({ timeoutMs: 20_000 })));
    expect(creating.message).toContain('is still creating (STARTING) after 20000 ms. It keeps running');
    expect(creating.cause).toBeUndefined();
  });

  it('C-116 a session that has just been started is not polled at once', async () => {
    const { scene, session, oracle } = await setUp({ startMs: 100_000 });
    await scene.clock.advance(100);
    const startedMs = scene.service.nowMs();
    await failureOf(scene.settled(session.whenReady({ timeoutMs: 1_000 })));
    const [first] = oracle.calls.filter(({ operation }) => operation === 'describe');
    expect((first?.atMs ?? 0) - startedMs).toBeGreaterThan(300);
    await scene.clock.advance(60_000);
    const laterMs = scene.service.nowMs();
    await failureOf(scene.settled(session.whenReady({ timeoutMs: 1_000 })));
    expect(oracle.calls.filter(({ atMs }) => atMs === laterMs)).toHaveLength(1);
  });

  it('C-116 an end is noticed by the last poll, too', async () => {
    const { scene, session, clock } = await setUpReady({ terminateMs: 4_900 });
    const startedMs = clock.monotonicMs();
    const ended = await scene.settled(session.terminate({ wait: true, timeoutMs: 5_000 }));
    expect([ended.final, clock.monotonicMs() - startedMs]).toEqual([true, 5_000]);
  });

  it('C-104 an abort settles it at once and leaves nothing behind', async () => {
    const { session, clock, oracle } = await setUp({ startMs: 100_000 });
    const controller = new AbortController();
    const waiting = failureOf(session.whenReady({ signal: controller.signal }));
    await clock.advance(20_000);
    const startedMs = clock.monotonicMs();
    controller.abort('stop');
    expect(await waiting).toMatchObject({ kind: 'aborted', operation: 'whenReady', cause: 'stop' });
    expect([clock.monotonicMs() - startedMs, clock.pendingTimers, oracle.live().length]).toEqual([0, 0, 1]);
  });

  it('C-104 does not look at all for a caller that has aborted', async () => {
    const { session, oracle, clock } = await setUp();
    const calls = oracle.callCount();
    expect((await failureOf(session.whenReady({ signal: AbortSignal.abort() }))).kind).toBe('aborted');
    expect([oracle.callCount(), clock.pendingTimers]).toEqual([calls, 0]);
  });

  it('C-016 fails with the reason when the session could not start', async () => {
    const scene = new Scene();
    scene.service.faults.add('start', { kind: 'broken-start', reason: 'no such role' });
    const session = await scene.process().sessions.start();
    const error = await failureOf(scene.settled(session.whenReady()));
    expect(error).toMatchObject({ kind: 'session-failed', operation: 'whenReady', handle: session.handle });
    expect(error.message).toBe(`session '${session.handle.id}' failed (BROKEN): no such role. Start a new session.`);
    expect(error.observation).toMatchObject({ state: 'failed', final: true });
  });

  it('fails when the session is ended meanwhile, or stops working although it is still paid for', async () => {
    const ended = await setUp({ startMs: 100_000 });
    const waiting = failureOf(ended.scene.settled(ended.session.whenReady()));
    ended.clock.schedule(1_000, () => void ended.session.terminate());
    expect((await waiting).message).toContain('ended (STOPPING): stopped by a caller. Start a new session.');
    const degraded = await setUp({ startMs: 100_000 });
    degraded.service.breakSession(degraded.id, 'disk full', 'degraded');
    const error = await failureOf(degraded.scene.settled(degraded.session.whenReady()));
    expect(error.message).toContain('failed (UNHEALTHY): disk full');
  });

  it('says so when the service gives no reason', async () => {
    const scene = new Scene();
    const gone: Observation = {
      handle: { v: 1, provider: 'scripted', scope: 'scripted-scope', id: 'ss-1' },
      ...{ nativeState: 'STOPPED', state: 'terminated', acceptsWork: false, final: true, observedAtMs: 0, details: {} },
    };
    const adapter = adapterOf(scene, { describe: () => Promise.resolve(gone) });
    const session = await scene.process({ adapter }).sessions.attach(gone.handle);
    expect((await failureOf(session.whenReady())).message).toContain('ended (STOPPED): the service gave no reason.');
  });

  it('believes in a session that lookups do not show yet', async () => {
    const { scene, session, clock, logger } = await setUp({ invisibleMs: 15_000 });
    const startedMs = clock.monotonicMs();
    expect((await scene.settled(session.whenReady())).state).toBe('ready');
    expect(clock.monotonicMs() - startedMs).toBeLessThan(17_000);
    expect(logger.entries).toEqual([]);
  });

  it(`takes a session that is not found ${NOT_FOUND_GRACE_MS} ms after its start for gone`, async () => {
    const { scene, session, clock } = await setUp({ invisibleMs: 100_000 });
    const startedMs = clock.monotonicMs();
    const error = await failureOf(scene.settled(session.whenReady()));
    expect(error.kind).toBe('session-failed');
    expect(error.message).toContain('ended (GONE): the service no longer knows this session. Start a new session.');
    const tookMs = clock.monotonicMs() - startedMs;
    expect([tookMs >= NOT_FOUND_GRACE_MS, tookMs < NOT_FOUND_GRACE_MS + 2_000]).toEqual([true, true]);
    expect(session.status).toMatchObject({ state: 'terminated', final: true });
  });

  it('does not wait for an attached session that is not found', async () => {
    const { scene, session } = await setUp();
    let known = true;
    const bare = adapterOf(scene);
    const adapter = adapterOf(scene, {
      describe: (handle, call) => bare.describe(known ? handle : { ...handle, id: 'ss-gone' }, call),
    });
    const attached = await scene.process({ adapter }).sessions.attach(session.handle);
    known = false;
    const startedMs = scene.clock.monotonicMs();
    expect((await failureOf(scene.settled(attached.whenReady()))).message).toContain('(GONE)');
    expect(scene.clock.monotonicMs() - startedMs).toBeLessThanOrEqual(500);
  });

  it('hands on what looking fails with for good', async () => {
    const { scene, session, service, clock } = await setUp();
    service.faults.add('describe', REFUSED);
    expect((await failureOf(scene.settled(session.whenReady()))).kind).toBe('forbidden');
    expect(clock.pendingTimers).toBe(0);
  });

  it('begins anew a watch that ends too soon', async () => {
    const { scene, session, clock, id } = await setUp();
    const watches: number[] = [];
    const bare = adapterOf(scene);
    async function* oneLook(handle: SessionHandle): AsyncGenerator<Observation> {
      watches.push(clock.monotonicMs());
      yield await bare.describe(handle, unlimitedCall());
    }
    const { sessions } = scene.process({ watcher: { watch: oneLook } });
    const attached = await sessions.attach(session.handle);
    expect((await scene.settled(attached.whenReady())).state).toBe('ready');
    expect([attached.handle.id, watches.map((atMs) => atMs - (watches[0] ?? 0))]).toEqual([id, [0, 2_000, 4_000]]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('goes on over looks that fail for a while', async () => {
    const { scene, session, service } = await setUp({ startMs: 60_000 });
    service.faults.add('describe', ...Array.from({ length: 12 }, () => ({ kind: 'throttled' }) as const));
    expect((await scene.settled(session.whenReady())).state).toBe('ready');
  });

  it('sees the end of a session although the wall clock was set back', async () => {
    const { scene, session, clock } = await setUp();
    clock.jumpWallTime(-3_600_000);
    expect((await scene.settled(session.whenReady({ timeoutMs: 60_000 }))).state).toBe('ready');
    clock.jumpWallTime(-3_600_000);
    expect(await scene.settled(session.terminate({ wait: true }))).toMatchObject({ state: 'terminated', final: true });
  });
});

describe('Session.refresh', () => {
  it('looks once and tells the status', async () => {
    const { session, clock, oracle } = await setUp();
    await clock.advance(3_000);
    expect([session.state, oracle.callCount('describe')]).toEqual(['creating', 0]);
    expect(await session.refresh()).toMatchObject({ state: 'ready' });
    expect([session.state, oracle.callCount('describe')]).toEqual(['ready', 1]);
  });

  it('takes a session that is not found for gone, but not so soon after its start', async () => {
    const { session, clock } = await setUp({ invisibleMs: 100_000 });
    await clock.advance(NOT_FOUND_GRACE_MS - 1);
    expect(await session.refresh()).toMatchObject({ state: 'creating', final: false });
    await clock.advance(1);
    expect(await session.refresh()).toMatchObject({ state: 'terminated', nativeState: 'GONE', final: true });
  });

  it('hands on failures, and keeps its time and its signal', async () => {
    const { scene, session, service, clock } = await setUp();
    service.faults.add('describe', REFUSED);
    expect((await failureOf(session.refresh())).kind).toBe('forbidden');
    service.faults.add('describe', { kind: 'lost-answer' }, { kind: 'lost-answer' });
    const startedMs = clock.monotonicMs();
    expect((await failureOf(scene.settled(session.refresh({ timeoutMs: 700 })))).kind).toBe('timeout');
    expect(clock.monotonicMs() - startedMs).toBe(700);
    const controller = new AbortController();
    const refreshing = failureOf(session.refresh({ signal: controller.signal }));
    controller.abort();
    expect((await refreshing).kind).toBe('aborted');
    expect(session.state).toBe('creating');
  });
});

describe('Session.dashboard and Session.usage', () => {
  it('returns the link of the provider, and is unsupported where there is none', async () => {
    const { session, id } = await setUpReady();
    expect((await session.dashboard()).url).toContain(id);
    const { session: plain } = await setUpReady({ capabilities: { dashboard: false } });
    expect(await failureOf(plain.dashboard())).toMatchObject({ kind: 'unsupported', operation: 'dashboard' });
  });

  it('asks the service for the usage with one call, and gives undefined where none is reported', async () => {
    const scene = new Scene();
    const usage = { basis: 'reported', dpuHours: 0.5, source: 'GetSession' } as const;
    const bare = adapterOf(scene);
    const describe: typeof bare.describe = async (handle, call) => {
      const seen = await bare.describe(handle, call);
      return { ...seen, details: { ...seen.details, usage } };
    };
    const started = await scene.settled(scene.process({ adapter: { ...bare, describe } }).sessions.start());
    const calls = scene.service.oracle.callCount();
    expect(await started.usage()).toEqual(usage);
    expect(scene.service.oracle.callCount()).toBe(calls + 1);
    const { session } = await setUp();
    expect(await session.usage()).toBeUndefined();
  });
});

describe('Session.terminate', () => {
  it('asks for the end and returns; with wait it returns when nothing is held any more', async () => {
    const asked = await setUpReady();
    expect(await asked.session.terminate()).toMatchObject({ state: 'terminated', final: false });
    expect(asked.oracle.live()).toEqual([asked.id]);
    expect(await asked.scene.settled(asked.session.terminate({ wait: true }))).toMatchObject({ final: true });
    const { scene, session, oracle, clock } = await setUpReady();
    expect(await scene.settled(session.terminate({ wait: true }))).toMatchObject({ state: 'terminated', final: true });
    expect([oracle.live(), clock.pendingTimers]).toEqual([[], 0]);
  });

  it('C-030 C-033 ends a session that is being created, and succeeds again', async () => {
    const { scene, session, oracle } = await setUp({ startMs: 100_000 });
    await scene.settled(session.terminate({ wait: true }));
    const calls = oracle.callCount();
    expect(await session.terminate({ wait: true })).toMatchObject({ final: true });
    expect([oracle.live(), oracle.callCount()]).toEqual([[], calls]);
  });

  it('ends a degraded session, which is still paid for', async () => {
    const { scene, session, service, id, oracle } = await setUpReady();
    service.breakSession(id, 'disk full', 'degraded');
    expect((await session.refresh()).state).toBe('failed');
    expect(await scene.settled(session.terminate({ wait: true }))).toMatchObject({ state: 'terminated', final: true });
    expect(oracle.live()).toEqual([]);
  });

  it('C-031 of a session that nobody knows succeeds', async () => {
    const { scene, session } = await setUp();
    const bare = adapterOf(scene);
    const adapter = adapterOf(scene, {
      terminate: (handle, call) => bare.terminate({ ...handle, id: 'ss-gone' }, call),
    });
    const attached = await scene.process({ adapter }).sessions.attach(session.handle);
    expect(await attached.terminate({ wait: true })).toMatchObject({ state: 'terminated', final: true });
  });

  it('keeps its time over asking and waiting together', async () => {
    const { scene, session, service, clock, oracle } = await setUpReady({ terminateMs: 100_000 });
    service.faults.add('terminate', { kind: 'slow', delayMs: 4_000, effect: 'before' });
    const startedMs = clock.monotonicMs();
    const error = await failureOf(scene.settled(session.terminate({ wait: true, timeoutMs: 10_000 })));
    expect(error).toMatchObject({ kind: 'timeout', operation: 'terminate' });
    expect(error.message).toContain('is still terminated (STOPPING) after');
    expect([clock.monotonicMs() - startedMs, clock.pendingTimers, oracle.live().length]).toEqual([10_000, 0, 1]);
    expect(await scene.settled(session.terminate({ wait: true }))).toMatchObject({ final: true });
  });

  it('waits five minutes when it is not told', async () => {
    const { scene, session, clock } = await setUpReady({ terminateMs: 60 * MINUTE_MS });
    const startedMs = clock.monotonicMs();
    expect((await failureOf(scene.settled(session.terminate({ wait: true })))).kind).toBe('timeout');
    expect(clock.monotonicMs() - startedMs).toBe(5 * MINUTE_MS);
  });

  it('says when it may have ended all the same', async () => {
    const { session, service, clock, oracle } = await setUpReady();
    service.faults.add('terminate', { kind: 'lost-answer' });
    const controller = new AbortController();
    const terminating = failureOf(session.terminate({ signal: controller.signal }));
    await clock.advance(1);
    controller.abort();
    expect(await terminating).toMatchObject({ kind: 'aborted', operation: 'terminate', effect: 'unknown' });
    await clock.advance(10_000);
    expect([oracle.live(), (await session.refresh()).final]).toEqual([[], true]);
  });

  it('can be aborted while it waits', async () => {
    const { session, clock } = await setUpReady({ terminateMs: 100_000 });
    const controller = new AbortController();
    const terminating = failureOf(session.terminate({ wait: true, signal: controller.signal }));
    await clock.advance(5_000);
    controller.abort();
    expect(await terminating).toMatchObject({ kind: 'aborted', operation: 'terminate' });
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('wrong options', () => {
  it.each([
    ['refresh', { timeout: 5 }, "'timeout': unknown key; did you mean timeoutMs?"],
    ['whenReady', { timeoutMs: '5m' }, "'timeoutMs': expected a number of milliseconds, 0 or more"],
    ['whenReady', { signal: new AbortController() }, "'signal': expected an AbortSignal"],
    ['whenReady', 5_000, 'options of whenReady: expected a map'],
    ['terminate', { await: true }, "'await': unknown key; did you mean wait?"],
    ['terminate', { wait: 'yes' }, "'wait': expected true or false"],
  ] as const)('%s refuses %j before any I/O', async (operation, options, why) => {
    const { session, oracle, clock } = await setUp();
    const calls = oracle.callCount();
    const error = await failureOf(session[operation](options as object));
    expect(error).toMatchObject({ kind: 'invalid-request', operation });
    expect(error.message).toContain(why);
    expect([oracle.callCount(), clock.pendingTimers]).toEqual([calls, 0]);
  });
});

describe('state events', () => {
  it('C-114 follow the legal moves, one event a move', async () => {
    const { scene, session, service } = await setUp();
    const moves = movesOf(session);
    await scene.settled(session.whenReady());
    service.statements.set('MANY', MANY_ROWS);
    const result = await scene.settled(session.sql('MANY'));
    await session.refresh();
    await result.rows();
    await session.refresh();
    await scene.settled(session.terminate({ wait: true }));
    expect(moves).toEqual([
      ...['creating → ready', 'ready → busy', 'busy → ready'],
      ...['ready → terminated', 'terminated → terminated.'],
    ]);
  });

  it('carry the evidence, and the status that is told elsewhere', async () => {
    const { scene, session } = await setUp();
    const changes: StateChange[] = [];
    session.on('state', (change) => changes.push(change));
    const status = await scene.settled(session.whenReady());
    expect(changes).toEqual([{ from: 'creating', to: 'ready', status }]);
  });

  it('stop when they are called off; a listener that throws is logged and harms nobody', async () => {
    const { scene, session, logger } = await setUp();
    const calledOff = session.on('state', () => {
      throw new Error('not called');
    });
    calledOff();
    calledOff();
    const bug = new Error('a bug of the listener');
    session.on('state', () => {
      throw bug;
    });
    const moves = movesOf(session);
    await scene.settled(session.whenReady());
    expect(moves).toEqual(['creating → ready']);
    expect(logger.entries).toEqual([
      { level: 'error', fields: { session: session.handle.id, error: bug }, message: 'a state listener threw' },
    ]);
  });

  it('of another name are refused: nobody would ever be called', async () => {
    const { session } = await setUp();
    const attempt = async (): Promise<unknown> => session.on('ready' as 'state', () => {});
    const error = await failureOf(attempt());
    expect(error).toMatchObject({ kind: 'invalid-request', operation: 'on' });
    expect(error.message).toContain("unknown event 'ready'; a session has the events 'state', 'spend'");
  });
});

describe('SQL in a session', () => {
  it('waits until the session is ready and gives rows', async () => {
    const { scene, session, clock } = await setUp({ startMs: 30_000 });
    const startedMs = clock.monotonicMs();
    const result = await scene.settled(session.sql('SELECT 1'));
    expect(clock.monotonicMs() - startedMs).toBeGreaterThanOrEqual(30_000);
    expect(await result.rows()).toEqual([{ one: 1 }]);
  });

  it('in a session that has ended fails with its reason, before any I/O', async () => {
    const { scene, session, oracle } = await setUpReady();
    await session.terminate();
    const calls = oracle.callCount();
    const error = await failureOf(scene.settled(session.sql('SELECT 1')));
    expect(error).toMatchObject({ kind: 'session-failed', handle: session.handle });
    expect(oracle.callCount()).toBe(calls);
  });

  it('C-055 in a session that has ended unnoticed fails, and the session goes on to be looked at', async () => {
    const { scene, session, service, id } = await setUpReady();
    service.breakSession(id, 'out of memory');
    expect((await failureOf(scene.settled(session.sql('SELECT 1')))).kind).toBe('session-failed');
    expect((await session.refresh()).state).toBe('failed');
  });

  it('C-101 where there is none is unsupported, and names who has it; nothing waits for readiness', async () => {
    const { scene, session, oracle, clock } = await setUp({ capabilities: { sql: false } });
    const calls = oracle.callCount();
    const error = await failureOf(scene.settled(session.sql('SELECT 1')));
    expect(error).toMatchObject({ kind: 'unsupported', operation: 'sql', provider: 'scripted' });
    expect(error.message).toContain("has no 'sql'; providers that have it: local, emr");
    const submitted = await failureOf(scene.settled(session.submit('SELECT 1').result()));
    expect([submitted.operation, oracle.callCount(), clock.pendingTimers]).toEqual(['submit', calls, 0]);
  });

  it('makes the session busy where the service cannot tell', async () => {
    const { scene, session, service } = await setUpReady({ capabilities: { reportsBusy: false } });
    service.statements.set('SLOW', { ...MANY_ROWS, durationMs: 5_000 });
    const moves = movesOf(session);
    const running = session.submit('SLOW');
    expect(session.status).toMatchObject({ state: 'busy', busySource: 'local', nativeState: 'IDLE' });
    const result = await scene.settled(running.result());
    expect((await session.refresh()).state).toBe('busy');
    await result.rows();
    await running.done;
    await scene.clock.advance(0);
    expect([session.state, moves]).toEqual(['ready', ['ready → busy', 'busy → ready']]);
  });

  it('counts a statement that fails as over', async () => {
    const { scene, session } = await setUpReady({ capabilities: { reportsBusy: false } });
    expect((await failureOf(scene.settled(session.sql('NONSENSE')))).kind).toBe('invalid-request');
    await scene.clock.advance(0);
    expect(session.state).toBe('ready');
  });

  it('C-104 a statement that is cancelled while it waits for the session stops the wait', async () => {
    const { session, clock, oracle } = await setUp({ startMs: 100_000 });
    const statement = session.submit('SELECT 1');
    await clock.advance(5_000);
    await statement.cancel();
    const calls = oracle.callCount();
    expect((await failureOf(statement.result())).kind).toBe('aborted');
    await clock.advance(60_000);
    expect([oracle.callCount(), oracle.callCount('execute'), clock.pendingTimers]).toEqual([calls, 0, 0]);
  });
});

describe('letting a session go', () => {
  it('C-113 close ends what was started here', async () => {
    const { session, oracle, clock } = await setUp();
    await session.close();
    await clock.advance(10_000);
    expect(oracle.live()).toEqual([]);
  });

  it('C-113 close leaves what was attached', async () => {
    const { scene, session, oracle } = await setUp();
    const attached = await scene.process().sessions.attach(session.handle);
    await attached.close();
    expect([oracle.live(), oracle.callCount('terminate')]).toEqual([[session.handle.id], 0]);
    expect((await failureOf(attached.refresh())).message).toContain('was already closed');
  });

  it('C-113 close of a session that has ended asks for nothing', async () => {
    const { scene, session, oracle } = await setUpReady();
    await scene.settled(session.terminate({ wait: true }));
    await session.close();
    expect(oracle.callCount('terminate')).toBe(1);
  });

  it('detach leaves it running and gives its handle, which attaches again', async () => {
    const { scene, session, sessions, oracle } = await setUp();
    const handle = session.detach();
    expect([handle, oracle.callCount('terminate')]).toEqual([session.handle, 0]);
    const attached = await sessions.attach(handle);
    expect(attached.owned).toBe(false);
    await scene.settled(sessions.close());
    expect(oracle.live()).toEqual([handle.id]);
  });

  it.each(['closed', 'detached'] as const)(
    'everything on a session that was %s is a conflict that says so',
    async (how) => {
      const { session, oracle } = await setUpReady();
      if (how === 'closed') await session.close();
      else session.detach();
      const calls = oracle.callCount();
      const attempts: Readonly<Record<string, () => Promise<unknown>>> = {
        refresh: () => session.refresh(),
        whenReady: () => session.whenReady(),
        sql: () => session.sql('SELECT 1'),
        submit: async () => session.submit('SELECT 1'),
        terminate: () => session.terminate(),
        detach: async () => session.detach(),
        close: () => session.close(),
      };
      for (const [operation, attempt] of Object.entries(attempts)) {
        const error = await failureOf(attempt());
        expect(error).toMatchObject({ kind: 'conflict', operation, provider: 'scripted', handle: session.handle });
        expect(error.observation).toMatchObject({ nativeState: session.status.nativeState });
        expect(error.message).toContain(`was already ${how}. Attach to its handle or start another session.`);
      }
      await session[Symbol.asyncDispose]();
      expect(oracle.callCount()).toBe(calls);
    },
  );

  it('a second close while the first is under way is a conflict; await using waits for it', async () => {
    const { scene, session, oracle } = await setUp({ latencyMs: 500 });
    const closing = session.close();
    const error = await failureOf(session.close());
    expect([error.kind, error.operation]).toEqual(['conflict', 'close']);
    expect(error.message).toContain('was already closed');
    await scene.settled(session[Symbol.asyncDispose]());
    await closing;
    expect(oracle.callCount('terminate')).toBe(1);
  });

  it('C-113 a close that fails can be repeated, and the facade tries again', async () => {
    const { scene, session, sessions, service, oracle, clock } = await setUp();
    service.faults.add('terminate', REFUSED, REFUSED);
    expect((await failureOf(session.close())).kind).toBe('forbidden');
    expect((await failureOf(session.close())).kind).toBe('forbidden');
    expect((await session.refresh()).state).toBe('creating');
    await scene.settled(sessions.close());
    await clock.advance(10_000);
    expect(oracle.live()).toEqual([]);
  });

  it('await using ends it', async () => {
    const { session, oracle, clock } = await setUp();
    await session[Symbol.asyncDispose]();
    await clock.advance(10_000);
    expect([oracle.live(), oracle.callCount('terminate')]).toEqual([[], 1]);
  });

  it('is stored as its handle, which nobody can change', async () => {
    const { session } = await setUp();
    expect(JSON.parse(JSON.stringify(session))).toEqual(session.handle);
    expect(Object.isFrozen(session.handle)).toBe(true);
  });
});
