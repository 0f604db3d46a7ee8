import { describe, expect, it, type TestContext } from 'vitest';
import { glue } from '../../../providers/glue/index.ts';
import type { CalculationRequest } from '../../../src/contract/calculation-runner.ts';
import type { EmulatorOptions } from '../../../src/emulator/emulator-options.ts';
import { startEmulator } from '../../../src/emulator/start-emulator.ts';
import { openSessions } from '../../../src/open-sessions.ts';
import { failureOf } from '../../failure-of.ts';
import { lastInput, openBench, operationsOf, request, ROLE } from '../_aws/bench.ts';
import { TEST_CREDENTIALS, unlimited } from '../athena/emulated-subject.ts';

/** A livy session whose code really runs. */
async function running({ onTestFinished }: TestContext, options: EmulatorOptions = {}) {
  const emulator = await startEmulator({ services: ['glue'], startupMs: 0, runCode: true, ...options });
  onTestFinished(() => emulator.close());
  const place = { region: 'us-east-1', roleArn: ROLE, credentials: TEST_CREDENTIALS, endpoint: emulator.urls.glue };
  const sessions = await openSessions({ provider: glue({ ...place, sessionType: 'livy' }) });
  onTestFinished(() => sessions.close());
  return { emulator, session: await sessions.start() };
}

describe.concurrent('code in a livy session', { timeout: 60_000 }, () => {
  it('gives what it printed and the value of its last line; the next block sees what it defined', async (context) => {
    const { expect } = context;
    const { session } = await running(context);
    const done = await session.calculate('x = 6\nprint("héllo")\nx * 7');
    expect(await Promise.all((['stdout', 'result', 'stderr'] as const).map((part) => done.text(part)))).toEqual([
      'héllo\n42',
      'héllo\n42',
      '',
    ]);
    expect(JSON.parse(JSON.stringify(done))).toMatchObject({ state: 'succeeded', progress: '100%' });
    expect(await (await session.calculate('x')).text('result')).toBe('6');
  });

  it.for(['ERROR', 'AVAILABLE'] as const)(
    'that fails is named with its error (%s), and the session keeps running',
    async (failedStatement, context) => {
      const { session } = await running(context, { glue: { failedStatement } });
      const error = await failureOf(session.calculate('print(sprak)'));
      context.expect(error).toMatchObject({ kind: 'invalid-request' });
      context.expect(error.message).toContain("NameError: name 'sprak' is not defined");
      context.expect(session.state).toBe('ready');
      context.expect(await (await session.calculate('print(1)')).text('stdout')).toBe('1\n');
    },
  );

  it('is interrupted by an abort, and the session keeps what it has defined', async (context) => {
    const { expect } = context;
    const { session, emulator } = await running(context);
    await session.calculate('kept = 1');
    const controller = new AbortController();
    const endless = session.calculate('import time\nwhile True: time.sleep(0.01)', { signal: controller.signal });
    await expect.poll(() => emulator.oracle.calculations().at(-1)?.state, { timeout: 20_000 }).toBe('RUNNING');
    expect(session).toMatchObject({ state: 'busy', status: { busySource: 'local' } });
    controller.abort();
    expect(await failureOf(endless)).toMatchObject({ kind: 'aborted' });
    await expect.poll(() => emulator.oracle.calculations().at(-1)?.state, { timeout: 20_000 }).toBe('CANCELLED');
    expect(await (await session.calculate('print(kept)')).text('stdout')).toBe('1\n');
  });

  it('has no SQL, which is refused before any I/O', async (context) => {
    const { expect } = context;
    const { session } = await running(context);
    expect(await failureOf(session.sql('SELECT 1'))).toMatchObject({ kind: 'unsupported' });
  });
});

/** A ready livy session on a clock that stands still. */
async function scene(options: EmulatorOptions = {}) {
  const bench = await openBench('glue', { sessionType: 'livy' }, options);
  const { handle } = await bench.provider.start(request(), unlimited());
  await bench.clock.advance(60_000);
  const calculations = bench.provider.calculations!;
  const start = (code = block()) => calculations.start(handle, code, unlimited());
  const runs = (): number => operationsOf(bench.emulator).filter((name) => name === 'RunStatement').length;
  return { ...bench, handle, calculations, start, runs };
}

const block = (code = 'print(1)'): CalculationRequest => ({ token: `calc-${'1'.repeat(32)}`, code });

