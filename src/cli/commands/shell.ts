import { SessionError } from '../../contract/session-error.ts';
import { assertRunsSql } from '../run-statement.ts';
import { Shell } from '../shell/shell.ts';
import { StatusLine } from '../status-line.ts';
import { note, type CommandContext } from '../terminal.ts';
import { withSessions } from '../with-environment.ts';
import type { WorkFlags } from '../work-flags.ts';
import { startDry, withWorkSession } from '../work-session.ts';

/** The options of `anysession shell`. */
interface ShellOptions extends WorkFlags {
  readonly rows?: number;
}

/** Runs the statements that a person types in one session. */
export async function runShell(context: CommandContext, options: ShellOptions): Promise<void> {
  const { terminal, json, dryRun } = context;
  const isTerminal = terminal.stdin.isTTY === true && terminal.stdout.isTTY === true;
  if (dryRun === undefined && (json || !isTerminal)) {
    const message = json ? 'the shell writes no JSON' : 'the shell needs a terminal as its input and output';
    const advice = 'Run a file or what you pipe with: anysession sql';
    throw new SessionError('invalid-request', message, { operation: 'shell', advice });
  }
  const status = new StatusLine(terminal);
  try {
    await withSessions(context, async (sessions) => {
      assertRunsSql(sessions);
      const { environment, dialect } = sessions;
      const untilMs = Number.POSITIVE_INFINITY;
      const place = { sessions, terminal, status, untilMs, defaultName: 'anysession shell' };
      if (dryRun !== undefined) return startDry(place, options);
      await withWorkSession(place, options, async (session) => {
        await session.whenReady({ signal: terminal.signal });
        status.end();
        note(terminal, `Session ${session.handle.id} on ${sessions.provider.id}. \\? shows help, \\q leaves.`);
        await new Shell({ session, terminal, maxRows: options.rows, environment, dialect }).run();
      });
    });
  } finally {
    status.end();
  }
}
