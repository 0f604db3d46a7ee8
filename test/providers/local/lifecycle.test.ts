import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SessionHandle } from '../../../src/contract/session-handle.ts';
import { VirtualClock } from '../../../src/testing/virtual-clock.ts';
import { errorLike } from './error-like.ts';
import { FREE_CALL, LocalBench, LONG_SQL, readAll, startRequest } from './open-local.ts';

describe('starting', () => {
  const local = new LocalBench();
  afterAll(() => local.provider.close());

  it('C-016 returns a session that is being created, and opens it in the background', async () => {
    const given = { name: 'nightly', labels: { team: 'data' }, idleTimeoutMs: 5000, maxLifetimeMs: 90_000 };
    const request = startRequest(given);
    const seen = await local.provider.start(request, FREE_CALL);
    expect(seen).toMatchObject({ nativeState: 'OPENING', state: 'creating', acceptsWork: false, final: false });
    expect(seen.handle).toMatchObject({ v: 1, provider: 'local', scope: 'duckdb' });
    expect(seen.handle.id).toMatch(/^local-[0-9a-f]{16}$/);
    const ready = await local.until(seen.handle, 'ready');
    expect(ready).toMatchObject({ nativeState: 'IDLE', acceptsWork: true, final: false });
    expect(ready).not.toHaveProperty('busySource');
    const { createdAtMs, startedAtMs, idleSinceMs, ...details } = ready.details;
    const ownership = { owner: 'tests', token: request.token };
    expect(details).toEqual({ ...given, engineVersion: 'DuckDB v1.5.6', ownership });
    expect([createdAtMs, startedAtMs, idleSinceMs].every(Number.isInteger)).toBe(true);
  });

  it('rejects a token of another start, with the options that differ', async () => {
    const request = startRequest({ labels: { a: '1', b: '2' } });
    const first = await local.provider.start(request, FREE_CALL);
    const sameLabels = { ...request, labels: { b: '2', a: '1' } };
    expect((await local.provider.start(sameLabels, FREE_CALL)).handle).toEqual(first.handle);
    const other = local.provider.start({ ...request, name: 'other', labels: { a: '1' } }, FREE_CALL);
    await expect(other).rejects.toEqual(errorLike('conflict', /with another name, labels$/));
  });

  it.each([{ size: 'small' }, { sparkConf: {} }, { native: { any: 1 } }] as const)('rejects %o', async (option) => {
    const start = local.start(option);
    await expect(start).rejects.toEqual(errorLike('unsupported', `does not support \`${Object.keys(option)[0]}\``));
  });

  it('fails with the reason when an init statement fails', async () => {
    await using broken = new LocalBench({ init: ['CREATE TABLE t (a INTEGER)', 'INSERT INTO u VALUES (1)'] });
    const { handle } = await broken.start();
    const seen = await broken.until(handle, 'failed');
    expect(seen).toMatchObject({ nativeState: 'BROKEN', state: 'failed', acceptsWork: false, final: true });
    expect(seen.reason).toMatch(/^statement 2 of `init` failed: Catalog Error: Table with name u does not exist/);
    expect(seen.details.endedAtMs).toBe(seen.sinceMs);
    await expect(broken.run(handle, 'SELECT 1')).rejects.toMatchObject({
      kind: 'session-failed',
      observation: expect.objectContaining({ state: 'failed', reason: seen.reason }),
    });
  });

  it('runs the init statements in order before the session is ready', async () => {
    await using prepared = new LocalBench({
      init: ['CREATE TABLE t (a INTEGER)', 'INSERT INTO t VALUES (1); INSERT INTO t VALUES (2)'],
    });
    expect(await prepared.rows(await prepared.ready(), 'SELECT sum(a)::INTEGER FROM t')).toEqual([[3]]);
  });

  it('gives each session a separate database', async () => {
    const [first, second] = await Promise.all([local.ready(), local.ready()]);
    await local.run(first, 'CREATE TABLE mine AS SELECT 1');
    await expect(local.run(second, 'FROM mine')).rejects.toEqual(errorLike('invalid-request', 'mine does not exist'));
  });

  describe('on a database file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'anysession-test-'));
    afterAll(() => rmSync(folder, { recursive: true }));

    it('shares it between sessions, and closes it with the last one', async () => {
      await using files = new LocalBench({ database: join(folder, 'kept.db') });
      await using others = new LocalBench({ database: join(folder, 'kept.db') });
      const [first, second] = [await files.ready(), await others.ready()];
      await files.run(first, 'CREATE TABLE kept AS SELECT 42 AS a');
      expect(await others.rows(second, 'FROM kept')).toEqual([[42]]);
      await files.provider.close();
      await others.provider.close();
      await using later = new LocalBench({ database: join(folder, 'kept.db') });
      expect(await later.rows(await later.ready(), 'FROM kept')).toEqual([[42]]);
    });

    it('fails with the reason when the file is invalid', async () => {
      writeFileSync(join(folder, 'text.db'), 'This is a text and not a database, and it is long enough to be checked.');
      await using broken = new LocalBench({ database: join(folder, 'text.db') });
      const { handle } = await broken.start();
      expect((await broken.until(handle, 'failed')).reason).toContain('not a valid DuckDB database file');
    });
  });
});

