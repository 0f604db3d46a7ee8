import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { AttachTarget } from '../../src/session/attach-target.ts';
import type { CallOptions } from '../../src/session/call-context.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import type { SessionStatus } from '../../src/session/session-tracker.ts';
import { adapterOf, handleOf, Scene, type SceneOptions } from './scene.ts';
import { failureOf } from '../failure-of.ts';

const ENDED_MS = 10_000;

function setUp(options: SceneOptions = {}) {
  const scene = new Scene(options);
  const { sessions, logger, provider } = scene.process();
  return {
    scene,
    sessions,
    logger,
    provider,
    service: scene.service,
    clock: scene.clock,
    oracle: scene.service.oracle,
  };
}

describe('Sessions', () => {
  it('says where it works', () => {
    const { sessions, provider } = setUp();
    expect([sessions.environment, sessions.dialect, sessions.provider]).toEqual(['test', 'duckdb', provider]);
  });

  it('starts a session and tells its first state', async () => {
    const { sessions, oracle } = setUp();
    const session = await sessions.start({ name: 'nightly' });
    expect([session.state, session.owned, session.dialect]).toEqual(['creating', true, 'duckdb']);
    expect(session.status.details).toMatchObject({ name: 'nightly', ownership: { owner: 'data-platform' } });
    expect(oracle.live()).toEqual([session.handle.id]);
  });

  it('hands on wrong options before any I/O', async () => {
    const { sessions, oracle } = setUp();
    const wrong = { idleTimeout: 5 } as object;
    expect((await failureOf(sessions.start(wrong))).kind).toBe('invalid-request');
    expect(oracle.callCount()).toBe(0);
  });
});

