import { SessionError } from '../../contract/session-error.ts';
import type { Session } from '../../session/session.ts';
import { toJsonText } from '../printable.ts';
import { StatusLine } from '../status-line.ts';
import { note, printAsIs, printJson, warn, type CommandContext } from '../terminal.ts';
import { withSessions } from '../with-environment.ts';
import { toStartOptions, type OnAbort, type StartFlags } from '../work-flags.ts';
import { followState, giveUpAt, hasLiveSession, stillRunning, timeLeftMs } from '../work-session.ts';

/** The options of `anysession start`. */
interface StartCommandOptions extends StartFlags {
  readonly wait?: boolean;
  readonly timeout?: number;
  readonly onAbort?: OnAbort;
}

interface WaitOptions {
  readonly onAbort: OnAbort | undefined;
  readonly timeoutMs: number | undefined;
}

/** Starts a session, leaves it running and writes its handle; with `--json` what the service reports about it. */
export async function runStart(context: CommandContext, options: StartCommandOptions): Promise<void> {
  const { terminal } = context;
  const untilMs = giveUpAt(options.timeout);
  const status = new StatusLine(terminal, context.json);
  try {
    await withSessions(context, async (sessions) => {
      const { id, capabilities } = sessions.provider;
      if (!capabilities.outlivesProcess) {
        const message = `A session of ${id} stops when this command exits. Run SQL in one with: anysession sql "SELECT 42"`;
        throw new SessionError('unsupported', message, { operation: 'start', provider: id });
      }
      if (context.dryRun !== undefined && (await hasLiveSession(sessions, options.key, terminal))) return;
      status.show(`${sessions.environment}: starting a session on ${id} …`);
      const session = await sessions.start({
        ...toStartOptions(options),
        signal: terminal.signal,
        timeoutMs: timeLeftMs({ untilMs }),
        onQueued: ({ text }) => status.show(text),
      });
      if (options.wait === true) {
        followState(session, sessions.environment, status);
        await waitUntilReady(session, context, { onAbort: options.onAbort, timeoutMs: timeLeftMs({ untilMs }) });
      }
      status.end();
      await (context.json
        ? printJson(terminal, session.status, 2)
        : printAsIs(terminal, `${toJsonText(session.handle)}\n`));
      session.detach();
      note(terminal, `Use it with: anysession sql --session ${session.handle.id}`);
      note(terminal, `End it with: anysession terminate ${session.handle.id}`);
    });
  } finally {
    status.end();
  }
}

/** A session that is not ready yet when the wait ends keeps running, so its handle must be known. */
async function waitUntilReady(
  session: Session,
  { terminal, json }: CommandContext,
  options: WaitOptions,
): Promise<void> {
  try {
    await session.whenReady({ signal: terminal.signal, timeoutMs: options.timeoutMs });
  } catch (error) {
    if (terminal.signal.aborted && options.onAbort === 'terminate') throw error;
    const last = stillRunning(error, session);
    if (last !== error) {
      if (!json) warn(terminal, `the session keeps running: ${toJsonText(session.handle)}\n`);
      session.detach();
    }
    throw last;
  }
}
