import { afterEach, describe, expect, it } from 'vitest';
import { CLOCK, createContainer, SESSIONS } from '../../src/container/index.ts';
import type { CalculationObservation } from '../../src/contract/calculation-runner.ts';
import type { SessionProvider } from '../../src/contract/session-provider.ts';
import { startEmulator } from '../../src/emulator/start-emulator.ts';
import type { Emulator } from '../../src/emulator/emulator.ts';
import type { CalculationOptions } from '../../src/session/run-calculation.ts';
import type { SessionStatus } from '../../src/session/session-tracker.ts';
import type { Session } from '../../src/session/session.ts';
import { VirtualClock } from '../../src/testing/index.ts';
import { socketTime, TEST_CREDENTIALS } from '../providers/athena/emulated-subject.ts';
import { failureOf } from '../failure-of.ts';

const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

interface Scene {
  readonly emulator: Emulator;
  readonly session: Session;
  readonly provider: SessionProvider;
  readonly clock: VirtualClock;
  readonly settle: <T>(promise: Promise<T>) => Promise<T>;
}

/** A session through the whole product, on an emulated Athena whose calculations take ten seconds. */
async function scene(workgroup: 'pyspark3' | 'spark35' = 'pyspark3', calculationMs = 10_000): Promise<Scene> {
  const clock = new VirtualClock();
  const emulator = await startEmulator({ services: ['athena'], clock, athena: { calculationMs } });
  open.push(emulator);
  const engine = workgroup === 'pyspark3' ? 'pyspark-v3' : 'spark-3.5';
  const athena = { provider: 'athena', region: 'us-east-1', workgroup, engine, endpoint: emulator.urls.athena };
  const container = await createContainer({
    config: { defaultEnvironment: 'test', environments: { test: { ...athena, credentials: TEST_CREDENTIALS } } },
  });
  container.rebind(CLOCK).toConstantValue(clock);
  const sessions = container.get(SESSIONS);
  const { settle } = socketTime(clock, () => emulator.log().length);
  open.push({ close: () => settle(sessions.close()) });
  return { emulator, clock, settle, provider: sessions.provider, session: await settle(sessions.start()) };
}

const count = (emulator: Emulator, operation: string): number =>
  emulator.log().filter((record) => record.operation === operation).length;

