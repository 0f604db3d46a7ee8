import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, it, type TestContext } from 'vitest';
import { configFolder } from '../config/config-folder.ts';
import { cli } from './cli-run.ts';
import { PROGRAM } from './process.ts';

const run = promisify(execFile);

const MARK = join(tmpdir(), `anysession-completion-${process.pid}`);
const CONFIG = `environments: { dev: { provider: local }, prod: { provider: local }, "$(touch ${MARK})": { provider: local } }\n`;
const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

/** How each shell is asked what it offers after the words of a line, the last of which is being typed: a line per offer. */
const ASK: Readonly<Record<Shell, string>> = {
  bash: `source "$1"; shift
    COMP_WORDS=("$@"); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _anysession; printf '%s\\n' "\${COMPREPLY[@]}"`,
  // The parts of zsh's completion system that need a terminal print what they are given.
  zsh: `compdef() {}; _files() {}; script=$1; shift
    compadd() { shift; print -l -- "$@" }
    _describe() { print -l -- "\${(@)candidates%%:*}" }
    source $script; words=("$@"); CURRENT=$#words; _anysession`,
  fish: 'source $argv[1]; complete -C (string join " " -- $argv[2..-1])',
};

/** What a shell offers that begins with the last word. */
async function offers(shell: Shell, words: readonly string[], { onTestFinished }: TestContext) {
  const { stdout: script } = await cli(['completion', shell]);
  const folder = await mkdtemp(join(tmpdir(), 'completion-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'script'), script);
  // The program that the script asks for the environments. One has a name that a shell would run.
  const cwd = configFolder({ 'anysession.config.yaml': CONFIG }, onTestFinished);
  const program = `exec ${PROGRAM.map((word) => `'${word}'`).join(' ')} "$@"`;
  await writeFile(join(folder, 'anysession'), `#!/bin/sh\n${program}\n`);
  await chmod(join(folder, 'anysession'), 0o755);
  const options = shell === 'fish' ? ['--no-config', '-c', ASK.fish] : ['-c', ASK[shell], shell];
  const env = { ...process.env, PATH: `${folder}:${process.env['PATH'] ?? ''}`, HOME: folder, XDG_CONFIG_HOME: folder };
  const { stdout } = await run(shell, [...options, join(folder, 'script'), 'anysession', ...words], { env, cwd });
  const names = stdout.split('\n').map((line) => line.split('\t')[0] ?? '');
  return names.filter((name) => name !== '' && name.startsWith(words.at(-1) ?? '')).sort();
}

const CASES: readonly (readonly [what: string, words: readonly string[], expected: readonly string[]])[] = [
  ['commands', ['conn'], ['connect']],
  ['commands of a group', ['batch', 'st'], ['start', 'status']],
  ['options of a command', ['sql', '--res'], ['--restart']],
  ['environments of the config file', ['sql', '--env', ''], ['dev', 'prod']],
  ['providers', ['list', '--provider', 'em'], ['emr-ec2', 'emr-serverless']],
  ['states', ['list', '--state', 't'], ['terminated']],
  ['states of batches', ['batch', 'list', '--state', 'fi'], ['finished']],
  ['values of an argument', ['completion', 'f'], ['fish']],
];

describe.for(SHELLS)('completion in %s', (shell) => {
  const isInstalled = spawnSync(shell, ['--version']).status === 0;

  it.for(CASES)('offers %s', async ([, words, expected], context) => {
    if (!isInstalled) context.skip(`${shell} is not installed`);
    context.expect(await offers(shell, words, context)).toEqual(expected);
    // Nothing in the config file ran.
    context.expect(existsSync(MARK)).toBe(false);
  });
});
