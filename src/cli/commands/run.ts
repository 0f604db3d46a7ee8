import { SessionError } from '../../contract/session-error.ts';
import type { CalculationObservation } from '../../contract/calculation-runner.ts';
import { readCode } from '../code-input.ts';
import { StatusLine } from '../status-line.ts';
import { print, printJson, type CommandContext } from '../terminal.ts';
import { withSessions } from '../with-environment.ts';
import type { WorkFlags } from '../work-flags.ts';
import { giveUpAt, startDry, timeLeftMs, withWorkSession } from '../work-session.ts';

/** The options of `anysession run`. */
interface RunOptions extends WorkFlags {
  readonly file?: string;
  readonly timeout?: number;
}

/** Runs a block of code in a session and writes where the service has put its output. */
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
      const seen = await withWorkSession(place, options, (session) =>
        session.calculate(code, {
          signal: terminal.signal,
          timeoutMs: timeLeftMs({ untilMs }),
          onProgress: ({ state = 'running', progress = '' }) => status.show(`the code is ${state} … ${progress}`),
        }),
      );
      status.end();
      await (json ? printJson(terminal, seen, 2) : print(terminal, outputLines(seen)));
    });
  } finally {
    status.end();
  }
}

function outputLines({ id, output = {} }: CalculationObservation): string {
  const facts = Object.entries({
    calculation: id,
    stdout: output.stdoutUri,
    stderr: output.stderrUri,
    result: output.resultUri,
  }).filter(([, value]) => value !== undefined);
  return facts.map(([name, value = '']) => `${name.padEnd(11)}  ${value}\n`).join('');
}