describe('ending', () => {
  const local = new LocalBench();
  afterAll(() => local.provider.close());

  it('C-030 C-032 terminates: first not final, then final; again succeeds', async () => {
    const handle = await local.ready();
    const closing = await local.terminate(handle);
    expect(closing).toMatchObject({ nativeState: 'CLOSING', state: 'terminated', acceptsWork: false, final: false });
    expect(await local.until(handle, 'final')).toMatchObject({ nativeState: 'CLOSED', state: 'terminated' });
    expect(await local.terminate(handle)).toMatchObject({ nativeState: 'CLOSED', final: true });
    await expect(local.run(handle, 'SELECT 1')).rejects.toEqual(errorLike('conflict', 'has ended (it was terminated)'));
  });

  it('C-031 terminating an unknown session succeeds, describing it does not', async () => {
    const handle: SessionHandle = { v: 1, provider: 'local', scope: 'duckdb', id: 'local-of-yesterday' };
    expect(await local.terminate(handle)).toMatchObject({ state: 'terminated', final: true, handle });
    await expect(local.describe(handle)).rejects.toEqual(
      errorLike('not-found', 'end with the process that started them'),
    );
  });

  it('accepts no work while it is being created', async () => {
    const { handle } = await local.start();
    await expect(local.run(handle, 'SELECT 1')).rejects.toEqual(errorLike('conflict', 'is not ready yet'));
  });

  it('stops a running statement with the reason', async () => {
    const handle = await local.ready();
    const running = local.execute(handle, LONG_SQL);
    const waiting = local.execute(handle, 'SELECT 1');
    await local.until(handle, 'busy');
    await local.terminate(handle);
    const ended = errorLike('session-failed', 'ended while the statement ran: it was terminated');
    await expect(running).rejects.toEqual(ended);
    await expect(waiting).rejects.toEqual(ended);
    expect(await local.until(handle, 'final')).toMatchObject({ nativeState: 'CLOSED' });
  });

  it('stops a partly read result', async () => {
    const handle = await local.ready();
    const batches = (await local.execute(handle, 'FROM range(1000000000)')).batches()[Symbol.asyncIterator]();
    await batches.next();
    await local.terminate(handle);
    await expect(batches.next()).rejects.toEqual(errorLike('session-failed', 'it was terminated'));
    await local.until(handle, 'final');
  });

  it('keeps a complete result readable', async () => {
    const handle = await local.ready();
    const execution = await local.execute(handle, 'SELECT 42');
    await local.until(handle, 'ready');
    await local.terminate(handle);
    expect((await readAll(execution)).rows).toEqual([[42]]);
  });

  it('close ends everything and starts no more; a second close does nothing', async () => {
    const closed = new LocalBench();
    const [first, second] = [await closed.ready(), await closed.ready()];
    const running = expect(closed.execute(second, LONG_SQL)).rejects.toEqual(
      errorLike('session-failed', 'provider was closed'),
    );
    await closed.provider.close();
    await closed.provider.close();
    await running;
    expect(await closed.describe(first)).toMatchObject({ state: 'terminated', final: true });
    expect(await closed.describe(second)).toMatchObject({ state: 'terminated', final: true });
    await expect(closed.start()).rejects.toEqual(errorLike('conflict', 'was closed'));
  });
});

