import { describe, expect, it } from 'vitest';
import { configFolder } from '../config/config-folder.ts';
import { cli } from './cli-run.ts';
import { readFileSync } from 'node:fs';

const packageJson = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

describe('arguments', () => {
  it('--version prints the version of the package', async () => {
    expect(await cli(['--version'])).toEqual({ code: 0, stdout: `${packageJson.version}\n`, stderr: '' });
  });

  it.each([
    [['--help'], ['sql [options] [text]', 'list [options]', 'config', '--config <file>', '--env <name>', '--json']],
    [
      ['sql', '--help'],
      ['--file <path>', '--rows <count>', 'Global Options:', '--env <name>'],
    ],
    [
      ['config', '--help'],
      ['check', 'schema', 'init'],
    ],
    [
      ['list', '--help'],
      ['--state <state...>', '--all'],
    ],
  ])('%j explains itself on stdout', async (args, parts) => {
    const { code, stdout, stderr } = await cli(args);
    expect([code, stderr]).toEqual([0, '']);
    for (const part of parts) expect(stdout).toContain(part);
  });

  it.each([
    [[], 'a command is missing'],
    [['config'], 'a command is missing'],
    [['sqll'], "unknown command 'sqll'\n(Did you mean sql?)"],
    [['sql', 'x', '--fiel', 'x'], "unknown option '--fiel'\n(Did you mean --file?)"],
    [['sql', 'x', 'y'], "too many arguments for 'sql'. Expected 1 argument but got 2."],
    [['sql', '--file'], "option '--file <path>' argument missing"],
    [
      ['sql', 'x', '--rows', '1.5'],
      "option '--rows <count>' argument '1.5' is invalid. Expected a whole number, 1 or more.",
    ],
  ])('%j is refused with exit code 2', async (args, message) => {
    expect(await cli(args)).toEqual({
      code: 2,
      stdout: '',
      stderr: `[invalid-request] ${message}\nanysession --help lists commands and options\n`,
    });
  });

  it('--json makes an error one JSON object on stderr, also a wrong argument', async () => {
    const { code, stderr } = await cli(['sql', '--json', '--fiel']);
    expect(code).toBe(2);
    expect(JSON.parse(stderr)).toMatchObject({ error: { kind: 'invalid-request', operation: 'cli' } });
  });

  it.each([
    [['sql'], '[invalid-request] give the SQL as text, on standard input, or by --file\n'],
    [['sql', 'x', '--file', 'y'], '[invalid-request] give the SQL as text or by --file, not both\n'],
    [['sql', '--file', 'none.sql'], '[invalid-request] the file none.sql cannot be read: there is no such file\n'],
    [['sql', '--file', '.'], '[invalid-request] the file . cannot be read: EISDIR\n'],
    [['sql', 'x', '--csv', '--json'], '--json and --csv cannot both be: choose one'],
    [['list', '--state', 'running'], "'running' is invalid. Expected creating, ready, busy, terminated or failed."],
    [['sql', 'x', '--config', 'none.yaml'], '[config-invalid] none.yaml: no such file\n'],
    [
      ['list', '--config', 'c.json', '--env', 'tset'],
      '[config-invalid] c.json: unknown environment "tset"; did you mean test? (environments: test)\n',
    ],
  ])('%j is refused before anything starts', async (args, message) => {
    const cwd = configFolder({ 'c.json': '{ "environments": { "test": { "provider": "local" } } }' });
    const { code, stdout, stderr } = await cli(args, { cwd });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(args.includes('--json') ? JSON.stringify(message).slice(1, -1) : message);
  });
});
