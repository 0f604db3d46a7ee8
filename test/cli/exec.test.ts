import { EMRClient, TerminateJobFlowsCommand } from '@aws-sdk/client-emr';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { client, sparkCloud } from './exec.ts';
import { PROGRAM, quoted, run, runOnTerminal } from './process.ts';

const VERSION = 'spark 3.5.6-duckdb-responder\n';
const SPARK_4 = 'spark 4.0.1-duckdb-responder\n';

describe('anysession exec', { timeout: 120_000 }, () => {
  it.concurrent.for([
    ['athena', VERSION, 'TERMINATED'],
    ['emr-serverless', VERSION, 'TERMINATED'],
    ['emr-ec2', SPARK_4, 'TERMINATED'],
    ['glue', VERSION, 'STOPPED'],
    // Through the WebSocket tunnel.
    ['dataproc', SPARK_4, 'TERMINATED'],
  ] as const)(
    'starts a session of %s at the first Spark call of a command, and ends it with the command',
    async ([name, version, ended], context) => {
      const { expect } = context;
      const service = await sparkCloud(context, { name });
      const { ended: exited, output } = service.exec([], client('env', 'say:unstarted', 'call', 'call'));
      await expect.poll(() => output.stdout, { timeout: 60_000 }).toContain('unstarted');
      expect(await exited).toMatchObject({ code: 0, stderr: '' });
      const [environment = '', ...others] = output.stdout.split('\n');
      expect(JSON.parse(environment)).toEqual({
        SPARK_REMOTE: expect.stringMatching(/^sc:\/\/127\.0\.0\.1:\d+\/;x-anysession-key=[\w-]{20,}$/) as string,
        ANYSESSION_SESSION: null,
        ANYSESSION_ENV: 'dev',
      });
      // The client of the test prints the id of the server session too, which Spark 4 sends behind its version.
      expect(others.map((line) => line.replace(/(?<=responder)z1.*/, '')).join('\n')).toBe(
        `unstarted\n${version}${version}`,
      );
      await service.reach(ended);
    },
  );

  it.concurrent('says that the cluster has ended its session while the command made no call', async (context) => {
    const { expect } = context;
    const service = await sparkCloud(context, { name: 'emr-ec2' });
    const { child, output, ended } = service.exec(['--eager'], ['sh', '-c', 'echo up; read line; exit 3']);
    await expect.poll(() => output.stdout, { timeout: 60_000 }).toContain('up');
    const [, clusterId = ''] = /clusterId: (\S+),/.exec(service.options) ?? [];
    const credentials = { accessKeyId: 'AKIDTEST', secretAccessKey: 'none' };
    const emr = new EMRClient({ region: 'us-east-1', endpoint: service.emulator.urls.emr, credentials });
    await emr.send(new TerminateJobFlowsCommand({ JobFlowIds: [clusterId] }));
    emr.destroy();
    await service.reach('TERMINATED');
    // What was seen a moment ago is not described again.
    await new Promise((resolve) => setTimeout(resolve, 5_500));
    child.stdin?.end('go\n');
    const { code, stderr } = await ended;
    const [session] = service.emulator.oracle.sessions();
    expect(stderr).toBe(
      `[session-failed] session '${session?.id}' ended (TERMINATED): Cluster ${clusterId} was terminated.\n→ Start a new session.\n`,
    );
    expect(code).toBe(3);
  });

  it.concurrent('says nothing about a session whose end a call has seen, nor about one that lives', async (context) => {
    const { expect } = context;
    const service = await sparkCloud(context);
    const words = client('call').join(' ');
    const { child, output, ended } = service.exec([], ['sh', '-c', `${words}; read line; ${words}`]);
    await expect.poll(() => output.stdout, { timeout: 60_000 }).toContain(VERSION);
    await service.run(['terminate', service.emulator.oracle.sessions()[0]?.id ?? '']);
    child.stdin?.end('go\n');
    const { stdout, stderr } = await ended;
    expect([stdout.includes('ended (TERMINATED)'), stderr]).toEqual([true, '']);
    const living = await service.exec(['--eager'], ['sleep', '6']).ended;
    expect(living).toMatchObject({ code: 0, stderr: '' });
  });

  it.concurrent('works in front of any Spark Connect server: the engine `url` of local', async (context) => {
    const { expect } = context;
    const service = await sparkCloud(context);
    const inner = quoted([...PROGRAM, 'exec', '--provider', 'local', '--set']);
    const script = `${inner} "engine.url=$SPARK_REMOTE" -- ${quoted(client('env', 'call'))}`;
    const { code, stdout, stderr } = await service.exec([], ['sh', '-c', script]).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [environment = '', version] = stdout.split('\n');
    expect(version).toBe(VERSION.trimEnd());
    // Those of the outer command would name the wrong place.
    expect(JSON.parse(environment)).toMatchObject({ ANYSESSION_SESSION: null, ANYSESSION_ENV: null });
    await service.reach('TERMINATED');
  });

  it.concurrent('shows on a terminal how the start goes, and clears the line for the command', async (context) => {
    const { expect, onTestFinished } = context;
    const service = await sparkCloud(context, { startupMs: 3_000 });
    const words = [...PROGRAM, 'exec', '--', ...client('call')];
    const { code, stdout } = await runOnTerminal(200, words, { cwd: service.cwd, onTestFinished }).ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/dev: starting a session on athena …/);
    expect(stdout).toMatch(/dev: session \S+ is creating.* …/);
    expect(stdout).toMatch(/\r\u001B\[Kspark 3\.5\S+\r\n$/);
    const quiet = [...PROGRAM, 'exec', '--quiet', '--', ...client('call')];
    const silent = await runOnTerminal(200, quiet, { cwd: service.cwd, onTestFinished }).ended;
    expect(silent).toMatchObject({ code: 0, stdout: VERSION.replace('\n', '\r\n') });
  });

  it.concurrent.for([
    ['it ends', [], 0, 0],
    ['it fails', ['exit:3'], 3, 0],
    ['it fails after a call', ['call', 'exit:3'], 3, 1],
    ['it kills itself', ['call', 'die:SIGKILL'], 137, 1],
    ['a signal ends it', ['call', 'die:SIGTERM'], 143, 1],
  ] as const)('has the exit code of its command when %s', async ([, actions, code, sessions], context) => {
    const { expect } = context;
    const service = await sparkCloud(context);
    const ended = await service.exec(['--verbose'], client(...actions)).ended;
    expect(ended).toMatchObject({ code, signal: null });
    await service.reach(...Array.from({ length: sessions }, () => 'TERMINATED'));
    if (sessions === 0) expect(ended.stderr).toContain('made no Spark call, so no session was started');
  });

  it.concurrent('says nothing about a command that makes no Spark call, and makes no call itself', async (context) => {
    const { expect } = context;
    const service = await sparkCloud(context);
    const { ended } = service.exec([], client('say:parsed'));
    expect(await ended).toMatchObject({ code: 0, stdout: 'parsed\n', stderr: '' });
    expect(service.calls()).toEqual([]);
  });

  it.concurrent.for([
    ['does not exist', 'no-such-command', 127, 'The command "no-such-command" was not found'],
    ['is a file that is not executable', './data.txt', 126, 'cannot be run (EACCES)'],
    ['is a folder', './', 126, 'cannot be run (EACCES)'],
  ] as const)('reports a command that %s', async ([, word, code, message], context) => {
    const { expect } = context;
    const service = await sparkCloud(context);
    writeFileSync(join(service.cwd, 'data.txt'), 'x');
    const ended = await service.exec([], [word, '--json']).ended;
    expect(ended).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(message) as string });
    expect(ended.stderr).toMatch(/^\[invalid-request\] .*\n→ .*\n$/);
    // An error of ours is JSON by our option only.
    const json = await service.exec(['--json', '--eager'], [word]).ended;
    expect(json.code).toBe(code);
    expect(JSON.parse(json.stderr)).toMatchObject({ error: { kind: 'invalid-request' } });
    await service.reach('TERMINATED');
  });

  it.concurrent('gives its command stdin, and every argument behind --', async (context) => {
    const { expect } = context;
    const service = await sparkCloud(context);
    const script = 'cat; printf "[%s]" "$@"';
    const { child, ended } = service.exec(
      ['--key', 'k'],
      ['sh', '-c', script, 'sh', '--help', '--env', 'q', '--json', '-v', '--', ''],
    );
    child.stdin?.end('x'.repeat(200_000));
    const { code, stdout } = await ended;
    expect({ code, stdout: stdout.replace(/x{200000}/, 'input ') }).toEqual({
      code: 0,
      stdout: 'input [--help][--env][q][--json][-v][--][]',
    });
  });

  it.concurrent('puts the key of its proxy into no process list', async (context) => {
    const { expect } = context;
    const service = await sparkCloud(context);
    const { output, child } = service.exec([], client('env', 'call', 'say:called', 'wait'));
    await expect.poll(() => output.stdout, { timeout: 60_000 }).toContain('called');
    const [, key = ''] = /x-anysession-key=([\w-]+)/.exec(output.stdout) ?? [];
    expect(key.length).toBeGreaterThan(20);
    const commands = readdirSync('/proc').flatMap((pid) => {
      try {
        return /^\d+$/.test(pid) ? [readFileSync(`/proc/${pid}/cmdline`, 'utf8')] : [];
      } catch {
        return [];
      }
    });
    expect(commands.filter((words) => words.includes('spark-client.mjs')).length).toBeGreaterThan(0);
    expect(commands.filter((words) => words.includes(key))).toEqual([]);
    child.kill('SIGTERM');
    await service.reach('TERMINATED');
  });
});

