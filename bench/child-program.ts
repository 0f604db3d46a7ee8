import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PROGRAMS = fileURLToPath(new URL('programs/', import.meta.url));

/** How long a program may take to end by itself. */
const END_PATIENCE_MS = 1000;

/** A program in any language that answers line by line in a process of its own. */
export class ChildProgram {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  /** @param program - one of the bench, relative to `bench/programs/`, or one that has been started with pipes. */
  constructor(program: string | ChildProcess, ...args: readonly string[]) {
    this.#child = typeof program === 'string' ? started(program, args) : program;
    if (this.#child.stdout === null) throw new Error('a program needs a pipe to be read from');
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** The next line that it prints. */
  async line(): Promise<string> {
    const next = await this.#lines.next();
    if (next.done === true) throw new Error(`${this.#child.spawnargs.join(' ')} ended too early`);
    return next.value;
  }

  /** Writes a line to it and resolves with the line that it answers. */
  ask(line: string): Promise<string> {
    this.#child.stdin?.write(`${line}\n`);
    return this.line();
  }

  /** Closes its stdin and waits for its end; one that goes on all the same is told to end. */
  async end(): Promise<void> {
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.stdin?.end();
    const late = setTimeout(() => child.kill(), END_PATIENCE_MS);
    await ended;
    clearTimeout(late);
  }
}

function started(name: string, args: readonly string[]): ChildProcess {
  const env: NodeJS.ProcessEnv = { ...process.env, ANYSESSION_ENV: undefined, NODE_OPTIONS: undefined };
  return spawn(process.execPath, ['--no-warnings', name, ...args], {
    cwd: PROGRAMS,
    env: { ...env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}
