import { createInterface, type Interface } from 'node:readline';
import { onAbort } from '../../provider-kit/on-abort.ts';
import type { Terminal } from '../terminal.ts';
import { readHistory, writeHistory } from './shell-history.ts';

/** What Ctrl-C gives instead of a line. */
export const INTERRUPTED = Symbol('Ctrl-C');

/** Lines that a person types, with line editing and history. */
export class ShellInput {
  readonly #lines: Interface;
  /** Lines that were typed or pasted while a statement ran. */
  readonly #waiting: string[] = [];
  readonly #stopListening: () => void;
  #isClosed = false;
  #deliver: ((line: string | typeof INTERRUPTED | undefined) => void) | undefined;
  #interrupt: (() => void) | undefined;

  constructor({ stdin, stdout, signal, env }: Terminal) {
    this.#lines = createInterface({
      input: stdin,
      output: stdout,
      terminal: true,
      history: [...readHistory(env)],
      historySize: 1_000,
      removeHistoryDuplicates: true,
    });
    this.#lines.on('line', (line) => {
      if (this.#deliver === undefined) this.#waiting.push(line);
      else this.#deliver(line);
    });
    // A terminal that has hung up refuses the end of raw mode; its signal ends the command.
    this.#lines.on('error', () => {});
    this.#lines.on('SIGINT', () => {
      this.#waiting.length = 0;
      // What was typed goes away, wherever the cursor is.
      this.#lines.write(null, { ctrl: true, name: 'e' });
      this.#lines.write(null, { ctrl: true, name: 'u' });
      this.#interrupt?.();
      this.#deliver?.(INTERRUPTED);
    });
    this.#lines.on('history', (history) => {
      writeHistory(history, env);
    });
    this.#lines.on('close', () => {
      this.#isClosed = true;
      this.#deliver?.(undefined);
    });
    this.#stopListening = onAbort(signal, () => {
      this.#lines.close();
    });
  }

  /** The next line; `undefined` after Ctrl-D, or when the command is ended. */
  async read(prompt: string): Promise<string | typeof INTERRUPTED | undefined> {
    this.#lines.setPrompt(prompt);
    const line = this.#waiting.shift();
    if (line !== undefined) return line;
    if (this.#isClosed) return undefined;
    this.#lines.prompt();
    try {
      return await new Promise((resolve) => void (this.#deliver = resolve));
    } finally {
      this.#deliver = undefined;
    }
  }

  /** Runs work that Ctrl-C stops. */
  async whileInterruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    this.#interrupt = () => {
      controller.abort();
    };
    if (this.#isClosed) controller.abort();
    this.#lines.once('close', this.#interrupt);
    try {
      return await work(controller.signal);
    } finally {
      this.#lines.off('close', this.#interrupt);
      this.#interrupt = undefined;
    }
  }

  close(): void {
    this.#stopListening();
    this.#lines.close();
  }
}
