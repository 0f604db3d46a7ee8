import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Order, Report } from './servant.ts';

/** A process that obeys the tests. */
export class Servant {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  /** @param command - a program that runs Node.js, for a servant in its own place. */
  constructor(file: string, command: readonly string[] = []) {
    const [program = process.execPath, ...words]: readonly string[] = [
      ...command,
      process.execPath,
      '--no-warnings',
      file,
    ];
    this.#child = spawn(program, words, {
      env: { ...process.env, ANYSESSION_ENV: undefined, NODE_OPTIONS: undefined },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    if (this.#child.stdout === null) throw new Error('no pipe');
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  async obey(order: Order): Promise<Report> {
    this.#child.stdin?.write(`${JSON.stringify(order)}\n`);
    const next = await this.#lines.next();
    if (next.done === true) throw new Error('the servant has ended');
    return JSON.parse(next.value) as Report;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'close');
    this.#child.kill('SIGKILL');
    await ended;
  }
}
