import type { RunEmulatorOptions } from '../../emulator/run-emulator.ts';
import { printAsIs, type CommandContext } from '../terminal.ts';

/** Runs the emulators until SIGTERM or Ctrl-C: one line of JSON with their addresses, then nothing more on stdout. */
export async function runEmulate({ terminal }: CommandContext, options: RunEmulatorOptions): Promise<void> {
  const { runEmulator } = await import('../../emulator/run-emulator.ts');
  const write = (line: string): void => void printAsIs(terminal, line);
  const { done } = await runEmulator(options, { write, signal: terminal.signal });
  await done;
}
