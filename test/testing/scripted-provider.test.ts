import { describe, expect, it } from 'vitest';
import type { CallContext } from '../../src/contract/call-context.ts';
import type { Observation } from '../../src/contract/observation.ts';
import type { SessionHandle } from '../../src/contract/session-handle.ts';
import type { ListFilter } from '../../src/contract/session-provider.ts';
import type { StartRequest } from '../../src/contract/start-request.ts';
import type { StatementExecution } from '../../src/contract/statement-runner.ts';
import {
  ScriptedProvider,
  ScriptedService,
  SeededRandom,
  VirtualClock,
  type ScriptedServiceOptions,
} from '../../src/testing/index.ts';
import { startRequest, unlimitedCall } from '../calls.ts';

const MINUTE_MS = 60_000;

/** A scripted cloud with the calls that most tests make of it. */
function setUp(options: Partial<ScriptedServiceOptions> = {}) {
  const clock = new VirtualClock();
  const service = new ScriptedService({ clock, ...options });
  const provider = new ScriptedProvider({ service, clock });
  const start = async (overrides: Partial<StartRequest> = {}): Promise<SessionHandle> =>
    (await provider.start(startRequest({ idleTimeoutMs: 5 * MINUTE_MS, ...overrides }), unlimitedCall())).handle;
  return {
    clock,
    service,
    provider,
    start,
    startReady: async (overrides: Partial<StartRequest> = {}): Promise<SessionHandle> => {
      const handle = await start(overrides);
      await clock.advance(3_000);
      return handle;
    },
    describe: (handle: SessionHandle): Promise<Observation> => provider.describe(handle, unlimitedCall()),
    terminate: (handle: SessionHandle): Promise<Observation> => provider.terminate(handle, unlimitedCall()),
    list: async (filter: ListFilter = {}): Promise<readonly string[]> => {
      const { observations } = await provider.listPage(filter, undefined, unlimitedCall());
      return observations.map(({ handle }) => handle.id);
    },
    execute: (handle: SessionHandle, text: string, more: Partial<CallContext> = {}): Promise<StatementExecution> =>
      provider.statements!.execute(handle, { id: text, text }, unlimitedCall(more)),
  };
}

