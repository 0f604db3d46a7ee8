import { isSessionState, SESSION_STATES, type SessionState } from '../../contract/session-state.ts';
import { SessionError } from '../../contract/session-error.ts';
import type { Observation } from '../../contract/observation.ts';
import { listSessions, type SessionFilter } from '../session-address.ts';
import { durationText } from '../../provider-kit/duration-text.ts';
import { printTable } from '../table.ts';
import { note, printJson, type CommandContext } from '../terminal.ts';
import { withSessions } from '../with-environment.ts';

/** The options of `anysession list`. */
interface ListCommandOptions extends SessionFilter {
  readonly state?: readonly string[];
  readonly all?: boolean;
}

/** Writes the sessions of the environment, of all owners: those that still cost something, unless asked otherwise. */
export async function runList(context: CommandContext, options: ListCommandOptions): Promise<void> {
  const { terminal, json } = context;
  const states = options.state?.map(toState);
  const { seen, where } = await withSessions(context, async (sessions) => {
    const includeEnded = options.all === true || states !== undefined;
    const seen = await listSessions(sessions, { ...options, states, includeEnded }, terminal.signal);
    return { seen, where: `${sessions.provider.id} (${sessions.provider.scope})` };
  });
  if (json) return printJson(terminal, seen, 2);
  if (seen.length > 0)
    await printTable(
      terminal,
      COLUMNS,
      seen.map((each) => cells(each, Date.now())),
    );
  const what = states?.join(' or ') ?? (options.all === true ? '' : 'live');
  const count = seen.length === 0 ? 'no' : String(seen.length);
  note(terminal, [count, what, seen.length === 1 ? 'session' : 'sessions', 'on', where].filter(Boolean).join(' '));
}

const COLUMNS = [
  { header: 'session', isWhole: true },
  'state',
  'native',
  'name',
  'owner',
  { header: 'age', isWhole: true },
];

function cells({ handle, state, nativeState, details }: Observation, nowMs: number): readonly string[] {
  const { name = '', ownership, createdAtMs } = details;
  const age = createdAtMs === undefined ? '' : durationText((details.endedAtMs ?? nowMs) - createdAtMs);
  return [handle.id, state ?? '?', nativeState, name, ownership?.owner ?? '', age];
}

function toState(text: string): SessionState {
  if (isSessionState(text)) return text;
  throw new SessionError('invalid-request', `there is no state "${text}"; there are: ${SESSION_STATES.join(', ')}`, {
    operation: 'list',
  });
}
