import { PassThrough, Readable } from 'node:stream';
import { runCli } from '../../src/cli/run-cli.ts';
import type { Terminal } from '../../src/cli/terminal.ts';

/** What a command line left behind. */
export interface CliRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How the terminal of a test differs from a pipe. */
export interface CliEnvironment {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly stdin?: string;
  readonly signal?: AbortSignal;
  /** Makes both outputs terminals of this many columns. */
  readonly columns?: number | undefined;
}

/** Runs one command line in this process, with streams of its own. */
export async function cli(args: readonly string[], environment: CliEnvironment = {}): Promise<CliRun> {
  const { stdin = '', columns } = environment;
  const [out, err] = [new PassThrough(), new PassThrough()];
  const [stdout, stderr] = [collect(out), collect(err)];
  const streams = {
    stdin: Readable.from([stdin]),
    stdout: Object.assign(out, columns === undefined ? {} : { columns, isTTY: true }),
    stderr: Object.assign(err, { isTTY: columns !== undefined }),
  };
  const code = await runCli(args, terminalOn(streams, environment));
  out.end();
  err.end();
  return { code, stdout: await stdout, stderr: await stderr };
}

/** A terminal of a test, on these streams. */
export function terminalOn(
  streams: Pick<Terminal, 'stdin' | 'stdout' | 'stderr'>,
  { cwd = '/', env = {}, signal = new AbortController().signal }: CliEnvironment,
): Terminal {
  return { ...streams, env, cwd, signal, load: (code) => code(), passSignals: () => () => {} };
}

async function collect(stream: PassThrough): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}
