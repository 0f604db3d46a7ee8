/**
 * Lets clients and models that we did not write judge the emulators. Prints one line for each claim.
 *
 * Exits with 0 when every claim holds, and with 1 when one does not or an oracle did not run although its packages are available;
 * without Python packages it prints "not run" and exits with 0.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { startEmulator, type EmulatorOptions, type EmulatorUrls } from '../../src/emulator/index.ts';
import { afterCrashes } from '../kill/aftermath.ts';
import { EMULATED } from '../kill/clouds.ts';
import { preparePython, type PythonEnvironment } from './python-environment.ts';

type Ready = Extract<PythonEnvironment, { readonly kind: 'ready' }>;

interface Oracle {
  readonly script: string;
  /** The emulator it judges; undefined when it judges something else. */
  readonly emulator: EmulatorOptions | undefined;
  /** The URLs on its command line (default: those of the AWS services). */
  readonly urls?: (urls: EmulatorUrls) => readonly string[];
  /** A program that pip does not install; without it the oracle is reported as not run. */
  readonly program?: string;
  /** The arguments before the addresses on its command line. */
  readonly words?: (ready: Ready) => readonly string[];
}

interface Finding {
  readonly client: string;
  readonly claim: string;
  readonly holds: boolean;
  readonly detail: string;
}

/** The tests check the rates of batch calls; here they would only take time. */
const UNLIMITED = Object.fromEntries(
  [
    'StartRunBatch',
    'GetBatch',
    'ListBatch',
    'ListRunsInBatch',
    'CancelRunBatch',
    'DeleteRunBatch',
    'DeleteBatch',
    'ListRuns',
    'GetRun',
  ].map((operation) => [operation, { perSecond: 1e6 }]),
);

const ORACLES: readonly Oracle[] = [
  {
    script: 'judge.py',
    // The judge starts hundreds of sessions at the edges of the model, which are beyond the usual quotas.
    emulator: {
      clock: 'virtual',
      athena: { spark35DpuQuota: 1e6, pyspark3DpuQuota: 1e6, sessionDpuLimit: 5000 },
      emrServerless: { sessionQuota: 1e6, startedMs: 1000 },
      emr: { sessionQuota: 1e6, startedMs: 1000, credentials: 'both', withoutName: 'start' },
      healthomics: { submissionsPerSecond: 1e6, rates: UNLIMITED },
    },
    urls: ({ athena, emrServerless, healthomics, emr, glue }) => [athena, emrServerless, healthomics, emr, glue],
  },
  { script: 'walk_boto3.py', emulator: { clock: 'virtual', emrServerless: { vcpuQuota: 200 } } },
  { script: 'walk_cli.py', emulator: { clock: 'virtual' }, words: ({ scripts }) => [`${scripts}/aws`] },
  {
    script: 'walk_glue.py',
    emulator: { clock: 'virtual', services: ['glue'] },
    words: ({ scripts }) => [`${scripts}/aws`],
    urls: ({ glue }) => [glue],
  },
  {
    script: 'walk_batches.py',
    emulator: {
      clock: 'virtual',
      services: ['healthomics', 's3'],
      healthomics: { refusedRuns: ['s1'], submissionsPerSecond: 10 },
    },
    urls: ({ healthomics, s3 }) => [healthomics, s3],
  },
  { script: 'moto_control.py', emulator: undefined },
  {
    script: 'walk_google.py',
    emulator: { clock: 'virtual', services: ['dataproc'] },
    urls: ({ dataprocGrpc, dataprocRest }) => [dataprocGrpc, dataprocRest],
  },
  {
    script: 'walk_gcloud.py',
    emulator: { clock: 'virtual', services: ['dataproc'] },
    urls: ({ dataprocRest }) => [dataprocRest],
    program: 'gcloud',
  },
];

const AWS_URLS = ({ athena, emrServerless, emr }: EmulatorUrls): readonly string[] => [athena, emrServerless, emr];

const python = await preparePython(here('requirements.txt'));
if (python.kind === 'ready') {
  let wrong = 0;
  for (const oracle of ORACLES) wrong += await judge(python, oracle);
  wrong += await judgeCrashes(python);
  say(wrong === 0 ? 'oracles: every claim holds' : `oracles: ${wrong} failed`);
  process.exitCode = wrong === 0 ? 0 : 1;
} else {
  say(`oracles: NOT RUN, ${python.reason}`);
  process.exitCode = python.kind === 'absent' ? 0 : 1;
}

/** Runs one oracle and gives the number of its claims that do not hold; an oracle without findings or with an error counts as one. */
async function judge(ready: Ready, oracle: Oracle): Promise<number> {
  if (oracle.program !== undefined && !isOnPath(oracle.program)) {
    say(`not run: ${oracle.script}, because there is no ${oracle.program} on the PATH`);
    return 0;
  }
  await using emulator = oracle.emulator === undefined ? undefined : await startEmulator(oracle.emulator);
  const urls = emulator === undefined ? [] : (oracle.urls ?? AWS_URLS)(emulator.urls);
  return await judgeBy(ready, oracle.script, [...(oracle.words?.(ready) ?? []), ...urls]);
}

/** Lets the vendors' clients list what is live after processes were killed and their sessions swept. */
async function judgeCrashes(ready: Ready): Promise<number> {
  await using emulator = await startEmulator(EMULATED);
  return await afterCrashes(
    emulator,
    ['athena', 'emr-serverless', 'emr-ec2', 'glue', 'dataproc over gRPC'],
    (aftermath) => {
      // Lets sessions that are ending end.
      emulator.advance(60_000);
      return judgeBy(ready, 'list_live.py', [JSON.stringify(aftermath)]);
    },
  );
}

async function judgeBy(ready: Ready, script: string, words: readonly string[]): Promise<number> {
  const ended = await runScript(ready.python, [here(script), ...words]);
  const findings = ended.output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Finding);
  for (const { client, claim, holds, detail } of findings) {
    say(`${holds ? 'ok  ' : 'FAIL'} ${client}: ${claim}${holds ? '' : ` (${detail})`}`);
  }
  const failed = findings.filter(({ holds }) => !holds).length;
  if (failed > 0 || (ended.code === 0 && findings.length > 0)) return failed;
  say(`FAIL ${script} ended with ${ended.code} after ${findings.length} findings\n${ended.complaint}`);
  return 1;
}

async function runScript(
  command: string,
  words: readonly string[],
): Promise<{ readonly code: number | null; readonly output: string; readonly complaint: string }> {
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' };
  const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'pipe'], timeout: 5 * 60_000, env });
  let output = '';
  let complaint = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { code, output, complaint };
}

function isOnPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));
}

function here(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