describe('timeouts', () => {
  let clock: VirtualClock;
  let local: LocalBench;
  beforeEach(() => {
    clock = new VirtualClock();
    local = new LocalBench({}, clock);
  });
  afterEach(() => local.provider.close());

  it('C-026 ends a session exactly at its idle timeout', async () => {
    const handle = await local.ready({ idleTimeoutMs: 5000 });
    await clock.advance(4999);
    expect(await local.describe(handle)).toMatchObject({ state: 'ready' });
    await clock.advance(1);
    const ended = await local.until(handle, 'final');
    expect(ended).toMatchObject({ state: 'terminated', reason: 'it was idle for 5000 ms, its idle timeout' });
    expect(clock.pendingTimers).toBe(0);
  });

  it('restarts the idle timeout when the last statement ends', async () => {
    const handle = await local.ready({ idleTimeoutMs: 5000 });
    await clock.advance(4000);
    const stop = new AbortController();
    const running = local.execute(handle, LONG_SQL, { signal: stop.signal });
    await local.until(handle, 'busy');
    await clock.advance(60_000);
    expect(await local.describe(handle)).toMatchObject({ state: 'busy' });
    stop.abort();
    await expect(running).rejects.toEqual(errorLike('aborted'));
    const idle = await local.until(handle, 'ready');
    expect(idle.details.idleSinceMs).toBe(clock.nowMs());
    await clock.advance(4999);
    expect(await local.describe(handle)).toMatchObject({ state: 'ready' });
    await clock.advance(1);
    await local.until(handle, 'final');
  });

  it('ends a session at its maximum lifetime, even a busy one', async () => {
    const handle = await local.ready({ idleTimeoutMs: 5000, maxLifetimeMs: 9000 });
    const running = expect(local.execute(handle, LONG_SQL)).rejects.toEqual(
      errorLike('session-failed', 'maximum lifetime'),
    );
    await clock.advance(9000);
    await running;
    const ended = await local.until(handle, 'final');
    expect(ended).toMatchObject({ state: 'terminated', reason: 'it reached its maximum lifetime of 9000 ms' });
    expect(clock.pendingTimers).toBe(0);
  });

  it('leaves no timer, and keeps no process alive with its timers', async () => {
    const timers: unknown[] = [];
    const { schedule } = clock;
    clock.schedule = (delayMs, callback, kind?: string) => {
      timers.push([delayMs, kind]);
      return schedule.call(clock, delayMs, callback);
    };
    const handle = await local.ready({ idleTimeoutMs: 9000, maxLifetimeMs: 99_000 });
    await local.run(handle, 'SELECT 1');
    await local.terminate(handle);
    await local.until(handle, 'final');
    const lasting = timers.filter((timer) => !isDeepStrictEqual(timer, [50, undefined]));
    const idle = [9000, 'background'];
    expect(lasting).toEqual([[99_000, 'background'], idle, idle]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('a statement without a result at the deadline fails with `timeout`; reading a result has no deadline', async () => {
    const handle = await local.ready();
    const late = local.execute(handle, LONG_SQL, { deadline: clock.monotonicMs() + 1000 });
    const timedOut = expect(late).rejects.toEqual(errorLike('timeout'));
    await clock.advance(1000);
    await timedOut;
    const execution = await local.execute(handle, 'FROM range(100000)', { deadline: clock.monotonicMs() + 1000 });
    await clock.advance(2000);
    expect((await readAll(execution)).rows).toHaveLength(100_000);
  });
});
