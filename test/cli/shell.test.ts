import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it, type TestContext } from 'vitest';
import { parseShellCommand } from '../../src/cli/shell/shell-commands.ts';
import { configFolder } from '../config/config-folder.ts';
import { athena, ENDLESS } from './athena.ts';
import { cli } from './cli-run.ts';
import { PROGRAM, runOnTerminal } from './process.ts';

/** A shell on a terminal, with what it has shown so far. */
function shell(cwd: string, { onTestFinished, expect }: TestContext, ...words: readonly string[]) {
  const state = configFolder({ 'readme.txt': '' }, onTestFinished);
  const env = { XDG_STATE_HOME: state };
  const { child, output, ended } = runOnTerminal(100, [...PROGRAM, 'shell', ...words], { cwd, env, onTestFinished });
  let seen = 0;
  return {
    ended,
    history: join(state, 'anysession', 'shell-history'),
    type: (text: string) => void child.stdin?.write(text),
    /** Waits until the text appears behind what was awaited before. Returns all that was shown until then. */
    async shows(text: string): Promise<string> {
      const shown = (): string => stripVTControlCharacters(output.stdout).replaceAll('\r', '').slice(seen);
      await expect.poll(shown, { timeout: 60_000 }).toContain(text);
      const part = shown();
      const end = part.indexOf(text) + text.length;
      seen += end;
      return part.slice(0, end);
    },
  };
}

const EMBEDDED = { 'anysession.config.yaml': 'environments: { here: { provider: local } }' };

