import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startEmulator, type Emulator, type ServiceId } from 'anysession/emulator';
import { preparePython } from '../test/oracles/python-environment.ts';
import { ChildProgram } from './child-program.ts';
import { atMost, report, type Bar, type BenchReport } from './report.ts';
import { summarize, type Samples } from './samples.ts';

const WATCH_SECONDS = 30;
/** The bar of every cloud, billed seconds after the kill. */
const LIMIT_SECONDS = 120;
const STARTUP_MS = 1_000;
/** Far beyond every idle timeout and lifetime of a service. */
const FOR_EVER_MS = 100 * 3_600_000;
const HOUR_SECONDS = 3_600;

interface Cloud {
  readonly service: ServiceId;
  /** The lifetime of a session that is started without one. */
  readonly lifetimeHours: number;
  readonly environment: object;
  readonly urls: (emulator: Emulator) => { readonly ours: object; readonly reference: readonly string[] };
  /** The vendor's way to use a session. */
  readonly reference: { readonly name: string; readonly program: string };
}

const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
const SAMPLE = { name: "AWS's sample", program: 'leak_boto3.py' };

const CLOUDS: Readonly<Record<string, Cloud>> = {
  Athena: {
    service: 'athena',
    lifetimeHours: 24,
    environment: { provider: 'athena', region: 'us-east-1', workgroup: 'spark35', credentials: CREDENTIALS },
    urls: ({ urls }) => ({ ours: { endpoint: urls.athena }, reference: ['athena', urls.athena] }),
    reference: SAMPLE,
  },
  'EMR Serverless': {
    service: 'emr-serverless',
    lifetimeHours: 24,
    environment: {
      provider: 'emr-serverless',
      region: 'us-east-1',
      applicationId: '00emulated1',
      executionRoleArn: 'arn:aws:iam::123456789012:role/spark',
      credentials: CREDENTIALS,
    },
    urls: ({ urls }) => ({ ours: { endpoint: urls.emrServerless }, reference: ['emr-serverless', urls.emrServerless] }),
    reference: SAMPLE,
  },
  'EMR on EC2': {
    service: 'emr',
    lifetimeHours: 24,
    environment: { provider: 'emr-ec2', region: 'us-east-1', clusterId: 'j-EMULATED1', credentials: CREDENTIALS },
    urls: ({ urls }) => ({ ours: { endpoint: urls.emr }, reference: ['emr', urls.emr] }),
    reference: SAMPLE,
  },
  Glue: {
    service: 'glue',
    lifetimeHours: 48,
    environment: {
      provider: 'glue',
      region: 'us-east-1',
      roleArn: 'arn:aws:iam::123456789012:role/spark',
      credentials: CREDENTIALS,
    },
    urls: ({ urls }) => ({ ours: { endpoint: urls.glue }, reference: ['glue', urls.glue] }),
    reference: SAMPLE,
  },
  Dataproc: {
    service: 'dataproc',
    lifetimeHours: 24,
    environment: { provider: 'dataproc', project: 'bench-project', region: 'us-central1' },
    urls: ({ urls }) => ({ ours: { endpoint: urls.dataprocGrpc }, reference: [urls.dataprocGrpc] }),
    reference: { name: "Google's Python client", program: 'leak_google.py' },
  },
};

