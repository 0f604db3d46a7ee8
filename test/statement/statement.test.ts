import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ErrorKind } from '../../src/contract/error-kinds.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import type { StatementRunner } from '../../src/contract/statement-runner.ts';
import { STOP_TIMEOUT_MS, type Statement, type StatementOptions } from '../../src/statement/statement.ts';
import { numbers, settled, workForEver, type EngineScript } from './scripted-runner.ts';
import { HANDLE, Stage } from './stage.ts';
import { failureOf } from '../failure-of.ts';

/** Every state that the statement enters after this. */
function statesOf(statement: Statement): string[] {
  const states: string[] = [];
  statement.on('state', (state) => states.push(state));
  return states;
}

const sessionError = (kind: ErrorKind, message = 'broken'): SessionError =>
  new SessionError(kind, message, { operation: 'execute' });

const stages: Stage[] = [];

/** A stage that has no timer left when its test ends. */
function openStage(script: EngineScript = {}): Stage {
  const stage = new Stage(script);
  stages.push(stage);
  return stage;
}

/** A statement and its stage. */
function submitted(script: EngineScript = {}, options: StatementOptions = {}): { stage: Stage; statement: Statement } {
  const stage = openStage(script);
  return { stage, statement: stage.submit('SELECT n', options) };
}

/** A statement that its engine works on until it is stopped. */
async function running(options: StatementOptions = {}): Promise<{ stage: Stage; statement: Statement }> {
  const made = submitted({ onExecute: workForEver }, options);
  await settled();
  return made;
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
  for (const { clock } of stages.splice(0)) expect(clock.pendingTimers).toBe(0);
});

describe('a statement', () => {
  it('has an id and its text, and goes from queued to running to succeeded', async () => {
    const stage = openStage({ batches: [numbers(1, 2)] });
    const statement = stage.submit('SELECT n FROM t');
    const states = statesOf(statement);
    expect(statement.id).toMatch(/^stmt-[0-9a-f]{16}$/);
    expect(statement.text).toBe('SELECT n FROM t');
    expect(statement.state).toBe('queued');
    await statement.done;
    expect(states).toEqual(['running', 'succeeded']);
    expect(statement.state).toBe('succeeded');
    expect(stage.clock.pendingTimers).toBe(0);
    expect(stage.submit().id).not.toBe(statement.id);
  });

  it('asks the engine once, with its id, text and parameters, one signal and no deadline', async () => {
    const stage = openStage();
    const statement = stage.submit('SELECT ?', { parameters: [1, "'; DROP TABLE t; --"] });
    await statement.done;
    expect(stage.runner.executed).toHaveLength(1);
    const [{ handle, request, call }] = stage.runner.executed as [(typeof stage.runner.executed)[number]];
    expect(handle).toEqual(HANDLE);
    expect(request).toEqual({ id: statement.id, text: 'SELECT ?', parameters: [1, "'; DROP TABLE t; --"] });
    expect(call).toMatchObject({ deadline: Number.POSITIVE_INFINITY, attempt: 1 });
    expect(call.signal.aborted).toBe(false);
    await stage.submit('SELECT 1').done;
    expect(stage.runner.executed[1]?.request).not.toHaveProperty('parameters');
  });

  it('keeps the parameters as they were when it was submitted', async () => {
    const stage = openStage();
    const list = [1, 2];
    const record = { a: 1 };
    const statements = [stage.submit('?', { parameters: list }), stage.submit('?', { parameters: record })];
    list[0] = 99;
    record.a = 99;
    await Promise.all(statements.map((statement) => statement.done));
    expect(stage.runner.executed.map(({ request }) => request.parameters)).toEqual([[1, 2], { a: 1 }]);
  });

  it('waits until the session accepts work', async () => {
    const stage = openStage();
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
    const { statement } = submitted({ onBatch: (_, signal) => workForEver(signal) });
    const result = await statement.result();
    expect(result.schema.fields.map((field) => field.name)).toEqual(['n']);
    expect(statement.state).toBe('running');
    await statement.cancel();
  });

  it('ends unread when its result is one batch, and releases the engine', async () => {
    const { stage, statement } = submitted({ batches: [numbers(1)] });
    await statement.done;
    expect(statement.state).toBe('succeeded');
    expect(stage.runner.closed).toBe(1);
    expect(await (await statement.result()).rows()).toEqual([{ n: 1 }]);
  });

  it('stays running while a larger result is not read, and ends when it is', async () => {
    const { statement } = submitted({ batches: [numbers(1), numbers(2), numbers(3)] });
    const result = await statement.result();
    await settled();
    expect(statement.state).toBe('running');
    expect(await result.rows()).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
    expect(statement.state).toBe('succeeded');
  });
});

