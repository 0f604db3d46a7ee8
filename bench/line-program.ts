import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** What a program answers: numbers by name. */
type Answer = Readonly<Partial<Record<string, number>>>;

/** A program in any language that answers each line on its stdin with one line of JSON. */
export class LineProgram {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    if (child.stdout === null) throw new Error('a program needs a pipe to be read from');
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  /** Takes a program over; it says one line when it is ready. */
  static async start(child: ChildProcess): Promise<LineProgram> {
    const program = new LineProgram(child);
    await program.#answer();
    return program;
  }

  /** Sends a line and resolves with what it is answered with. */
  ask(line: string): Promise<Answer> {
    this.#child.stdin?.write(`${line}\n`);
    return this.#answer();
  }

  /** Closes its stdin and waits for its end. */
  async end(): Promise<void> {
    const ended = once(this.#child, 'close');
    this.#child.stdin?.end();
    await ended;
  }

  async #answer(): Promise<Answer> {
    const next = await this.#lines.next();
    if (next.done === true) throw new Error(`${this.#child.spawnargs.join(' ')} ended too early`);
    return JSON.parse(next.value) as Answer;
  }
}
