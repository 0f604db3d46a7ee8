import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { SessionError } from '../../src/contract/session-error.ts';
import { environmentLogger } from '../../src/telemetry/environment-logger.ts';
import { failureOf } from '../failure-of.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PROGRAM = fileURLToPath(new URL('fixtures/throttled-program.ts', import.meta.url));
const run = promisify(execFile);

/** The lines that a logger of this value writes. */
function linesOf(value: string, log: (logger: NonNullable<ReturnType<typeof environmentLogger>>) => void): string[] {
  const lines: string[] = [];
  const logger = environmentLogger({ ANYSESSION_LOG: value }, (line) => void lines.push(line));
  if (logger !== undefined) log(logger);
  return lines;
}

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

describe('ANYSESSION_LOG', () => {
  it.each([
    ['debug', ['debug', 'info', 'warn', 'error']],
    ['info', ['info', 'warn', 'error']],
    ['warn', ['warn', 'error']],
    ['error', ['error']],
    [' Warn ', ['warn', 'error']],
  ])('%j writes a line for people for %j', (value, levels) => {
    const lines = linesOf(value, (logger) => LEVELS.forEach((level) => logger[level]({ n: 1 }, `a ${level}`)));
    expect(lines).toEqual(
      levels.map((level): unknown =>
        expect.stringMatching(
          new RegExp(`^\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z ${level.toUpperCase().padEnd(5)} anysession: a ${level} n=1\\n$`),
        ),
      ),
    );
  });

  it.each([
    ['json', ['info', 'warn', 'error']],
    ['debug,json', ['debug', 'info', 'warn', 'error']],
    ['json, error', ['error']],
  ])('%j writes one JSON object per line for %j', (value, levels) => {
    const lines = linesOf(value, (logger) => LEVELS.forEach((level) => logger[level]({ n: 1 }, 'a\nmessage')));
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(
      levels.map((level) => ({ level, time: expect.any(String) as string, n: 1, msg: 'a\nmessage' })),
    );
    expect(lines.every((line) => line.indexOf('\n') === line.length - 1)).toBe(true);
  });

  it.each([undefined, '', '  '])('%j logs nothing', (value) => {
    expect(environmentLogger({ ANYSESSION_LOG: value })).toBeUndefined();
  });

  it.each(['verbose', '1', 'true', 'debug,info', 'json,verbose', 'debug json', ','])(
    '%j is an error that names the values',
    async (value) => {
      const error = await failureOf(async () => environmentLogger({ ANYSESSION_LOG: value }));
      expect(error).toMatchObject({ kind: 'config-invalid' });
      expect(error.message).toMatch(/^ANYSESSION_LOG is ".*"\. Set ANYSESSION_LOG to one of debug, info, warn, error/);
    },
  );

  it.each(['debug', 'debug,json'])('%j conceals secrets in fields, errors and messages', (value) => {
    const secret = 'eyJhbGciOi.JIUzI1NiJ9';
    const lines = linesOf(value, (logger) => {
      logger.warn({ token: secret, headers: { authorization: secret } }, 'refused');
      logger.warn({ url: `sc://host:443/;x-token=${secret}` }, `refused sc://host:443/;x-token=${secret}`);
      logger.warn({ error: new Error(`https://user:${secret}@host/ failed`) }, 'refused');
      logger.warn(
        { error: new SessionError('forbidden', `no https://u:${secret}@h`, { operation: 'start' }) },
        'refused',
      );
      logger.warn({ values: [secret] }, 'refused');
    });
    expect(lines).toHaveLength(5);
    expect(lines.join('')).not.toContain(secret);
    expect(lines.join('')).toContain('forbidden');
  });

  it('shows ids, although they look like secrets', () => {
    const id = '0b5c2d1e-7a42-4c39-9f55-0d2f8a9b7c6d';
    expect(linesOf('info', (logger) => logger.info({ session: id }, 'started')).join('')).toContain(`session=${id}`);
  });

  it('writes one line whatever a value has in it: line breaks, colours, cycles, deep data', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    const lines = linesOf('debug', (logger) => {
      logger.info({ text: 'a\nb', colour: '\u001b[31mred', cycle, big: 1n, none: undefined, f: () => {} }, 'one\ntwo');
    });
    expect(lines).toHaveLength(1);
    expect(lines[0]?.trimEnd()).not.toMatch(/[\n\u001b]/);
    expect(lines[0]).toContain('one\\u000atwo');
  });
});

describe('a program with ANYSESSION_LOG', { timeout: 60_000 }, () => {
  const program = (value: string): Promise<{ stdout: string; stderr: string }> =>
    run(process.execPath, ['--import', 'tsx', PROGRAM], {
      cwd: ROOT,
      env: { ...process.env, ANYSESSION_LOG: value },
    });

  it('logs the throttled calls of a session to stderr, and nothing to stdout', async () => {
    const { stdout, stderr } = await program('debug,json');
    expect(stdout).toBe('done\n');
    const lines = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const retry = { level: 'debug', operation: 'describe', kind: 'rate-limited', attempt: 1 };
    expect(lines.find(({ attempt }) => attempt === 1)).toMatchObject(retry);
    expect(lines.at(-1)).toMatchObject({ level: 'debug', msg: expect.stringMatching(/ took \d+ ms$/) as string });
  });

  it('fails to open sessions with a wrong value', async () => {
    const { stderr } = await program('loud').catch((error: unknown) => error as { stderr: string });
    expect(stderr).toMatch(/ANYSESSION_LOG is "loud"/);
  });

  it('of the command line logs to stderr and prints its result to stdout', async () => {
    const { stdout, stderr } = await run(
      process.execPath,
      ['dist/src/cli/main.js', 'sql', '--json', 'SELECT 42 AS answer'],
      { cwd: ROOT, env: { ...process.env, ANYSESSION_LOG: 'debug' } },
    );
    expect(stdout).toMatch(/42/);
    expect(stdout).not.toMatch(/anysession:/);
    expect(stderr).not.toMatch(/"answer"/);
  });

  it('of the command line ends with exit code 2 and nothing on stdout for a wrong value', async () => {
    const failed = await run(process.execPath, ['dist/src/cli/main.js', 'sql', 'SELECT 42'], {
      cwd: ROOT,
      env: { ...process.env, ANYSESSION_LOG: 'loud' },
    }).catch((error: unknown) => error as { code: number; stdout: string; stderr: string });
    expect(failed).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(
        /^\[config-invalid\] ANYSESSION_LOG is "loud"\.\n→ Set ANYSESSION_LOG to one of/m,
      ) as string,
    });
  });
});
