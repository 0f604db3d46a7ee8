import type { SessionDetails } from '../../contract/observation.ts';
import { USAGE_UNIT_NAMES } from '../../contract/usage.ts';
import { SessionError } from '../../contract/session-error.ts';
import type { SessionCost } from '../../session/session-costs.ts';
import type { Sessions } from '../../session/sessions.ts';
import { withEveryEnvironment } from '../all-environments.ts';
import type { UsageGroup } from '../option-parsers.ts';
import { printTable, type TableColumn } from '../table.ts';
import { StatusLine } from '../status-line.ts';
import { note, printAsIs, printJson, type CommandContext } from '../terminal.ts';
import { usageText } from '../../cost/usage-text.ts';
import { costText, sumUsage, type UsageSum } from '../usage-sum.ts';
import { toCsvText } from '../value-text.ts';
import { withSessions } from '../with-environment.ts';
import { durationText } from '../../provider-kit/duration-text.ts';

/** The options of `anysession usage`. */
interface UsageCommandOptions {
  readonly label?: Readonly<Record<string, string>>;
  readonly owner?: string;
  readonly mine?: boolean;
  readonly allEnvironments?: boolean;
  readonly by?: UsageGroup;
  readonly csv?: boolean;
}

interface Entry extends SessionCost {
  readonly environment: string;
  /** The labels that are known: those of the session, or those that the list was filtered by. */
  readonly labels: SessionDetails['labels'];
}

/** Writes what the sessions that the service lists have used and cost, with a total: a row for each, or for each owner, label or environment. */
export async function runUsage(context: CommandContext, options: UsageCommandOptions): Promise<void> {
  const { terminal, json } = context;
  const { by = 'session', csv = false, allEnvironments = false } = options;
  if (json && csv) throw refusal('--json and --csv cannot both be given: choose one');
  if (csv && by !== 'session') throw refusal('--csv prints sessions; leave out --by');
  const read = (sessions: Sessions): Promise<readonly Entry[]> => readEntries(context, sessions, options);
  const { results, failures } = allEnvironments
    ? await withEveryEnvironment(context, read)
    : { results: [await withSessions(context, read)], failures: [] };
  const entries = results.flat();
  if (json) await printJson(terminal, toJson(entries, by), 2);
  else if (csv) await printAsIs(terminal, toCsv(entries));
  else if (entries.length > 0) await printTables(context, entries, { by, allEnvironments });
  if (entries.length === 0) note(terminal, 'no sessions');
  if (!json && !csv) sayUnknown(context, entries, by);
  // What the other environments said has been printed.
  if (failures.length > 1) throw new AggregateError(failures);
  if (failures.length === 1) throw failures[0];
}

async function readEntries(
  { terminal }: CommandContext,
  sessions: Sessions,
  { label: labels, owner, mine }: UsageCommandOptions,
): Promise<readonly Entry[]> {
  if (mine === true && owner !== undefined) throw refusal('--mine and --owner cannot both be given: choose one');
  const { environment } = sessions;
  const status = new StatusLine(terminal);
  const entries: Entry[] = [];
  const filter = { labels, owner: mine === true ? sessions.owner : owner, signal: terminal.signal };
  try {
    for await (const cost of sessions.costs(filter)) {
      entries.push({ environment, ...cost, labels: cost.observation.details.labels ?? labels });
      status.show(`${environment}: ${entries.length} sessions`);
    }
  } finally {
    status.end();
  }
  return entries;
}

const whole = (header: string): TableColumn => ({ header, isWhole: true });
const amount = (header: string): TableColumn => ({ header, isWhole: true, align: 'right' });

async function printTables(
  { terminal }: CommandContext,
  entries: readonly Entry[],
  { by, allEnvironments }: { readonly by: UsageGroup; readonly allEnvironments: boolean },
): Promise<void> {
  const total = sumUsage(entries);
  if (by !== 'session') {
    const columns = [
      by.replace('label:', ''),
      amount('sessions'),
      amount('live'),
      whole('usage'),
      whole('basis'),
      amount('cost'),
    ];
    const rows = [...groups(entries, by)].map(([name, group]) => sumCells(name, sumUsage(group)));
    return printTable(terminal, columns, [...rows, sumCells('total', total)]);
  }
  const columns = [whole('session'), 'state', 'owner', whole('age'), whole('usage'), whole('basis'), amount('cost')];
  const rows = entries.map((entry) => [...(allEnvironments ? [entry.environment] : []), ...sessionCells(entry)]);
  const last = ['total', '', '', '', usageText(total.usage), total.bases.join(', '), costText(total)];
  const totals = entries.length > 1 ? [[...(allEnvironments ? [''] : []), ...last]] : [];
  return printTable(terminal, [...(allEnvironments ? ['environment'] : []), ...columns], [...rows, ...totals]);
}

