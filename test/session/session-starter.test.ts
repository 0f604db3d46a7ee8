import { describe, expect, it } from 'vitest';
import { SessionError } from '../../src/contract/session-error.ts';
import { UnsentCall } from '../../src/provider-kit/unsent-call.ts';
import { SessionStarter } from '../../src/session/session-starter.ts';
import { keyedToken, MAX_GENERATION } from '../../src/session/start-token.ts';
import { adapterOf, handleOf, Scene, type SceneOptions } from './scene.ts';
import { generationOf } from '../../src/session/start-token.ts';
import { failureOf } from '../failure-of.ts';

const MINUTE_MS = 60_000;

/** A scene with one process and the tokens that its starts asked with. */
function setUp(options: SceneOptions = {}) {
  const scene = new Scene(options);
  const { sessions, logger } = scene.process();
  const { service, clock } = scene;
  const tokens = (): readonly (string | undefined)[] =>
    service.oracle.calls.filter(({ operation }) => operation === 'start').map(({ token }) => token);
  return { scene, sessions, logger, service, clock, oracle: service.oracle, tokens };
}

describe('a start', () => {
  it('asks for what its options say, else the environment’s defaults, else the provider’s', async () => {
    const scene = new Scene({ capabilities: { size: true, sparkConf: true } });
    const requests: unknown[] = [];
    const bare = adapterOf(scene);
    const adapter = adapterOf(scene, {
      start: (request, call) => {
        requests.push(request);
        return bare.start(request, call);
      },
    });
    const plain = scene.process({ adapter, owner: 'team-a' });
    const defaults = {
      idleTimeoutMs: 5 * MINUTE_MS,
      maxLifetimeMs: 60 * MINUTE_MS,
      labels: { team: 'a', stage: 'dev' },
      size: 'small',
      sparkConf: { a: '1' },
    } as const;
    const configured = scene.process({ adapter, defaults });
    await plain.sessions.start();
    await configured.sessions.start();
    await configured.sessions.start({
      name: 'nightly',
      key: 'nightly',
      idleTimeoutMs: 7 * MINUTE_MS,
      maxLifetimeMs: 8 * MINUTE_MS,
      labels: { stage: 'prod' },
      size: 'large',
      sparkConf: { b: '2' },
      native: { bid: 5 },
    });
    const token = expect.stringMatching(/^as-[0-9a-f]{28}-0$/) as unknown;
    expect(requests).toStrictEqual([
      { token, owner: 'team-a', lifetimeMs: 1440 * MINUTE_MS, idleTimeoutMs: 20 * MINUTE_MS, labels: {} },
      { token, owner: 'data-platform', lifetimeMs: 60 * MINUTE_MS, ...defaults },
      {
        token: keyedToken('nightly', 1),
        owner: 'data-platform',
        lifetimeMs: 8 * MINUTE_MS,
        name: 'nightly',
        idleTimeoutMs: 7 * MINUTE_MS,
        maxLifetimeMs: 8 * MINUTE_MS,
        labels: { team: 'a', stage: 'prod' },
        size: 'large',
        sparkConf: { b: '2' },
        native: { bid: 5 },
      },
    ]);
  });

  it('without a key starts a session of its own each time', async () => {
    const { sessions, oracle, tokens } = setUp();
    await Promise.all([sessions.start(), sessions.start(), sessions.start()]);
    expect([oracle.startedCount(), new Set(tokens()).size]).toEqual([3, 3]);
    expect(oracle.callCount('describe')).toBe(0);
  });

  it('hands on a refusal that surely did nothing, without looking for a session', async () => {
    const { scene, sessions, service, oracle } = setUp();
    for (const [code, kind] of [
      ['QuotaExceeded', 'quota-exceeded'],
      ['Denied', 'forbidden'],
      ['Invalid', 'invalid-request'],
    ] as const) {
      service.faults.add('start', { kind: 'refused', code, httpStatus: 400 });
      expect((await failureOf(scene.settled(sessions.start()))).kind).toBe(kind);
    }
    expect([oracle.callCount('start'), oracle.callCount('listPage')]).toEqual([3, 0]);
  });
});

/** Every attempt of one call gets no answer. */
const ALL_LOST = Array.from({ length: 5 }, () => ({ kind: 'lost-answer' }) as const);

