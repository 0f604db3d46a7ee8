import type { SessionState } from '../../contract/session-state.ts';
import type { Observation } from '../../contract/observation.ts';
import type { Cost } from '../../cost/cost.ts';
import { toMoney } from '../../cost/money.ts';
import { durationText } from '../../provider-kit/duration-text.ts';
import type { Sessions } from '../../session/sessions.ts';
import { listSessions, type ListChoice, type SessionFilter } from '../session-address.ts';
import { printTable, type TableColumn } from '../table.ts';
import { note, printJson, warn, type CommandContext } from '../terminal.ts';
import { withSessions } from '../with-environment.ts';

/** The options of `anysession list`. */
interface ListCommandOptions extends SessionFilter {
  readonly state?: readonly SessionState[];
  readonly all?: boolean;
}

/** A session as the command shows it. */
interface Listed extends Observation {
  /** The key of its start, if it was started on this host. */
  readonly key?: string;
  /** Where the environment has prices. */
  readonly cost?: Cost;
}

/** Writes the sessions of the environment, of all owners: those that still cost something, unless asked otherwise. */
export async function runList(context: CommandContext, options: ListCommandOptions): Promise<void> {
  const { terminal, json } = context;
  const { state: states } = options;
  const { listed, where, isPriced } = await withSessions(context, async (sessions) => {
    const includeEnded = options.all === true || states !== undefined;
    const { id, scope } = sessions.provider;
    const listed = await readSessions(sessions, { ...options, states, includeEnded }, terminal.signal);
    return { listed, where: `${id} (${scope})`, isPriced: sessions.prices !== undefined };
  });
  const asksForEnded = states?.some((state) => state === 'terminated' || state === 'failed') ?? options.all === true;
  if (json) await printJson(terminal, listed, 2);
  else if (listed.length > 0) {
    const nowMs = Date.now();
    const columns = isPriced ? [...COLUMNS, COST] : COLUMNS;
    await printTable(
      terminal,
      columns,
      listed.map((each) => cells(each, nowMs)),
    );
  }
  if (asksForEnded && !listed.some(({ final }) => final)) {
    const hint = `warning: ${where} lists no ended sessions. To see one, run: anysession describe ID\n`;
    warn(terminal, hint);
  }
  const what = states?.join(' or ') ?? (options.all === true ? '' : 'live');
  const count = listed.length === 0 ? 'no' : String(listed.length);
  note(terminal, [count, what, listed.length === 1 ? 'session' : 'sessions', 'on', where].filter(Boolean).join(' '));
}

/** With prices, the cost of each session is read too, which may describe it. */
async function readSessions(sessions: Sessions, choice: ListChoice, signal: AbortSignal): Promise<readonly Listed[]> {
  const keys = sessions.knownKeys();
  const withKey = (seen: Observation): Listed => {
    const key = keys.get(seen.details.ownership?.token ?? '');
    return key === undefined ? seen : { ...seen, key };
  };
  if (sessions.prices === undefined) return (await listSessions(sessions, choice, signal)).map(withKey);
  const { states, label: labels, mine, includeEnded = false } = choice;
  const owner = mine === true ? sessions.owner : undefined;
  const listed: Listed[] = [];
  for await (const { observation, cost } of sessions.costs({ states, labels, owner, signal })) {
    if (includeEnded || !observation.final) listed.push({ ...withKey(observation), cost });
  }
  return listed;
}

const COLUMNS: readonly TableColumn[] = [
  { header: 'session', isWhole: true },
  'state',
  'native',
  'name',
  { header: 'key', isWhole: true },
  'owner',
  { header: 'age', isWhole: true },
];
const COST: TableColumn = { header: 'cost', isWhole: true, align: 'right' };

function cells({ handle, state, nativeState, details, key = '', cost }: Listed, nowMs: number): readonly string[] {
  const { name = '', ownership, createdAtMs } = details;
  const age = createdAtMs === undefined ? '' : durationText((details.endedAtMs ?? nowMs) - createdAtMs);
  const facts = [handle.id, state ?? '?', nativeState, name, key, ownership?.owner ?? '', age];
  if (cost === undefined) return facts;
  return [...facts, cost.known ? toMoney(cost.amount, cost.currency) : 'unknown'];
}