function sessionCells(entry: Entry): readonly string[] {
  const { observation, ageMs, cost } = entry;
  const { handle, state, details } = observation;
  const age = ageMs === undefined ? '' : durationText(ageMs);
  const basis = cost.known ? cost.basis : (details.usage?.basis ?? '');
  const { ownership, usage = {} } = details;
  return [handle.id, state ?? '?', ownership?.owner ?? '', age, usageText(usage), basis, costText(sumUsage([entry]))];
}

function sumCells(name: string, sum: UsageSum): readonly string[] {
  return [name, String(sum.sessions), String(sum.live), usageText(sum.usage), sum.bases.join(', '), costText(sum)];
}

/** The sessions by what they have in common, in the order of their first session. */
function groups(entries: readonly Entry[], by: UsageGroup): ReadonlyMap<string, readonly Entry[]> {
  const found = new Map<string, Entry[]>();
  for (const entry of entries) {
    const name = groupOf(entry, by) ?? (isUnknown(entry, by) ? '(unknown)' : '(none)');
    found.set(name, [...(found.get(name) ?? []), entry]);
  }
  return found;
}

function groupOf({ environment, observation, labels = {} }: Entry, by: UsageGroup): string | undefined {
  const { handle, details } = observation;
  if (by === 'session') return handle.id;
  if (by === 'environment') return environment;
  if (by === 'owner') return details.ownership?.owner;
  const name = by.slice('label:'.length);
  // A name such as `__proto__` is a member of every object.
  return Object.hasOwn(labels, name) ? labels[name] : undefined;
}

/** Whether a session may have the label by which it is grouped: not every service shows labels. */
function isUnknown(entry: Entry, by: UsageGroup): boolean {
  return isByLabel(by) && entry.observation.details.labels === undefined && groupOf(entry, by) === undefined;
}

function isByLabel(by: UsageGroup): boolean {
  return by.startsWith('label:');
}

function toJson(entries: readonly Entry[], by: UsageGroup): object {
  const total = sumUsage(entries);
  if (by !== 'session') {
    const rows = [...groups(entries, by)].map(([name, group]) => ({ name, ...sumUsage(group) }));
    return { by, groups: rows, total };
  }
  const sessions = entries.map(({ environment, observation, ageMs, cost }) => {
    const { handle, state, final, details } = observation;
    const { name, labels, ownership, createdAtMs, usage } = details;
    return {
      environment,
      handle,
      state,
      final,
      name,
      owner: ownership?.owner,
      labels,
      createdAtMs,
      ageMs,
      usage,
      cost,
    };
  });
  return { by, sessions, total };
}

const CSV_HEADERS = [
  'environment',
  'session',
  'state',
  'owner',
  'ageSeconds',
  ...USAGE_UNIT_NAMES,
  'basis',
  'cost',
  'currency',
];

function toCsv(entries: readonly Entry[]): string {
  const rows = entries.map(({ environment, observation, ageMs, cost }) => {
    const { handle, state, details } = observation;
    const age = ageMs === undefined ? undefined : Math.floor(ageMs / 1000);
    const units = USAGE_UNIT_NAMES.map((unit) => details.usage?.[unit]);
    const money = cost.known ? [cost.basis, cost.amount, cost.currency] : [details.usage?.basis, undefined, undefined];
    return [environment, handle.id, state, details.ownership?.owner, age, ...units, ...money];
  });
  const line = (cells: readonly (string | number | undefined)[]): string =>
    `${cells.map((cell) => toCsvText(cell === undefined ? null : String(cell), { kind: 'text' })).join(',')}\r\n`;
  return [CSV_HEADERS, ...rows].map(line).join('');
}

/** Says why costs are unknown, once for each reason, and whose labels are. */
function sayUnknown({ terminal }: CommandContext, entries: readonly Entry[], by: UsageGroup): void {
  const counts = new Map<string, number>();
  for (const { cost } of entries) if (!cost.known) counts.set(cost.why, (counts.get(cost.why) ?? 0) + 1);
  for (const [why, count] of counts) {
    note(terminal, `The cost of ${sessionsText(count)} is unknown: ${why}.`);
  }
  const unlabelled = entries.filter((entry) => isUnknown(entry, by));
  for (const provider of new Set(unlabelled.map(({ observation }) => observation.handle.provider))) {
    const count = unlabelled.filter(({ observation }) => observation.handle.provider === provider).length;
    note(terminal, `The labels of ${sessionsText(count)} are unknown: ${provider} did not show them. Use --by owner.`);
  }
}

function sessionsText(count: number): string {
  return `${count} ${count === 1 ? 'session' : 'sessions'}`;
}

function refusal(message: string): SessionError {
  return new SessionError('invalid-request', message, { operation: 'cli' });
}