// What the contract asks of every provider is not repeated here: the conformance kit runs on the scripted provider.
describe('a scripted session lives on the clock', () => {
  it('starts, becomes ready, is asked to end and ends', async () => {
    const { clock, provider, service, describe, terminate } = setUp({ startMs: 3_000, terminateMs: 2_000 });
    const { handle, state, nativeState } = await provider.start(startRequest({ name: 'nightly' }), unlimitedCall());
    expect([state, nativeState]).toEqual(['creating', 'STARTING']);
    await clock.advance(2_999);
    expect((await describe(handle)).state).toBe('creating');
    await clock.advance(1);
    const ready = await describe(handle);
    expect(ready).toMatchObject({ state: 'ready', acceptsWork: true, final: false, sinceMs: clock.nowMs() });
    expect(ready.details).toMatchObject({ name: 'nightly', startedAtMs: clock.nowMs(), idleSinceMs: clock.nowMs() });
    expect(service.oracle.live()).toEqual([handle.id]);

    expect(await terminate(handle)).toMatchObject({ state: 'terminated', final: false });
    await clock.advance(2_000);
    const ended = { state: 'terminated', final: true, reason: 'stopped by a caller' };
    expect(await describe(handle)).toMatchObject(ended);
    expect([service.oracle.live(), service.oracle.ended()]).toEqual([[], [handle.id]]);
  });

  it('ends when it is idle for too long, counted from its last work, and at that time', async () => {
    const { clock, service, startReady, describe } = setUp();
    const handle = await startReady();
    await clock.advance(4 * MINUTE_MS);
    const release = service.occupy(handle.id);
    expect((await describe(handle)).state).toBe('busy');
    await clock.advance(60 * MINUTE_MS);
    release();
    const idleFromMs = clock.nowMs();
    await clock.advance(5 * MINUTE_MS - 1);
    expect((await describe(handle)).state).toBe('ready');
    await clock.advance(30 * MINUTE_MS);
    const ended = await describe(handle);
    expect(ended).toMatchObject({ state: 'terminated', final: true, reason: 'idle timeout reached' });
    expect(ended.details.endedAtMs).toBe(idleFromMs + 5 * MINUTE_MS + 2_000);
  });

  it('ends at its maximum lifetime although it works', async () => {
    const { clock, service, startReady, describe, execute } = setUp();
    service.statements.set('forever', { neverEnds: true });
    const handle = await startReady({ maxLifetimeMs: 10 * MINUTE_MS });
    const failed = expect(execute(handle, 'forever')).rejects.toMatchObject({ kind: 'session-failed' });
    await clock.advance(10 * MINUTE_MS);
    await failed;
    expect(await describe(handle)).toMatchObject({ reason: 'maximum lifetime reached' });
    expect(service.oracle.runningStatements()).toEqual([]);
  });

  it('ends at its maximum lifetime although its idle timeout would come later', async () => {
    const { clock, start, describe } = setUp();
    const handle = await start({ maxLifetimeMs: 3 * MINUTE_MS });
    await clock.advance(3 * MINUTE_MS - 1);
    expect((await describe(handle)).state).toBe('ready');
    await clock.advance(1);
    expect(await describe(handle)).toMatchObject({ reason: 'maximum lifetime reached' });
  });

  it('breaks, degrades, and shows states that no table knows', async () => {
    const { clock, service, startReady, describe, terminate } = setUp();
    service.faults.add('start', { kind: 'broken-start', reason: 'no capacity' });
    const first = await startReady();
    expect(await describe(first)).toMatchObject({ state: 'failed', final: true, reason: 'no capacity' });

    const second = await startReady();
    service.breakSession(second.id, 'coordinator lost', 'degraded');
    expect(await describe(second)).toMatchObject({ state: 'failed', final: false });
    expect(service.oracle.live()).toEqual([second.id]);
    await terminate(second);
    await clock.advance(2_000);
    expect(service.oracle.live()).toEqual([]);

    const third = await startReady();
    service.showState(third.id, 'HIBERNATING');
    const unknown = { state: undefined, nativeState: 'HIBERNATING', acceptsWork: false, final: false };
    expect(await describe(third)).toMatchObject(unknown);
    service.showState(third.id, undefined);
    service.breakSession(third.id, 'crash');
    expect(await describe(third)).toMatchObject({ state: 'failed', final: true, reason: 'crash' });
  });

  it('leaves no timer behind', async () => {
    const { clock, provider } = setUp({ latencyMs: 20 });
    const { handle } = await clock.runUntilSettled(provider.start(startRequest(), unlimitedCall({ deadline: 10_000 })));
    await clock.advance(3_000);
    const { signal, abort } = abortable();
    const described = provider.describe(handle, unlimitedCall({ signal, deadline: clock.monotonicMs() + 500 }));
    expect(clock.pendingTimers).toBe(2);
    abort();
    await expect(described).rejects.toMatchObject({ kind: 'aborted', effect: 'none', operation: 'describe' });
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('starting', () => {
  it('refuses a taken name and returns its holder, where names make starts unique', async () => {
    const { provider, service } = setUp({ capabilities: { idempotency: 'name' } });
    const request = startRequest();
    const { handle } = await provider.start(request, unlimitedCall());
    expect(handle.id).toBe(request.token);
    await expect(provider.start(request, unlimitedCall())).rejects.toMatchObject({
      kind: 'conflict',
      handle,
      effect: 'none',
    });
    expect(service.oracle.startedCount()).toBe(1);
  });

  it('has a quota that an ended session gives back', async () => {
    const { clock, start, terminate, describe } = setUp({ capabilities: { maxLiveSessions: 1 } });
    const handle = await start();
    await expect(start()).rejects.toMatchObject({ kind: 'quota-exceeded' });
    await terminate(handle);
    await clock.advance(2_000);
    expect((await describe(await start())).state).toBe('creating');
  });

  it('may be invisible to reads for a while, never to a stop', async () => {
    const { clock, service, start, describe, terminate, list } = setUp({ invisibleMs: 10_000 });
    const handle = await start();
    await expect(describe(handle)).rejects.toMatchObject({ kind: 'not-found' });
    expect(await list()).toEqual([]);
    await clock.advance(10_000);
    expect((await describe(handle)).state).toBe('ready');
    await terminate(await start());
    await clock.advance(2_000);
    expect(service.oracle.live()).toEqual([handle.id]);
  });
});

describe('faults', () => {
  it('come in the order in which they were queued, one call each', async () => {
    const { provider, service } = setUp();
    service.faults.add(
      'start',
      { kind: 'throttled', retryAfterMs: 700 },
      { kind: 'unavailable', effect: 'before' },
      { kind: 'refused', code: 'Denied', httpStatus: 403 },
      { kind: 'refused', code: 'Teapot', httpStatus: 418 },
    );
    const request = startRequest();
    for (const expected of [
      { kind: 'rate-limited', effect: 'none', retryAfterMs: 700 },
      { kind: 'unavailable', effect: 'unknown', operation: 'start' },
      { kind: 'forbidden', native: { code: 'Denied', httpStatus: 403 } },
      { kind: 'unexpected', effect: 'unknown', native: { code: 'Teapot' } },
    ]) {
      await expect(provider.start(request, unlimitedCall())).rejects.toMatchObject(expected);
    }
    expect(service.oracle.startedCount()).toBe(0);
    await provider.start(request, unlimitedCall());
    expect([service.oracle.startedCount(), service.oracle.callCount('start')]).toEqual([1, 5]);
  });

  it('may come after the effect, so that only the token finds the session', async () => {
    const { provider, service } = setUp();
    service.faults.add('start', { kind: 'unavailable', effect: 'after' }, { kind: 'lost-answer' });
    const request = startRequest();
    await expect(provider.start(request, unlimitedCall())).rejects.toMatchObject({
      kind: 'unavailable',
      effect: 'unknown',
    });
    const { signal, abort } = abortable();
    const lost = provider.start(request, unlimitedCall({ signal }));
    abort();
    await expect(lost).rejects.toMatchObject({ kind: 'aborted', effect: 'unknown' });
    await provider.start(request, unlimitedCall());
    expect(service.oracle.startedCount()).toBe(1);
  });

  it.each(['timeout', 'aborted'])('may make the service act late, after its caller is gone (%s)', async (kind) => {
    const { clock, provider, service } = setUp();
    service.faults.add('start', { kind: 'slow', delayMs: 800, effect: 'after' });
    const { signal, abort } = abortable();
    const deadline = kind === 'timeout' ? clock.monotonicMs() + 500 : Number.POSITIVE_INFINITY;
    const late = provider.start(startRequest(), unlimitedCall({ deadline, signal }));
    const failed = expect(late).rejects.toMatchObject({ kind, effect: 'unknown' });
    await clock.advance(600);
    if (kind === 'aborted') abort();
    await failed;
    expect(service.oracle.startedCount()).toBe(0);
    await clock.advance(200);
    expect(service.oracle.startedCount()).toBe(1);
  });

  it('may come at random, repeatably', async () => {
    const outcomes = async (): Promise<string> => {
      const { service, start, list } = setUp();
      const faults = [{ kind: 'throttled' }, { kind: 'unavailable', effect: 'before' }] as const;
      service.faults.setRandom({ random: new SeededRandom(4), rate: 0.5, faults, operations: ['listPage'] });
      await start();
      let seen = '';
      for (let at = 0; at < 40; at++) {
        seen += await list().then(
          () => '.',
          (error: unknown) => (error as { kind: string }).kind.slice(0, 1),
        );
      }
      service.faults.clear();
      await list();
      return seen;
    };
    const first = await outcomes();
    expect(first).toBe(await outcomes());
    expect(new Set(first)).toEqual(new Set(['.', 'r', 'u']));
  });
});

describe('statements', () => {
  it('run, return batches, keep the session busy until they are read, and report their progress', async () => {
    const { clock, provider, service, startReady, describe, execute } = setUp();
    service.statements.set('ids', { columns: { id: 'integer' }, rows: [[1], [2], [3]], durationMs: 400 });
    const handle = await startReady();
    const running = execute(handle, 'ids');
    await clock.advance(100);
    expect(provider.statements?.progress(handle, 'ids')).toEqual({ fraction: 0.25 });
    expect((await describe(handle)).state).toBe('busy');
    await expect(execute(handle, 'SELECT 1')).rejects.toMatchObject({ kind: 'conflict' });
    await clock.advance(300);
    const execution = await running;
    const batches = [];
    for await (const batch of execution.batches()) batches.push(batch.rowCount);
    expect(batches).toEqual([2, 1]);
    expect((await describe(handle)).state).toBe('ready');
    expect(provider.statements?.progress(handle, 'ids')).toBeUndefined();
    await expect(execution.batches()[Symbol.asyncIterator]().next()).rejects.toMatchObject({ kind: 'conflict' });
  });
});

describe('the service', () => {
  it('keeps its time when the wall clock jumps', async () => {
    const { clock, start, describe, list } = setUp();
    const handle = await start();
    clock.jumpWallTime(-86_400_000);
    await clock.advance(3_000);
    expect((await describe(handle)).state).toBe('ready');
    expect(await list()).toEqual([handle.id]);
  });

  it('records every request with its operation, token and attempt', async () => {
    const { provider, service } = setUp();
    const request = startRequest();
    const { handle } = await provider.start(request, unlimitedCall({ attempt: 3 }));
    await provider.describe(handle, unlimitedCall());
    expect(service.oracle.calls).toMatchObject([
      { operation: 'start', token: request.token, attempt: 3 },
      { operation: 'describe', sessionId: handle.id, attempt: 1 },
    ]);
  });
});

/** A signal and the function that aborts it. */
function abortable(): { readonly signal: AbortSignal; readonly abort: () => void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}
