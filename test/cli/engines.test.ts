import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cli, type CliRun } from './cli-run.ts';
import { PROGRAM, run } from './process.ts';

let home: string;
let env: NodeJS.ProcessEnv;
let store: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'anysession-engines-'));
  await mkdir(join(home, 'bin'));
  store = join(home, 'cache', 'anysession', 'engines');
  // Only what the scripts below need besides the programs of a test.
  env = { HOME: home, XDG_CACHE_HOME: join(home, 'cache'), PATH: `${join(home, 'bin')}:/usr/bin:/bin` };
});

afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

/** Puts a shell script on the PATH. */
async function program(name: string, script: string): Promise<void> {
  const file = join(home, 'bin', name);
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
}

/** A `python3` that makes an environment whose `python` writes down how it is called, and does as told. */
async function fakePython(pip = 'exit 0'): Promise<void> {
  const python = `#!/bin/sh\necho "$@" >> "${home}/calls"\n${pip}\n`;
  await writeFile(join(home, 'python'), python, { mode: 0o755 });
  await program('python3', `mkdir -p "$3/bin" && cp "${home}/python" "$3/bin/python"`);
}

/** The PATH without the machine's own programs. */
function bare(): NodeJS.ProcessEnv {
  return { ...env, PATH: join(home, 'bin') };
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function engines(words: string, environment: Parameters<typeof cli>[1] = {}): Promise<CliRun> {
  return cli(['engines', ...words.split(' ')], { env, ...environment });
}

describe('engines install', () => {
  it('brings the pinned release, says its steps on stderr, and leaves nothing half done beside it', async () => {
    await fakePython();
    const { code, stdout, stderr } = await engines('install sail');
    expect(code).toBe(0);
    expect(stdout).toContain(`sail 0.7.2 is installed, in ${join(store, 'sail-0.7.2')}\n`);
    expect(stderr.split('\n')).toEqual([
      'sail 0.7.2: making a virtual environment',
      'sail 0.7.2: installing pysail==0.7.2',
      'sail 0.7.2: installing pyspark-client==4.2.0',
      '',
    ]);
    expect(await readFile(join(home, 'calls'), 'utf8')).toMatch(/install pysail==0\.7\.2\n.*--no-deps pyspark-client/);
    expect(await readdir(store)).toEqual(['sail-0.7.2']);
  });

  it('does nothing where the release is there already', async () => {
    await fakePython();
    await engines('install sail --release 0.7.1');
    await rm(join(home, 'calls'));
    const { stdout } = await engines('install sail --release 0.7.1 --json');
    expect(JSON.parse(stdout)).toEqual({ engine: 'sail', version: '0.7.1', folder: join(store, 'sail-0.7.1') });
    expect(await readdir(home)).not.toContain('calls');
  });

  it.each([
    ['unavailable', 7, 'Retrying: NewConnectionError', 'the package index cannot be reached'],
    ['invalid-request', 2, 'ERROR: No matching distribution found for pysail', 'has no such version'],
    ['quota-exceeded', 6, 'OSError: [Errno 28] No space left on device', 'the disk is full'],
    ['unexpected', 11, 'ERROR: something else', 'pip failed'],
  ])('fails with %s and leaves nothing when pip says so', async (kind, exitCode, words, message) => {
    await fakePython(`echo "${words}" >&2; exit 1`);
    const { code, stderr } = await engines('install sail');
    expect(code).toBe(exitCode);
    expect(stderr).toContain(`[${kind}]`);
    expect(stderr).toContain(message);
    expect(stderr).toContain(words);
    expect(await readdir(store)).toEqual([]);
  });

  it('does not repeat the password of a package index', async () => {
    await fakePython('echo "Looking in https://me:hush-hush@index.example/simple"; exit 1');
    const { stderr } = await engines('install sail');
    expect(stderr).toContain('https://***@index.example');
    expect(stderr).not.toContain('hush-hush');
  });

  it('says that Python is missing', async () => {
    const { code, stderr } = await engines('install sail', { env: bare() });
    expect(code).toBe(2);
    expect(stderr).toContain(
      '[config-invalid] Python 3.10 or later is needed, and python3 cannot be run here (ENOENT)',
    );
    expect(await readdir(store)).toEqual([]);
  });

  it('says what a Python lacks that makes no virtual environments', async () => {
    await program('python3', 'echo "ensurepip is not available"; exit 1');
    const { code, stderr } = await engines('install sail');
    expect(code).toBe(2);
    expect(stderr).toContain('apt install python3-venv\nensurepip is not available');
  });

  it.each([
    ['openjdk version "11.0.2" 2019-01-15', 'java is Java 11'],
    ['java version "1.8.0_372"', 'java is Java 8'],
    ['no such thing', 'java cannot be run here'],
  ])('refuses spark where Java says %s', async (words, message) => {
    await fakePython();
    await program('java', `echo '${words}' >&2`);
    const { code, stderr } = await engines('install spark');
    expect(code).toBe(2);
    expect(stderr).toContain(`Apache Spark needs Java 17 or later, and ${message}`);
    expect(await readdir(home)).not.toContain('calls');
  });

  it('takes the Java of JAVA_HOME for spark', async () => {
    await fakePython();
    await program('java', `echo 'openjdk version "11.0.2" 2019-01-15' >&2`);
    const java = join(home, 'jdk', 'bin', 'java');
    await mkdir(dirname(java), { recursive: true });
    await writeFile(java, `#!/bin/sh\necho 'openjdk version "21.0.1" 2023-10-17' >&2\n`, { mode: 0o755 });
    const { code } = await engines('install spark', { env: { ...env, JAVA_HOME: join(home, 'jdk') } });
    expect(code).toBe(0);
    expect(await readdir(store)).toEqual(['spark-4.1.4']);
  });

  it('moves the programs of the environment with it', async () => {
    await fakePython(
      'printf "#!%s\\necho launched\\n" "$(dirname "$0")/interpreter" > "$(dirname "$0")/sail"; cp /bin/sh "$(dirname "$0")/interpreter"; chmod +x "$(dirname "$0")/sail"',
    );
    await engines('install sail');
    const sail = join(store, 'sail-0.7.2', 'bin', 'sail');
    expect(execFileSync(sail, { encoding: 'utf8' })).toBe('launched\n');
    expect(await readFile(sail, 'utf8')).not.toContain('.sail-');
  });

  it.each(['SIGKILL', 'SIGTERM', 'SIGHUP', 'SIGINT'] as const)(
    'leaves no folder and no process at %s',
    async (signal) => {
      // Like pip, which starts other programs and writes temporary files.
      await fakePython('touch "$TMPDIR/unpacked"; sleep 600 & echo $! $$ > "$HOME/pids"; wait');
      const { child, ended } = run([...PROGRAM, 'engines', 'install', 'sail'], { cwd: home, env });
      await expect.poll(() => readdir(home), { timeout: 30_000 }).toContain('pids');
      expect(await readdir(store)).toHaveLength(1);
      child.kill(signal);
      await ended;
      await expect.poll(() => readdir(store), { timeout: 30_000 }).toEqual([]);
      const pids = (await readFile(join(home, 'pids'), 'utf8')).trim().split(' ').map(Number);
      await expect.poll(() => pids.filter(isRunning), { timeout: 30_000 }).toEqual([]);
    },
    60_000,
  );

  it('stops at an abort, and leaves nothing', async () => {
    const controller = new AbortController();
    await fakePython('exec sleep 600');
    const running = engines('install sail', { signal: controller.signal });
    await expect.poll(() => readdir(home), { timeout: 30_000 }).toContain('calls');
    controller.abort();
    expect((await running).code).toBe(130);
    expect(await readdir(store)).toEqual([]);
  });

  it.each([
    ['install duckdb', 'there is no engine "duckdb"; there are sail and spark'],
    ['install sail --release ../../x', '"../../x" is no version; write it like 0.7.2'],
  ])('refuses %s', async (words, message) => {
    const { code, stderr } = await engines(words);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe('engines list and remove', () => {
  beforeEach(async () => {
    for (const name of ['sail-0.7.2', 'sail-0.10.0', 'spark-4.1.4', '.sail-0.7.2-x1y2z3', 'notes']) {
      await mkdir(join(store, name), { recursive: true });
    }
  });

  it('list what is whole, by name and version', async () => {
    const { stdout } = await engines('list --json');
    const listed = JSON.parse(stdout) as { engine: string; version: string }[];
    expect(listed.map(({ engine, version }) => `${engine} ${version}`)).toEqual([
      'sail 0.7.2',
      'sail 0.10.0',
      'spark 4.1.4',
    ]);
    expect((await engines('list')).stdout).toContain(join(store, 'spark-4.1.4'));
  });

  it('say what to do where there is nothing', async () => {
    const { code, stderr } = await engines('list', { env: { HOME: join(home, 'nobody') } });
    expect(code).toBe(0);
    expect(stderr).toBe('no engine is installed; run: anysession engines install sail\n');
  });

  it('remove one version, or all', async () => {
    expect((await engines('remove sail --release 0.10.0')).stdout).toBe('sail 0.10.0 is removed\n');
    expect((await readdir(store)).sort()).toEqual(['.sail-0.7.2-x1y2z3', 'notes', 'sail-0.7.2', 'spark-4.1.4']);
    await engines('remove sail');
    expect((await readdir(store)).sort()).toEqual(['.sail-0.7.2-x1y2z3', 'notes', 'spark-4.1.4']);
  });

  it('fail for what is not installed', async () => {
    const { code, stderr } = await engines('remove spark --release 3.5.7');
    expect(code).toBe(4);
    expect(stderr).toContain(`spark 3.5.7 is not installed in ${store}`);
  });
});
