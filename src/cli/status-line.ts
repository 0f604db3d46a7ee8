import { cutTo } from './display-width.ts';
import { printable, toJsonText } from './printable.ts';
import { columnsOf, warn, type Terminal } from './terminal.ts';

/** Clears the last line of a terminal. */
export const CLEAR_LINE = '\r\u001B[K';

/** How often the line of a terminal shows the time anew, milliseconds. */
const REFRESH_MS = 1_000;
/** How often a line says that work goes on where there is no terminal, milliseconds: short work writes nothing. */
const HEARTBEAT_MS = 15_000;

/**
 * Says on stderr what is going on and for how long: on a terminal in one line that is replaced, elsewhere in a line now and then, so
 * that the log of a job does not look dead.
 */
export class StatusLine {
  readonly #terminal: Terminal;
  readonly #json: boolean;
  readonly #startedMs = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #text = '';
  #shown = false;
  #ended = false;

  constructor(terminal: Terminal, json = false) {
    this.#terminal = terminal;
    this.#json = json;
  }

  show(text: string): void {
    if (this.#ended || this.#terminal.isQuiet === true) return;
    this.#text = text;
    const isTerminal = this.#terminal.stderr.isTTY === true;
    const write = isTerminal ? this.#replace : this.#beat;
    this.#timer ??= setInterval(write, isTerminal ? REFRESH_MS : HEARTBEAT_MS).unref();
    if (isTerminal) this.#replace();
  }

  /** Removes the line, because results and errors follow on the same screen. */
  clear(): void {
    if (this.#shown) this.#terminal.stderr.write(CLEAR_LINE);
    this.#shown = false;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Removes the line for good. */
  end(): void {
    this.clear();
    this.#ended = true;
  }

  readonly #replace = (): void => {
    const seconds = this.#seconds();
    const elapsed = seconds < 1 ? '' : ` ${seconds} s`;
    // A line that wraps could not be removed again.
    const width = (columnsOf(this.#terminal) ?? 80) - 1 - elapsed.length;
    this.#terminal.stderr.write(`${CLEAR_LINE}${cutTo(printable(this.#text), width)}${elapsed}`);
    this.#shown = true;
  };

  readonly #beat = (): void => {
    const progress = `${this.#text} ${this.#seconds()} s`;
    warn(this.#terminal, `${this.#json ? toJsonText({ progress }) : progress}\n`);
  };

  #seconds(): number {
    return Math.floor((performance.now() - this.#startedMs) / 1000);
  }
}
