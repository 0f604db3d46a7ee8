import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { cli } from './cli-run.ts';

const run = promisify(execFile);

/** What bash offers after some words, the last of which is being typed. */
async function completions(...words: readonly string[]): Promise<readonly string[]> {
  const { stdout: script } = await cli(['completion', 'bash']);
  const line = ['anysession', ...words];
  const ask = `COMP_WORDS=("$@"); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _anysession; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await run('bash', ['-c', `set -eu; ${script}\n${ask}`, 'bash', ...line], {
    cwd: new URL('./fixtures/', import.meta.url),
  });
  return stdout.split('\n').filter((text) => text !== '');
}

describe('anysession completion', () => {
  it.each([
    ['commands', ['conn'], ['connect']],
    ['commands of a group', ['batch', 'st'], ['start', 'status']],
    ['options of a command', ['sql', '--res'], ['--restart']],
    ['options of every command', ['batch', 'start', '--conf'], ['--config']],
    ['files after an option that takes one', ['--config', 'listing'], ['listing-plugin.ts']],
    ['nothing after an option that takes text', ['sql', '--key', ''], []],
    ['nothing that is no beginning', ['nothing'], []],
  ])('completes %s in bash', async (_what, words, expected) => {
    expect(await completions(...words)).toEqual(expected);
  });

  it.each([
    ['zsh', ['#compdef anysession', "('batch') candidates=('start:", "'--keep:"]],
    ['fish', ["-n '__fish_use_subcommand' -f -a sql", '-l file -r -F', '-l key -x']],
  ])('has a script for %s with the help of each word', async (shell, parts) => {
    const { code, stdout } = await cli(['completion', shell]);
    expect(code).toBe(0);
    for (const part of parts) expect(stdout).toContain(part);
  });

  it('refuses another shell and names those it knows', async () => {
    const { code, stderr } = await cli(['completion', 'tcsh']);
    expect(code).toBe(2);
    expect(stderr).toContain('there is no completion for the shell "tcsh"');
    expect(stderr).toContain('Choose one of bash, zsh, fish.');
  });
});
