import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'vitest';
import { athena, ENDLESS } from './athena.ts';
import { healthomics } from './healthomics.ts';
import { PROGRAM, quoted, run, runOnTerminal, type ProcessOptions, type RunningProcess } from './process.ts';

const ROWS = "SELECT range AS n, repeat('x', 1000) AS text FROM range(1000000)";
const SQL = [...PROGRAM, 'sql', ENDLESS];

/** How a session is caught: while the service creates it, or while its statement runs. */
const MOMENTS = [
  ['CREATING', 20_000],
  ['BUSY', 0],
] as const;

type Ending = (
  options: ProcessOptions & Pick<TestContext, 'onTestFinished'>,
) => Promise<{ readonly running: RunningProcess; readonly end: () => unknown }>;

/**
 * Every way in which a person, a shell or a supervisor ends `anysession sql`, with the exit code. A second signal that comes when
 * the process is exiting ends it with another one.
 */
const ENDINGS: readonly (readonly [name: string, code: number | undefined, start: Ending])[] = [
  [
    'the terminal hangs up',
    129,
    async (options) => {
      const running = runOnTerminal(80, SQL, options);
      return { running, end: () => running.child.stdin?.end() };
    },
  ],
  [
    'the terminal of its shell hangs up',
    undefined,
    async (options) => {
      const running = runOnTerminal(80, ['bash', '--norc', '-i'], options);
      running.child.stdin?.write(`${quoted(SQL)}\n`);
      return { running, end: () => running.child.stdin?.end() };
    },
  ],
  [
    'stderr is closed, then SIGTERM',
    143,
    async (options) => {
      const running = run(SQL, options);
      running.child.stderr?.destroy();
      return { running, end: () => running.child.kill('SIGTERM') };
    },
  ],
  [
    'stderr accepts no writes, then SIGINT',
    130,
    async (options) => {
      const { cwd, onTestFinished } = options;
      // Open for reading alone: a write to it fails as one to a full disk does.
      const unwritable = await open(join(cwd, 'anysession.config.yaml'), 'r');
      onTestFinished(() => unwritable.close());
      const running = run(SQL, { ...options, stdio: ['ignore', 'pipe', unwritable.fd] });
      return { running, end: () => running.child.kill('SIGINT') };
    },
  ],
  [
    'SIGQUIT comes, as from Ctrl-\\',
    131,
    async (options) => {
      const running = run(SQL, options);
      return { running, end: () => running.child.kill('SIGQUIT') };
    },
  ],
  [
    'SIGTERM comes twice, as under npx',
    undefined,
    async (options) => {
      const running = run(SQL, options);
      return {
        running,
        end: () => [running.child.kill('SIGTERM'), setTimeout(() => running.child.kill('SIGTERM'), 20)],
      };
    },
  ],
  [
    'one Ctrl-C comes twice, as under npx',
    undefined,
    async (options) => {
      const running = run(SQL, options);
      return {
        running,
        end: () => [running.child.kill('SIGINT'), setTimeout(() => running.child.kill('SIGINT'), 20)],
      };
    },
  ],
];

describe('anysession sql terminates its session', { timeout: 120_000 }, () => {
  for (const [state, startupMs] of MOMENTS) {
    it.concurrent.for(ENDINGS)(`when %s while it is ${state}`, async ([, code, start], context) => {
      const service = await athena(startupMs, context);
      const { running, end } = await start({ cwd: service.cwd, onTestFinished: context.onTestFinished });
      await service.reaches(state);
      end();
      await service.isEnded();
      const { code: found } = await running.ended;
      if (code !== undefined) context.expect(found).toBe(code);
    });
  }

  it.concurrent('when both outputs are one pipe that closes', async (context) => {
    const service = await athena(0, context);
    const sql = quoted([...PROGRAM, 'sql', ROWS, '--csv']);
    const { ended } = run(['sh', '-c', `${sql} 2>&1 | head -1`], {
      onTestFinished: context.onTestFinished,
      cwd: service.cwd,
    });
    context.expect(await ended).toMatchObject({ stdout: 'n,text\r\n', stderr: '' });
    await service.isEnded();
  });

  it.concurrent('when stdin is closed', async (context) => {
    const service = await athena(0, context);
    const { ended } = run(['sh', '-c', `${quoted([...PROGRAM, 'sql', 'SELECT 1 AS a', '--csv'])} <&-`], {
      onTestFinished: context.onTestFinished,
      cwd: service.cwd,
    });
    context.expect(await ended).toMatchObject({ code: 0, stdout: 'a\r\n1\r\n', stderr: '' });
    await service.isEnded();
  });
});

describe('a command that holds no session ends', { timeout: 120_000 }, () => {
  it.concurrent.for([
    ['sql -', 'Ctrl-D', '\u0003', 130],
    ['sql -', 'Ctrl-D', undefined, 129],
    ['emulate --services athena', 'http', '\u0003', 130],
    ['emulate --services athena', 'http', undefined, 129],
  ] as const)('%s at Ctrl-C or a hang-up of its terminal', async ([words, shown, typed, code], context) => {
    const { cwd } = await athena(0, context);
    const { child, output, ended } = runOnTerminal(80, [...PROGRAM, ...words.split(' ')], {
      onTestFinished: context.onTestFinished,
      cwd,
    });
    await context.expect.poll(() => output.stdout, { timeout: 60_000 }).toContain(shown);
    if (typed === undefined) child.stdin?.end();
    else child.stdin?.write(typed);
    context.expect((await ended).code).toBe(code);
  });

  it.concurrent('connect at a closed output, and leaves the session alone', async (context) => {
    const service = await athena(0, context);
    const id = await service.startSession();
    const connect = quoted([...PROGRAM, 'connect', id]);
    const options = { onTestFinished: context.onTestFinished, cwd: service.cwd };
    const { ended } = run(['bash', '-c', `${connect} 2>&1 | true; exit \${PIPESTATUS[0]}`], options);
    context.expect((await ended).code).toBe(0);
    await service.reaches('IDLE');
  });

  it.concurrent('batch start --wait at a hang-up of its terminal, and leaves the batch running', async (context) => {
    const { onTestFinished, expect } = context;
    const { emulator, cwd } = await healthomics(context);
    const options = { onTestFinished, cwd };
    const words = ['batch', 'start', '--runs', 'runs.json', '--defaults', 'defaults.json', '--wait'];
    const { child, ended } = runOnTerminal(80, [...PROGRAM, ...words], options);
    await expect.poll(() => emulator.oracle.batches(), { timeout: 60_000 }).toHaveLength(1);
    child.stdin?.end();
    expect((await ended).code).toBe(129);
    expect(emulator.log().map(({ operation }) => operation)).not.toContain('CancelRunBatch');
  });
});
