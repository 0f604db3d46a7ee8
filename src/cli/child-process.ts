import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { isatty } from 'node:tty';
import { SessionError } from '../contract/session-error.ts';
import { reportError } from './error-report.ts';
import { warn, type CommandContext } from './terminal.ts';

/** The exit codes of shells for a command that does not exist, and for one that cannot be run. */
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;
const SIGNAL_BASE = 128;

/** A signal this soon after the start of the command may have come before it, milliseconds. A second one ends nothing more then. */
const EARLY_MS = 100;

/**
 * Runs a command with our terminal, standard input and outputs, and waits for its end. While it runs, signals are passed on to it and
 * end nothing else; an abort of the terminal's signal ends it with SIGTERM.
 * @param env - all of its environment
 * @returns its exit code; 128 and the number of the signal that ended it; 127 or 126 when it could not be run, after an error on stderr.
 */
export async function runChild(
  { terminal, json }: Pick<CommandContext, 'terminal' | 'json'>,
  command: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const [program = '', ...words] = command;
  if (program === '') {
    warn(terminal, reportError(startError(program, Object.assign(new Error(), { code: 'ENOENT' })).error, json).text);
    return NOT_FOUND;
  }
  const child = spawn(program, words, { cwd: terminal.cwd, env, stdio: 'inherit' });
  const startedMs = performance.now();
  const stopPassing = terminal.passSignals((name) => {
    const isEarly = performance.now() - startedMs < EARLY_MS;
    if (isEarly || !reachesGroup(name)) child.kill(name);
  });
  const end = (): void => void child.kill('SIGTERM');
  terminal.signal.addEventListener('abort', end);
  try {
    return await new Promise<number>((resolve) => {
      child.on('error', (cause: NodeJS.ErrnoException) => {
        // Only an error of its start: one of a signal that could not be sent changes nothing.
        if (child.pid !== undefined) return;
        const { error, exitCode } = startError(program, cause);
        warn(terminal, reportError(error, json, terminal.choice).text);
        resolve(exitCode);
      });
      child.on('exit', (code, signal) => {
        resolve(code ?? SIGNAL_BASE + (signal === null ? 0 : constants.signals[signal]));
      });
      if (terminal.signal.aborted) end();
    });
  } finally {
    stopPassing();
    terminal.signal.removeEventListener('abort', end);
  }
}

function startError(program: string, cause: NodeJS.ErrnoException) {
  const isUnknown = cause.code === 'ENOENT';
  const what = isUnknown ? 'was not found' : `cannot be run (${cause.code ?? cause.message})`;
  const advice = isUnknown
    ? 'Check its name and PATH; a command of a shell, such as `a && b`, needs: sh -c "…"'
    : 'Check that the file is executable and begins with a line such as #!/bin/sh.';
  return {
    error: new SessionError('invalid-request', `The command "${program}" ${what}`, {
      operation: 'exec',
      advice,
      cause,
    }),
    exitCode: isUnknown ? NOT_FOUND : NOT_EXECUTABLE,
  };
}

/** Whether the terminal sends this signal to all processes in its foreground: the command has it already. */
function reachesGroup(name: NodeJS.Signals): boolean {
  return (name === 'SIGINT' || name === 'SIGQUIT') && isInForeground();
}

/** Whether this process is in the foreground of a terminal: then Ctrl-C reaches the command without us. */
function isInForeground(): boolean {
  try {
    // The fields behind the name: state, parent, process group, session, terminal, foreground group of the terminal.
    const [, , group, , , foreground] = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return group === foreground;
  } catch {
    return [0, 1, 2].some((fd) => isatty(fd));
  }
}