describe('session.calculate', () => {
  it('C-061 waits for the session, runs the code to its end and tells where its output is', async () => {
    const { emulator, session, settle } = await scene();
    const seen: CalculationObservation[] = [];
    const running = session.calculate('print(1)', { name: 'one', onProgress: (each) => seen.push(each) });
    expect(session.state).toBe('creating');
    const done = await settle(running);
    expect(done).toMatchObject({
      state: 'succeeded',
      nativeState: 'COMPLETED',
      executionMs: expect.any(Number) as number,
      output: {
        stdoutUri: expect.stringMatching(/^s3:/) as string,
        stderrUri: expect.stringMatching(/^s3:/) as string,
      },
    });
    expect(done.endedAtMs! - done.submittedAtMs!).toBe(10_000);
    expect(new Set(seen.map(({ state }) => state))).toEqual(new Set(['queued', 'running', 'succeeded']));
    expect(count(emulator, 'StartCalculationExecution')).toBe(1);
    // Pollable at every 2 s, then less often: not once a second for ten seconds.
    expect(count(emulator, 'GetCalculationExecution')).toBeLessThan(6);
  });

  it('keeps the session busy, as the service says, and ready afterwards', async () => {
    const { session, settle } = await scene();
    await settle(session.whenReady());
    const looks: Promise<SessionStatus>[] = [];
    const running = session.calculate('print(1)', {
      onProgress: ({ state }) => {
        if (state === 'running' && looks.length === 0) looks.push(session.refresh());
      },
    });
    await settle(running);
    expect(await Promise.all(looks)).toMatchObject([{ state: 'busy', busySource: 'service' }]);
    expect((await settle(session.refresh())).state).toBe('ready');
  });

  it('C-060 a start whose answer was lost does not run the code twice', async () => {
    const { emulator, session, settle } = await scene();
    await settle(session.whenReady());
    emulator.faults.add({ kind: 'reset', when: 'after', operation: 'StartCalculationExecution' });
    await settle(session.calculate('print(1)'));
    const starts = emulator.log().filter(({ operation }) => operation === 'StartCalculationExecution');
    expect(starts.map(({ delivery }) => delivery)).toEqual(['reset', 'answer']);
    expect(new Set(starts.map(({ token }) => token)).size).toBe(1);
    expect(starts[0]?.token).toMatch(/^calc-[0-9a-f]{32}$/);
  });

  it('C-116 polls last when the time is up: what has ended by then counts', async () => {
    const { session, settle } = await scene('pyspark3', 5_200);
    await settle(session.whenReady());
    // The polls before are after 1, 3 and 5 s.
    const done = await settle(session.calculate('print(1)', { timeoutMs: 5_900 }));
    expect(done.state).toBe('succeeded');
  });

  it('fails with the reason when the code fails, and the session goes on', async () => {
    const { emulator, session, settle } = await scene();
    emulator.faults.add({ kind: 'calculation-fails', reason: 'NameError: name x is not defined' });
    const error = await failureOf(settle(session.calculate('x')));
    expect(error).toMatchObject({ kind: 'invalid-request', operation: 'calculate', handle: session.handle });
    expect(error.message).toMatch(/ failed: NameError: name x is not defined$/);
    expect((await settle(session.refresh())).state).toBe('ready');
  });

  it('is stopped in the service by an abort, at once for its caller', async () => {
    const { emulator, session, settle, clock } = await scene();
    await settle(session.whenReady());
    const abort = new AbortController();
    const running = session.calculate('while True: pass', {
      signal: abort.signal,
      onProgress: ({ state }) => {
        if (state === 'running') abort.abort();
      },
    });
    expect(await failureOf(settle(running))).toMatchObject({ kind: 'aborted' });
    await clock.advance(1);
    expect(count(emulator, 'StopCalculationExecution')).toBe(1);
    expect((await settle(session.refresh())).nativeState).toBe('IDLE');
  });

  it('is stopped when its caller gives up before the start was answered', async () => {
    const { emulator, session, settle } = await scene();
    await settle(session.whenReady());
    const abort = new AbortController();
    emulator.faults.add({ kind: 'slow', delayMs: 3_000, operation: 'StartCalculationExecution' });
    const running = session.calculate('while True: pass', { signal: abort.signal });
    await settle(new Promise((resolve) => setTimeout(resolve, 5)));
    abort.abort();
    expect(await failureOf(running)).toMatchObject({ kind: 'aborted' });
    const isStopped = async (): Promise<void> => {
      while (count(emulator, 'StopCalculationExecution') === 0) {
        await new Promise((resolve) => setTimeout(resolve, 2));
        if (count(emulator, 'StartCalculationExecution') > 0) await settle(session.refresh());
      }
    };
    await settle(isStopped());
    expect(count(emulator, 'StartCalculationExecution')).toBe(1);
  });

  it('is stopped when its time is up', async () => {
    const { emulator, session, settle } = await scene();
    await settle(session.whenReady());
    const error = await failureOf(settle(session.calculate('while True: pass', { timeoutMs: 5_000 })));
    expect(error).toMatchObject({ kind: 'timeout', operation: 'calculate' });
    expect(error.message).toContain('did not end within 5000 ms and was stopped');
    expect(count(emulator, 'StopCalculationExecution')).toBe(1);
  });

  it('C-062 tells when somebody else stopped it; stopping it again succeeds', async () => {
    const { session, provider, settle } = await scene();
    await settle(session.whenReady());
    const call = { signal: new AbortController().signal, deadline: Number.POSITIVE_INFINITY, attempt: 1 };
    const stop = async (id: string): Promise<unknown> => provider.calculations?.stop(session.handle, id, call);
    const stops: Promise<unknown>[] = [];
    const running = session.calculate('while True: pass', {
      onProgress: ({ id, state }) => {
        if (state === 'running') stops.push(stop(id).then(() => stop(id)));
      },
    });
    expect(await failureOf(settle(running))).toMatchObject({ kind: 'aborted' });
    expect(await settle(Promise.all(stops))).toMatchObject([{ state: 'cancelled' }]);
  });

  it.each([
    ['', {}, "'code': expected a text that is not empty"],
    ['print(1)', { nam: 'x' }, "'nam': unknown key; did you mean name?"],
    ['print(1)', { timeoutMs: -1 }, "'timeoutMs': expected"],
    ['print(1)', { onProgress: 'yes' }, "'onProgress': expected a function"],
  ])('refuses %j with %j before anything is sent', async (code, options, message) => {
    const { emulator, session, settle } = await scene();
    const error = await failureOf(settle(session.calculate(code, options as CalculationOptions)));
    expect(error).toMatchObject({ kind: 'invalid-request' });
    expect(error.message).toContain(message);
    expect(count(emulator, 'StartCalculationExecution')).toBe(0);
  });

  it('C-101 is unsupported on an engine without calculations, and says who has them', async () => {
    const { session, settle } = await scene('spark35');
    const error = await failureOf(settle(session.calculate('print(1)')));
    expect(error).toMatchObject({ kind: 'unsupported', operation: 'calculate' });
  });
});