describe('the token of a code block on glue', () => {
  it('is a comment behind the code, which keeps its line numbers', async () => {
    const { emulator, start } = await scene();
    await start();
    expect(lastInput(emulator, 'RunStatement')).toMatchObject({
      Code: `print(1)\n# anysession:calc-${'1'.repeat(32)}`,
    });
  });

  it('finds a statement whose start lost its answer, on a later page too', async () => {
    const { emulator, clock, start, runs } = await scene({ glue: { statementMs: 1 } });
    for (let at = 0; at < 120; at++) {
      await start({ ...block(), token: `calc-${String(at).padStart(32, '0')}` });
      await clock.advance(10);
    }
    emulator.faults.add({ kind: 'reset', when: 'after', operation: 'RunStatement' });
    expect(await failureOf(start())).toMatchObject({ kind: 'unavailable', effect: 'unknown' });
    expect((await start()).id).toBe('121');
    expect(runs()).toBe(121);
    expect(operationsOf(emulator).slice(-2)).toEqual(['ListStatements', 'ListStatements']);
  });

  it('runs the code when the earlier request has not arrived', async () => {
    const { emulator, start } = await scene();
    emulator.faults.add({ kind: 'reset', when: 'before', operation: 'RunStatement' });
    await failureOf(start());
    expect((await start()).id).toBe('1');
    expect(emulator.oracle.calculations()).toHaveLength(1);
  });

  it('runs nothing while it cannot be searched for, and the error admits the effect', async () => {
    const { emulator, start, runs } = await scene();
    emulator.faults.add({ kind: 'reset', when: 'after', operation: 'RunStatement' });
    await failureOf(start());
    emulator.faults.add({ kind: 'error', code: 'AccessDeniedException', httpStatus: 400, operation: 'ListStatements' });
    expect(await failureOf(start())).toMatchObject({ kind: 'forbidden', effect: 'unknown' });
    expect(runs()).toBe(1);
    expect((await start()).id).toBe('1');
  });

  it('counts in one session only', async () => {
    const { provider, clock, calculations, start, runs } = await scene();
    const { handle: other } = await provider.start(request(), unlimited());
    await clock.advance(60_000);
    await start();
    await calculations.start(other, block(), unlimited());
    expect(runs()).toBe(2);
  });
});

describe('code that Glue refuses', () => {
  it('C-063 is a conflict in a busy session, which says what to do', async () => {
    const { start } = await scene();
    await start();
    const error = await failureOf(start({ ...block(), token: `calc-${'2'.repeat(32)}` }));
    expect(error).toMatchObject({ kind: 'conflict', effect: 'none', native: { code: 'SessionBusyException' } });
    expect(error.message).toContain('run this one when the other has ended');
  });

  it('waits its turn where the service queues it', async () => {
    const { clock, handle, calculations, start } = await scene({ glue: { runWhileBusy: 'queue', statementMs: 1_000 } });
    await start();
    const { id } = await start({ ...block(), token: `calc-${'2'.repeat(32)}` });
    const state = async () => (await calculations.describe(handle, id, unlimited())).state;
    await clock.advance(500);
    expect(await state()).toBe('queued');
    await clock.advance(1_000);
    expect(await state()).toBe('running');
    await clock.advance(1_000);
    expect(await state()).toBe('succeeded');
  });

  it('is refused here when it is longer than the service allows with the comment', async () => {
    const { start, runs } = await scene();
    expect(await failureOf(start(block('x'.repeat(68_000))))).toMatchObject({
      kind: 'invalid-request',
      effect: 'none',
    });
    expect(runs()).toBe(0);
    const longest = 68_000 - `\n# anysession:${block().token}`.length;
    expect((await start(block('x'.repeat(longest)))).id).toBe('1');
  });

  it.each(['IllegalSessionStateException', 'ok'] as const)(
    'C-063 is session-failed when the session ends under it (%s)',
    async (statementsOfEnded) => {
      const { emulator, clock, handle, calculations, start } = await scene({ glue: { statementsOfEnded } });
      const { id } = await start();
      emulator.faults.add({
        kind: 'session-becomes',
        operation: 'GetStatement',
        state: 'FAILED',
        reason: 'No capacity.',
      });
      await calculations.describe(handle, id, unlimited());
      await clock.advance(1);
      if (statementsOfEnded === 'ok') {
        expect(await calculations.describe(handle, id, unlimited())).toMatchObject({ state: 'cancelled' });
      } else {
        const error = await failureOf(calculations.describe(handle, id, unlimited()));
        expect(error).toMatchObject({ kind: 'session-failed', operation: 'describeCalculation' });
        expect(error.message).toContain('is FAILED (No capacity.)');
      }
    },
  );

  it('is unsupported in a session of the other type', async () => {
    const { calculations, another, clock } = await scene();
    const { handle } = await another({ sessionType: 'spark-connect' }).start(request(), unlimited());
    await clock.advance(60_000);
    expect(await failureOf(calculations.start(handle, block(), unlimited()))).toMatchObject({ kind: 'unsupported' });
  });
});

describe('the observation of a code block on glue', () => {
  it.each(['milliseconds', 'seconds'] as const)(
    'has its times, in whichever unit they come (%s)',
    async (statementTimes) => {
      const { clock, handle, calculations, start } = await scene({ glue: { statementTimes, statementMs: 5_000 } });
      const beganMs = clock.nowMs();
      const { id } = await start();
      await clock.advance(1_000);
      expect(await calculations.describe(handle, id, unlimited())).not.toHaveProperty('endedAtMs');
      await clock.advance(10_000);
      expect(await calculations.describe(handle, id, unlimited())).toMatchObject({
        submittedAtMs: beganMs,
        endedAtMs: beganMs + 5_000,
        output: { stdoutUri: 'glue-statement:1#text', resultType: 'text/plain' },
      });
    },
  );

  it('of an unknown id is not-found, and so is another address of an output', async () => {
    const { handle, calculations } = await scene();
    for (const id of ['7', 'nothing', '-1']) {
      expect(await failureOf(calculations.describe(handle, id, unlimited()))).toMatchObject({ kind: 'not-found' });
    }
    const read = calculations.read?.(handle, 's3://elsewhere/x', unlimited());
    expect(await failureOf(read)).toMatchObject({ kind: 'not-found', operation: 'readCalculation' });
  });
});
