import { USAGE_UNIT_NAMES, USAGE_UNITS } from '../../contract/usage.ts';
import { toHours } from '../../cost/cost.ts';
import { durationText } from '../../provider-kit/duration-text.ts';
import type { Observation } from '../../contract/observation.ts';
import { toJsonText } from '../printable.ts';
import { findSession, type SessionFilter } from '../session-address.ts';
import { print, printJson, type CommandContext } from '../terminal.ts';
import { withSessions } from '../with-environment.ts';

/** Writes what the service reports about one session. */
export async function runDescribe(
  context: CommandContext,
  word: string | undefined,
  options: SessionFilter,
): Promise<void> {
  const { terminal, json } = context;
  const seen = await withSessions(context, async (sessions) => {
    return (await findSession(sessions, { ...options, session: word }, terminal.signal)).status;
  });
  await (json ? printJson(terminal, seen, 2) : print(terminal, describeLines(seen)));
}

/** One fact per line: its name and what the service reports. */
function describeLines({ handle, details, ...seen }: Observation): string {
  const { ownership, usage } = details;
  const facts: readonly (readonly [name: string, value: string | undefined])[] = [
    ['session', handle.id],
    ['provider', handle.provider],
    ['scope', handle.scope],
    ['state', `${seen.state ?? 'unknown'} (${seen.nativeState})`],
    ['reason', seen.reason],
    ['name', details.name],
    ['owner', ownership?.owner],
    ['creator', details.creator],
    ['token', ownership?.token],
    [
      'labels',
      details.labels &&
        Object.entries(details.labels)
          .map((pair) => pair.join('='))
          .join(', '),
    ],
    ['engine', details.engineVersion],
    ['created', timeText(details.createdAtMs)],
    ['started', timeText(details.startedAtMs)],
    ['idle since', timeText(details.idleSinceMs)],
    ['ended', timeText(details.endedAtMs)],
    ['idle timeout', details.idleTimeoutMs === undefined ? undefined : durationText(details.idleTimeoutMs)],
    ['max lifetime', details.maxLifetimeMs === undefined ? undefined : durationText(details.maxLifetimeMs)],
    ...USAGE_UNIT_NAMES.map((unit) => {
      const hours = usage?.[unit];
      return ['used', hours === undefined ? undefined : `${toHours(hours)} ${USAGE_UNITS[unit].label}`] as const;
    }),
    ...(details.history ?? []).map(({ nativeState, sinceMs, reason }) => {
      return ['history', [timeText(sinceMs), nativeState, reason].filter(Boolean).join(' ')] as const;
    }),
    ['console', details.consoleUrl],
    ['handle', toJsonText(handle)],
  ];
  const shown = facts.filter(([, value]) => value !== undefined && value !== '');
  const width = Math.max(...shown.map(([name]) => name.length));
  return shown.map(([name, value = '']) => `${name.padEnd(width)}  ${value}\n`).join('');
}

function timeText(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}
