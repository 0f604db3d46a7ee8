import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { athena, ENDLESS } from './athena.ts';
import { healthomics } from './healthomics.ts';
import { PROGRAM, quoted, run } from './process.ts';

const SECRET = 'hunter2hunter2';

/** Code of a config file that fails once the file `now` exists. */
const LATE = (failure: string) => `
const timer = setInterval(() => {
  if (!existsSync(new URL('now', import.meta.url))) return;
  clearInterval(timer);
  /* ${SECRET} */ ${failure};
}, 20);`;

/** Adds code to the configuration of a folder, which becomes `late.mjs`. */
function withCode(cwd: string, code: string): void {
  const yaml = readFileSync(join(cwd, 'anysession.config.yaml'), 'utf8');
  const [, region, endpoint] = /region: (\S+),.*endpoint: "(.*?)"/.exec(yaml) ?? [];
  const dev = {
    provider: 'athena',
    region,
    workgroup: 'spark35',
    endpoint,
    credentials: { accessKeyId: 'AKIDTEST', secretAccessKey: 'none' },
  };
  const config = JSON.stringify({ environments: { dev } });
  writeFileSync(join(cwd, 'late.mjs'), `import { existsSync } from 'node:fs';\n${code}\nexport default ${config};\n`);
}

describe('an error that nobody catches', { timeout: 120_000 }, () => {
  it.concurrent.for([
    ['a rejection', "Promise.reject(new Error('the telemetry is gone'))"],
    ['an exception', "throw new Error('the telemetry is gone')"],
  ] as const)('%s during a statement is one error, and the session is terminated', async ([, failure], context) => {
    const { expect, onTestFinished } = context;
    const service = await athena(0, context);
    withCode(service.cwd, LATE(failure));
    const words = ['sql', ENDLESS, '--config', 'late.mjs', '--json'];
    const { ended } = run([...PROGRAM, ...words], { onTestFinished, cwd: service.cwd });
    await service.reaches('BUSY');
    writeFileSync(join(service.cwd, 'now'), '');
    await service.isEnded();
    const { code, stderr } = await ended;
    expect([code, stderr.trim().split('\n')]).toEqual([70, [expect.anything()]]);
    expect(JSON.parse(stderr)).toMatchObject({
      error: {
        kind: 'internal',
        message: expect.stringMatching(/telemetry is gone \(thrown at .*late\.mjs:\d+\)/) as string,
      },
    });
    expect(stderr).not.toContain(SECRET);
  });

  it.concurrent('after the command is one error too', async (context) => {
    const { expect, onTestFinished } = context;
    const { cwd } = await athena(0, context);
    withCode(cwd, LATE("throw new Error('the telemetry is gone')"));
    const { ended, output } = run([...PROGRAM, 'list', '--config', 'late.mjs', '--json'], { onTestFinished, cwd });
    await expect.poll(() => output.stdout, { timeout: 60_000 }).toContain('[]');
    writeFileSync(join(cwd, 'now'), '');
    const { code, stderr } = await ended;
    expect([code, JSON.parse(stderr)]).toMatchObject([70, { error: { kind: 'internal' } }]);
    expect(stderr).not.toContain(SECRET);
  });

  it.concurrent('of no error class shows no value that may be secret', async (context) => {
    const { expect, onTestFinished } = context;
    const { cwd } = await athena(0, context);
    withCode(
      cwd,
      `setInterval(() => {}, 1000); Promise.reject({ password: '${SECRET}' }); await new Promise(() => {});`,
    );
    const { code, stderr } = await run([...PROGRAM, 'list', '--config', 'late.mjs'], { onTestFinished, cwd }).ended;
    expect([code, stderr]).toEqual([70, expect.stringContaining('Nothing caught the error a map')]);
    expect(stderr).not.toContain(SECRET);
  });
});

