import { describe, it, type TestContext } from 'vitest';
import { athena } from '../../../providers/athena/index.ts';
import { startEmulator } from '../../../src/emulator/start-emulator.ts';
import type { EmulatorOptions } from '../../../src/emulator/emulator-options.ts';
import { openSessions } from '../../../src/open-sessions.ts';
import { cli } from '../../cli/cli-run.ts';
import { failureOf } from '../../failure-of.ts';

/** A session of PySpark engine version 3 whose code really runs. */
async function scene({ onTestFinished }: TestContext, options: EmulatorOptions = {}) {
  const emulator = await startEmulator({ services: ['athena', 's3'], startupMs: 0, runCode: true, ...options });
  onTestFinished(() => emulator.close());
  const { urls } = emulator;
  const settings = {
    region: 'us-east-1',
    workgroup: 'pyspark3',
    engine: 'pyspark-v3' as const,
    endpoint: urls.athena,
    s3Endpoint: urls.s3,
    credentials: { accessKeyId: 'AKIDTEST', secretAccessKey: 'none' },
  };
  const sessions = await openSessions({ provider: athena(settings) });
  onTestFinished(() => sessions.close());
  return { emulator, session: await sessions.start(), settings };
}

describe.concurrent('the output of a calculation', { timeout: 60_000 }, () => {
  it('is what the code printed and the value of its last line; the next block sees what it defined', async (context) => {
    const { expect } = context;
    const { session } = await scene(context);
    const code = 'import sys\nx = 6\nprint("héllo")\nprint("careful", file=sys.stderr)\nx * 7';
    const done = await session.calculate(code);
    const texts = await Promise.all((['stdout', 'stderr', 'result'] as const).map((part) => done.text(part)));
    expect(texts).toEqual(['héllo\n', 'careful\n', '42']);
    expect(JSON.parse(JSON.stringify(done))).toMatchObject({ state: 'succeeded' });
    const again = await session.calculate('print(x)');
    expect([await again.text('stdout'), await again.text('result')]).toEqual(['6\n', '']);
  });

  it('is streamed, and may be large', async (context) => {
    const { expect } = context;
    const { session } = await scene(context);
    const done = await session.calculate(
      'print("x" * 79, end="\\n"); [print("y" * 1023) for _ in range(20000)] and None',
    );
    let length = 0;
    let chunks = 0;
    for await (const chunk of done.bytes('stdout')) {
      length += chunk.byteLength;
      chunks += 1;
    }
    expect(length).toBe(80 + 20_000 * 1024);
    expect(chunks).toBeGreaterThan(10);
  });

  it('names the error of the code, and the session keeps running', async (context) => {
    const { expect } = context;
    const { session } = await scene(context);
    const error = await failureOf(session.calculate('print(sprak)'));
    expect(error).toMatchObject({ kind: 'invalid-request' });
    expect(error.message).toContain("NameError: name 'sprak' is not defined");
    expect(await (await session.calculate('print(1)')).text('stdout')).toBe('1\n');
  });

  it('an abort interrupts the code, and the session keeps what it has defined', async (context) => {
    const { expect } = context;
    const { session, emulator } = await scene(context);
    await session.calculate('kept = 1');
    const controller = new AbortController();
    const running = session.calculate('import time\nwhile True: time.sleep(0.01)', { signal: controller.signal });
    await expect.poll(() => emulator.oracle.calculations().at(-1)?.state).toBe('RUNNING');
    controller.abort();
    expect(await failureOf(running)).toMatchObject({ kind: 'aborted' });
    await expect.poll(() => emulator.oracle.calculations().at(-1)?.state, { timeout: 10_000 }).toBe('CANCELED');
    expect(await (await session.calculate('print(kept)')).text('stdout')).toBe('1\n');
  });

  it.for([
    ['an object that is gone', 'NoSuchKey', 404, 'not-found'],
    ['a missing permission', 'AccessDenied', 403, 'forbidden'],
  ] as const)('%s: the error names S3', async ([, code, httpStatus, kind], context) => {
    const { expect } = context;
    const { session, emulator } = await scene(context);
    const done = await session.calculate('print(1)');
    emulator.faults.add({ operation: 'GetObject', kind: 'error', code, httpStatus, times: 10 });
    const error = await failureOf(done.text('stdout'));
    expect(error).toMatchObject({ kind, operation: 'readCalculation' });
    expect(error.message).toContain('S3');
  });

  it('an abort ends a read', async (context) => {
    const { session } = await scene(context);
    const done = await session.calculate('print(1)');
    const error = await failureOf(done.text('stdout', { signal: AbortSignal.abort() }));
    context.expect(error).toMatchObject({ kind: 'aborted' });
  });

  it('is empty where code does not run', async (context) => {
    const { session } = await scene(context, { runCode: false });
    const done = await session.calculate('print(1)');
    context.expect(await done.text('stdout')).toBe('');
  });

  it('code that writes into the answers of its process fails, and ends nothing else', async (context) => {
    const { expect } = context;
    const { session, emulator } = await scene(context);
    const code = 'import os\nfor fd in range(3, 20):\n  try: os.write(fd, b"junk\\n")\n  except OSError: pass';
    expect(await failureOf(session.calculate(code))).toMatchObject({ kind: 'invalid-request' });
    expect(emulator.oracle.live()).toHaveLength(1);
  });

  it('anysession run prints it', async (context) => {
    const { expect } = context;
    const { settings, emulator } = await scene(context);
    const { endpoint, s3Endpoint, workgroup } = settings;
    const where = { region: 'us-east-1', workgroup, endpoint, s3Endpoint };
    const flags = Object.entries(where).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
    const keys = ['--set', 'credentials.accessKeyId=AKIDTEST', '--set', 'credentials.secretAccessKey=none'];
    const words = ['run', '--provider', 'athena', '--set', 'engine=pyspark-v3', ...flags, ...keys];
    const code = 'import sys; print("out"); print("err", file=sys.stderr); 1 + 1';
    expect(await cli([...words, code])).toEqual({ code: 0, stdout: 'out\n', stderr: 'err\n' });
    expect(JSON.parse((await cli([...words, code, '--json'])).stdout)).toMatchObject({
      state: 'succeeded',
      stdout: 'out\n',
      stderr: 'err\n',
      result: '2',
    });
    emulator.faults.add({ operation: 'GetObject', kind: 'error', code: 'AccessDenied', httpStatus: 403, times: 10 });
    const refused = await cli([...words, code]);
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain('The code has run. Its output is in s3://emulated-athena-results/');
    expect(emulator.oracle.live()).toHaveLength(1);
  });
});
