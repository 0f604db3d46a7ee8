import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ErrorKind } from '../contract/error-kinds.ts';
import type { EngineRelease, InstallableEngine } from '../provider-kit/installed-engine.ts';
import { SessionError } from '../contract/session-error.ts';
import { abortedError } from '../provider-kit/aborted-error.ts';
import { onAbort } from '../provider-kit/on-abort.ts';
import type { UnfinishedEngine } from './engine-store.ts';

/** The versions that are installed unless another one is asked for: those that our tests run against. */
export const ENGINE_VERSIONS: Readonly<Record<InstallableEngine, string>> = { sail: '0.7.2', spark: '4.1.4' };

/** The oldest Java that Apache Spark 4 runs on. @see https://spark.apache.org/docs/latest/ (read 2026-11-21) */
const OLDEST_JAVA = 17;

/** What is given to each call of pip: it asks nobody, and gives a network up that is not there. */
const PIP = ['-m', 'pip', '--disable-pip-version-check', '--no-input', '--retries', '2', '--timeout', '30', 'install'];

/** pip has one exit code for everything: what went wrong stands only in its words. */
const PIP_TROUBLES: readonly (readonly [words: RegExp, kind: ErrorKind, what: string])[] = [
  [
    /NewConnectionError|Max retries|Temporary failure in name resolution|Name or service not known|Network is unreachable|ProxyError|ConnectTimeout|ReadTimeout/i,
    'unavailable',
    'the package index cannot be reached; check the network and PIP_INDEX_URL, then run it again',
  ],
  [
    /No matching distribution found/i,
    'invalid-request',
    'the package index has no such version for this Python and this machine; name another one by --release',
  ],
  [/No space left on device/i, 'quota-exceeded', 'the disk is full; make room, and run it again'],
];

/** What an installation needs of the world. */
export interface InstallEnvironment {
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** Hears of each step. */
  readonly onStep: (step: string) => void;
  /** Hears of what goes on within a step. */
  readonly onProgress: (line: string) => void;
}

/**
 * Runs a program and its children in a process group of their own, and kills the group when standard input ends: at an abort, or when
 * this process is killed.
 */
const WATCHED = `
exec 3<&0
{ while read -r _; do :; done <&3; kill -KILL 0; } >/dev/null 2>&1 &
watcher=$!
"$@" </dev/null 3<&-
code=$?
kill -KILL $watcher 2>/dev/null
exit $code`;

/** How a shell reports a program that cannot be started. */
const NOT_STARTED: Readonly<Record<number, string>> = { 126: 'EACCES', 127: 'ENOENT' };

/**
 * Makes a virtual environment in a folder and brings an engine into it.
 * @throws SessionError `config-invalid` without Python or Java, `unavailable` without a network, `invalid-request` for a version that
 * there is not, `aborted`.
 */
export async function installEngine(
  { engine, version }: EngineRelease,
  { folder, temporary }: UnfinishedEngine,
  { env, ...others }: InstallEnvironment,
): Promise<void> {
  const { onStep } = others;
  // A pip that is killed leaves its temporary files.
  const environment = { ...others, env: { ...env, TMPDIR: temporary } };
  if (engine === 'spark') await assertJava(environment);
  onStep('making a virtual environment');
  const made = await run(['python3', '-m', 'venv', folder], environment);
  if (made.kind === 'not-started') {
    throw refusal(
      'config-invalid',
      `Python 3.10 or later is needed, and python3 cannot be run here (${made.code}); install it`,
    );
  }
  if (made.code !== 0) {
    const hint = 'python3 cannot make a virtual environment; on Debian and Ubuntu run: apt install python3-venv';
    throw refusal('config-invalid', `${hint}\n${lastWords(made.lines)}`);
  }
  const python = join(folder, 'bin', 'python');
  for (const words of requirements({ engine, version })) {
    onStep(`installing ${words.at(-1) ?? ''}`);
    assertInstalled(await run([python, ...PIP, ...words], environment));
  }
}

