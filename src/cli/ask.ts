import { createInterface } from 'node:readline/promises';
import type { Terminal } from './terminal.ts';

/** Whether somebody can be asked. */
export function canAsk({ stdin, stderr }: Terminal): boolean {
  return stdin.isTTY === true && stderr.isTTY === true;
}

/** Asks a question on the terminal. Only `y` and `yes` are consent: Ctrl-C and Ctrl-D are not. */
export async function ask({ stdin, stderr, signal }: Terminal, question: string): Promise<boolean> {
  const lines = createInterface({ input: stdin, output: stderr });
  try {
    return /^y(es)?$/i.test((await lines.question(question, { signal })).trim());
  } catch {
    return false;
  } finally {
    lines.close();
  }
}
