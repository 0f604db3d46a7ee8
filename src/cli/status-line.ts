import type { Terminal } from './terminal.ts';

const CLEAR_LINE = '\r\u001B[K';

/** One line on stderr that says what is going on; nothing at all where no person looks at it. */
export class StatusLine {
  readonly #terminal: Terminal;
  #shown = false;
  #ended = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  show(text: string): void {
    if (this.#ended || this.#terminal.stderr.isTTY !== true) return;
    this.#terminal.stderr.write(`${CLEAR_LINE}${text}`);
    this.#shown = true;
  }

  /** Takes the line away for good: results and errors follow on the same screen. */
  end(): void {
    if (this.#shown) this.#terminal.stderr.write(CLEAR_LINE);
    this.#shown = false;
    this.#ended = true;
  }
}

/** Says something behind a result, for a person only. */
export function note(terminal: Terminal, text: string): void {
  if (terminal.stderr.isTTY === true) terminal.stderr.write(`${text}\n`);
}
