import { readFileSync } from 'node:fs';
import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { allExamples } from '../../src/cli/command-examples.ts';
import { createProgram } from '../../src/cli/program.ts';
import { cli } from './cli-run.ts';

const GUIDE = readFileSync(new URL('../../docs/guide/command-line.md', import.meta.url), 'utf8');

const terminal = {
  stdin: Readable.from([]),
  stdout: new PassThrough(),
  stderr: new PassThrough(),
  env: {},
  cwd: '/',
  signal: new AbortController().signal,
  load: <T>(code: () => Promise<T>) => code(),
  passSignals: () => () => {},
};

/** The words of every command: `['sql']`, `['batch', 'start']`. */
const COMMANDS = createProgram(terminal).commands.flatMap((command) =>
  command.commands.length === 0 ? [[command.name()]] : command.commands.map((child) => [command.name(), child.name()]),
);

describe('the help', () => {
  it('of the program', async () => {
    expect((await cli(['--help'])).stdout).toMatchSnapshot();
  });

  it.each(COMMANDS)('of %s %s', async (...words: (string | undefined)[]) => {
    const { code, stdout, stderr } = await cli([...words.filter((word) => word !== undefined), '--help']);
    expect([code, stderr]).toEqual([0, '']);
    // What every command takes is in the help of the program.
    expect(stdout.split('\nGlobal Options:')[0]).toMatchSnapshot();
  });

  it('fits 80 columns', async () => {
    for (const words of [[], ...COMMANDS]) {
      const { stdout } = await cli([...words, '--help'], { columns: 80 });
      for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
    }
  });

  it.each(COMMANDS.map((words) => [words.join(' ')]))('%s is in the guide', (name) => {
    expect(GUIDE).toContain(name);
  });

  it.each(allExamples())('the example of "%s" has only options that exist: %s', async (path, line) => {
    const words = Array.from(line.matchAll(/"([^"]*)"|(\S+)/g), ([, quoted, plain]) => quoted ?? plain ?? '');
    expect(line.startsWith(path)).toBe(true);
    // Help is printed before an argument is checked, but not before an option.
    expect(await cli([...words, '--help'])).toMatchObject({ code: 0, stderr: '' });
    const { stdout } = await cli([...words.filter((word) => !word.startsWith('-')), '--help']);
    for (const option of words.filter((word) => word.startsWith('--'))) expect(stdout).toContain(option);
  });
});