describe('the session of anysession exec', { timeout: 120_000 }, () => {
  it.concurrent('is started before the command with --eager, which then knows its id', async (context) => {
    const { expect } = context;
    const service = await sparkCloud(context, { startupMs: 1_000 });
    const { code, stdout } = await service.exec(['--eager'], client('env', 'call')).ended;
    const [environment = '', version] = stdout.split('\n');
    expect([code, version]).toEqual([0, VERSION.trimEnd()]);
    const [session] = service.emulator.oracle.sessions();
    expect(JSON.parse(environment)).toMatchObject({ ANYSESSION_SESSION: session?.id });
    await service.reach('TERMINATED');
  });

  it.concurrent(
    'is left running with --keep, also when the command fails, and found again by its key',
    async (context) => {
      const { expect } = context;
      const service = await sparkCloud(context);
      const kept = await service.exec(['--keep', '--key', 'k'], client('env', 'call', 'exit:3')).ended;
      expect(kept).toMatchObject({
        code: 3,
        stderr: expect.stringMatching(/^the session is kept: \{.*\}\n$/) as string,
      });
      expect(JSON.parse(kept.stdout.split('\n')[0] ?? '')).toMatchObject({ ANYSESSION_SESSION: 'key:k' });
      expect(service.states()).toEqual(['IDLE']);
      const again = await service.exec(['--key', 'k'], client('call')).ended;
      expect(again).toMatchObject({ code: 0, stdout: VERSION });
      expect(again.stderr).toMatch(/^Session \S+ was left running under this key\. It ends with this command; --keep/);
      await service.reach('TERMINATED');
    },
  );

  it.concurrent('that another command has started under its key ends with that one, and says so', async (context) => {
    const { expect } = context;
    const service = await sparkCloud(context);
    const first = service.exec(['--key', 'k'], client('call', 'wait'));
    await service.reach('IDLE');
    const second = await service.exec(['--key', 'k'], client('call')).ended;
    expect(second).toMatchObject({ code: 0, stdout: VERSION });
    expect(second.stderr).toMatch(
      /^Session \S+ belongs to another process that uses this key, and ends with that process/,
    );
    expect(service.states()).toEqual(['IDLE']);
    first.child.kill('SIGTERM');
    await service.reach('TERMINATED');
  });

  it.concurrent('is one that exists with --session, and stays', async (context) => {
    const { expect } = context;
    const service = await sparkCloud(context);
    const id = await service.start();
    const ended = await service.exec(['--session', id], client('env', 'call')).ended;
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(ended.stdout.split('\n')[0] ?? '')).toMatchObject({ ANYSESSION_SESSION: id });
    expect(service.states()).toEqual(['IDLE']);
  });

  it.concurrent(
    'that is not ready in time is named in the error of the call, and ends with the command',
    async (context) => {
      const { expect } = context;
      const service = await sparkCloud(context, { startupMs: 20_000 });
      const { code, stdout } = await service.exec(['--start-timeout', '1s'], client('call', 'exit:4')).ended;
      expect(code).toBe(4);
      // FAILED_PRECONDITION: clients repeat UNAVAILABLE for ten minutes.
      expect(stdout).toMatch(/^error 9 .*creating \(CREATING\)/);
      await service.reach('TERMINATED');
    },
  );

  it.concurrent(
    'that ends under its client is named in the error of the next call, and not replaced',
    async (context) => {
      const { expect } = context;
      const service = await sparkCloud(context);
      const { child, output, ended } = service.exec(
        [],
        ['sh', '-c', `${client('call').join(' ')}; read line; ${client('call', 'call').join(' ')}`],
      );
      await expect.poll(() => output.stdout, { timeout: 60_000 }).toContain(VERSION);
      const id = service.emulator.oracle.sessions()[0]?.id ?? '';
      await service.run(['terminate', id]);
      child.stdin?.end('go\n');
      const { code, stdout } = await ended;
      expect(code).toBe(0);
      const [, first, second] = stdout.split('\n');
      for (const line of [first, second]) expect(line).toMatch(new RegExp(`^error 9 .*${id}.* ended \\(TERMINATED\\)`));
      await service.reach('TERMINATED');
    },
  );
});

