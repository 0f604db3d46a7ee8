import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs an example as its reader does: on the built package, in its own process. */
function run(
  file: string,
  { args = [], env = {} }: { args?: string[]; env?: Record<string, string> } = {},
): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', `examples/${file}`, ...args], {
      cwd: root,
      env: { ...process.env, ...env },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code, stdout, stderr });
    });
  });
}

describe('the examples run as they stand', { timeout: 60_000 }, () => {
  it('demo: a session starts, answers SQL over real data, and ends', async () => {
    const { code, stdout, stderr } = await run('demo.ts');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('environment laptop: provider local, SQL dialect duckdb');
    expect(stdout).toContain('creating → ready');
    // The first row of the data set by count, read off the file itself.
    expect(stdout).toMatch(/'San Francisco'.*'Los Angeles'.*13788/);
    expect(stdout).toContain('terminated, final');
  });

  it('demo: ANYSESSION_ENV alone swaps the environment, and --env does the same', async () => {
    const byVariable = await run('demo.ts', { env: { ANYSESSION_ENV: 'ci' } });
    const byArgument = await run('demo.ts', { args: ['--env', 'ci'] });
    for (const { code, stdout } of [byVariable, byArgument]) {
      expect(code).toBe(0);
      expect(stdout).toContain('environment ci: provider local');
    }
  });

  it.each(['athena', 'emr-serverless', 'emr-ec2', 'glue'])(
    'demo: %s on its emulator: start, ready, SQL, terminate',
    async (cloud) => {
      const { code, stdout, stderr } = await run('demo.ts', { args: ['--env', cloud, '--emulated'] });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain(`environment ${cloud}: provider ${cloud}, SQL dialect spark`);
      expect(stdout).toContain('creating → ready');
      expect(stdout).toMatch(/'AA' +│ +20 /);
      expect(stdout).toMatch(/other Spark clients connect to 127\.0\.0\.1:\d+$/m);
      expect(stdout).toContain('terminated, final');
    },
  );

  it('opentelemetry: spans below the span of the program, and metrics', async () => {
    const { code, stdout, stderr } = await run('opentelemetry.ts');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^nightly report\n {2}anysession\.session\.start\n {4}anysession\.start\n/m);
    expect(stdout).toMatch(/^ {2}anysession\.statement\n {4}anysession\.session\.wait\n {6}anysession\.describe\n/m);
    expect(stdout).toContain('anysession.call.duration (s)');
  });

  it('cohort: run batches, partial failure, and the failed runs again', async () => {
    const { code, stdout, stderr } = await run('cohort.ts');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('finished, partial: 148 completed, 2 failed');
    expect(stdout).toMatch(/^S007: VALIDATION_ERROR/m);
    expect(stdout).toMatch(/^S042: WORKFLOW_RUN_FAILED: /m);
    expect(stdout).toContain('finished, succeeded: 2 completed');
  });

  it('typed-provider: a provider as a value, without a config file', async () => {
    const { code, stdout, stderr } = await run('typed-provider.ts');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^local \[ \{ days: 1461n? \} \]$/m);
  });

  it('cost: what a session costs, and a limit on it', async () => {
    const { code, stdout, stderr } = await run('cost.ts');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^0\.00\d\d EUR, estimated: 0\.00 h of age × 0\.6\nall sessions: 0\.00\d\d EUR$/m);
  });

  it('calculation: a block of Python, and one that fails', async () => {
    const { code, stdout, stderr } = await run('calculation.ts');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^succeeded after \d+ ms of processors, and printed 10$/m);
    expect(stdout).toContain("failed: NameError: name 'sprak' is not defined");
    expect(stdout).toContain('the session keeps running: ready');
  });

  it.each(['laptop', 'athena', 'emr-serverless', 'emr-ec2', 'glue', 'dataproc'])(
    'demo: the same program, with nothing changed but ANYSESSION_ENV=%s',
    async (environment) => {
      const { code, stdout, stderr } = await run('demo.ts', {
        args: ['--emulated'],
        env: { ANYSESSION_ENV: environment },
      });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain(
        `environment ${environment}: provider ${environment === 'laptop' ? 'local' : environment}`,
      );
      expect(stdout).toContain('creating → ready');
      expect(stdout).toContain('terminated, final');
      expect(stdout).toContain('Nothing is billed');
    },
  );

  it('nightly-report: the program of the README', async () => {
    const { code, stdout, stderr } = await run('nightly-report.ts');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const weather of ['drizzle', 'fog', 'rain', 'snow', 'sun']) expect(stdout).toContain(`'${weather}'`);
  });

  it('large-result: three million rows pass through', async () => {
    const { code, stdout, stderr } = await run('large-result.ts');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^3000000 rows in \d+ batches, \d+ MB resident$/m);
    expect(stdout).toMatch(/^Arrow: \d+ rows, month: Timestamp<MICROSECOND>, late: Float64$/m);
  });

  it('cancel-and-errors: one clear error each, and the session keeps running', async () => {
    const { code, stdout, stderr } = await run('cancel-and-errors.ts');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('statement is cancelled');
    expect(stdout.match(/^(aborted|invalid-request|conflict) \(exit code/gm)).toEqual([
      'aborted (exit code',
      'invalid-request (exit code',
      'conflict (exit code',
    ]);
    expect(stdout).toContain('the session keeps running: [ { answer: 42 } ]');
    expect(stdout).toContain('next generation of the same key: ready');
  });

  it('container: a decorated class gets the provider, a rebound logger is used', async () => {
    const { code, stdout, stderr } = await run('container/platform-team.ts', {
      // tsx reads the decorator settings from here; a team's own build has them in its tsconfig.
      env: { TSX_TSCONFIG_PATH: 'examples/container/tsconfig.json' },
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^local: duckdb SQL, idle sessions end after \d+ ms$/m);
    expect(stdout).toContain('[ { answer: 42 } ]');
  });
});
