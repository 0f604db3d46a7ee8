import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startEmulator, type Emulator, type EmulatorOptions } from 'anysession/emulator';
import { FIGURES, type FigureName } from '../src/verify/figures.ts';
import type { VerificationReport } from '../src/verify/report.ts';
import { watchNaively } from './reference/naive-watch.mjs';
import { atMost, report, type Bar, type BenchReport } from './report.ts';
import { summarize, type Samples } from './samples.ts';

const SESSIONS = 3;
/** Longer than the pause of the reference, as a start in a cloud is. */
const STARTUP_MS = 3_000;
/** Both notice the end of a start up to two seconds late, by chance. */
const READY_LIMIT = 1.5;
const CLI = fileURLToPath(new URL('../dist/src/cli/main.js', import.meta.url));
const AWS = { region: 'us-east-1', credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' } };
const ROLE = 'arn:aws:iam::123456789012:role/spark';
const UNITS: Readonly<Record<FigureName, Samples['unit']>> = {
  readyMs: 'ms',
  firstRowMs: 'ms',
  noticeMs: 'ms',
  callsToReady: 'calls',
  rowsPerSecond: 'rows/s',
};

/** The clouds of the reference: the provider's options for us, and the place for the services' own clients. */
const CLOUDS = {
  athena: ({ urls }: Emulator) => ({
    environment: { ...AWS, workgroup: 'spark35', endpoint: urls.athena },
    place: { url: urls.athena, workgroup: 'spark35' },
  }),
  'emr-serverless': ({ urls }: Emulator) => ({
    environment: { ...AWS, applicationId: '00emulated1', executionRoleArn: ROLE, endpoint: urls.emrServerless },
    place: { url: urls.emrServerless, applicationId: '00emulated1' },
  }),
  dataproc: ({ urls }: Emulator) => ({
    environment: { project: 'bench-project', region: 'us-central1', endpoint: urls.dataprocGrpc },
    place: { url: urls.dataprocGrpc, parent: 'projects/bench-project/locations/us-central1' },
  }),
} as const;

type CloudName = keyof typeof CLOUDS;

/** The figures of `anysession verify` against emulated clouds, beside the services' own clients that describe a session every two seconds. */
export async function bench(): Promise<BenchReport> {
  const names = Object.keys(CLOUDS) as CloudName[];
  // All of them wait most of the time, so the clouds are measured together.
  const measured = await Promise.all(names.map(measure));
  const bars: Bar[] = names.flatMap((name, at) => [
    atMost(
      `× of the SDK alone, start to ready, ${name}`,
      measured[at]?.ratios[`${name}: start to ready`] ?? Number.NaN,
      READY_LIMIT,
    ),
    atMost(`calls until a session is ready, ${name}`, measured[at]?.calls ?? Number.NaN, 6),
  ]);
  return report({
    name: 'verify',
    figures: Object.assign({}, ...measured.map(({ figures }) => figures)) as Record<string, Samples>,
    ratios: Object.assign({}, ...measured.map(({ ratios }) => ratios)) as Record<string, number>,
    bars,
  });
}

async function measure(name: CloudName) {
  const options: EmulatorOptions = { services: [name], startupMs: STARTUP_MS, athena: { spark35DpuQuota: 100 } };
  await using emulator = await startEmulator(options);
  const { environment, place } = CLOUDS[name](emulator);
  const ours = await verify(name, environment);
  const reference = await watch(name, place);
  const figures: Record<string, Samples> = { [`${name}, SDK alone: start to ready`]: summarize('ms', reference) };
  for (const figure of Object.keys(FIGURES) as FigureName[]) {
    const spread = ours.figures[figure];
    if (spread !== undefined) figures[`${name}: ${FIGURES[figure]}`] = { ...spread, unit: UNITS[figure] };
  }
  const readyMs = ours.figures.readyMs?.median ?? Number.NaN;
  return {
    figures,
    ratios: { [`${name}: start to ready`]: readyMs / summarize('ms', reference).median },
    calls: ours.figures.callsToReady?.median,
  };
}

/** What `anysession verify` of the build reports. */
async function verify(provider: CloudName, options: object): Promise<VerificationReport> {
  const folder = mkdtempSync(join(tmpdir(), 'anysession-bench-verify-'));
  try {
    const config = { owner: 'bench', environments: { bench: { provider, ...options } } };
    writeFileSync(join(folder, 'anysession.config.json'), JSON.stringify(config));
    const args = ['--no-warnings', CLI, 'verify', '--yes', '--json', '--only', 'sql', '--repeat', String(SESSIONS)];
    const env = { ...process.env, ANYSESSION_ENV: undefined };
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder, env });
    return JSON.parse(stdout) as VerificationReport;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** How long each session takes until the services' own client sees it ready, milliseconds. */
async function watch(name: CloudName, place: object): Promise<readonly number[]> {
  const startedMs = performance.now();
  const values: number[] = [];
  await watchNaively(name, {
    place,
    count: SESSIONS,
    sleep: (ms) => pause(ms),
    call: (request) => request(),
    onReady: () => void values.push(performance.now() - startedMs),
  });
  return values;
}
