import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'vitest';
import { configFolder } from '../config/config-folder.ts';
import { athena, ENDLESS } from './athena.ts';
import { PROGRAM, quoted, run, runOnTerminal } from './process.ts';

const NPX = ['npx', '--no', 'anysession'];
const EMULATE = ['emulate', '--services', 'athena', '--startup-ms', '0'];

/** Installs anysession in a folder, as a dependency that npx finds; returns how to start processes there. */
async function installed({ onTestFinished }: TestContext, cwd = configFolder({}, onTestFinished)) {
  await mkdir(join(cwd, 'node_modules', '.bin'), { recursive: true });
  await writeFile(join(cwd, 'package.json'), '{ "name": "application", "version": "1.0.0" }');
  // Not `sh -c`: what npx starts must be what it would start for a user.
  const [node, program] = PROGRAM;
  const script = `#!/usr/bin/env -S ${node}\nimport ${JSON.stringify(program)};\n`;
  await writeFile(join(cwd, 'node_modules', '.bin', 'anysession'), script, { mode: 0o755 });
  return { cwd, onTestFinished };
}

interface Emulated {
  readonly athena: string;
  readonly pid: number;
}

const isUp = (url: string): Promise<boolean> =>
  fetch(`${url}/__emulator/log`).then(
    () => true,
    () => false,
  );

/** The addresses of an emulator that has just been started; it is ended with the test. */
async function addresses(
  output: { readonly stdout: string },
  { expect, onTestFinished }: TestContext,
): Promise<Emulated> {
  await expect.poll(() => output.stdout, { timeout: 60_000 }).toContain('\n');
  const emulated = JSON.parse(output.stdout) as Emulated;
  onTestFinished(() => {
    try {
      process.kill(emulated.pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
  });
  return emulated;
}

const seconds = (count: number) => new Promise((resolve) => setTimeout(resolve, count * 1000));

describe('npx anysession', { timeout: 120_000 }, () => {
  it.concurrent.for(['SIGTERM', 'SIGHUP', 'SIGKILL'] as const)(
    'emulate ends when npx ends by %s',
    async (signal, context) => {
      const { child, output } = run([...NPX, ...EMULATE], await installed(context));
      const { athena: url } = await addresses(output, context);
      context.expect(await isUp(url)).toBe(true);
      child.kill(signal);
      await context.expect.poll(() => isUp(url), { timeout: 30_000 }).toBe(false);
    },
  );

  it.concurrent('emulate ends by `kill $!` of its shell', async (context) => {
    const script = `${quoted([...NPX, ...EMULATE])} > out & for i in $(seq 300); do grep -q pid out && break; sleep 0.2; done; cat out; kill $!; wait`;
    const { output } = run(['bash', '-c', script], await installed(context));
    const { athena: url } = await addresses(output, context);
    await context.expect.poll(() => isUp(url), { timeout: 30_000 }).toBe(false);
  });

  it.concurrent(
    'emulate survives the shell that started it in the background, as a step of CI does',
    async (context) => {
      const script = `${quoted([...NPX, ...EMULATE])} & echo $! >&2`;
      const { child, output } = run(['bash', '-c', script], await installed(context));
      const { athena: url } = await addresses(output, context);
      context.expect(child.exitCode).toBe(0);
      await seconds(2);
      context.expect(await isUp(url)).toBe(true);
      // The process of npx ends it.
      process.kill(Number(output.stderr), 'SIGTERM');
      await context.expect.poll(() => isUp(url), { timeout: 30_000 }).toBe(false);
    },
  );

  it.concurrent('emulate --detach returns when it runs, and only its pid ends it', async (context) => {
    const { output, ended } = run([...NPX, ...EMULATE, '--detach'], await installed(context));
    const { athena: url, pid } = await addresses(output, context);
    context.expect(await ended).toMatchObject({ code: 0, stderr: '' });
    await seconds(2);
    context.expect(await isUp(url)).toBe(true);
    process.kill(pid, 'SIGTERM');
    await context.expect.poll(() => isUp(url), { timeout: 30_000 }).toBe(false);
  });

  it.concurrent('emulate --detach reports why it did not start', async (context) => {
    const { expect } = context;
    const { ended } = run([...PROGRAM, 'emulate', '--clock', 'atomic', '--detach'], await installed(context));
    expect(await ended).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('--clock accepts real, virtual') as unknown,
    });
  });

  it.concurrent.for(['SIGTERM', 'SIGKILL'] as const)(
    'sql terminates its session when npx ends by %s',
    async (signal, context) => {
      const service = await athena(0, context);
      const { child } = run([...NPX, 'sql', ENDLESS], await installed(context, service.cwd));
      await service.reaches('BUSY');
      child.kill(signal);
      await service.isEnded();
    },
  );

  it.concurrent.for([
    ['Ctrl-C', '\u0003'],
    ['a hang-up', undefined],
  ] as const)('sql terminates its session at %s of the terminal', async ([, typed], context) => {
    const service = await athena(0, context);
    const { child } = runOnTerminal(80, [...NPX, 'sql', ENDLESS], await installed(context, service.cwd));
    await service.reaches('BUSY');
    if (typed === undefined) child.stdin?.end();
    else child.stdin?.write(typed);
    await service.isEnded();
  });
});
