import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { isErrorKind } from '../../contract/error-kinds.ts';
import { SessionError } from '../../contract/session-error.ts';
import type { RunEmulatorOptions } from '../../emulator/run-emulator.ts';
import { abortedError } from '../../provider-kit/aborted-error.ts';
import { shellLines } from '../emulated-clouds.ts';
import { printAsIs, warn, type CommandContext, type Terminal } from '../terminal.ts';

/** The options of `anysession emulate`. */
interface EmulateCommandOptions extends RunEmulatorOptions {
  readonly detach?: boolean;
  readonly export?: boolean;
}

/**
 * Runs the emulators until SIGTERM or Ctrl-C: one line of JSON with their addresses and the id of their process, or lines for a
 * shell, then nothing more on stdout.
 */
export async function runEmulate({ terminal }: CommandContext, options: EmulateCommandOptions): Promise<void> {
  const { detach, export: isExport, ...others } = options;
  const write = async (line: string): Promise<void> => {
    await printAsIs(terminal, isExport === true ? shellLines(JSON.parse(line) as Record<string, string>) : line);
  };
  if (detach === true) return runDetached(terminal, others, write);
  const { runEmulator } = await import('../../emulator/run-emulator.ts');
  const { done } = await runEmulator(others, {
    write: (line) => void write(line),
    warn: (line) => {
      warn(terminal, `${line}\n`);
    },
    signal: terminal.signal,
  });
  await done;
}

/** Runs the emulators in a process without a terminal, which nothing but a signal ends. */
async function runDetached(
  terminal: Terminal,
  options: RunEmulatorOptions,
  write: (line: string) => Promise<void>,
): Promise<void> {
  const { env, signal } = terminal;
  const flags = Object.entries(options).flatMap(([name, value]) => [
    `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
    ...(value === true ? [] : [String(value)]),
  ]);
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1] ?? '', 'emulate', '--json', ...flags], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    // It must outlive npx.
    env: { ...env, npm_lifecycle_event: undefined },
    signal,
  });
  child.on('error', () => {});
  const errors = text(child.stderr).catch(() => '');
  for await (const line of createInterface({ input: child.stdout })) {
    await write(`${line}\n`);
    child.stdout.destroy();
    child.stderr.destroy();
    child.unref();
    return;
  }
  if (signal.aborted) throw abortedError('emulate', signal);
  throw errorOf(await errors);
}

/** The error that a command with `--json` has written. */
function errorOf(written: string): SessionError {
  try {
    const { kind, message } = (JSON.parse(written) as { readonly error: Record<string, unknown> }).error;
    if (isErrorKind(kind)) {
      return new SessionError(kind, String(message), { operation: 'emulate' });
    }
  } catch {
    // It is no error of ours.
  }
  return new SessionError('internal', `The emulators did not start: ${written}`, { operation: 'emulate' });
}
