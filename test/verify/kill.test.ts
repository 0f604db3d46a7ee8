import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { SeededRandom } from '../../src/emulator/seeded-random.ts';
import type { VerificationReport } from '../../src/verify/report.ts';
import { CLOUDS, cloud, type Cloud } from '../cli/clouds.ts';
import { bundle } from '../kill/bundle.ts';
import { unended } from '../emulator/unended.ts';

/** How many points are tried; `ANYSESSION_KILL_POINTS` tries more. */
const POINTS = Number(process.env['ANYSESSION_KILL_POINTS'] ?? 12);
/** How many of them of one cloud run at the same time. */
const AT_ONCE = 3;
/** Lets a request that was on its way when its sender died arrive, milliseconds. */
const ARRIVAL_MS = 30;

let folder = '';
let program = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'anysession-verify-'));
  await bundle(folder, '../verify/verifying-program');
  program = join(folder, 'verifying-program.mjs');
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a verification in its own process, and kills it when the service has handled this call. */
async function verifyAndKill(name: Cloud, context: TestContext, atCall = Number.POSITIVE_INFINITY) {
  const stage = await cloud(name, context, 30);
  const other = await stage.start();
  const live = (): readonly string[] => unended(stage.emulator);
  const child = spawn(process.execPath, ['--no-warnings', program, stage.cwd], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
  });
  context.onTestFinished(() => void child.kill('SIGKILL'));
  let calls = 0;
  /** The calls after which a session of the verification was live. */
  const busy: number[] = [];
  stage.emulator.onHandled(() => {
    calls += 1;
    if (live().length > 1) busy.push(calls);
    if (calls === atCall) child.kill('SIGKILL');
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  await pause(ARRIVAL_MS);
  return { ...stage, other, live, calls, busy, code, signal, stdout, stderr };
}

describe.concurrent.each(CLOUDS)('a verification of %s that is killed', (name) => {
  it('leaves nothing that --clean does not end, and --clean ends nothing else', async (context) => {
    const { expect } = context;
    const whole = await verifyAndKill(name, context);
    expect([whole.code, whole.stderr]).toEqual([0, '']);
    expect((JSON.parse(whole.stdout) as VerificationReport).sessions).toMatchObject({ started: 2, ended: 2, left: [] });
    expect(whole.live()).toEqual([whole.other]);
    const random = new SeededRandom(CLOUDS.indexOf(name) + 1);
    const points = Array.from({ length: Math.ceil(POINTS / CLOUDS.length) }, (_, point) => {
      // Every other point is one where something is left.
      const drawn = random.next();
      return point % 2 === 0
        ? (whole.busy[Math.floor(drawn * whole.busy.length)] ?? 1)
        : 1 + Math.floor(drawn * whole.calls);
    });
    let orphans = 0;
    const killAt = async (atCall: number): Promise<void> => {
      const { run, live, other, code, signal } = await verifyAndKill(name, context, atCall);
      // How many calls a run makes depends on its speed: it may be over before this one.
      expect(['SIGKILL', 0]).toContain(signal ?? code);
      orphans += live().length - 1;
      const cleaned = await run(['verify', '--clean', '--json']);
      expect([atCall, cleaned.code, cleaned.stderr]).toEqual([atCall, 0, '']);
      expect([atCall, live()]).toEqual([atCall, [other]]);
    };
    // Most of the time is pauses, so several points are tried at once.
    for (let at = 0; at < points.length; at += AT_ONCE) await Promise.all(points.slice(at, at + AT_ONCE).map(killAt));
    // A kill that never leaves anything would show nothing.
    expect(orphans).toBeGreaterThan(0);
  }, 240_000);
});

describe('anysession verify --clean', () => {
  it('leaves alone what a verification that runs has started', async (context) => {
    const stage = await cloud('athena', context, 600_000);
    const child = spawn(process.execPath, ['--no-warnings', program, stage.cwd], { stdio: 'ignore' });
    context.onTestFinished(() => void child.kill('SIGKILL'));
    await expect.poll(() => stage.emulator.oracle.live().length).toBe(1);
    const { code, stdout } = await stage.run(['verify', '--clean']);
    expect([code, stdout]).toEqual([0, expect.stringContaining(`was left alone: process ${child.pid} on this host`)]);
    expect(stage.emulator.oracle.live()).toHaveLength(1);
    child.kill('SIGKILL');
    await once(child, 'close');
    expect((await stage.run(['verify', '--clean'])).stdout).toMatch(/ ended\n$/);
    expect(unended(stage.emulator)).toEqual([]);
  });
});
