import { describe, expect, it } from 'vitest';
import type { SessionProvider } from '../../src/contract/session-provider.ts';
import type { CallContext } from '../../src/contract/call-context.ts';
import type { StartRequest } from '../../src/contract/start-request.ts';
import {
  ScriptedProvider,
  ScriptedService,
  VirtualClock,
  type ScriptedServiceOptions,
} from '../../src/testing/index.ts';

const MINUTE_MS = 60_000;
const call = (overrides: Partial<CallContext> = {}): CallContext => ({
  signal: new AbortController().signal,
  deadline: Number.POSITIVE_INFINITY,
  attempt: 1,
  ...overrides,
});
let tokens = 0;
const startRequest = (overrides: Partial<StartRequest> = {}): StartRequest => ({
  owner: 'data-platform',
  token: `t${String(++tokens).padStart(39, '0')}`,
  idleTimeoutMs: 5 * MINUTE_MS,
  labels: {},
  ...overrides,
});

function setUp(options: Partial<ScriptedServiceOptions> = {}) {
  const clock = new VirtualClock();
  const service = new ScriptedService({ clock, ...options });
  return { clock, service, provider: new ScriptedProvider({ service, clock }) };
}

async function startReady({ provider, clock }: { provider: SessionProvider; clock: VirtualClock }) {
  const { handle } = await provider.start(startRequest(), call());
  await clock.advance(3_000);
  return handle;
}