describe('a start whose answer is lost', () => {
  it('takes at most 20 s when one answer is lost, with and without a key', async () => {
    for (const options of [{}, { key: 'nightly' }]) {
      const { scene, sessions, service, oracle, clock, tokens } = setUp();
      service.faults.add('start', { kind: 'lost-answer' });
      const startedMs = clock.monotonicMs();
      await scene.settled(sessions.start(options));
      expect(clock.monotonicMs() - startedMs).toBeLessThan(20_000);
      expect([oracle.startedCount(), new Set(tokens()).size, clock.pendingTimers]).toEqual([1, 1, 0]);
    }
  });

  it('takes at most 80 s when the service answers nothing', async () => {
    const { scene, sessions, service, clock, logger } = setUp();
    service.faults.add('start', ...ALL_LOST);
    service.faults.add('listPage', ...ALL_LOST, ...ALL_LOST);
    const startedMs = clock.monotonicMs();
    const error = await failureOf(scene.settled(sessions.start()));
    expect(error).toMatchObject({ kind: 'timeout', effect: 'unknown', operation: 'start' });
    expect(clock.monotonicMs() - startedMs).toBe(80_000);
    expect([logger.messages('warn').length, clock.pendingTimers]).toEqual([1, 0]);
  });

  it('C-112 is looked up by its token before anything is started again', async () => {
    const { scene, sessions, service, oracle, clock } = setUp({ seed: 3 });
    const others = await Promise.all(Array.from({ length: 7 }, () => sessions.start()));
    service.faults.add('start', ...ALL_LOST);
    const startedMs = clock.monotonicMs();
    const session = await scene.settled(sessions.start());
    expect(clock.monotonicMs() - startedMs).toBe(60_000);
    expect(others.map(({ handle }) => handle.id)).not.toContain(session.handle.id);
    expect([oracle.startedCount(), oracle.callCount('start'), oracle.callCount('listPage')]).toEqual([8, 12, 2]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('C-102 C-112 is repeated with its token first where the service answers at all', async () => {
    const { scene, sessions, service, oracle, tokens } = setUp();
    service.faults.add('start', { kind: 'unavailable', effect: 'after' });
    await scene.settled(sessions.start());
    expect([oracle.startedCount(), oracle.callCount('start'), new Set(tokens()).size]).toEqual([1, 2, 1]);
    expect(oracle.callCount('listPage')).toBe(0);
  });

  it('C-112 is looked up again a little later, because lists lag behind starts', async () => {
    const { scene, sessions, service, oracle, clock } = setUp({ invisibleMs: 63_000 });
    service.faults.add('start', ...ALL_LOST);
    const startedMs = clock.monotonicMs();
    const session = await scene.settled(sessions.start());
    expect(oracle.started.map(({ sessionId }) => sessionId)).toEqual([session.handle.id]);
    expect([oracle.callCount('listPage'), clock.monotonicMs() - startedMs]).toEqual([3, 65_000]);
  });

  it('C-112 is looked up again when a look fails', async () => {
    const { scene, sessions, service, oracle, logger } = setUp();
    service.faults.add('start', ...ALL_LOST);
    service.faults.add('listPage', { kind: 'lost-answer' }, { kind: 'refused', code: 'Denied', httpStatus: 403 });
    const session = await scene.settled(sessions.start());
    expect(oracle.started.map(({ sessionId }) => sessionId)).toEqual([session.handle.id]);
    expect([oracle.callCount('listPage'), logger.entries]).toEqual([3, []]);
  });

  it('C-112 is told as it is when no such session is listed', async () => {
    const { scene, sessions, service, oracle, clock, logger } = setUp();
    const slow = { kind: 'slow', delayMs: 600_000, effect: 'after' } as const;
    service.faults.add('start', slow, slow, slow, slow, slow);
    const startedMs = clock.monotonicMs();
    const error = await failureOf(scene.settled(sessions.start()));
    expect(error).toMatchObject({ kind: 'timeout', effect: 'unknown', operation: 'start' });
    expect([oracle.callCount('listPage'), clock.monotonicMs() - startedMs, logger.entries]).toEqual([3, 65_000, []]);
  });

  it('C-112 is told as it is, and logged, when nobody can tell whether there is one', async () => {
    const { scene, sessions, service, oracle, logger, tokens } = setUp();
    service.faults.add('start', ...ALL_LOST);
    const denied = { kind: 'refused', code: 'Denied', httpStatus: 403 } as const;
    service.faults.add('listPage', denied, denied, denied);
    const error = await failureOf(scene.settled(sessions.start()));
    expect([error.kind, error.effect, oracle.callCount('listPage')]).toEqual(['timeout', 'unknown', 3]);
    expect(logger.entries).toEqual(
      [1, 2, 3].map(() => ({
        level: 'warn',
        fields: { token: tokens()[0], error: expect.objectContaining({ kind: 'forbidden' }) as unknown },
        message:
          'the answer of a start was lost and its session could not be found; if one exists, its idle timeout ends it',
      })),
    );
  });

  it.each([
    [undefined, true, /the search for it failed: .*Denied.*\. List the sessions and terminate the one with this token/],
    [undefined, false, /the list does not show it\. List the sessions and terminate the one with this token/],
    ['nightly', true, /the search for it failed: .*Denied.*\. Start with key 'nightly' to get that session/],
    ['nightly', false, /the list does not show it\. Start with key 'nightly' to get that session/],
  ] as const)(
    'C-112 with key %s and a refused search: %s, names the token and what to do',
    async (key, refused, end) => {
      const { scene, sessions, service, tokens } = setUp({ invisibleMs: 120_000 });
      service.faults.add('start', ...ALL_LOST);
      const denied = { kind: 'refused', code: 'Denied', httpStatus: 403 } as const;
      if (refused) service.faults.add('listPage', denied, denied, denied);
      const error = await failureOf(scene.settled(sessions.start({ key })));
      expect(error).toMatchObject({ kind: 'timeout', effect: 'unknown' });
      expect(error.message).toContain(`a session with token '${tokens()[0] ?? ''}' may be running`);
      expect(error.message).toMatch(end);
      expect(error.advice).not.toMatch(/try again/i);
      // The caller has the error, so closing does not repeat it.
      await scene.settled(sessions.close());
    },
  );

  it('C-112 does not take somebody else’s session for its own, nor one that nobody owns', async () => {
    const scene = new Scene();
    const other = await scene.process().sessions.start();
    const { ownership: _ownership, ...details } = other.status.details;
    const listed = [other.status, { ...other.status, handle: handleOf(scene, 'ss-unowned'), details }];
    const adapter = adapterOf(scene, {
      start: () => Promise.reject(new SessionError('timeout', 'lost', { operation: 'start', effect: 'unknown' })),
      listPage: () => Promise.resolve({ observations: listed }),
    });
    const { sessions, logger } = scene.process({ adapter });
    expect((await failureOf(scene.settled(sessions.start()))).kind).toBe('timeout');
    expect(logger.entries).toEqual([]);
  });
});

describe('a start by key', () => {
  it('C-110 gives the session of the key while it lives, in every process', async () => {
    const { scene, sessions, oracle } = setUp();
    const first = await sessions.start({ key: 'nightly' });
    await scene.clock.advance(10 * MINUTE_MS);
    const again = await sessions.start({ key: 'nightly' });
    const elsewhere = await scene.process().sessions.start({ key: 'nightly' });
    const other = await sessions.start({ key: 'weekly' });
    expect([again.handle, elsewhere.handle]).toEqual([first.handle, first.handle]);
    expect(other.handle).not.toEqual(first.handle);
    expect([oracle.startedCount(), again.state, elsewhere.state]).toEqual([2, 'ready', 'ready']);
  });

  it('C-110 starts one session however many ask at the same time', async () => {
    const { scene, oracle } = setUp({ latencyMs: 50 });
    const processes = [scene.process(), scene.process()];
    const starts = processes.flatMap(({ sessions }) => [1, 2, 3].map(() => sessions.start({ key: 'nightly' })));
    const started = await scene.settled(Promise.all(starts));
    expect(new Set(started.map(({ handle }) => handle.id)).size).toBe(1);
    expect(oracle.startedCount()).toBe(1);
  });

  it('C-110 fails with conflict and the handle once it has ended, however it ended', async () => {
    const { scene, sessions, service } = setUp();
    const first = await sessions.start({ key: 'nightly' });
    await first.terminate();
    const ending = await failureOf(sessions.start({ key: 'nightly' }));
    expect(ending).toMatchObject({ kind: 'conflict', operation: 'start', handle: first.handle });
    expect(ending.observation).toMatchObject({ state: 'terminated', final: false });
    await scene.clock.advance(10_000);
    const ended = await failureOf(sessions.start({ key: 'nightly' }));
    expect(ended.message).toBe(
      "the session with key 'nightly' has ended (STOPPED: stopped by a caller). " +
        'Use another key, or `restart: true` to start a new one.',
    );
    const broken = await sessions.start({ key: 'weekly' });
    service.breakSession(broken.handle.id, 'out of memory');
    expect((await failureOf(sessions.start({ key: 'weekly' }))).observation).toMatchObject({ state: 'failed' });
  });

  it('C-110 returns a degraded session, which is still billed, so that closing ends it', async () => {
    const { scene, sessions, service, oracle } = setUp();
    service.faults.add('start', { kind: 'unavailable', effect: 'after' });
    const starting = sessions.start({ key: 'nightly' });
    await scene.clock.advance(0);
    service.breakSession(oracle.started[0]?.sessionId ?? '', 'disk full', 'degraded');
    const session = await scene.settled(starting);
    expect(session.status).toMatchObject({ state: 'failed', final: false, reason: 'disk full' });
    expect((await failureOf(session.whenReady())).kind).toBe('session-failed');
    await scene.settled(sessions.close());
    await scene.clock.advance(10_000);
    expect([oracle.startedCount(), oracle.live()]).toEqual([1, []]);
  });

  it('C-110 restart terminates a degraded session before it starts the next generation', async () => {
    const { scene, sessions, service, oracle, clock } = setUp();
    const first = await sessions.start({ key: 'nightly' });
    service.breakSession(first.handle.id, 'disk full', 'degraded');
    const second = await scene.settled(scene.process().sessions.start({ key: 'nightly', restart: true }));
    await clock.advance(10_000);
    expect([oracle.startedCount(), oracle.live()]).toEqual([2, [second.handle.id]]);
  });

  it('C-110 restart returns a degraded session that it cannot terminate, so that closing asks again', async () => {
    const { scene, sessions, service, oracle, clock, logger } = setUp();
    const { handle } = await sessions.start({ key: 'nightly' });
    service.breakSession(handle.id, 'disk full', 'degraded');
    service.faults.add('terminate', { kind: 'refused', code: 'Denied', httpStatus: 403 });
    const again = await scene.settled(sessions.start({ key: 'nightly', restart: true }));
    expect([again.handle, oracle.startedCount()]).toEqual([handle, 1]);
    expect(logger.entries.map(({ fields }) => fields)).toMatchObject([
      { session: handle.id, error: { kind: 'forbidden' } },
    ]);
    await scene.settled(again.close());
    await clock.advance(10_000);
    expect(oracle.live()).toEqual([]);
  });

  it('C-110 says nothing of a reason that the service does not give', async () => {
    const scene = new Scene();
    const adapter = adapterOf(scene, {
      start: () =>
        Promise.resolve({
          handle: handleOf(scene),
          nativeState: 'STOPPED',
          state: 'terminated',
          acceptsWork: false,
          final: true,
          observedAtMs: 0,
          details: {},
        }),
    });
    const error = await failureOf(scene.process({ adapter }).sessions.start({ key: 'k' }));
    expect(error.message).toContain("the session with key 'k' has ended (STOPPED). Use another key");
    expect(scene.service.oracle.startedCount()).toBe(0);
  });

  it('C-110 restart asks for the next generation, and only once the last one has ended', async () => {
    const { sessions, oracle, tokens } = setUp();
    const first = await sessions.start({ key: 'nightly', restart: true });
    const same = await sessions.start({ key: 'nightly', restart: true });
    expect(same.handle).toEqual(first.handle);
    await first.terminate();
    const second = await sessions.start({ key: 'nightly', restart: true });
    expect(second.handle).not.toEqual(first.handle);
    await second.terminate();
    const third = await sessions.start({ key: 'nightly', restart: true });
    expect(oracle.started.map(({ token }) => token)).toEqual([1, 2, 3].map((at) => keyedToken('nightly', at)));
    expect(tokens().slice(-3)).toEqual([1, 2, 3].map((at) => keyedToken('nightly', at)));
    expect((await sessions.attach({ key: 'nightly' })).handle).toEqual(third.handle);
  });

  it('C-110 after a restart the key names the later session while that lives, in every process, and no start begins another', async () => {
    const { scene, sessions, oracle } = setUp();
    await (await sessions.start({ key: 'nightly' })).terminate();
    await (await sessions.start({ key: 'nightly', restart: true })).terminate();
    const third = await sessions.start({ key: 'nightly', restart: true });
    for (const each of [sessions, scene.process().sessions]) {
      expect((await each.start({ key: 'nightly' })).handle).toEqual(third.handle);
    }
    await third.terminate();
    expect(await failureOf(sessions.start({ key: 'nightly' }))).toMatchObject({ kind: 'conflict' });
    expect(oracle.startedCount()).toBe(3);
  });

  it('C-110 the refusal stands when the search for a later session fails, and a warning has the reason', async () => {
    const { scene, sessions, service, logger } = setUp();
    const first = await sessions.start({ key: 'nightly' });
    await first.terminate();
    await sessions.start({ key: 'nightly', restart: true });
    service.faults.add('listPage', { kind: 'refused', code: 'Denied', httpStatus: 403 });
    const failure = await scene.settled(failureOf(sessions.start({ key: 'nightly' })));
    expect(failure).toMatchObject({ kind: 'conflict', handle: first.handle });
    expect(logger.entries.at(-1)?.fields).toMatchObject({ key: 'nightly', error: { kind: 'forbidden' } });
  });

  it('C-110 H-010 a later session of another owner is a conflict that names the owner', async () => {
    const { scene, sessions } = setUp();
    await (await sessions.start({ key: 'nightly' })).terminate();
    await scene.clock.advance(10_000);
    const second = await sessions.start({ key: 'nightly', restart: true });
    const theirs = await failureOf(scene.process({ owner: 'etl' }).sessions.start({ key: 'nightly' }));
    expect(theirs).toMatchObject({ kind: 'conflict', handle: second.handle });
    expect(theirs.message).toContain('belongs to data-platform');
  });

  it(`C-110 a key has ${MAX_GENERATION} generations`, async () => {
    const scene = new Scene();
    const tokens: string[] = [];
    const adapter = adapterOf(scene, {
      start: ({ token }) => {
        tokens.push(token);
        const handle = handleOf(scene, token);
        const ended = { nativeState: 'STOPPED', state: 'terminated', acceptsWork: false, final: true } as const;
        return Promise.resolve({ ...ended, handle, observedAtMs: 0, details: {} });
      },
    });
    const error = await failureOf(scene.process({ adapter }).sessions.start({ key: 'k', restart: true }));
    expect(error).toMatchObject({ kind: 'conflict', operation: 'start' });
    expect(error.message).toContain("key 'k' was restarted 999 times; use another key");
    expect([tokens.length, tokens.at(-1)]).toEqual([999, keyedToken('k', 999)]);
  });

  it('C-110 looks at the session before it hands it out: a repeated answer may be old', async () => {
    const scene = new Scene();
    const bare = adapterOf(scene);
    let first: Awaited<ReturnType<typeof bare.start>> | undefined;
    const adapter = adapterOf(scene, {
      start: async (request, call) => (first ??= await bare.start(request, call)),
    });
    const { sessions } = scene.process({ adapter });
    const session = await sessions.start({ key: 'k' });
    await scene.clock.advance(3_000);
    expect((await sessions.start({ key: 'k' })).state).toBe('ready');
    await session.terminate();
    expect((await failureOf(sessions.start({ key: 'k' }))).kind).toBe('conflict');
  });

  it('believes in a session that lookups do not show yet', async () => {
    const { sessions, logger } = setUp({ invisibleMs: 20_000 });
    expect((await sessions.start({ key: 'k' })).state).toBe('creating');
    expect(logger.entries).toEqual([]);
  });

  it('C-111 does not forget a session because it cannot be looked at', async () => {
    const { scene, sessions, service, oracle, logger } = setUp();
    service.faults.add('describe', { kind: 'refused', code: 'Denied', httpStatus: 403 });
    const session = await sessions.start({ key: 'k' });
    expect(session.state).toBe('creating');
    expect(logger.entries).toEqual([
      {
        level: 'warn',
        fields: { session: session.handle.id, error: expect.objectContaining({ kind: 'forbidden' }) as unknown },
        message: 'describing the session of a key failed; using the answer of its start',
      },
    ]);
    await sessions.close();
    await scene.clock.advance(2_000);
    expect(oracle.live()).toEqual([]);
  });
});

describe('where the service knows starts by name', () => {
  const byName = { capabilities: { idempotency: 'name' } } as const;

  it('C-110 a key gives its session while it lives', async () => {
    const { scene, sessions, oracle } = setUp(byName);
    const first = await sessions.start({ key: 'nightly' });
    await scene.clock.advance(3_000);
    const again = await scene.settled(scene.process().sessions.start({ key: 'nightly' }));
    expect([again.handle, again.state, oracle.startedCount()]).toEqual([first.handle, 'ready', 1]);
    await first.terminate();
    expect((await failureOf(scene.settled(sessions.start({ key: 'nightly' })))).observation).toMatchObject({
      state: 'terminated',
    });
    const next = await scene.settled(sessions.start({ key: 'nightly', restart: true }));
    expect(next.handle.id).toBe(keyedToken('nightly', 2));
  });

  it('C-112 a start whose answer was lost and that is repeated finds its session', async () => {
    const { scene, sessions, service, oracle } = setUp(byName);
    service.faults.add('start', { kind: 'unavailable', effect: 'after' });
    const session = await scene.settled(sessions.start());
    expect([oracle.started.map(({ sessionId }) => sessionId), oracle.callCount('start')]).toEqual([
      [session.handle.id],
      2,
    ]);
  });

  it('C-112 a conflict with somebody else’s session stays a conflict', async () => {
    const scene = new Scene(byName);
    const { sessions: others } = scene.process();
    const theirs = await others.start();
    const conflict = new SessionError('conflict', 'the name is taken', { operation: 'start', handle: theirs.handle });
    const { ownership: _ownership, ...details } = theirs.status.details;
    for (const seen of [theirs.status, { ...theirs.status, details }]) {
      const adapter = adapterOf(scene, {
        start: () => Promise.reject(conflict),
        describe: () => Promise.resolve(seen),
      });
      const { sessions, logger } = scene.process({ adapter });
      const error = await failureOf(scene.settled(sessions.start()));
      expect(error).toMatchObject({ kind: 'conflict', handle: theirs.handle });
      expect(logger.entries).toEqual([]);
    }
  });

  describe('C-110 a token that the service knows with other options', () => {
    /** The first start of a key is refused because its token was used; the lists show no session of it. */
    const setUp = (lists: 'lists' | 'no lists') => {
      const scene = new Scene();
      const bare = adapterOf(scene);
      const refused = new SessionError('conflict', 'the token was used with other parameters', {
        operation: 'start',
        effect: 'none',
      });
      const tokens: string[] = [];
      const adapter = adapterOf(scene, {
        start: (request, call) => {
          tokens.push(request.token);
          return tokens.length === 1 ? Promise.reject(refused) : bare.start(request, call);
        },
        ...(lists === 'no lists' && {
          listPage: () => Promise.reject(new SessionError('forbidden', 'no', { operation: 'listPage' })),
        }),
      });
      const { sessions } = scene.process({ adapter });
      const start = (restart: boolean) => scene.settled(sessions.start({ key: 'k', restart }));
      return { scene, start, tokens };
    };

    it('is a conflict that says so, and restart starts the next session', async () => {
      const plain = setUp('lists');
      const failure = await failureOf(plain.start(false));
      expect(failure).toMatchObject({ kind: 'conflict', operation: 'start', effect: 'none' });
      expect(failure.message).toContain("key 'k' was used with other options, and its session has ended");
      expect(failure.advice).toContain('`restart: true`');
      const { scene, start, tokens } = setUp('lists');
      const session = await start(true);
      expect(scene.service.oracle.live()).toEqual([session.handle.id]);
      expect(tokens.map(generationOf)).toEqual([1, 2]);
    });

    it('starts no second session while nobody can tell whether the first one lives', async () => {
      const { scene, start, tokens } = setUp('no lists');
      const failure = await failureOf(start(true));
      expect(failure).toMatchObject({ kind: 'conflict', effect: 'none' });
      expect(failure.message).toContain('the token was used with other parameters');
      expect([scene.service.oracle.live(), tokens.length]).toEqual([[], 1]);
    });
  });

  it('C-112 a conflict that names no session is looked up in the list', async () => {
    const scene = new Scene();
    const bare = adapterOf(scene);
    const adapter = adapterOf(scene, {
      start: async (request, call) => {
        await bare.start(request, call);
        throw new SessionError('conflict', 'the token is taken', { operation: 'start' });
      },
    });
    const session = await scene.settled(scene.process({ adapter }).sessions.start());
    expect(scene.service.oracle.started.map(({ sessionId }) => sessionId)).toEqual([session.handle.id]);
  });
});

describe('SessionStarter', () => {
  it('hands on what is no SessionError', async () => {
    const scene = new Scene();
    const { logger, random } = scene.process();
    const provider = adapterOf(scene, { start: () => Promise.reject(new TypeError('broken')) });
    const { clock } = scene;
    const starter = new SessionStarter({
      provider,
      clock,
      random,
      logger,
      owner: 'team',
      environment: 'test',
      defaults: {},
    });
    await expect(starter.start({}, new UnsentCall(), new AbortController().signal)).rejects.toThrow(TypeError);
    expect(scene.service.oracle.callCount()).toBe(0);
  });
});