describe('Sessions.attach', () => {
  it('takes a handle, its JSON text, or a key', async () => {
    const { scene, sessions } = setUp();
    const started = await scene.process().sessions.start({ key: 'nightly' });
    const { handle } = started;
    for (const target of [handle, JSON.stringify(started), JSON.stringify(handle), { key: 'nightly' }]) {
      const attached = await sessions.attach(target);
      expect([attached.handle, attached.owned, attached.state]).toEqual([handle, false, 'creating']);
    }
  });

  it('C-110 finds the latest generation of a key among many sessions, also across pages', async () => {
    const { scene, sessions } = setUp({ capabilities: { listPageSize: 2, maxLiveSessions: false } });
    const owner = scene.process().sessions;
    for (let generation = 1; generation < 12; generation++) {
      await owner.start();
      await (await owner.start({ key: 'nightly', restart: true })).terminate();
    }
    const latest = await owner.start({ key: 'nightly', restart: true });
    await owner.start({ key: 'nightly-2' });
    expect((await sessions.attach({ key: 'nightly' })).handle).toEqual(latest.handle);
  });

  it('C-110 finds the latest generation in whatever order they are listed, past sessions that nobody owns', async () => {
    const { scene } = setUp();
    const owner = scene.process().sessions;
    const generations = [];
    for (let generation = 1; generation <= 3; generation++) {
      const session = await owner.start({ key: 'nightly', restart: true });
      generations.push(await session.terminate());
    }
    const [first, second, third] = generations as [SessionStatus, SessionStatus, SessionStatus];
    const { ownership: _ownership, ...details } = first.details;
    const unowned = { ...first, handle: handleOf(scene, 'ss-unowned'), details };
    const adapter = adapterOf(scene, {
      listPage: () => Promise.resolve({ observations: [unowned, second, third, first] }),
    });
    const attached = await scene.process({ adapter }).sessions.attach({ key: 'nightly' });
    expect(attached.handle).toEqual(third.handle);
  });

  it('fails with not-found for a key that nothing is listed of', async () => {
    const { scene, sessions, clock } = setUp();
    await scene.process().sessions.start({ key: 'nightly' });
    const error = await failureOf(sessions.attach({ key: 'nightl' }));
    expect(error).toMatchObject({ kind: 'not-found', operation: 'attach', provider: 'scripted' });
    expect(error.message).toContain("no live session in 'scripted-scope' has key 'nightl'");
    expect(clock.pendingTimers).toBe(0);
  });

  it('fails with not-found for a handle that nobody knows, and is quickly told so', async () => {
    const { scene, sessions } = setUp();
    const started = await scene.process().sessions.start();
    const error = await failureOf(sessions.attach({ ...started.handle, id: 'ss-unknown' }));
    expect(error).toMatchObject({ kind: 'not-found', operation: 'describe' });
  });

  it.each<[string, unknown, string]>([
    ['null', null, 'got null'],
    ['undefined', undefined, 'got undefined'],
    ['an id', 'ss-1', 'must be its JSON form'],
    ['nothing', '', 'must be its JSON form'],
    ['a number', 7, 'got number'],
    ['another version', { v: 2, provider: 'scripted', scope: 'scripted-scope', id: 'x' }, 'of version 2'],
    ['another provider', { v: 1, provider: 'athena', scope: 'scripted-scope', id: 'x' }, "of provider 'athena'"],
    ['another scope', { v: 1, provider: 'scripted', scope: 'elsewhere', id: 'x' }, "of 'elsewhere'"],
    ['an empty id', { v: 1, provider: 'scripted', scope: 'scripted-scope', id: ' ' }, "handle's id must be a text"],
    ['an empty key', { key: '' }, "'key': expected a text of 1 to 512 characters"],
    ['no key', { key: undefined }, "'key': expected a text"],
    ['a number as key', { key: 7 }, "'key': expected a text"],
  ])('C-034 refuses %s before any I/O', async (_what, target, why) => {
    const { sessions, oracle } = setUp();
    const error = await failureOf(sessions.attach(target as AttachTarget));
    expect([error.kind, error.operation]).toEqual(['invalid-request', 'attach']);
    expect(error.message).toContain(why);
    expect(oracle.callCount()).toBe(0);
  });

  it.each([
    [{ timeoutMs: 'soon' }, "'timeoutMs': expected a number of milliseconds, 0 or more"],
    [{ timeoutMs: '5000' }, "'timeoutMs': expected"],
    [{ timeoutMs: -1 }, "'timeoutMs': expected"],
    [{ timeoutMs: Number.NaN }, "'timeoutMs': expected"],
    [{ timeout: 5 }, "'timeout': unknown key; did you mean timeoutMs?"],
    [null, 'options of attach: expected a map'],
  ])('refuses the options %j', async (options, why) => {
    const { sessions, oracle } = setUp();
    const error = await failureOf(sessions.attach({ key: 'k' }, options as CallOptions));
    expect(error.kind).toBe('invalid-request');
    expect(error.message).toContain(why);
    expect(oracle.callCount()).toBe(0);
  });

  it('keeps its signal and its time, by handle and by key', async () => {
    const { scene, sessions, service, clock } = setUp({ latencyMs: 400, capabilities: { listPageSize: 1 } });
    const { handle } = await scene.settled(scene.process().sessions.start());
    await scene.settled(scene.process().sessions.start());
    for (const target of [handle, { key: 'k' }]) {
      const startedMs = clock.monotonicMs();
      const late = await failureOf(scene.settled(sessions.attach(target, { timeoutMs: 300 })));
      expect([late.kind, clock.monotonicMs() - startedMs]).toEqual(['timeout', 300]);
      const controller = new AbortController();
      const attaching = failureOf(sessions.attach(target, { signal: controller.signal }));
      await clock.advance(100);
      controller.abort();
      expect(await attaching).toMatchObject({ kind: 'aborted', operation: 'key' in target ? 'attach' : 'describe' });
      expect([clock.pendingTimers, getEventListeners(controller.signal, 'abort')]).toEqual([0, []]);
    }
    // Two pages take longer than one call: the limit is for the whole look.
    const late = await failureOf(scene.settled(sessions.attach({ key: 'k' }, { timeoutMs: 600 })));
    expect(late.message).toBe("listing sessions to find key 'k' took longer than 600 ms; raise timeoutMs");
    expect(service.oracle.startedCount()).toBe(2);
  });
});

