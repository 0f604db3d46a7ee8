import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openSessions } from 'anysession';
import { athena } from 'anysession/providers/athena';
import { startEmulator, type Emulator } from 'anysession/emulator';
import { ChildProgram } from './child-program.ts';
import { atLeast, atMost, type BenchReport, report } from './report.ts';
import { summarize } from './samples.ts';

const PROCESSES = 8;
/** Reads a second that the service allows and that the provider assumes by default. */
const QUOTA = 10;
const SECONDS = 8;

interface Measured {
  /** Calls a second that reached the service, second by second. */
  readonly sent: readonly number[];
  readonly throttled: readonly number[];
  /** Calls of each process that succeeded. */
  readonly each: readonly number[];
}

/** Eight processes that call one service as often as they may, with and without a shared rate budget. */
export async function bench(): Promise<BenchReport> {
  const shared = await measure('shared');
  const alone = await measure('alone');
  const rate = (values: readonly number[]): number => sum(values) / SECONDS;
  const [firstThrottles = 0, ...laterThrottles] = shared.throttled;
  return report({
    name: 'budget',
    figures: {
      'shared: calls a second': summarize('calls', shared.sent),
      'shared: throttles a second': summarize('calls', shared.throttled),
      'shared: calls of each process': summarize('calls', shared.each),
      'alone: calls a second': summarize('calls', alone.sent),
      'alone: throttles a second': summarize('calls', alone.throttled),
      'alone: calls of each process': summarize('calls', alone.each),
    },
    ratios: {
      'throttles, shared / alone': sum(shared.throttled) / sum(alone.throttled),
      'successful calls, shared / alone': sum(shared.each) / sum(alone.each),
    },
    bars: [
      // The service lets a burst of one second go first.
      atMost('calls a second in all, shared', rate(shared.sent), QUOTA * (1 + 1 / SECONDS) + 1),
      // Each process makes one call before it shares anything.
      atMost('throttles of the first second, shared', firstThrottles, PROCESSES + 2),
      atMost('throttles of all later seconds, shared', sum(laterThrottles), 2),
      atLeast('part of the quota that is used, shared', rate(shared.sent) / QUOTA, 0.9),
      atLeast(
        'calls of the slowest process, part of the fair share',
        Math.min(...shared.each) / (sum(shared.each) / PROCESSES),
        0.8,
      ),
    ],
  });
}

async function measure(how: 'shared' | 'alone'): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'anysession-bench-'));
  const emulator = await startEmulator({
    services: ['athena'],
    startupMs: 0,
    athena: { rates: { GetSession: { perSecond: QUOTA } } },
  });
  const programs: ChildProgram[] = [];
  try {
    const endpoint = emulator.urls.athena;
    await using sessions = await openSessions({ provider: athena({ ...AWS, endpoint }) });
    const { handle } = await sessions.start();
    for (let number = 0; number < PROCESSES; number++) {
      const state = join(folder, how === 'shared' ? 'all' : String(number));
      programs.push(new ChildProgram(startCaller([endpoint, JSON.stringify(handle)], state)));
    }
    await Promise.all(programs.map((program) => program.line()));
    const fromMs = Date.now();
    const each = await Promise.all(programs.map(async (program) => Number(await program.ask(String(SECONDS * 1000)))));
    return { ...countBySecond(emulator, fromMs), each };
  } finally {
    await Promise.all(programs.map((program) => program.end()));
    await emulator.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const CALLER = fileURLToPath(new URL('programs/budget-caller.mjs', import.meta.url));

/** @param state - the folder that processes share, or do not. */
function startCaller(args: readonly string[], state: string): ChildProcess {
  return spawn(process.execPath, ['--no-warnings', CALLER, ...args], {
    env: { ...process.env, XDG_STATE_HOME: state, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}

const AWS = {
  region: 'us-east-1',
  workgroup: 'spark35',
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
};

function countBySecond(emulator: Emulator, fromMs: number): Pick<Measured, 'sent' | 'throttled'> {
  const seconds = (): number[] => Array.from({ length: SECONDS }, () => 0);
  const [sent, throttled] = [seconds(), seconds()];
  for (const { operation, atMs, errorCode } of emulator.log()) {
    const second = Math.floor((atMs - fromMs) / 1000);
    if (operation !== 'GetSession' || second < 0 || second >= SECONDS) continue;
    sent[second] = (sent[second] ?? 0) + 1;
    if (errorCode === 'ThrottlingException') throttled[second] = (throttled[second] ?? 0) + 1;
  }
  return { sent, throttled };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