describe('anysession exec refuses, before it starts anything,', { timeout: 120_000 }, () => {
  it.concurrent.for([
    ['an environment that does not exist', ['--env', 'prod'], 2, 'prod'],
    ['DuckDB', ['--provider', 'local'], 9, 'the engine duckdb is not Spark'],
    [
      'run batches',
      [
        '--provider',
        'healthomics',
        '--set',
        'region=us-east-1',
        '--set',
        'roleArn=arn:aws:iam::123456789012:role/r',
        '--set',
        'outputUri=s3://results/x',
      ],
      9,
      'run batches, not sessions',
    ],
    ['a session and a key', ['--session', 'x', '--key', 'k'], 2, '--session uses a session that exists'],
  ] as const)('%s', async ([, options, code, message], context) => {
    const { expect } = context;
    const service = await sparkCloud(context);
    const ended = await service.exec(options, client('say:started')).ended;
    expect(ended).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(message) as string });
    expect(service.calls()).toEqual([]);
  });

  it.concurrent('a command without --', async (context) => {
    const { expect } = context;
    const { cwd } = await sparkCloud(context);
    const { onTestFinished } = context;
    const ended = await run([...PROGRAM, 'exec', 'dbt', 'run', '--target', 'prod'], { cwd, onTestFinished }).ended;
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining("unknown option '--target'") as string });
    expect(ended.stderr).toContain('Put -- before the command that exec runs');
    const python = await run([...PROGRAM, 'exec', 'p.', 'python', '-c', 'print(1)'], { cwd, onTestFinished }).ended;
    expect(python).toMatchObject({ code: 2, stderr: expect.stringContaining('Put -- before') as string });
    const other = await run([...PROGRAM, 'describe', 'exec', '-c'], { cwd, onTestFinished }).ended;
    expect(other).toMatchObject({ code: 2, stderr: expect.not.stringContaining('Put --') as string });
  });
});
