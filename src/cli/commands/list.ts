import { isSessionState, SESSION_STATES, type SessionState } from '../../contract/session-state.ts';
import { SessionError } from '../../contract/session-error.ts';
import type { Observation } from '../../contract/observation.ts';
import { printTable } from '../table.ts';
import { note, printJson, type CommandContext } from '../terminal.ts';
import { withSessions } from '../with-environment.ts';

/** The options of `anysession list`. */
interface ListCommandOptions {
  readonly state?: readonly string[];
  readonly all?: boolean;
}

/** Writes the sessions of the environment, whoever started them: those that still cost something, unless asked otherwise. */
export async function runList(context: CommandContext, options: ListCommandOptions): Promise<void> {
  const { terminal, json } = context;
  const states = options.state?.map(toState);
  const found = await withSessions(context, async (sessions) => {
    const seen: Observation[] = [];
    for await (const observation of sessions.list({ ...(states && { states }), signal: terminal.signal })) {
      if (options.all === true || states !== undefined || !observation.final) seen.push(observation);
    }
    return { seen, where: `${sessions.provider.id} (${sessions.provider.scope})` };
  });
  if (json) return printJson(terminal, found.seen, 2);
  if (found.seen.length > 0)
    await printTable(terminal, ['session', 'state', 'native', 'name', 'owner', 'created'], found.seen.map(cells));
  const what = states?.join(' or ') ?? (options.all === true ? '' : 'live');
  const count = found.seen.length === 0 ? 'no' : String(found.seen.length);
  note(
    terminal,
    [count, what, found.seen.length === 1 ? 'session' : 'sessions', 'on', found.where].filter(Boolean).join(' '),
  );
}

function cells({ handle, state, nativeState, details }: Observation): readonly string[] {
  const created = details.createdAtMs === undefined ? '' : new Date(details.createdAtMs).toISOString().slice(0, 19);
  const { name = '', ownership } = details;
  return [handle.id, state ?? '?', nativeState, name, ownership?.owner ?? '', created && `${created}Z`];
}

function toState(text: string): SessionState {
  if (isSessionState(text)) return text;
  throw new SessionError('invalid-request', `there is no state "${text}"; there are: ${SESSION_STATES.join(', ')}`, {
    operation: 'list',
  });
}
