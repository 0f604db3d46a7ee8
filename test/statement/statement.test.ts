import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SessionError } from '../../src/contract/session-error.ts';
import type { StatementRunner } from '../../src/contract/statement-runner.ts';
import { STOP_PATIENCE_MS, type Statement } from '../../src/statement/statement.ts';
import { numbers, settled, workForEver } from './scripted-runner.ts';
import { HANDLE, Stage } from './stage.ts';
import { failureOf } from '../failure-of.ts';

/** Every state that the statement enters after this. */
function statesOf(statement: Statement): string[] {
  const states: string[] = [];
  statement.on('state', (state) => states.push(state));
  return states;
}

const unhandled: unknown[] = [];
const noteUnhandled = (reason: unknown): void => void unhandled.push(reason);

beforeEach(() => {
  unhandled.length = 0;
  process.on('unhandledRejection', noteUnhandled);
});

afterEach(async () => {
  await settled();
  process.off('unhandledRejection', noteUnhandled);
  expect(unhandled).toEqual([]);
});

describe('a statement on its way', () => {
  it('has an id, keeps its text and goes from queued over running to succeeded', async () => {
    const stage = new Stage({ batches: [numbers(1, 2)] });
    const statement = stage.submit('SELECT n FROM t');
    const states = statesOf(statement);
    expect(statement.id).toMatch(/^stmt-[0-9a-f]{16}$/);
    expect(statement.text).toBe('SELECT n FROM t');
    expect(statement.state).toBe('queued');
    await statement.done;
    expect(states).toEqual(['running', 'succeeded']);
    expect(statement.state).toBe('succeeded');
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it('gives each statement an id of its own', () => {
    const stage = new Stage();
    expect(stage.submit().id).not.toBe(stage.submit().id);
  });

  it('asks the engine once, with its id, text and parameters, one signal and no deadline', async () => {
    const stage = new Stage();
    const statement = stage.submit('SELECT ?', { parameters: [1, "'; DROP TABLE t; --"] });
    await statement.done;
    expect(stage.runner.executed).toHaveLength(1);
    const [{ handle, request, call }] = stage.runner.executed as [(typeof stage.runner.executed)[number]];
    expect(handle).toEqual(HANDLE);
    expect(request).toEqual({ id: statement.id, text: 'SELECT ?', parameters: [1, "'; DROP TABLE t; --"] });
    expect(call).toMatchObject({ deadline: Number.POSITIVE_INFINITY, attempt: 1 });
    expect(call.signal.aborted).toBe(false);
  });

  it('has no parameters in its request when it was given none', async () => {
    const stage = new Stage();
    await stage.submit('SELECT 1').done;
    expect(stage.runner.executed[0]?.request).not.toHaveProperty('parameters');
  });

  it('keeps the parameters as they were when it was submitted', async () => {
    const stage = new Stage();
    const list = [1, 2];
    const record = { a: 1 };
    const statements = [stage.submit('?', { parameters: list }), stage.submit('?', { parameters: record })];
    list[0] = 99;
    record.a = 99;
    await Promise.all(statements.map((statement) => statement.done));
    expect(stage.runner.executed.map(({ request }) => request.parameters)).toEqual([[1, 2], { a: 1 }]);
  });

  it('waits until the session takes work', async () => {
    const stage = new Stage();
    let ready!: (runner: StatementRunner) => void;
    const statement = stage.submit('SELECT 1', {}, () => new Promise((resolve) => (ready = resolve)));
    await settled();
    expect(statement.state).toBe('queued');
    expect(stage.runner.executed).toEqual([]);
    ready(stage.runner);
    await statement.done;
    expect(statement.state).toBe('succeeded');
  });

  it('gives its result when the columns are known, before any row is', async () => {
    const stage = new Stage({ onBatch: (_, signal) => workForEver(signal) });
    const statement = stage.submit();
    const result = await statement.result();
    expect(result.schema.fields.map((field) => field.name)).toEqual(['n']);
    expect(statement.state).toBe('running');
    await statement.cancel();
  });

  it('ends unread when its whole result is one batch, and lets go of the engine', async () => {
    const stage = new Stage({ batches: [numbers(1)] });
    const statement = stage.submit();
    await statement.done;
    expect(statement.state).toBe('succeeded');
    expect(stage.runner.closed).toBe(1);
    expect(await (await statement.result()).rows()).toEqual([{ n: 1 }]);
  });

  it('stays running while a larger result is not read, and ends when it is', async () => {
    const stage = new Stage({ batches: [numbers(1), numbers(2), numbers(3)] });
    const statement = stage.submit();
    const result = await statement.result();
    await settled();
    expect(statement.state).toBe('running');
    expect(await result.rows()).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
    expect(statement.state).toBe('succeeded');
  });
});

describe('a statement that fails', () => {
  it('fails as its session does when that takes no work', async () => {
    const stage = new Stage();
    const reason = new SessionError('session-failed', 'the session ended', { operation: 'whenReady' });
    const statement = stage.submit('SELECT 1', {}, () => Promise.reject(reason));
    const error = await failureOf(statement.result());
    expect(error).toMatchObject({ kind: 'session-failed', provider: 'scripted', handle: HANDLE });
    expect(statement.state).toBe('failed');
    expect(stage.runner.executed).toEqual([]);
  });

  it('C-052 fails as the engine does when that refuses the SQL', async () => {
    const refusal = new SessionError('invalid-request', 'no such table: t', {
      operation: 'execute',
      native: { code: 'X' },
    });
    const stage = new Stage({ onExecute: () => Promise.reject(refusal) });
    const statement = stage.submit();
    const states = statesOf(statement);
    const error = await failureOf(statement.result());
    expect(error).toMatchObject({ kind: 'invalid-request', message: refusal.message, native: { code: 'X' } });
    expect(states).toEqual(['running', 'failed']);
    await statement.done;
  });

  it('calls what is no SessionError a mistake of the adapter', async () => {
    const bug = new TypeError('x is undefined');
    const stage = new Stage({ onExecute: () => Promise.reject(bug) });
    const error = await failureOf(stage.submit().result());
    expect(error).toMatchObject({ kind: 'internal', cause: bug });
    expect(error.message).toContain('x is undefined');
  });

  it('hurts nobody who does not ask for its result', async () => {
    const stage = new Stage({ onExecute: () => Promise.reject(new Error('broken')) });
    const statement = stage.submit();
    await expect(statement.done).resolves.toBeUndefined();
    // The check for unhandled rejections runs after each test.
  });

  it('fails its reader when the engine breaks half-way, and hands out nothing more', async () => {
    const broken = new SessionError('unavailable', 'the line is dead', { operation: 'execute' });
    const stage = new Stage({
      batches: [numbers(1), numbers(2)],
      onBatch: async (at) => {
        if (at === 1) throw broken;
      },
    });
    const statement = stage.submit();
    const result = await statement.result();
    expect(await failureOf(result.rows())).toMatchObject({ kind: 'unavailable' });
    expect(await failureOf(result.rows())).toMatchObject({ kind: 'unavailable' });
    expect(statement.state).toBe('failed');
    expect(stage.runner.closed).toBe(1);
  });

  it('fails when the engine cannot let go of it', async () => {
    const stage = new Stage({
      onClose: () => Promise.reject(new SessionError('unavailable', 'gone', { operation: 'execute' })),
    });
    const statement = stage.submit();
    await statement.done;
    expect(statement.state).toBe('failed');
  });

  it('shows the first failure and keeps the one of the clean-up', async () => {
    const first = new SessionError('unavailable', 'the line is dead', { operation: 'execute' });
    const second = new SessionError('internal', 'cannot close', { operation: 'execute' });
    const stage = new Stage({ onBatch: () => Promise.reject(first), onClose: () => Promise.reject(second) });
    const result = await stage.submit().result();
    const error = await failureOf(result.rows());
    expect(error).toMatchObject({ kind: 'unavailable', message: first.message });
    expect((error.cause as AggregateError).errors).toEqual([first, second]);
  });
});

describe('cancelling', () => {
  it('ends a queued statement at once, without asking the engine', async () => {
    const stage = new Stage();
    const statement = stage.submit('SELECT 1', {}, (signal) => workForEver(signal));
    const states = statesOf(statement);
    await statement.cancel();
    expect(states).toEqual(['cancelled']);
    expect(await failureOf(statement.result())).toMatchObject({ kind: 'aborted', effect: 'none', handle: HANDLE });
    expect(stage.runner.executed).toEqual([]);
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it('ends a queued statement at once even when its session never settles, and asks the engine nothing later', async () => {
    const stage = new Stage();
    let ready!: (runner: StatementRunner) => void;
    const statement = stage.submit('SELECT 1', {}, () => new Promise((resolve) => (ready = resolve)));
    await statement.cancel();
    ready(stage.runner);
    await settled();
    expect(stage.runner.executed).toEqual([]);
    expect(statement.state).toBe('cancelled');
  });

  it('C-053 stops the engine, and resolves only when that has stopped', async () => {
    let stop!: () => void;
    const stage = new Stage({
      onExecute: (signal) =>
        new Promise((_, reject) => {
          stop = () => reject(signal.reason as Error);
        }),
    });
    const statement = stage.submit();
    await settled();
    let cancelled = false;
    const cancelling = statement.cancel().then(() => (cancelled = true));
    await settled();
    expect(stage.runner.executed[0]?.call.signal.aborted).toBe(true);
    expect(cancelled).toBe(false);
    expect(statement.state).toBe('running');
    stop();
    await cancelling;
    expect(statement.state).toBe('cancelled');
    expect(await failureOf(statement.result())).toMatchObject({ kind: 'aborted', effect: 'unknown' });
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it('speaks to the engine with a SessionError as the reason', async () => {
    const stage = new Stage({ onExecute: workForEver });
    const statement = stage.submit();
    await settled();
    await statement.cancel();
    expect(SessionError.is(stage.runner.executed[0]?.call.signal.reason, 'aborted')).toBe(true);
  });

  it('fails whoever is reading, and closes the execution', async () => {
    const stage = new Stage({
      batches: [numbers(1)],
      onBatch: async (at, signal) => (at === 0 ? undefined : workForEver(signal)),
    });
    const statement = stage.submit();
    const result = await statement.result();
    const reading = failureOf(result.rows());
    await settled();
    await statement.cancel();
    expect(await reading).toMatchObject({ kind: 'aborted' });
    expect(stage.runner.closed).toBe(1);
  });

  it('ends a statement whose reader is slow, and whose engine therefore waits', async () => {
    const stage = new Stage({ batches: [numbers(1), numbers(2), numbers(3)] });
    const statement = stage.submit();
    const result = await statement.result();
    await settled();
    await statement.cancel();
    expect(statement.state).toBe('cancelled');
    expect(stage.runner).toMatchObject({ pulled: 2, closed: 1 });
    expect(await failureOf(result.rows())).toMatchObject({ kind: 'aborted' });
  });

  it('closes an execution that the engine hands over too late', async () => {
    let accept!: () => void;
    const stage = new Stage({ batches: [numbers(1)], onExecute: () => new Promise((resolve) => (accept = resolve)) });
    const statement = stage.submit();
    await settled();
    const cancelling = statement.cancel();
    accept();
    await cancelling;
    expect(stage.runner).toMatchObject({ pulled: 0, closed: 1 });
    expect(statement.state).toBe('cancelled');
    expect(await failureOf(statement.result())).toMatchObject({ kind: 'aborted' });
  });

  it('twice at once is one cancel', async () => {
    const stage = new Stage({ onExecute: workForEver });
    const statement = stage.submit();
    const states = statesOf(statement);
    await settled();
    const cancelling = Promise.all([statement.cancel(), statement.cancel()]);
    expect(stage.clock.pendingTimers).toBe(1);
    await cancelling;
    expect(states).toEqual(['running', 'cancelled']);
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it.each([
    ['succeeded', {}, 'has succeeded'],
    ['failed', { onExecute: () => Promise.reject(new Error('broken')) }, 'has failed'],
  ])('after it has %s is a conflict that says so', async (state, script, words) => {
    const statement = new Stage(script).submit();
    await statement.done;
    const error = await failureOf(statement.cancel());
    expect(error).toMatchObject({ kind: 'conflict', operation: 'cancel', handle: HANDLE });
    expect(error.message).toContain(words);
    expect(error.message).toContain(statement.id);
    expect(statement.state).toBe(state);
  });

  it('after it was cancelled is a conflict that says so', async () => {
    const statement = new Stage({ onExecute: workForEver }).submit();
    await statement.cancel();
    expect((await failureOf(statement.cancel())).message).toContain('has been cancelled');
  });

  it('says that the engine does not answer when it does not, and waits no longer', async () => {
    const stage = new Stage({ onExecute: () => new Promise(() => {}) });
    const statement = stage.submit();
    await settled();
    const cancelling = failureOf(statement.cancel());
    await stage.clock.advance(STOP_PATIENCE_MS - 1);
    expect(statement.state).toBe('running');
    await stage.clock.advance(1);
    expect(await cancelling).toMatchObject({ kind: 'timeout', effect: 'unknown', operation: 'cancel' });
    expect(statement.state).toBe('cancelled');
    expect(await failureOf(statement.result())).toMatchObject({ kind: 'aborted', effect: 'unknown' });
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it('says so when the engine cannot let go', async () => {
    const stuck = new SessionError('unavailable', 'cannot close', { operation: 'execute' });
    const stage = new Stage({ batches: [numbers(1), numbers(2)], onClose: () => Promise.reject(stuck) });
    const statement = stage.submit();
    const result = await statement.result();
    await settled();
    expect(await failureOf(statement.cancel())).toMatchObject({ kind: 'unavailable' });
    expect(statement.state).toBe('cancelled');
    const error = await failureOf(result.rows());
    expect(error.kind).toBe('aborted');
    expect((error.cause as AggregateError).errors).toMatchObject([{ kind: 'aborted' }, { kind: 'unavailable' }]);
  });
});

describe('the signal of the caller', () => {
  it('cancels the statement; its reason is the cause', async () => {
    const stage = new Stage({ onExecute: workForEver });
    const controller = new AbortController();
    const statement = stage.submit('SELECT 1', { signal: controller.signal });
    await settled();
    const reason = new Error('the user left');
    controller.abort(reason);
    expect(await failureOf(statement.result())).toMatchObject({ kind: 'aborted', cause: reason, effect: 'unknown' });
    expect(statement.state).toBe('cancelled');
  });

  it('has one listener for all statements, and none when they have ended', async () => {
    const stage = new Stage();
    const { signal } = new AbortController();
    const statements = Array.from({ length: 20 }, () => stage.submit('SELECT 1', { signal }));
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    await Promise.all(statements.map((statement) => statement.done));
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('refuses the statement when it has aborted already, before anything is done', async () => {
    const stage = new Stage();
    let asked = 0;
    const whenReady = (): Promise<StatementRunner> => {
      asked += 1;
      return Promise.resolve(stage.runner);
    };
    const reason = new Error('too late');
    const error = await failureOf(() => stage.submit('SELECT 1', { signal: AbortSignal.abort(reason) }, whenReady));
    expect(error).toMatchObject({ kind: 'aborted', cause: reason, effect: 'none' });
    await settled();
    expect(asked).toBe(0);
  });

  it('does nothing after the end', async () => {
    const stage = new Stage({ batches: [numbers(1)] });
    const controller = new AbortController();
    const statement = stage.submit('SELECT 1', { signal: controller.signal });
    await statement.done;
    controller.abort();
    expect(statement.state).toBe('succeeded');
    expect(await (await statement.result()).rows()).toEqual([{ n: 1 }]);
  });
});

describe('timeoutMs', () => {
  it('covers the wait for the session', async () => {
    const stage = new Stage();
    const statement = stage.submit('SELECT 1', { timeoutMs: 250 }, (signal) => workForEver(signal));
    const outcome = failureOf(statement.result());
    await stage.clock.advance(249);
    expect(statement.state).toBe('queued');
    await stage.clock.advance(1);
    const error = await outcome;
    expect(error).toMatchObject({ kind: 'timeout', effect: 'none', handle: HANDLE });
    expect(error.message).toContain('waiting for its session after 250 ms');
    expect(statement.state).toBe('failed');
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it('covers the run, and stops the engine', async () => {
    const stage = new Stage({ onExecute: workForEver });
    const statement = stage.submit('SELECT 1', { timeoutMs: 250 });
    const outcome = failureOf(statement.result());
    await stage.clock.advance(250);
    expect(await outcome).toMatchObject({ kind: 'timeout', effect: 'unknown' });
    expect(stage.runner.executed[0]?.call.signal.aborted).toBe(true);
    expect(statement.state).toBe('failed');
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it('covers the reading', async () => {
    const stage = new Stage({ batches: [numbers(1), numbers(2), numbers(3)] });
    const statement = stage.submit('SELECT 1', { timeoutMs: 250 });
    const result = await statement.result();
    const reading = failureOf(async () => {
      for await (const _ of result.batches()) await stage.clock.advance(200);
    });
    expect(await reading).toMatchObject({ kind: 'timeout' });
    expect(stage.runner.closed).toBe(1);
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it('leaves no timer behind when the statement is in time', async () => {
    const stage = new Stage({ batches: [numbers(1)] });
    const statement = stage.submit('SELECT 1', { timeoutMs: 250 });
    await statement.done;
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it('is hard: an engine that does not stop fails its caller all the same', async () => {
    const stage = new Stage({ onExecute: () => new Promise(() => {}) });
    const statement = stage.submit('SELECT 1', { timeoutMs: 250 });
    const outcome = failureOf(statement.result());
    await stage.clock.advance(250 + STOP_PATIENCE_MS);
    const error = await outcome;
    expect(error).toMatchObject({ kind: 'timeout', effect: 'unknown' });
    expect((error.cause as AggregateError).errors[1]).toMatchObject({ operation: 'cancel' });
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it('counts as the reason even when the caller cancels while the engine stops', async () => {
    let stop!: () => void;
    const stage = new Stage({
      onExecute: () => new Promise((_, reject) => (stop = () => reject(new Error('stopped')))),
    });
    const statement = stage.submit('SELECT 1', { timeoutMs: 250 });
    const outcome = failureOf(statement.result());
    await stage.clock.advance(250);
    const cancelling = statement.cancel();
    stop();
    await cancelling;
    expect(await outcome).toMatchObject({ kind: 'timeout' });
    expect(statement.state).toBe('failed');
  });
});

describe('maxResultBytes', () => {
  it('fails a result whose columns hold more, and stops the engine', async () => {
    const stage = new Stage({ batches: [numbers(1, 2), numbers(3, 4)] });
    const [first] = numbers(1, 2).columns;
    const bytes = (first?.values?.byteLength ?? 0) * 2;
    expect(await (await stage.submit('SELECT n', { maxResultBytes: bytes }).result()).rows()).toHaveLength(4);
    const error = await failureOf((await stage.submit('SELECT n', { maxResultBytes: bytes - 1 }).result()).rows());
    expect(error).toMatchObject({ kind: 'invalid-request', handle: HANDLE });
    expect(error.message).toMatch(/more than maxResultBytes .* raise maxResultBytes/);
    expect(stage.runner.closed).toBe(2);
  });
});

describe('maxRows', () => {
  const batches = [numbers(1, 2), numbers(3, 4)];

  it('lets a result of just so many rows pass', async () => {
    const result = await new Stage({ batches }).submit('SELECT n', { maxRows: 4 }).result();
    expect(await result.rows()).toHaveLength(4);
  });

  it('fails a larger one, says what to do, and stops the engine', async () => {
    const stage = new Stage({ batches });
    const statement = stage.submit('SELECT n', { maxRows: 3 });
    const result = await statement.result();
    const error = await failureOf(result.rows());
    expect(error).toMatchObject({ kind: 'invalid-request', handle: HANDLE });
    expect(error.message).toMatch(/more than maxRows \(3\) rows.*LIMIT.*raise maxRows/);
    expect(statement.state).toBe('failed');
    expect(stage.runner.closed).toBe(1);
  });

  it('fails a stream too, where the row too many comes', async () => {
    const stage = new Stage({ batches: [numbers(1, 2), numbers(3, 4), numbers(5), numbers(6)] });
    const result = await stage.submit('SELECT n', { maxRows: 4 }).result();
    const seen: number[] = [];
    const error = await failureOf(async () => {
      for await (const batch of result.batches()) seen.push(batch.rowCount);
    });
    expect(error.kind).toBe('invalid-request');
    expect(seen.length).toBeLessThanOrEqual(2);
    expect(stage.runner).toMatchObject({ pulled: 3, closed: 1 });
  });
});

describe('listeners', () => {
  it('break nothing when they throw, and the others are told', async () => {
    const stage = new Stage();
    const statement = stage.submit();
    statement.on('state', () => {
      throw new Error('a bug in the listener');
    });
    const states = statesOf(statement);
    await statement.done;
    expect(states).toEqual(['running', 'succeeded']);
    expect(stage.logger.messages('error')).toEqual([
      'a listener of a statement threw',
      'a listener of a statement threw',
    ]);
  });

  it('can be taken away, each by itself, also while they are called', async () => {
    const stage = new Stage();
    const statement = stage.submit();
    const told: string[] = [];
    const once = statement.on('state', (state) => {
      once();
      told.push(`once ${state}`);
    });
    const same = (state: string): void => void told.push(state);
    const remove = statement.on('state', same);
    statement.on('state', same);
    remove();
    remove();
    await statement.done;
    expect(told).toEqual(['once running', 'running', 'succeeded']);
  });

  it('cannot wait for what never comes', async () => {
    const statement = new Stage().submit();
    const error = await failureOf(() => statement.on('finished' as 'state', () => {}));
    expect(error.message).toBe("[invalid-request] a statement has the events state and progress, not 'finished'");
    await statement.done;
  });
});

describe('progress', () => {
  it('is asked for at growing pauses while it runs and somebody listens', async () => {
    let fraction = 0;
    const stage = new Stage({ onExecute: workForEver, progress: () => ({ fraction: (fraction += 0.01) }) });
    const statement = stage.submit();
    await settled();
    expect(stage.clock.pendingTimers).toBe(0);
    const startMs = stage.clock.monotonicMs();
    const toldAtMs: number[] = [];
    const remove = statement.on('progress', (progress) => {
      expect(progress.fraction).toBeCloseTo(fraction);
      toldAtMs.push(Math.round(stage.clock.monotonicMs() - startMs));
    });
    await stage.clock.advance(5000);
    expect(toldAtMs.slice(0, 3)).toEqual([100, 250, 475]);
    expect(toldAtMs.at(-1)! - toldAtMs.at(-2)!).toBe(1000);
    remove();
    expect(stage.clock.pendingTimers).toBe(0);
    const asked = stage.runner.progressAsked;
    await stage.clock.advance(5000);
    expect(stage.runner.progressAsked).toBe(asked);
    statement.on('progress', () => {});
    await stage.clock.advance(100);
    expect(stage.runner.progressAsked).toBe(asked + 1);
    await statement.cancel();
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it('is asked for from the start of the run when somebody listened before', async () => {
    const stage = new Stage({ onExecute: workForEver, progress: () => ({ rowsProcessed: 1 }) });
    const statement = stage.submit();
    const told: unknown[] = [];
    statement.on('progress', (progress) => told.push(progress));
    expect(stage.clock.pendingTimers).toBe(0);
    await stage.clock.advance(100);
    expect(told).toEqual([{ rowsProcessed: 1 }]);
    await statement.cancel();
  });

  it('is asked for once, however many listen', async () => {
    const stage = new Stage({ onExecute: workForEver, progress: () => ({ fraction: 0.5 }) });
    const statement = stage.submit();
    await settled();
    let told = 0;
    for (const _ of [1, 2, 3]) statement.on('progress', () => (told += 1));
    expect(stage.clock.pendingTimers).toBe(1);
    await stage.clock.advance(100);
    expect(stage.runner.progressAsked).toBe(1);
    expect(told).toBe(3);
    await statement.cancel();
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it('is no news where the engine tells none', async () => {
    const stage = new Stage({ onExecute: workForEver, progress: () => undefined });
    const statement = stage.submit();
    let told = 0;
    statement.on('progress', () => (told += 1));
    await stage.clock.advance(3000);
    expect(stage.runner.progressAsked).toBeGreaterThan(2);
    expect(told).toBe(0);
    await statement.cancel();
  });

  it('breaks nothing when the engine cannot tell', async () => {
    const stage = new Stage({
      onExecute: workForEver,
      progress: () => {
        throw new Error('no progress today');
      },
    });
    const statement = stage.submit();
    statement.on('progress', () => {});
    await stage.clock.advance(300);
    expect(stage.logger.messages('error')).toHaveLength(2);
    expect(statement.state).toBe('running');
    await statement.cancel();
  });
});