describe('a statement that fails', () => {
  it('fails like its session when that accepts no work', async () => {
    const stage = openStage();
    const statement = stage.submit('SELECT 1', {}, () => Promise.reject(sessionError('session-failed')));
    const error = await failureOf(statement.result());
    expect(error).toMatchObject({ kind: 'session-failed', provider: 'scripted', handle: HANDLE });
    expect(statement.state).toBe('failed');
    expect(stage.runner.executed).toEqual([]);
  });

  it('C-052 fails like the engine that rejects the SQL', async () => {
    const refusal = sessionError('invalid-request', 'no such table: t').with({ native: { code: 'X' } });
    const statement = openStage({ onExecute: () => Promise.reject(refusal) }).submit();
    const states = statesOf(statement);
    const error = await failureOf(statement.result());
    expect(error).toMatchObject({ kind: 'invalid-request', message: refusal.message, native: { code: 'X' } });
    expect(states).toEqual(['running', 'failed']);
    await statement.done;
  });

  it('reports other errors as a bug of the adapter, and never as an unhandled rejection', async () => {
    const bug = new TypeError('x is undefined');
    const statement = openStage({ onExecute: () => Promise.reject(bug) }).submit();
    // Nobody has asked for the result yet. The check for unhandled rejections runs after each test.
    await expect(statement.done).resolves.toBeUndefined();
    const error = await failureOf(statement.result());
    expect(error).toMatchObject({ kind: 'internal', cause: bug });
    expect(error.message).toContain('x is undefined');
  });

  it('fails its reader when the engine breaks half-way, and hands out nothing more', async () => {
    const onBatch = async (at: number): Promise<void> => {
      if (at === 1) throw sessionError('unavailable');
    };
    const { stage, statement } = submitted({ batches: [numbers(1), numbers(2)], onBatch });
    const result = await statement.result();
    expect(await failureOf(result.rows())).toMatchObject({ kind: 'unavailable' });
    expect(await failureOf(result.rows())).toMatchObject({ kind: 'unavailable' });
    expect(statement.state).toBe('failed');
    expect(stage.runner.closed).toBe(1);
  });

  it('fails when the engine cannot close it', async () => {
    const statement = openStage({ onClose: () => Promise.reject(sessionError('unavailable')) }).submit();
    await statement.done;
    expect(statement.state).toBe('failed');
  });

  it('reports the first error and keeps the one of closing', async () => {
    const [first, second] = [sessionError('unavailable', 'the line is dead'), sessionError('internal')];
    const stage = openStage({ onBatch: () => Promise.reject(first), onClose: () => Promise.reject(second) });
    const result = await stage.submit().result();
    const error = await failureOf(result.rows());
    expect(error).toMatchObject({ kind: 'unavailable', message: first.message });
    expect((error.cause as AggregateError).errors).toEqual([first, second]);
  });
});