/** A cloud, and a host with its own state folder. */
interface Host {
  readonly emulator: Emulator;
  readonly config: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * What a crash costs: seconds that are billed after a program that holds a session is killed with SIGKILL, by the emulator's own account.
 * The sweeper that watches runs on the real clock; everything else lets the emulator's time pass at once.
 */
export async function bench(): Promise<BenchReport> {
  const python = await preparePython(fileURLToPath(new URL('../test/oracles/requirements.txt', import.meta.url)));
  const rows = await Promise.all(
    Object.entries(CLOUDS).map(async ([name, cloud]) => {
      const [swept, idle, busy, elsewhere, reference] = await Promise.all([
        onHost(cloud, afterSweep),
        onHost(cloud, (host) => afterKill(host, 'idle')),
        onHost(cloud, (host) => afterKill(host, 'busy')),
        onHost(cloud, (host) => sweptElsewhere(host, cloud.lifetimeHours)),
        python.kind === 'ready' ? onHost(cloud, (host) => ofReference(cloud, host, python.python)) : undefined,
      ]);
      return { name, cloud, swept, idle, busy, elsewhere, reference };
    }),
  );
  const figures: Record<string, Samples> = {};
  const ratios: Record<string, number> = {};
  const bars: Bar[] = [];
  for (const { name, cloud, swept, idle, busy, elsewhere, reference } of rows) {
    const note = (what: string, seconds: number): void => {
      figures[`${name}: ${what}`] = summarize('s', [seconds]);
    };
    note(`killed, sweep --watch ${WATCH_SECONDS} on the host`, swept);
    note('killed while idle, nobody sweeps', idle);
    note('killed while a statement never ends, nobody sweeps', busy);
    note('killed while a statement never ends, swept from another host', elsewhere);
    if (reference !== undefined) {
      note(`killed, ${cloud.reference.name}`, reference);
      ratios[`${name}: ${cloud.reference.name} / swept`] = reference / swept;
    }
    bars.push(atMost(`${name}: billed seconds after SIGKILL with a sweeper on the host`, swept, LIMIT_SECONDS));
    bars.push(
      atMost(
        `${name}: billed seconds of a session that never idles, swept from another host`,
        elsewhere,
        (cloud.lifetimeHours + 2) * HOUR_SECONDS,
      ),
    );
  }
  return report({ name: 'leak', figures, ratios, bars });
}

async function onHost(cloud: Cloud, measure: (host: Host) => Promise<number>): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'anysession-leak-'));
  try {
    await using emulator = await startEmulator({ services: [cloud.service], startupMs: STARTUP_MS });
    const config = join(folder, 'anysession.config.json');
    const environment = { ...cloud.environment, ...cloud.urls(emulator).ours };
    writeFileSync(
      config,
      JSON.stringify({ defaultEnvironment: 'bench', owner: 'bench', environments: { bench: environment } }),
    );
    return await measure({ emulator, config, env: environmentIn(folder) });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function environmentIn(folder: string): NodeJS.ProcessEnv {
  const own = {
    ANYSESSION_ENV: undefined,
    NODE_OPTIONS: undefined,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
  return { ...process.env, ...own, XDG_STATE_HOME: join(folder, 'state'), XDG_CACHE_HOME: join(folder, 'cache') };
}

/** Starts a session in its own process and kills the process when the session is ready. */
async function startAndKill(host: Host, command: string, words: readonly string[]): Promise<void> {
  const child = spawn(command, words, { env: host.env, stdio: ['ignore', 'pipe', 'inherit'] });
  await new ChildProgram(child).line();
  await kill(child);
}

const killOurs = (host: Host): Promise<void> =>
  startAndKill(host, process.execPath, ['--no-warnings', here('programs/leak.mjs'), host.config, 'bench']);

/** The seconds from now, when the program is dead, to the end of its session; without an end, until now. */
function billedSince(emulator: Emulator, killedAtMs: number): number {
  const [session, ...more] = emulator.oracle.sessions();
  if (session === undefined || more.length > 0) throw new Error('one session was to be started');
  return ((session.endedAtMs ?? emulator.nowMs()) - killedAtMs) / 1000;
}

/** A sweeper that runs on the host since before the start; the kill comes right after it has swept. */
async function afterSweep(host: Host): Promise<number> {
  const { emulator } = host;
  const watcher = spawn(process.execPath, [...sweepCommand(host), '--watch', String(WATCH_SECONDS)], {
    env: host.env,
    stdio: 'ignore',
  });
  try {
    await untilSo(() => emulator.log().some(({ operation }) => operation === 'ListSessions'));
    await killOurs(host);
    const killedAtMs = emulator.nowMs();
    await untilSo(() => emulator.oracle.live().length === 0);
    return billedSince(emulator, killedAtMs);
  } finally {
    await kill(watcher);
  }
}

/** Nobody sweeps: what the service does by itself. */
async function afterKill(host: Host, work: 'idle' | 'busy'): Promise<number> {
  const { emulator } = host;
  await killOurs(host);
  const killedAtMs = emulator.nowMs();
  if (work === 'busy') setBusy(emulator);
  emulator.advance(FOR_EVER_MS);
  return billedSince(emulator, killedAtMs);
}

/** The host is gone with its records, and another one sweeps once an hour. */
async function sweptElsewhere(host: Host, lifetimeHours: number): Promise<number> {
  const { emulator } = host;
  await killOurs(host);
  const killedAtMs = emulator.nowMs();
  setBusy(emulator);
  const other = { ...host, env: environmentIn(mkdtempSync(join(host.env['XDG_STATE_HOME'] ?? '', 'other-'))) };
  for (const hours of [lifetimeHours - 1, 1, 1, 1]) {
    emulator.advance(hours * HOUR_SECONDS * 1_000);
    const child = spawn(process.execPath, sweepCommand(other), { env: other.env, stdio: 'ignore' });
    await once(child, 'close');
    emulator.advance(1_000);
    if (emulator.oracle.live().length === 0) break;
  }
  return billedSince(emulator, killedAtMs);
}

async function ofReference(cloud: Cloud, host: Host, python: string): Promise<number> {
  const { emulator } = host;
  await startAndKill(host, python, [here(`reference/${cloud.reference.program}`), ...cloud.urls(emulator).reference]);
  const killedAtMs = emulator.nowMs();
  emulator.advance(FOR_EVER_MS);
  return billedSince(emulator, killedAtMs);
}

function setBusy(emulator: Emulator): void {
  for (const { id } of emulator.oracle.live()) emulator.setBusy(id, true);
}

function sweepCommand({ config }: Host): readonly string[] {
  return ['--no-warnings', here('../dist/src/cli/main.js'), 'sweep', '--config', config, '--env', 'bench'];
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

async function untilSo(isSo: () => boolean): Promise<void> {
  const limitMs = performance.now() + 2 * WATCH_SECONDS * 1_000;
  while (!isSo()) {
    if (performance.now() > limitMs) throw new Error(`nothing happened in ${2 * WATCH_SECONDS} s`);
    await pause(50);
  }
}

function here(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
