import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/** What a block of code did. */
export interface CodeOutcome {
  readonly stdout: string;
  readonly stderr: string;
  /** The value of the last line, if it is an expression. */
  readonly result: string;
  /** The last line of the traceback. */
  readonly error?: string;
}

/** A signal is lost on a block that has not begun, so it is sent again after this time, milliseconds. */
const INTERRUPT_INTERVAL_MS = 50;

/** Reads a block of code per line, as JSON, and answers with a line. What the code prints does not mix with the answers. */
const DRIVER = `
import ast, contextlib, io, json, os, signal, sys, traceback
running = False
def interrupt(*_):
    if running: raise KeyboardInterrupt("the calculation was stopped")
signal.signal(signal.SIGINT, interrupt)
answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)
scope = {"__name__": "__main__"}
for line in sys.stdin:
    code = json.loads(line)
    out, err, answer = io.StringIO(), io.StringIO(), {"result": ""}
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            running = True
            tree = ast.parse(code)
            last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
            exec(compile(tree, "<code>", "exec"), scope)
            if last is not None:
                value = eval(compile(ast.Expression(last.value), "<code>", "eval"), scope)
                answer["result"] = "" if value is None else repr(value)
        except BaseException:
            traceback.print_exc()
            answer["error"] = traceback.format_exc().strip().splitlines()[-1]
        finally:
            running = False
    print(json.dumps({**answer, "stdout": out.getvalue(), "stderr": err.getvalue()}), file=answers, flush=True)
`;

/** The Python process of one session: what one block of code defines, the next one sees. */
export class PythonSession {
  readonly #process: ChildProcess;
  readonly #waiting: ((outcome: CodeOutcome) => void)[] = [];

  constructor(python = 'python3') {
    this.#process = spawn(python, ['-u', '-c', DRIVER], { stdio: ['pipe', 'pipe', 'ignore'] });
    const { stdin, stdout } = this.#process;
    // A process that has ended settles what waits for it.
    stdin?.on('error', () => {});
    this.#process.on('error', ({ message }) => {
      this.#fail(`${python} cannot be started: ${message}`);
    });
    this.#process.on('exit', () => {
      this.#fail('The Python process of the session has ended.');
    });
    if (stdout !== null) {
      createInterface({ input: stdout }).on('line', (line) => {
        const outcome = toOutcome(line);
        if (outcome !== undefined) {
          this.#waiting.shift()?.(outcome);
          return;
        }
        this.#fail('The code wrote into the answers of its process.');
        this.close();
      });
    }
  }

  /** Runs a block of code. Never rejects. */
  run(code: string): Promise<CodeOutcome> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (this.#process.exitCode !== null || this.#process.signalCode !== null) this.#fail('The session has ended.');
      else this.#process.stdin?.write(`${JSON.stringify(code)}\n`);
    });
  }

  /** Interrupts the running block, also one that Python has not begun yet; the session keeps what it has defined. */
  interrupt(): void {
    const [running] = this.#waiting;
    const timer = setInterval(() => {
      if (running === this.#waiting[0] && running !== undefined) this.#process.kill('SIGINT');
      else clearInterval(timer);
    }, INTERRUPT_INTERVAL_MS);
    timer.unref();
  }

  close(): void {
    this.#process.kill('SIGKILL');
  }

  #fail(error: string): void {
    for (const settle of this.#waiting.splice(0)) settle({ stdout: '', stderr: '', result: '', error });
  }
}

/** Reads an answer of the driver; `undefined` for a line that the code itself has written. */
function toOutcome(line: string): CodeOutcome | undefined {
  try {
    const { stdout, stderr, result, error } = JSON.parse(line) as Readonly<Record<string, unknown>>;
    if (typeof stdout !== 'string' || typeof stderr !== 'string' || typeof result !== 'string') return undefined;
    return { stdout, stderr, result, ...(typeof error === 'string' && { error }) };
  } catch {
    return undefined;
  }
}