describe('a start whose caller gives up', () => {
  it('C-111 before it began does nothing', async () => {
    const { sessions, oracle } = setUp();
    const error = await failureOf(sessions.start({ signal: AbortSignal.abort('stop') }));
    expect(error).toMatchObject({ kind: 'aborted', operation: 'start', effect: 'none', cause: 'stop' });
    expect(oracle.callCount()).toBe(0);
  });

  it.each([
    [undefined, 'terminated', 0],
    ['terminate', 'terminated', 0],
    ['detach', 'left running', 1],
  ] as const)('C-111 on the way: onAbort %s; the session that appears is %s', async (onAbort, fate, live) => {
    const { scene, sessions, oracle, logger, clock } = setUp({ latencyMs: 500 });
    const controller = new AbortController();
    const starting = failureOf(sessions.start({ signal: controller.signal, onAbort }));
    await clock.advance(100);
    controller.abort('stop');
    // At once: no time passes.
    expect(await starting).toMatchObject({ kind: 'aborted', operation: 'start', effect: 'unknown', cause: 'stop' });
    await clock.advance(ENDED_MS);
    const [started] = oracle.started;
    expect([oracle.live().length, oracle.callCount('terminate')]).toEqual([live, 1 - live]);
    expect(logger.entries).toEqual([
      {
        level: 'info',
        fields: { session: started?.sessionId },
        message: `the session of an aborted start was ${fate}`,
      },
    ]);
    expect([clock.pendingTimers, getEventListeners(controller.signal, 'abort')]).toEqual([0, []]);
    await scene.settled(sessions.close());
    expect(oracle.live()).toHaveLength(live);
  });

  it.each([
    ['terminate', 'terminated'],
    ['detach', 'left running'],
  ] as const)('a start that takes longer than its timeoutMs ends as an aborted one: %s', async (onAbort, fate) => {
    const { scene, sessions, service, clock, logger } = setUp();
    service.faults.add('start', { kind: 'slow', delayMs: 5_000, effect: 'after' });
    const startedMs = clock.monotonicMs();
    const error = await failureOf(scene.settled(sessions.start({ timeoutMs: 2_000, onAbort })));
    expect(error).toMatchObject({ kind: 'timeout', operation: 'start', effect: 'unknown' });
    expect(error.message).toContain('start was not accepted within 2000 ms; a session that appears later is');
    expect(clock.monotonicMs() - startedMs).toBe(2_000);
    await clock.advance(4_000);
    expect(logger.messages('info')).toEqual([`the session of an aborted start was ${fate}`]);
  });

  it('C-111 after it has ended changes nothing: the session is held', async () => {
    const { sessions, oracle, clock } = setUp();
    const controller = new AbortController();
    const session = await sessions.start({ signal: controller.signal });
    controller.abort();
    await clock.advance(ENDED_MS);
    expect([oracle.live(), (await session.refresh()).state]).toEqual([[session.handle.id], 'ready']);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it('C-111 in the moment in which it ends leaves a session held or terminated, never forgotten', async () => {
    for (let turn = 0; turn < 40; turn++) {
      const { scene, sessions, oracle, clock } = setUp();
      const controller = new AbortController();
      const starting = sessions.start({ signal: controller.signal }).catch(() => undefined);
      for (let microtask = 0; microtask < turn; microtask++) await Promise.resolve();
      controller.abort();
      const session = await starting;
      await clock.advance(ENDED_MS);
      expect(oracle.live()).toEqual(session === undefined ? [] : [session.handle.id]);
      await scene.settled(sessions.close());
      await clock.advance(ENDED_MS);
      expect(oracle.live()).toEqual([]);
    }
  });

  it('C-111 is told in the log when nothing appears, or cannot be ended', async () => {
    const { scene, sessions, service, logger } = setUp({ latencyMs: 10 });
    for (const operation of ['start', 'terminate'] as const) {
      const controller = new AbortController();
      service.faults.add(operation, { kind: 'refused', code: 'Denied', httpStatus: 403 });
      const starting = failureOf(sessions.start({ signal: controller.signal }));
      if (operation === 'terminate') await scene.clock.advance(1);
      controller.abort();
      await starting;
      await scene.clock.advance(100);
      const what =
        operation === 'start' ? 'failed' : 'left a session that could not be terminated; closing tries again';
      expect(logger.entries.splice(0)).toMatchObject([
        { level: 'warn', fields: { error: { kind: 'forbidden', operation } }, message: `an aborted start ${what}` },
      ]);
    }
  });

  it.each([
    ['abort', 1, true],
    ['timeout', 1, true],
    ['abort', 100, false],
    ['timeout', 100, false],
  ] as const)(
    'C-111 by %s, and terminate is refused %i times: close tries again (ends it: %s)',
    async (how, times, ends) => {
      const { scene, sessions, service, oracle, clock } = setUp({ latencyMs: 500 });
      const refused = { kind: 'refused', code: 'Denied', httpStatus: 403 } as const;
      service.faults.add('terminate', ...Array.from({ length: times }, () => refused));
      const controller = new AbortController();
      const starting = failureOf(sessions.start(how === 'abort' ? { signal: controller.signal } : { timeoutMs: 100 }));
      await clock.advance(100);
      controller.abort();
      expect((await starting).effect).toBe('unknown');
      const closing = scene.settled(sessions.close());
      if (ends) await closing;
      else {
        const id = oracle.started[0]?.sessionId ?? '';
        const error = await failureOf(closing);
        expect(error).toMatchObject({ kind: 'forbidden', handle: { id } });
        expect(error.message).toContain(`session '${id}' may still be running`);
      }
      await clock.advance(ENDED_MS);
      expect(oracle.live()).toHaveLength(ends ? 0 : 1);
    },
  );

  it.each([
    ['terminate', 'rejects'],
    ['detach', 'resolves'],
  ] as const)('C-111 and the answer is lost and not found: with onAbort %s close %s', async (onAbort, outcome) => {
    const { scene, sessions, service, oracle, clock } = setUp({ invisibleMs: 300_000 });
    service.faults.add('start', ...Array.from({ length: 5 }, () => ({ kind: 'lost-answer' }) as const));
    const controller = new AbortController();
    const starting = failureOf(sessions.start({ signal: controller.signal, onAbort }));
    await clock.advance(100);
    controller.abort();
    expect((await starting).kind).toBe('aborted');
    const closing = scene.settled(sessions.close());
    if (outcome === 'resolves') return closing;
    const error = await failureOf(closing);
    const { token } = oracle.calls.find(({ operation }) => operation === 'start') ?? {};
    expect(error).toMatchObject({ operation: 'start', effect: 'unknown' });
    expect(error.message).toContain(`a session with token '${token ?? ''}' may be running`);
  });

  it('C-111 close waits for the session and sees it ended', async () => {
    const { scene, sessions, oracle, clock } = setUp({ latencyMs: 500 });
    const controller = new AbortController();
    const starting = failureOf(sessions.start({ signal: controller.signal }));
    await clock.advance(1);
    controller.abort();
    await starting;
    await scene.settled(sessions.close());
    expect(oracle.callCount('terminate')).toBe(1);
    await clock.advance(ENDED_MS);
    expect([oracle.startedCount(), oracle.live(), clock.pendingTimers]).toEqual([1, [], 0]);
  });

  it('C-111 hands the session of a key over to whoever else here asked for it', async () => {
    const { scene, sessions, oracle, clock, logger } = setUp({ latencyMs: 500 });
    const controller = new AbortController();
    const givenUp = failureOf(sessions.start({ key: 'nightly', signal: controller.signal }));
    await clock.advance(250);
    const wanted = sessions.start({ key: 'nightly' });
    await clock.advance(100);
    controller.abort();
    await givenUp;
    const session = await scene.settled(wanted);
    await clock.advance(ENDED_MS);
    expect([oracle.live(), oracle.callCount('terminate')]).toEqual([[session.handle.id], 0]);
    expect(logger.messages('info')).toEqual(['the session of an aborted start was handed over']);
    // And the same for one that is held already.
    const again = new AbortController();
    const second = failureOf(sessions.start({ key: 'nightly', signal: again.signal }));
    await clock.advance(1);
    again.abort();
    await second;
    await clock.advance(ENDED_MS);
    expect(oracle.live()).toEqual([session.handle.id]);
  });

  it('C-111 ends with close what was handed over to somebody who only attached to it', async () => {
    const { scene, sessions, oracle, clock, logger } = setUp({ latencyMs: 500 });
    const { handle } = await scene.settled(scene.process().sessions.start({ key: 'nightly' }));
    const attached = await scene.settled(sessions.attach({ key: 'nightly' }));
    const controller = new AbortController();
    const starting = failureOf(sessions.start({ key: 'nightly', signal: controller.signal }));
    await clock.advance(1);
    controller.abort();
    await starting;
    await clock.advance(ENDED_MS);
    expect([oracle.live(), attached.owned]).toEqual([[handle.id], false]);
    expect(logger.messages('info')).toEqual(['the session of an aborted start was handed over']);
    await scene.settled(sessions.close());
    await clock.advance(ENDED_MS);
    expect(oracle.live()).toEqual([]);
  });

  it('C-111 ends the session of a key that was let go of here before: nobody here holds it', async () => {
    const { scene, sessions, oracle, clock } = setUp({ latencyMs: 500 });
    await scene.settled(scene.process().sessions.start({ key: 'nightly' }));
    const attached = await scene.settled(sessions.attach({ key: 'nightly' }));
    await attached.close();
    const controller = new AbortController();
    const starting = failureOf(sessions.start({ key: 'nightly', signal: controller.signal }));
    await clock.advance(1);
    controller.abort();
    await starting;
    await clock.advance(ENDED_MS);
    expect(oracle.live()).toEqual([]);
  });

  it('C-111 two that give up on one key end its session', async () => {
    const { sessions, oracle, clock } = setUp({ latencyMs: 500 });
    const controller = new AbortController();
    const starts = [1, 2].map(() => failureOf(sessions.start({ key: 'nightly', signal: controller.signal })));
    await sessions.start({ key: 'other', signal: AbortSignal.abort() }).catch(() => undefined);
    await clock.advance(1);
    controller.abort();
    await Promise.all(starts);
    await clock.advance(ENDED_MS);
    expect([oracle.startedCount(), oracle.live()]).toEqual([1, []]);
  });
});

describe('Sessions.close', () => {
  it('C-113 terminates what was started here and leaves what was attached', async () => {
    const { scene, sessions, oracle, clock } = setUp();
    const theirs = await scene.process().sessions.start();
    const ours = await Promise.all([sessions.start(), sessions.start()]);
    const attached = await sessions.attach(theirs.handle);
    const detached = await sessions.start();
    detached.detach();
    await sessions.close();
    await clock.advance(ENDED_MS);
    expect(new Set(oracle.live())).toEqual(new Set([theirs.handle.id, detached.handle.id]));
    for (const session of [...ours, attached]) expect((await failureOf(session.refresh())).kind).toBe('conflict');
  });

  it('C-113 does not end twice what was closed before', async () => {
    const { sessions, oracle } = setUp();
    const session = await sessions.start();
    await session.close();
    await sessions.close();
    expect(oracle.callCount('terminate')).toBe(1);
  });

  it('C-113 waits for starts that are under way and ends their sessions', async () => {
    const { scene, sessions, oracle, clock } = setUp({ latencyMs: 500 });
    const starting = sessions.start();
    await clock.advance(1);
    await scene.settled(sessions.close());
    const session = await starting;
    await clock.advance(ENDED_MS);
    expect([oracle.startedCount(), oracle.live()]).toEqual([1, []]);
    expect((await failureOf(session.refresh())).message).toContain('was already closed');
  });

  it('C-113 is not kept from closing by a start that fails', async () => {
    const { scene, sessions, service, clock } = setUp({ latencyMs: 500 });
    service.faults.add('start', { kind: 'refused', code: 'Denied', httpStatus: 403 });
    const starting = failureOf(sessions.start());
    await scene.settled(sessions.close());
    expect([(await starting).kind, clock.pendingTimers]).toEqual(['forbidden', 0]);
  });

  it('C-113 holds no session that is attached to meanwhile', async () => {
    const { scene, sessions } = setUp({ latencyMs: 500 });
    const { handle } = await scene.settled(scene.process().sessions.start());
    const attaching = failureOf(sessions.attach(handle));
    await scene.settled(sessions.close());
    expect(await scene.settled(attaching)).toMatchObject({ kind: 'conflict', operation: 'attach' });
  });

  it('C-113 tells the one failure as it is', async () => {
    const { scene, sessions, service, oracle, clock } = setUp();
    const [first] = await Promise.all([sessions.start(), sessions.start()]);
    service.faults.add('terminate', { kind: 'refused', code: 'Denied', httpStatus: 403 });
    const error = await failureOf(scene.settled(sessions.close()));
    expect(error).toMatchObject({ kind: 'forbidden', operation: 'terminate', handle: first.handle });
    await clock.advance(ENDED_MS);
    expect(oracle.live()).toEqual([first.handle.id]);
  });

  it('C-113 tells all failures, the first one first, and that of the provider last', async () => {
    const scene = new Scene();
    const closed: string[] = [];
    const unclosable = new SessionError('internal', 'the engine hangs', { operation: 'close' });
    const adapter = adapterOf(scene, {
      close: () => {
        closed.push('provider');
        return Promise.reject(unclosable);
      },
    });
    const { sessions } = scene.process({ adapter });
    const started = await Promise.all([sessions.start(), sessions.start(), sessions.start()]);
    const refused = { kind: 'refused', code: 'Denied', httpStatus: 403 } as const;
    scene.service.faults.add('terminate', refused, refused);
    const error: unknown = await scene.settled(sessions.close()).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(AggregateError);
    const { errors, message } = error as AggregateError;
    expect(errors.map((each: SessionError) => each.handle?.id ?? each.message)).toEqual([
      started[0].handle.id,
      started[1].handle.id,
      'the engine hangs',
    ]);
    expect([message, closed]).toEqual([
      'closing failed 3 times; idle timeouts end sessions that still run',
      ['provider'],
    ]);
  });

  it('C-113 tells a failure of the provider alone as it is', async () => {
    const scene = new Scene();
    const unclosable = new SessionError('internal', 'the engine hangs', { operation: 'close' });
    const { sessions } = scene.process({ adapter: adapterOf(scene, { close: () => Promise.reject(unclosable) }) });
    expect(await failureOf(sessions.close())).toBe(unclosable);
  });

  it('C-113 a second close, and everything else afterwards, is a conflict', async () => {
    const { scene, sessions, oracle } = setUp();
    const { handle } = await scene.process().sessions.start();
    await sessions.close();
    const calls = oracle.callCount();
    const attempts = {
      close: () => sessions.close(),
      start: () => sessions.start(),
      attach: () => sessions.attach(handle),
      list: async () => sessions.list(),
    };
    for (const [operation, attempt] of Object.entries(attempts)) {
      const error = await failureOf(attempt());
      expect(error).toMatchObject({ kind: 'conflict', operation });
      expect(error.message).toBe(`these sessions are closed; open them again to ${operation}`);
    }
    expect(oracle.callCount()).toBe(calls);
  });

  it('C-113 await using closes, and is quiet after an explicit close', async () => {
    const { scene, sessions, oracle, clock } = setUp();
    await sessions.start();
    await sessions[Symbol.asyncDispose]();
    await clock.advance(ENDED_MS);
    expect(oracle.live()).toEqual([]);
    await sessions[Symbol.asyncDispose]();
    const other = scene.process().sessions;
    await other.close();
    await other[Symbol.asyncDispose]();
    expect(oracle.callCount('terminate')).toBe(1);
  });

  it('C-113 await using tells what fails, but nothing that close has told before', async () => {
    const { scene, sessions, service } = setUp();
    await sessions.start();
    const refused = { kind: 'refused', code: 'Denied', httpStatus: 403 } as const;
    service.faults.add('terminate', refused);
    expect((await failureOf(sessions[Symbol.asyncDispose]())).kind).toBe('forbidden');
    const other = scene.process().sessions;
    await other.start();
    service.faults.add('terminate', refused);
    expect((await failureOf(other.close())).kind).toBe('forbidden');
    await other[Symbol.asyncDispose]();
  });

  it('C-113 await using waits for a close that is under way', async () => {
    const { scene, sessions, oracle } = setUp({ latencyMs: 500 });
    await scene.settled(sessions.start());
    const closing = sessions.close();
    await scene.settled(sessions[Symbol.asyncDispose]());
    expect(oracle.callCount('terminate')).toBe(1);
    await closing;
  });
});