describe('cancelling', () => {
  it('ends a queued statement at once, without asking the engine', async () => {
    const stage = openStage();
    const statement = stage.submitQueued();
    const states = statesOf(statement);
    await statement.cancel();
    expect(states).toEqual(['cancelled']);
    expect(await failureOf(statement.result())).toMatchObject({ kind: 'aborted', effect: 'none', handle: HANDLE });
    expect(stage.runner.executed).toEqual([]);
  });

  it('ends a queued statement at once even when its session never settles, and asks the engine nothing later', async () => {
    const stage = openStage();
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
    const { stage, statement } = submitted({
      onExecute: (signal) => new Promise((_, reject) => (stop = () => reject(signal.reason as Error))),
    });
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
  });

  it('gives the engine a SessionError as the reason', async () => {
    const { stage, statement } = await running();
    await statement.cancel();
    expect(SessionError.is(stage.runner.executed[0]?.call.signal.reason, 'aborted')).toBe(true);
  });

  it('fails the reader, and closes the execution', async () => {
    const onBatch: EngineScript['onBatch'] = async (at, signal) => (at === 0 ? undefined : workForEver(signal));
    const { stage, statement } = submitted({ batches: [numbers(1)], onBatch });
    const result = await statement.result();
    const reading = failureOf(result.rows());
    await settled();
    await statement.cancel();
    expect(await reading).toMatchObject({ kind: 'aborted' });
    expect(stage.runner.closed).toBe(1);
  });

  it('ends a statement whose reader is slow, and whose engine therefore waits', async () => {
    const { stage, statement } = submitted({ batches: [numbers(1), numbers(2), numbers(3)] });
    const result = await statement.result();
    await settled();
    await statement.cancel();
    expect(statement.state).toBe('cancelled');
    expect(stage.runner).toMatchObject({ pulled: 2, closed: 1 });
    expect(await failureOf(result.rows())).toMatchObject({ kind: 'aborted' });
  });

  it('closes an execution that the engine hands over too late', async () => {
    let accept!: () => void;
    const { stage, statement } = submitted({
      batches: [numbers(1)],
      onExecute: () => new Promise((resolve) => (accept = resolve)),
    });
    await settled();
    const cancelling = statement.cancel();
    accept();
    await cancelling;
    expect(stage.runner).toMatchObject({ pulled: 0, closed: 1 });
    expect(statement.state).toBe('cancelled');
    expect(await failureOf(statement.result())).toMatchObject({ kind: 'aborted' });
  });

  it('twice at once is one cancel', async () => {
    const { stage, statement } = await running();
    const states = statesOf(statement);
    const cancelling = Promise.all([statement.cancel(), statement.cancel()]);
    expect(stage.clock.pendingTimers).toBe(1);
    await cancelling;
    expect(states).toEqual(['cancelled']);
  });

  it.each<[string, EngineScript, string]>([
    ['succeeded', {}, 'has already succeeded'],
    ['failed', { onExecute: () => Promise.reject(new Error('broken')) }, 'has already failed'],
    ['cancelled', { onExecute: workForEver }, 'has already been cancelled'],
  ])('after it has %s is a conflict that says so', async (state, script, words) => {
    const statement = openStage(script).submit();
    if (state === 'cancelled') await statement.cancel();
    await statement.done;
    const error = await failureOf(statement.cancel());
    expect(error).toMatchObject({ kind: 'conflict', operation: 'cancel', handle: HANDLE });
    expect(error.message).toContain(words);
    expect(error.message).toContain(statement.id);
    expect(statement.state).toBe(state);
  });

  it('reports an engine that does not stop in time', async () => {
    const { stage, statement } = submitted({ onExecute: () => new Promise(() => {}) });
    await settled();
    const cancelling = failureOf(statement.cancel());
    await stage.clock.advance(STOP_TIMEOUT_MS - 1);
    expect(statement.state).toBe('running');
    await stage.clock.advance(1);
    expect(await cancelling).toMatchObject({ kind: 'timeout', effect: 'unknown', operation: 'cancel' });
    expect(statement.state).toBe('cancelled');
    expect(await failureOf(statement.result())).toMatchObject({ kind: 'aborted', effect: 'unknown' });
  });

  it('reports an engine that cannot close', async () => {
    const onClose = (): Promise<never> => Promise.reject(sessionError('unavailable'));
    const { statement } = submitted({ batches: [numbers(1), numbers(2)], onClose });
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
    const controller = new AbortController();
    const { statement } = await running({ signal: controller.signal });
    const reason = new Error('the user left');
    controller.abort(reason);
    expect(await failureOf(statement.result())).toMatchObject({ kind: 'aborted', cause: reason, effect: 'unknown' });
    expect(statement.state).toBe('cancelled');
  });

  it('has one listener for all statements, and none when they have ended', async () => {
    const stage = openStage();
    const { signal } = new AbortController();
    const statements = Array.from({ length: 20 }, () => stage.submit('SELECT 1', { signal }));
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    await Promise.all(statements.map((statement) => statement.done));
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('refuses the statement when it has aborted already, before anything is done', async () => {
    const stage = openStage();
    let asked = 0;
    const whenReady = (): Promise<StatementRunner> => Promise.resolve((asked += 1)).then(() => stage.runner);
    const reason = new Error('too late');
    const error = await failureOf(() => stage.submit('SELECT 1', { signal: AbortSignal.abort(reason) }, whenReady));
    expect(error).toMatchObject({ kind: 'aborted', cause: reason, effect: 'none' });
    await settled();
    expect(asked).toBe(0);
  });

  it('does nothing after the end', async () => {
    const stage = openStage({ batches: [numbers(1)] });
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
    const stage = openStage();
    const statement = stage.submitQueued({ timeoutMs: 250 });
    const outcome = failureOf(statement.result());
    await stage.clock.advance(249);
    expect(statement.state).toBe('queued');
    await stage.clock.advance(1);
    const error = await outcome;
    expect(error).toMatchObject({ kind: 'timeout', effect: 'none', handle: HANDLE });
    expect(error.message).toContain('waiting for its session after 250 ms');
    expect(statement.state).toBe('failed');
  });

  it('covers the run, and stops the engine', async () => {
    const { stage, statement } = await running({ timeoutMs: 250 });
    const outcome = failureOf(statement.result());
    await stage.clock.advance(250);
    expect(await outcome).toMatchObject({ kind: 'timeout', effect: 'unknown' });
    expect(stage.runner.executed[0]?.call.signal.aborted).toBe(true);
    expect(statement.state).toBe('failed');
  });

  it('covers the reading', async () => {
    const stage = openStage({ batches: [numbers(1), numbers(2), numbers(3)] });
    const statement = stage.submit('SELECT 1', { timeoutMs: 250 });
    const result = await statement.result();
    const reading = failureOf(async () => {
      for await (const _ of result.batches()) await stage.clock.advance(200);
    });
    expect(await reading).toMatchObject({ kind: 'timeout' });
    expect(stage.runner.closed).toBe(1);
  });

  it('leaves no timer behind when the statement is in time', async () => {
    const stage = openStage({ batches: [numbers(1)] });
    await stage.submit('SELECT 1', { timeoutMs: 250 }).done;
  });

  it('is hard: an engine that does not stop fails its caller all the same', async () => {
    const stage = openStage({ onExecute: () => new Promise(() => {}) });
    const statement = stage.submit('SELECT 1', { timeoutMs: 250 });
    const outcome = failureOf(statement.result());
    await stage.clock.advance(250 + STOP_TIMEOUT_MS);
    const error = await outcome;
    expect(error).toMatchObject({ kind: 'timeout', effect: 'unknown' });
    expect((error.cause as AggregateError).errors[1]).toMatchObject({ operation: 'cancel' });
  });

  it('counts as the reason even when the caller cancels while the engine stops', async () => {
    let stop!: () => void;
    const stage = openStage({
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

describe('maxRows and maxResultBytes', () => {
  const batches = [numbers(1, 2), numbers(3, 4)];
  const bytes = batches.reduce((sum, { columns }) => sum + (columns[0]?.values?.byteLength ?? 0), 0);

  it.each([
    ['maxRows', 4, 'rows'],
    ['maxResultBytes', bytes, 'bytes'],
  ])('%s lets a result of exactly %i %s pass, and fails a larger one with advice', async (option, limit, unit) => {
    const stage = openStage({ batches });
    const result = await stage.submit('SELECT n', { [option]: limit }).result();
    expect(await result.rows()).toHaveLength(4);
    const statement = stage.submit('SELECT n', { [option]: limit - 1 });
    const error = await failureOf((await statement.result()).rows());
    expect(error).toMatchObject({ kind: 'invalid-request', handle: HANDLE });
    expect(error.message).toMatch(new RegExp(`more than ${limit - 1} ${unit}.*LIMIT.*raise ${option}`));
    expect(statement.state).toBe('failed');
    expect(stage.runner.closed).toBe(2);
  });

  it('fails a stream too, where the row too many comes', async () => {
    const stage = openStage({ batches: [numbers(1, 2), numbers(3, 4), numbers(5), numbers(6)] });
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
  it('break nothing when they throw', async () => {
    const { stage, statement } = submitted();
    statement.on('state', () => {
      throw new Error('a bug in the listener');
    });
    const states = statesOf(statement);
    await statement.done;
    expect(states).toEqual(['running', 'succeeded']);
    expect(stage.logger.messages('error')).toEqual(Array(2).fill('A listener of a statement threw.'));
  });

  it('can be removed one by one, also while they are called', async () => {
    const { statement } = submitted();
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

  it('cannot wait for an unknown event', async () => {
    const statement = openStage().submit();
    const error = await failureOf(() => statement.on('finished' as 'state', () => {}));
    expect(error.message).toBe("Unknown event 'finished'. A statement has the events state and progress.");
    await statement.done;
  });
});

describe('progress', () => {
  it('is polled at growing intervals while the statement runs and has a listener', async () => {
    let fraction = 0;
    const { stage, statement } = submitted({
      onExecute: workForEver,
      progress: () => ({ fraction: (fraction += 0.01) }),
    });
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
  });

  it('is polled from the start when there was a listener before', async () => {
    const { stage, statement } = submitted({ onExecute: workForEver, progress: () => ({ rowsProcessed: 1 }) });
    const told: unknown[] = [];
    statement.on('progress', (progress) => told.push(progress));
    expect(stage.clock.pendingTimers).toBe(0);
    await stage.clock.advance(100);
    expect(told).toEqual([{ rowsProcessed: 1 }]);
    await statement.cancel();
  });

  it('is polled once for all listeners', async () => {
    const { stage, statement } = submitted({ onExecute: workForEver, progress: () => ({ fraction: 0.5 }) });
    await settled();
    let told = 0;
    for (const _ of [1, 2, 3]) statement.on('progress', () => (told += 1));
    expect(stage.clock.pendingTimers).toBe(1);
    await stage.clock.advance(100);
    expect(stage.runner.progressAsked).toBe(1);
    expect(told).toBe(3);
    await statement.cancel();
  });

  it('is not emitted if the engine reports none', async () => {
    const { stage, statement } = submitted({ onExecute: workForEver, progress: () => undefined });
    let told = 0;
    statement.on('progress', () => (told += 1));
    await stage.clock.advance(3000);
    expect(stage.runner.progressAsked).toBeGreaterThan(2);
    expect(told).toBe(0);
    await statement.cancel();
  });

  it('breaks nothing when the engine throws', async () => {
    const progress = (): never => {
      throw new Error('no progress today');
    };
    const { stage, statement } = submitted({ onExecute: workForEver, progress });
    statement.on('progress', () => {});
    await stage.clock.advance(300);
    expect(stage.logger.messages('error')).toHaveLength(2);
    expect(statement.state).toBe('running');
    await statement.cancel();
  });
});