/** What pip is to bring, call by call. */
function requirements({ engine, version }: EngineRelease): readonly (readonly string[])[] {
  if (engine === 'spark') return [[`pyspark[connect]==${version}`]];
  // Sail takes the version that it answers with from PySpark; the rest of that client, and what it needs, is for people in Python.
  return [[`pysail==${version}`], ['--no-deps', 'pyspark-client==4.2.0']];
}

async function assertJava(environment: InstallEnvironment): Promise<void> {
  const home = environment.env['JAVA_HOME'];
  const java = home === undefined || home === '' ? 'java' : join(home, 'bin', 'java');
  const end = await run([java, '-version'], environment);
  const [, first, second] = (end.kind === 'ended' && /version "(\d+)(?:\.(\d+))?/.exec(end.lines.join('\n'))) || [];
  // Java 8 called itself 1.8.
  const major = Number(first === '1' ? second : first);
  if (major >= OLDEST_JAVA) return;
  const found = Number.isNaN(major) ? `${java} cannot be run here` : `${java} is Java ${major}`;
  throw refusal(
    'config-invalid',
    `Apache Spark needs Java ${OLDEST_JAVA} or later, and ${found}; install one, or set JAVA_HOME`,
  );
}

async function run(command: readonly [string, ...string[]], environment: InstallEnvironment): Promise<ProgramEnd> {
  const { signal } = environment;
  if (signal.aborted) throw abortedError('enginesInstall', signal);
  const end = await runProgram(command, environment);
  // Read anew: the program has run meanwhile.
  if ((signal as { readonly aborted: boolean }).aborted) throw abortedError('enginesInstall', signal);
  return end;
}

function assertInstalled(end: ProgramEnd): void {
  if (end.kind === 'ended' && end.code === 0) return;
  const lines = end.kind === 'ended' ? end.lines : [`python cannot be run (${end.code})`];
  const text = lines.join('\n');
  const [, kind, what] =
    PIP_TROUBLES.find(([words]) => words.test(text)) ?? (['', 'unexpected', 'pip failed'] as const);
  throw refusal(kind, `${what}; pip said:\n${lastWords(lines)}`);
}

/** The end of what a program wrote; an index's address may hold a password. */
function lastWords(lines: readonly string[]): string {
  return lines
    .slice(-8)
    .join('\n')
    .replace(/:\/\/[^\s/@]+@/g, '://***@');
}

function refusal(kind: ErrorKind, message: string): SessionError {
  return new SessionError(kind, message, { operation: 'enginesInstall' });
}

/** How much of what a program wrote is kept for an error, in lines. */
const KEPT_LINES = 40;

/** How a program ended. */
type ProgramEnd =
  | { readonly kind: 'ended'; readonly code: number | null; readonly lines: readonly string[] }
  /** It could not even be started; `code` is the system's, such as `ENOENT`. */
  | { readonly kind: 'not-started'; readonly code: string };

/** Runs another program to its end, or until the signal aborts; never throws. */
function runProgram(
  [program, ...words]: readonly [string, ...string[]],
  { env, signal, onProgress }: InstallEnvironment,
): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    const lines: string[] = [];
    const child = spawn('/bin/sh', ['-c', WATCHED, 'anysession-install', program, ...words], {
      env,
      detached: true,
      stdio: 'pipe',
    });
    const stopListening = onAbort(signal, () => void child.stdin.destroy());
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        if (lines.push(line) > KEPT_LINES) lines.shift();
        onProgress(line);
      });
    }
    child.once('error', (error: NodeJS.ErrnoException) => {
      resolve({ kind: 'not-started', code: String(error.code) });
    });
    child.once('close', (code) => {
      stopListening();
      const notStarted = NOT_STARTED[code ?? 0];
      resolve(notStarted === undefined ? { kind: 'ended', code, lines } : { kind: 'not-started', code: notStarted });
    });
  });
}
