import { findSession, type SessionFilter } from '../session-address.ts';
import { StatusLine } from '../status-line.ts';
import { note, printAsIs, printJson, type CommandContext } from '../terminal.ts';
import { withSessions } from '../with-environment.ts';
import type { OnAbort } from '../work-flags.ts';
import { followState, giveUpAt, stillRunning, timeLeftMs } from '../work-session.ts';

/** Waits until a session takes work. Stopping the wait leaves the session running by default. */
export async function runWait(
  context: CommandContext,
  word: string | undefined,
  options: SessionFilter & { readonly timeout?: number; readonly onAbort?: OnAbort },
): Promise<void> {
  const { terminal, json } = context;
  const { signal } = terminal;
  const untilMs = giveUpAt(options.timeout);
  const status = new StatusLine(terminal, json);
  try {
    await withSessions(context, async (sessions) => {
      const session = await findSession(sessions, { ...options, session: word }, signal);
      followState(session, sessions.environment, status);
      const ready = await session
        .whenReady({ signal, timeoutMs: timeLeftMs({ untilMs }) })
        .catch(async (error: unknown) => {
          if (!signal.aborted || options.onAbort !== 'terminate') throw stillRunning(error, session);
          await session.terminate();
          throw error;
        });
      status.end();
      await (json ? printJson(terminal, ready, 2) : printAsIs(terminal, `${ready.state}\n`));
      note(terminal, `Run SQL in it with: anysession sql --session ${session.handle.id}`);
    });
  } finally {
    status.end();
  }
}