describe('a scripted session lives on the clock', () => {
  it('starts, becomes ready, is asked to end and ends', async () => {
    const { clock, provider, service } = setUp({ startMs: 3_000, terminateMs: 2_000 });
    const { handle, state, nativeState } = await provider.start(startRequest({ name: 'nightly' }), call());
    expect([state, nativeState]).toEqual(['creating', 'STARTING']);
    await clock.advance(2_999);
    expect((await provider.describe(handle, call())).state).toBe('creating');
    await clock.advance(1);
    const ready = await provider.describe(handle, call());
    expect(ready).toMatchObject({ state: 'ready', acceptsWork: true, final: false, sinceMs: clock.nowMs() });
    expect(ready.details).toMatchObject({ name: 'nightly', startedAtMs: clock.nowMs(), idleSinceMs: clock.nowMs() });
    expect(service.oracle.live()).toEqual([handle.id]);

    expect(await provider.terminate(handle, call())).toMatchObject({ state: 'terminated', final: false });
    await clock.advance(2_000);
    expect(await provider.describe(handle, call())).toMatchObject({
      state: 'terminated',
      final: true,
      reason: 'stopped by a caller',
    });
    expect([service.oracle.live(), service.oracle.ended()]).toEqual([[], [handle.id]]);
  });

  it('ends when it is idle for too long, counting from its last work, and at the time when that happened', async () => {
    const fixture = setUp();
    const { clock, provider, service } = fixture;
    const handle = await startReady(fixture);
    await clock.advance(4 * MINUTE_MS);
    const letGo = service.occupy(handle.id);
    expect((await provider.describe(handle, call())).state).toBe('busy');
    await clock.advance(60 * MINUTE_MS);
    letGo();
    const idleFromMs = clock.nowMs();
    await clock.advance(5 * MINUTE_MS - 1);
    expect((await provider.describe(handle, call())).state).toBe('ready');
    await clock.advance(30 * MINUTE_MS);
    const ended = await provider.describe(handle, call());
    expect(ended).toMatchObject({ state: 'terminated', final: true, reason: 'idle timeout reached' });
    expect(ended.details.endedAtMs).toBe(idleFromMs + 5 * MINUTE_MS + 2_000);
  });

  it('ends at its maximum lifetime although it works', async () => {
    const { clock, provider, service } = setUp();
    service.statements.set('forever', { neverEnds: true });
    const { handle } = await provider.start(startRequest({ maxLifetimeMs: 10 * MINUTE_MS }), call());
    await clock.advance(3_000);
    const running = provider.statements?.execute(handle, { id: 'one', text: 'forever' }, call());
    const failed = expect(running).rejects.toMatchObject({ kind: 'session-failed' });
    await clock.advance(10 * MINUTE_MS);
    await failed;
    expect(await provider.describe(handle, call())).toMatchObject({ reason: 'maximum lifetime reached' });
    expect(service.oracle.runningStatements()).toEqual([]);
  });

  it('ends at its maximum lifetime although its idle timeout would come later', async () => {
    const { clock, provider } = setUp();
    const { handle } = await provider.start(startRequest({ maxLifetimeMs: 3 * MINUTE_MS }), call());
    await clock.advance(3 * MINUTE_MS - 1);
    expect((await provider.describe(handle, call())).state).toBe('ready');
    await clock.advance(1);
    expect(await provider.describe(handle, call())).toMatchObject({ reason: 'maximum lifetime reached' });
  });

  it('breaks, degrades, and shows words that no table knows', async () => {
    const fixture = setUp();
    const { clock, provider, service } = fixture;
    service.faults.add('start', { kind: 'broken-start', reason: 'no capacity' });
    const { handle: first } = await provider.start(startRequest(), call());
    await clock.advance(3_000);
    expect(await provider.describe(first, call())).toMatchObject({
      state: 'failed',
      final: true,
      reason: 'no capacity',
    });

    const second = await startReady(fixture);
    service.breakSession(second.id, 'coordinator lost', 'degraded');
    expect(await provider.describe(second, call())).toMatchObject({ state: 'failed', final: false });
    expect(service.oracle.live()).toEqual([second.id]);
    await provider.terminate(second, call());
    await clock.advance(2_000);
    expect(service.oracle.live()).toEqual([]);

    const third = await startReady(fixture);
    service.showState(third.id, 'HIBERNATING');
    expect(await provider.describe(third, call())).toMatchObject({
      state: undefined,
      nativeState: 'HIBERNATING',
      acceptsWork: false,
      final: false,
    });
    service.showState(third.id, undefined);
    service.breakSession(third.id, 'crash');
    expect(await provider.describe(third, call())).toMatchObject({ state: 'failed', final: true, reason: 'crash' });
  });

  it('leaves no timer behind', async () => {
    const fixture = setUp({ latencyMs: 20 });
    const { clock, provider } = fixture;
    const { handle } = await clock.runUntilSettled(provider.start(startRequest(), call({ deadline: 10_000 })));
    await clock.advance(3_000);
    const controller = new AbortController();
    const looking = provider.describe(handle, call({ signal: controller.signal, deadline: clock.monotonicMs() + 500 }));
    expect(clock.pendingTimers).toBe(2);
    controller.abort();
    await expect(looking).rejects.toMatchObject({ kind: 'aborted', effect: 'none', operation: 'describe' });
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('starting', () => {
  it('knows a token for ever', async () => {
    const { clock, provider, service } = setUp();
    const request = startRequest();
    const [first, second] = await Promise.all([provider.start(request, call()), provider.start(request, call())]);
    await clock.advance(24 * 60 * MINUTE_MS);
    const third = await provider.start(request, call());
    expect(new Set([first.handle.id, second.handle.id, third.handle.id]).size).toBe(1);
    expect(service.oracle.startedCount(request.token)).toBe(1);
  });

  it('refuses a taken name and says who has it, where sessions are told apart by name', async () => {
    const { provider, service } = setUp({ capabilities: { idempotency: 'name' } });
    const request = startRequest();
    const { handle } = await provider.start(request, call());
    expect(handle.id).toBe(request.token);
    await expect(provider.start(request, call())).rejects.toMatchObject({ kind: 'conflict', handle, effect: 'none' });
    expect(service.oracle.startedCount()).toBe(1);
  });

  it('has a quota that an ended session gives back', async () => {
    const { clock, provider } = setUp({ capabilities: { maxLiveSessions: 1 } });
    const { handle } = await provider.start(startRequest(), call());
    await expect(provider.start(startRequest(), call())).rejects.toMatchObject({ kind: 'quota-exceeded' });
    await provider.terminate(handle, call());
    await clock.advance(2_000);
    await expect(provider.start(startRequest(), call())).resolves.toMatchObject({ state: 'creating' });
  });

  it('counts idle time in minutes, rounded up', async () => {
    const { provider } = setUp();
    const { details } = await provider.start(startRequest({ idleTimeoutMs: 90_000 }), call());
    expect(details.idleTimeoutMs).toBe(120_000);
  });

  it('may be invisible to reads for a while, never to a stop', async () => {
    const { clock, provider, service } = setUp({ invisibleMs: 10_000 });
    const { handle } = await provider.start(startRequest(), call());
    await expect(provider.describe(handle, call())).rejects.toMatchObject({ kind: 'not-found' });
    expect((await provider.listPage({}, undefined, call())).observations).toEqual([]);
    await clock.advance(10_000);
    expect((await provider.describe(handle, call())).state).toBe('ready');
    const { handle: young } = await provider.start(startRequest(), call());
    await provider.terminate(young, call());
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
    const attempt = () => provider.start(request, call());
    await expect(attempt()).rejects.toMatchObject({ kind: 'rate-limited', effect: 'none', retryAfterMs: 700 });
    await expect(attempt()).rejects.toMatchObject({ kind: 'unavailable', effect: 'unknown', operation: 'start' });
    await expect(attempt()).rejects.toMatchObject({ kind: 'forbidden', native: { code: 'Denied', httpStatus: 403 } });
    await expect(attempt()).rejects.toMatchObject({
      kind: 'unexpected',
      effect: 'unknown',
      native: { code: 'Teapot' },
    });
    expect(service.oracle.startedCount()).toBe(0);
    await attempt();
    expect([service.oracle.startedCount(), service.oracle.callCount('start')]).toEqual([1, 5]);
  });

  it('may strike after the effect, so that only the token finds the session again', async () => {
    const { provider, service } = setUp();
    service.faults.add('start', { kind: 'unavailable', effect: 'after' }, { kind: 'lost-answer' });
    const request = startRequest();
    await expect(provider.start(request, call())).rejects.toMatchObject({ kind: 'unavailable', effect: 'unknown' });
    const controller = new AbortController();
    const lost = provider.start(request, call({ signal: controller.signal }));
    controller.abort();
    await expect(lost).rejects.toMatchObject({ kind: 'aborted', effect: 'unknown' });
    await provider.start(request, call());
    expect(service.oracle.startedCount()).toBe(1);
  });

  it.each(['deadline', 'abort'])('may make the service act late, after its caller has gone (%s)', async (why) => {
    const { clock, provider, service } = setUp();
    service.faults.add('start', { kind: 'slow', delayMs: 800, effect: 'after' });
    const controller = new AbortController();
    const deadline = why === 'deadline' ? clock.monotonicMs() + 500 : Number.POSITIVE_INFINITY;
    const late = provider.start(startRequest(), call({ deadline, signal: controller.signal }));
    const kind = why === 'deadline' ? 'timeout' : 'aborted';
    const failed = expect(late).rejects.toMatchObject({ kind, effect: 'unknown' });
    await clock.advance(600);
    if (why === 'abort') controller.abort();
    await failed;
    expect(service.oracle.startedCount()).toBe(0);
    await clock.advance(200);
    expect(service.oracle.startedCount()).toBe(1);
  });

  it('may come by chance, repeatably', async () => {
    const outcomes = async (): Promise<string> => {
      const { provider, service } = setUp();
      const { SeededRandom } = await import('../../src/testing/seeded-random.ts');
      const faults = [{ kind: 'throttled' }, { kind: 'unavailable', effect: 'before' }] as const;
      service.faults.setRandom({ random: new SeededRandom(4), rate: 0.5, faults, operations: ['listPage'] });
      await provider.start(startRequest(), call());
      let seen = '';
      for (let at = 0; at < 40; at++) {
        seen += await provider.listPage({}, undefined, call()).then(
          () => '.',
          (error: unknown) => (error as { kind: string }).kind.slice(0, 1),
        );
      }
      service.faults.clear();
      await provider.listPage({}, undefined, call());
      return seen;
    };
    const first = await outcomes();
    expect(first).toBe(await outcomes());
    expect(new Set(first)).toEqual(new Set(['.', 'r', 'u']));
  });
});

describe('listing', () => {
  it('goes page by page in the order of creation, and filters', async () => {
    const { clock, provider } = setUp({ capabilities: { listPageSize: 3 } });
    const ids: string[] = [];
    for (let count = 0; count < 8; count++) {
      const labels = { team: count % 2 === 0 ? 'red' : 'blue' };
      ids.push((await provider.start(startRequest({ labels }), call())).handle.id);
      await clock.advance(1_000);
    }
    const all = async (filter: Parameters<SessionProvider['listPage']>[0]) => {
      const pages: string[][] = [];
      let next: string | undefined;
      do {
        const page = await provider.listPage(filter, next, call());
        expect(pages.length).toBeLessThan(10);
        pages.push(page.observations.map((observation) => observation.handle.id));
        next = page.next;
      } while (next !== undefined);
      return pages;
    };
    expect(await all({})).toEqual([ids.slice(0, 3), ids.slice(3, 6), ids.slice(6)]);
    expect((await all({ labels: { team: 'red' } })).flat()).toEqual(ids.filter((_, at) => at % 2 === 0));
    expect((await all({ states: ['creating'] })).flat()).toEqual(ids.slice(6));
    expect((await all({ createdAfterMs: clock.nowMs() - 3_000 })).flat()).toEqual(ids.slice(5));
  });

  it('leaves ended sessions out where the service does', async () => {
    const { clock, provider } = setUp({ capabilities: { listsFinal: false } });
    const { handle } = await provider.start(startRequest(), call());
    await provider.terminate(handle, call());
    expect((await provider.listPage({}, undefined, call())).observations).toHaveLength(1);
    await clock.advance(2_000);
    expect((await provider.listPage({}, undefined, call())).observations).toHaveLength(0);
  });
});

describe('other verbs', () => {
  it('opens endpoints and dashboards of sessions that take work, with a token that dies', async () => {
    const fixture = setUp();
    const { clock, provider } = fixture;
    const handle = await startReady(fixture);
    const endpoint = await provider.endpoint?.(handle, call());
    expect(endpoint).toMatchObject({ port: 443, tls: true, expiresAtMs: clock.nowMs() + 900_000 });
    expect((await provider.dashboard?.(handle, call()))?.url).toContain(handle.id);
    await provider.terminate(handle, call());
    await expect(provider.endpoint?.(handle, call())).rejects.toMatchObject({ kind: 'conflict' });
  });

  it('has only the members that its capabilities name', () => {
    const { provider } = setUp({ capabilities: { sql: false, sparkConnect: false, dashboard: false } });
    expect([provider.statements, provider.endpoint, provider.dashboard]).toEqual([undefined, undefined, undefined]);
  });

  it('refuses a foreign handle without asking the service, and an aborted call too', async () => {
    const fixture = setUp();
    const handle = await startReady(fixture);
    const { provider, service } = fixture;
    const before = service.oracle.callCount();
    for (const foreign of [{ provider: 'other' }, { scope: 'elsewhere' }]) {
      await expect(provider.terminate({ ...handle, ...foreign }, call())).rejects.toMatchObject({
        kind: 'invalid-request',
      });
    }
    await expect(provider.describe(handle, call({ signal: AbortSignal.abort() }))).rejects.toMatchObject({
      kind: 'aborted',
      effect: 'none',
    });
    expect(service.oracle.callCount()).toBe(before);
  });

  it('ends a session that it does not know', async () => {
    const { provider } = setUp();
    const handle = { v: 1, provider: 'scripted', scope: 'scripted-scope', id: 'nobody' } as const;
    await expect(provider.terminate(handle, call())).resolves.toMatchObject({ state: 'terminated', final: true });
    await expect(provider.describe(handle, call())).rejects.toMatchObject({ kind: 'not-found', handle });
  });
});

describe('statements', () => {
  it('run, give batches, keep the session busy until they are read, and tell how far they are', async () => {
    const fixture = setUp();
    const { clock, provider, service } = fixture;
    service.statements.set('SELECT id FROM flights', {
      columns: { id: 'integer' },
      rows: [[1], [2], [3]],
      durationMs: 400,
    });
    const handle = await startReady(fixture);
    const running = provider.statements?.execute(handle, { id: 'q1', text: 'SELECT id FROM flights' }, call());
    await clock.advance(100);
    expect(provider.statements?.progress(handle, 'q1')).toEqual({ fraction: 0.25 });
    expect((await provider.describe(handle, call())).state).toBe('busy');
    await expect(provider.statements?.execute(handle, { id: 'q2', text: 'SELECT 1' }, call())).rejects.toMatchObject({
      kind: 'conflict',
    });
    await clock.advance(300);
    const execution = await running;
    const batches = [];
    for await (const batch of execution?.batches() ?? []) batches.push(batch.rowCount);
    expect(batches).toEqual([2, 1]);
    expect((await provider.describe(handle, call())).state).toBe('ready');
    expect(provider.statements?.progress(handle, 'q1')).toBeUndefined();
    await expect(execution?.batches()[Symbol.asyncIterator]().next()).rejects.toMatchObject({ kind: 'conflict' });
  });

  it('are refused with a reason, and the session goes on', async () => {
    const fixture = setUp();
    const { provider, service } = fixture;
    service.statements.set('SELEC', { error: 'syntax error at SELEC' });
    const handle = await startReady(fixture);
    for (const text of ['SELEC', 'never taught']) {
      const refused = provider.statements?.execute(handle, { id: 'q', text }, call());
      await expect(refused).rejects.toMatchObject({ kind: 'invalid-request', effect: 'none' });
    }
    await expect(provider.statements?.execute(handle, { id: 'q', text: 'SELECT 1' }, call())).resolves.toBeDefined();
  });

  it('get bound parameters', async () => {
    const fixture = setUp();
    const { provider, service } = fixture;
    service.statements.set('SELECT ?', {
      columns: { value: 'text' },
      rows: (bound) => [[String((bound as unknown[])[0])]],
    });
    const handle = await startReady(fixture);
    const parameters = ["O'Brien"];
    const execution = await provider.statements?.execute(handle, { id: 'q', text: 'SELECT ?', parameters }, call());
    for await (const batch of execution?.batches() ?? []) {
      expect(new TextDecoder().decode(batch.columns[0]?.values as Uint8Array)).toBe("O'Brien");
    }
  });

  it('are cancelled by an abort, before the answer and while the result is read', async () => {
    const fixture = setUp();
    const { clock, provider, service } = fixture;
    service.statements.set('forever', { neverEnds: true });
    service.statements.set('many', { columns: { n: 'integer' }, rows: [[1], [2], [3]] });
    const handle = await startReady(fixture);
    for (const text of ['forever', 'many']) {
      const controller = new AbortController();
      const running = provider.statements?.execute(handle, { id: text, text }, call({ signal: controller.signal }));
      if (text === 'forever') {
        expect(service.oracle.runningStatements()).toEqual(['forever']);
        controller.abort();
        await expect(running).rejects.toMatchObject({ kind: 'aborted' });
      } else {
        const batches = (await running)?.batches()[Symbol.asyncIterator]();
        await batches?.next();
        controller.abort();
        // At once: nobody has to come back for the next batch.
        expect(service.oracle.runningStatements()).toEqual([]);
        await expect(batches?.next()).rejects.toMatchObject({ kind: 'aborted' });
      }
      expect(service.oracle.runningStatements()).toEqual([]);
      expect((await provider.describe(handle, call())).state).toBe('ready');
    }
    expect(clock.pendingTimers).toBe(0);
  });

  it('fail when their session ends', async () => {
    const fixture = setUp();
    const { provider, service } = fixture;
    service.statements.set('forever', { neverEnds: true });
    const handle = await startReady(fixture);
    const running = provider.statements?.execute(handle, { id: 'q', text: 'forever' }, call());
    await provider.terminate(handle, call());
    await expect(running).rejects.toMatchObject({ kind: 'session-failed' });
    const next = provider.statements?.execute(handle, { id: 'r', text: 'SELECT 1' }, call());
    await expect(next).rejects.toMatchObject({ kind: 'session-failed' });
  });
});

describe('the service is its own thing', () => {
  it('is the same for two providers, and keeps its time when the wall clock jumps', async () => {
    const { clock, provider, service } = setUp();
    const other = new ScriptedProvider({ service, clock });
    const { handle } = await provider.start(startRequest(), call());
    clock.jumpWallTime(-86_400_000);
    await clock.advance(3_000);
    expect((await other.describe(handle, call())).state).toBe('ready');
    const ids = (await other.listPage({}, undefined, call())).observations.map((o) => o.handle.id);
    expect(ids).toEqual([handle.id]);
  });

  it('remembers every request with its operation, token and attempt', async () => {
    const { provider, service } = setUp();
    const request = startRequest();
    const { handle } = await provider.start(request, call({ attempt: 3 }));
    await provider.describe(handle, call());
    expect(service.oracle.calls).toMatchObject([
      { operation: 'start', token: request.token, attempt: 3 },
      { operation: 'describe', sessionId: handle.id, attempt: 1 },
    ]);
  });
});
