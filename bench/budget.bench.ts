import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openSessions } from 'anysession';
import { startEmulator, type Emulator, type EmulatorOptions } from 'anysession/emulator';
import { ChildProgram } from './child-program.ts';
import { atLeast, atMost, type Bar, type BenchReport, report } from './report.ts';
import { summarize, type Samples } from './samples.ts';

const PROCESSES = 8;
const SECONDS = 8;

interface Cloud {
  /** Reads a second that the service allows and that the provider assumes by default. */
  readonly quota: number;
  readonly emulation: (rates: Readonly<Record<string, { readonly perSecond: number }>>) => EmulatorOptions;
  readonly environment: (emulator: Emulator) => Readonly<Record<string, unknown>>;
}

const AWS = { region: 'us-east-1', credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' } };

const CLOUDS: Readonly<Record<string, Cloud>> = {
  Athena: {
    quota: 10,
    emulation: (rates) => ({ services: ['athena'], athena: { rates } }),
    environment: ({ urls }) => ({ ...AWS, provider: 'athena', workgroup: 'spark35', endpoint: urls.athena }),
  },
  'EMR on EC2': {
    quota: 5,
    emulation: (rates) => ({ services: ['emr'], emr: { rates } }),
    environment: ({ urls }) => ({ ...AWS, provider: 'emr-ec2', clusterId: 'j-EMULATED1', endpoint: urls.emr }),
  },
  Glue: {
    quota: 5,
    emulation: (rates) => ({ services: ['glue'], glue: { rates } }),
    environment: ({ urls }) => ({
      ...AWS,
      provider: 'glue',
      roleArn: 'arn:aws:iam::123456789012:role/spark',
      endpoint: urls.glue,
    }),
  },
};

interface Measured {
  /** Calls a second that reached the service, second by second. */
  readonly sent: readonly number[];
  readonly throttled: readonly number[];
  /** Calls of each process that succeeded. */
  readonly each: readonly number[];
}

/** Eight processes that call one service as often as they may, with and without a shared rate budget. */
export async function bench(): Promise<BenchReport> {
  const figures: Record<string, Samples> = {};
  const ratios: Record<string, number> = {};
  const bars: Bar[] = [];
  for (const [name, cloud] of Object.entries(CLOUDS)) {
    const { quota } = cloud;
    const shared = await measure(cloud, 'shared');
    const alone = await measure(cloud, 'alone');
    for (const [how, { sent, throttled, each }] of Object.entries({ shared, alone })) {
      figures[`${name}, ${how}: calls a second`] = summarize('calls', sent);
      figures[`${name}, ${how}: throttles a second`] = summarize('calls', throttled);
      figures[`${name}, ${how}: calls of each process`] = summarize('calls', each);
    }
    ratios[`${name}: throttles, shared / alone`] = sum(shared.throttled) / sum(alone.throttled);
    ratios[`${name}: successful calls, shared / alone`] = sum(shared.each) / sum(alone.each);
    const rate = sum(shared.sent) / SECONDS;
    const [firstThrottles = 0, ...laterThrottles] = shared.throttled;
    const slowest = Math.min(...shared.each) / (sum(shared.each) / PROCESSES);
    bars.push(
      // The service lets a burst of one second go first.
      atMost(`${name}: calls a second in all, shared`, rate, quota * (1 + 1 / SECONDS) + 1),
      // Each process makes one call before it shares anything.
      atMost(`${name}: throttles of the first second, shared`, firstThrottles, PROCESSES + 2),
      atMost(`${name}: throttles of all later seconds, shared`, sum(laterThrottles), 2),
      atLeast(`${name}: part of the quota that is used, shared`, rate / quota, 0.9),
      atLeast(`${name}: calls of the slowest process, part of the fair share`, slowest, 0.8),
    );
  }
  return report({ name: 'budget', figures, ratios, bars });
}

async function measure({ quota, emulation, environment }: Cloud, how: 'shared' | 'alone'): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'anysession-bench-'));
  const emulator = await startEmulator({ ...emulation({ GetSession: { perSecond: quota } }), startupMs: 0 });
  const programs: ChildProgram[] = [];
  try {
    const options = environment(emulator);
    const config = { defaultEnvironment: 'bench', environments: { bench: options } } as never;
    await using sessions = await openSessions({ config });
    const { handle } = await sessions.start();
    for (let number = 0; number < PROCESSES; number++) {
      const state = join(folder, how === 'shared' ? 'all' : String(number));
      programs.push(new ChildProgram(startCaller([JSON.stringify(options), JSON.stringify(handle)], state)));
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