describe.concurrent('anysession shell', { timeout: 120_000 }, () => {
  it('shows no hints with --quiet, and runs statements', async (context) => {
    const { expect, onTestFinished } = context;
    const { type, shows, ended } = shell(configFolder(EMBEDDED, onTestFinished), context, '--quiet');
    expect(await shows('here> ')).not.toContain('shows help');
    type('SELECT 41 + 1 AS answer;\r');
    expect(await shows('1 row (')).toContain('42');
    type('\\q\r');
    expect((await ended).code).toBe(0);
  });

  it('runs statements of several lines, lists and describes tables, and keeps a private history', async (context) => {
    const { expect, onTestFinished } = context;
    const { type, shows, ended, history } = shell(configFolder(EMBEDDED, onTestFinished), context);
    await shows('\\? shows help, \\q leaves.\nhere> ');
    type("CREATE TABLE t AS SELECT 1 AS a, 'x;y' AS b;\r");
    await shows('done (');
    type('\\d\r');
    expect(await shows('1 row (')).toContain('name\n────\nt\n');
    type('\\d t\r');
    expect(await shows('2 rows (')).toMatch(/\na +INTEGER/);
    type('SELECT b\r');
    await shows('  -> ');
    type('FROM t; SELECT 2 AS two;\r');
    expect(await shows('1 row (')).toContain('x;y');
    expect(await shows('1 row (')).toContain('two');
    await shows('here> ');
    // The arrow key brings back the last line.
    type('\u001B[A');
    await shows('FROM t; SELECT 2 AS two;');
    type('\u0003');
    await shows('here> ');
    type('\\q\r');
    expect(await ended).toMatchObject({ code: 0 });
    expect(readFileSync(history, 'utf8').split('\n')).toContain('\\d t');
    expect(statSync(history).mode & 0o777).toBe(0o600);
  });

  it('survives errors, and says what is wrong', async (context) => {
    const { expect, onTestFinished } = context;
    const { type, shows, ended } = shell(configFolder(EMBEDDED, onTestFinished), context);
    await shows('here> ');
    type('SELEC 1;\r');
    expect(await shows('here> ')).toContain('[invalid-request] Parser Error');
    type('\\nope\r');
    expect(await shows('here> ')).toContain('There is no shell command \\nope');
    type('SELECT 42 AS answer;\r');
    expect(await shows('1 row (')).toContain('answer');
    type('\u0004');
    expect(await ended).toMatchObject({ code: 0 });
  });

  it('writes results to a new file, and to the terminal again', async (context) => {
    const { expect, onTestFinished } = context;
    const cwd = configFolder(EMBEDDED, onTestFinished);
    const { type, shows, ended } = shell(cwd, context);
    await shows('here> ');
    type('\\o anysession.config.yaml\r');
    expect(await shows('here> ')).toContain('[conflict] anysession.config.yaml exists');
    type('\\o rows.csv\r');
    await shows('here> ');
    type('SELECT 1 AS a; CREATE TABLE t (b INT); SELECT 2 AS c;\r');
    for (const each of ['1 row (', 'done (', '1 row (', 'here> ']) await shows(each);
    type('\\o\r');
    await shows('here> ');
    type("SELECT 'on the terminal' AS d;\r");
    expect(await shows('1 row (')).toContain('\non the terminal\n');
    expect(readFileSync(join(cwd, 'rows.csv'), 'utf8')).toBe('a\r\n1\r\n\r\nc\r\n2\r\n');
    type('\\q\r');
    await ended;
  });

  it('Ctrl-C cancels the statement and not the session; leaving ends the session', async (context) => {
    const { expect } = context;
    const service = await athena(0, context);
    const { type, shows, ended } = shell(service.cwd, context);
    await shows('dev> ');
    type('CREATE TEMPORARY VIEW v AS SELECT 7 AS seven;\r');
    await shows('done (');
    type(`${ENDLESS};\r`);
    await shows('is running');
    type('\u0003');
    await shows('canceled');
    type('SELECT seven FROM v;\r');
    expect(await shows('1 row (')).toContain('seven');
    await service.reaches('IDLE');
    type('\\q\r');
    expect(await ended).toMatchObject({ code: 0 });
    await service.isEnded();
  });

  it('ends with an error when its session has ended', async (context) => {
    const { expect } = context;
    const service = await athena(0, context);
    const { type, shows, ended } = shell(service.cwd, context);
    await shows('dev> ');
    const [session] = service.emulator.oracle.sessions();
    expect((await cli(['terminate', session?.id ?? '', '--yes'], { cwd: service.cwd })).code).toBe(0);
    await service.isEnded();
    type('SELECT 1;\r');
    await shows('[session-failed] session');
    expect((await ended).code).not.toBe(0);
  });

  it('a hang-up of the terminal ends the session', async (context) => {
    const service = await athena(0, context);
    const words = [...PROGRAM, 'shell'];
    const { child, output } = runOnTerminal(80, words, { cwd: service.cwd, onTestFinished: context.onTestFinished });
    await context.expect.poll(() => output.stdout, { timeout: 60_000 }).toContain('dev> ');
    child.stdin?.end();
    await service.isEnded();
  });

  it('needs a terminal', async ({ expect }) => {
    const { code, stderr } = await cli(['shell'], {});
    expect([code, stderr]).toEqual([2, expect.stringContaining('the shell needs a terminal') as unknown]);
    expect((await cli(['shell', '--json'], { columns: 80 })).stderr).toContain('the shell writes no JSON');
  });
});

describe('a line that begins with a backslash', () => {
  it.each([
    ['\\?', { kind: 'help' }],
    ['\\q ', { kind: 'quit' }],
    ['\\d', { kind: 'sql', text: 'SHOW TABLES' }],
    ['\\d db.t;', { kind: 'sql', text: 'DESCRIBE db.t' }],
    ['\\o', { kind: 'output', file: undefined }],
    ['\\o my rows.csv', { kind: 'output', file: 'my rows.csv' }],
  ])('%s', (line, command) => {
    expect(parseShellCommand(line)).toEqual(command);
  });

  it.each(['\\', '\\x', '\\q now', '\\quit'])('refuses %s', (line) => {
    expect(() => parseShellCommand(line)).toThrow('There is no shell command');
  });
});
