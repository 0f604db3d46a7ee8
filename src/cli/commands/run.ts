import { SessionError } from '../../contract/session-error.ts';
import type { FinishedCalculation } from '../../session/finished-calculation.ts';
import { readCode } from '../code-input.ts';
import { StatusLine } from '../status-line.ts';
import { printAsIs, printJson, type CommandContext } from '../terminal.ts';
import { withSessions } from '../with-environment.ts';
import type { WorkFlags } from '../work-flags.ts';
import { giveUpAt, startDry, timeLeftMs, withWorkSession } from '../work-session.ts';

/** The options of `anysession run`. */
interface RunOptions extends WorkFlags {
  readonly file?: string;
  readonly timeout?: number;
}

/** Runs a block of code in a session and writes what it printed. */
export async function runCode(context: CommandContext, text: string | undefined, options: RunOptions): Promise<void> {
  const { terminal, json } = context;
  const untilMs = giveUpAt(options.timeout);
  const code = await readCode(terminal, 'code', { text, file: options.file });
  const status = new StatusLine(terminal, json);
  try {
    await withSessions(context, async (sessions) => {
      const { id, capabilities } = sessions.provider;
      if (!capabilities.calculations) {
        const message = `Sessions of ${id} run no code blocks in this environment. They need Athena with engine pyspark-v3; no session was started`;
        throw new SessionError('unsupported', message, { operation: 'calculate', provider: id });
      }
      const place = { sessions, terminal, status, untilMs, defaultName: 'anysession run' };
      if (context.dryRun !== undefined) return startDry(place, options);
      await withWorkSession(place, options, async (session) => {
        const done = await session.calculate(code, {
          signal: terminal.signal,
          timeoutMs: timeLeftMs({ untilMs }),
          onProgress: ({ state = 'running', progress = '' }) => status.show(`the code is ${state} … ${progress}`),
        });
        status.end();
        await (json ? printAsJson(context, done) : printOutput(context, done)).catch((error: unknown) => {
          throw SessionError.is(error) ? error.with({ advice: whereOf(done) }) : error;
        });
      });
    });
  } finally {
    status.end();
  }
}

/** What the code printed goes where it would go in a terminal; where that cannot be read, its address is printed. */
async function printOutput({ terminal }: CommandContext, done: FinishedCalculation): Promise<void> {
  const { signal } = terminal;
  for await (const chunk of done.bytes('stdout', { signal })) await printAsIs(terminal, chunk);
  for await (const chunk of done.bytes('stderr', { signal })) terminal.stderr.write(chunk);
}

async function printAsJson({ terminal }: CommandContext, done: FinishedCalculation): Promise<void> {
  const { signal } = terminal;
  const [stdout, stderr, result] = await Promise.all(
    (['stdout', 'stderr', 'result'] as const).map((part) => done.text(part, { signal })),
  );
  await printJson(terminal, { ...done, stdout, stderr, result }, 2);
}

/** The code has run, although its output cannot be read. */
function whereOf({ output: { stdoutUri, stderrUri, resultUri } = {} }: FinishedCalculation): string {
  const uris = [stdoutUri, stderrUri, resultUri].filter((uri) => uri !== undefined);
  return `The code has run. Its output is in ${uris.join(', ')}.`;
}