describe('a config file that never finishes loading', { timeout: 120_000 }, () => {
  const LOADING = "process.stderr.write('loading');";
  it.concurrent.for(
    [
      ['awaits for ever', `${LOADING} setInterval(() => {}, 1000); await new Promise(() => {});`],
      ['loops', `${LOADING} for (;;) {}`],
    ].flatMap(([name, code]) =>
      [
        ['SIGINT', ['sql', 'SELECT 1']],
        ['SIGTERM', ['config', 'check']],
        ['SIGHUP', ['batch', 'status', '1']],
      ].map(([signal, words]) => [signal, name, code, words] as [NodeJS.Signals, string, string, string[]]),
    ),
  )('ends at %s when it %s', async ([signal, , code, words], context) => {
    const { expect, onTestFinished } = context;
    const { cwd } = await athena(0, context);
    withCode(cwd, code);
    const { child, output, ended } = run([...PROGRAM, ...words, '--config', 'late.mjs'], { onTestFinished, cwd });
    await expect.poll(() => output.stderr, { timeout: 60_000 }).toBe('loading');
    child.kill(signal);
    expect(await ended).toMatchObject({ signal });
  });

  it.concurrent.for([
    ['waits for nothing', 'await new Promise(() => {});', 'never finished loading'],
    ['exits with 0', 'process.exit(0);', 'Code called process.exit(0)'],
    ['exits with 3', 'process.exit(3);', 'Code called process.exit(3)'],
  ] as const)('is one error when it %s', async ([, code, message], context) => {
    const { expect, onTestFinished } = context;
    const { cwd } = await athena(0, context);
    withCode(cwd, code);
    const words = ['sql', 'SELECT 1', '--config', 'late.mjs', '--json'];
    const ended = await run([...PROGRAM, ...words], { onTestFinished, cwd }).ended;
    expect(ended.code).toBe(2);
    // Some releases of Node.js write a warning of their own first.
    expect(JSON.parse(ended.stderr.trim().split('\n').at(-1) ?? '')).toMatchObject({
      error: { kind: 'config-invalid', message: expect.stringContaining(message) as string },
    });
  });

  it.concurrent('and keeps the process alive after the command: a signal ends it', async (context) => {
    const { expect, onTestFinished } = context;
    const { cwd } = await athena(0, context);
    withCode(cwd, 'setInterval(() => {}, 1000);');
    const { child, output, ended } = run([...PROGRAM, 'list', '--config', 'late.mjs', '--json'], {
      onTestFinished,
      cwd,
    });
    await expect.poll(() => output.stdout, { timeout: 60_000 }).toContain('[]');
    child.kill('SIGTERM');
    expect((await ended).code).toBe(143);
  });
});

describe('anysession sql --keep', { timeout: 120_000 }, () => {
  it.concurrent.for(['2>/dev/full', '2>&-', '2>/dev/null', '>&- 2>&-'])(
    'keeps no session when %s loses its handle',
    async (redirect, context) => {
      const { expect, onTestFinished } = context;
      const service = await athena(0, context);
      const sql = quoted([...PROGRAM, 'sql', 'SELECT 1 AS a', '--csv', '--keep']);
      const { code } = await run(['sh', '-c', `${sql} ${redirect}`], { onTestFinished, cwd: service.cwd }).ended;
      expect(code).toBe(2);
      await service.isEnded();
    },
  );

  it.concurrent('keeps a session that its key finds again', async (context) => {
    const { expect, onTestFinished } = context;
    const service = await athena(0, context);
    const sql = quoted([...PROGRAM, 'sql', 'SELECT 1 AS a', '--csv', '--keep', '--key', 'nightly']);
    const { code, stdout } = await run(['sh', '-c', `${sql} 2>&-`], { onTestFinished, cwd: service.cwd }).ended;
    expect([code, stdout]).toEqual([0, 'a\r\n1\r\n']);
    await service.reaches('IDLE');
  });
});

describe('anysession batch start --wait', { timeout: 120_000 }, () => {
  it.concurrent.for([
    ['a signal', 'text'],
    ['a signal', 'json'],
    ['a refusal of GetBatch', 'text'],
    ['a refusal of GetBatch', 'json'],
  ] as const)('names the batch that keeps running after %s, as %s', async ([end, format], context) => {
    const { onTestFinished, expect } = context;
    const { emulator, cwd } = await healthomics(context);
    if (end !== 'a signal') {
      const refusal = { kind: 'error', code: 'AccessDeniedException', httpStatus: 403, message: 'no' } as const;
      emulator.faults.add({ ...refusal, operation: 'GetBatch', times: 100 });
    }
    const json = format === 'json';
    const words = ['batch', 'start', '--runs', 'runs.json', '--defaults', 'defaults.json', '--wait'];
    const { child, ended } = run([...PROGRAM, ...words, ...(json ? ['--json'] : [])], { onTestFinished, cwd });
    const called = (): string[] => emulator.log().map(({ operation }) => operation ?? '');
    await expect.poll(called, { timeout: 60_000 }).toContain('GetBatch');
    if (end === 'a signal') child.kill('SIGTERM');
    const { code, stderr } = await ended;
    expect(code).toBe(end === 'a signal' ? 143 : 3);
    const id = emulator.oracle.batches()[0]?.id ?? 'none';
    expect(stderr).toContain(`Batch ${id} keeps running`);
    if (json) expect(JSON.parse(stderr)).toMatchObject({ error: { handle: { provider: 'healthomics', id } } });
    else expect(stderr).toMatch(new RegExp(`^batch ${id} has started: \\{.*"id":"${id}".*\\}\n`));
    expect(called()).not.toContain('CancelRunBatch');
  });
});
