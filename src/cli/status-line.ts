import type { Terminal } from './terminal.ts';

const CLEAR_LINE = '\r\u001B[K';

/** One line on stderr that says what is going on; nothing at all where no person looks at it. */
export class StatusLine {
  readonly #terminal: Terminal;
  #shown = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  show(text: string): void {
    if (this.#terminal.stderr.isTTY !== true) return;
    this.#terminal.stderr.write(`${CLEAR_LINE}${text}`);
    this.#shown = true;
  }

  clear(): void {
    if (this.#shown) this.#terminal.stderr.write(CLEAR_LINE);
    this.#shown = false;
  }

  /** Says something that stays, for a person only. */
  note(text: string): void {
    this.clear();
    if (this.#terminal.stderr.isTTY === true) this.#terminal.stderr.write(`${text}\n`);
  }
}
