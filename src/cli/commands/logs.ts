import type { LogPlace } from '../../contract/diagnosis.ts';
import { isBatchPlugin } from '../../contract/provider-plugin.ts';
import { repeatChoice } from '../repeated-choice.ts';
import { findSession, type SessionFilter } from '../session-address.ts';
import { printTable } from '../table.ts';
import { printJson, warn, type CommandContext } from '../terminal.ts';
import { withSessions } from '../with-environment.ts';

/** Writes where the logs of a session are, each with the command that prints them. The services hand out no logs through their session API. */
export async function runLogs(
  context: CommandContext,
  word: string | undefined,
  options: SessionFilter,
): Promise<void> {
  const { terminal, json } = context;
  const { seen, plugin } = await withSessions(context, async (sessions, { plugin }) => {
    const { status: seen } = await findSession(sessions, { ...options, session: word }, terminal.signal);
    return { seen, plugin };
  });
  const diagnosis = isBatchPlugin(plugin) ? undefined : await plugin.diagnosis?.();
  const found: readonly LogPlace[] = diagnosis?.logs?.(seen) ?? [];
  const places = found.map((place) =>
    place.command === undefined ? place : { ...place, command: repeatChoice(place.command, terminal.choice) },
  );
  if (json) return printJson(terminal, places, 2);
  if (places.length > 0) {
    const rows = places.map(({ place, command = '' }) => [place, command]);
    return printTable(
      terminal,
      [
        { header: 'logs', isWhole: true },
        { header: 'command', isWhole: true },
      ],
      rows,
    );
  }
  const advice = diagnosis?.noLogs === undefined ? '' : ` ${diagnosis.noLogs}`;
  warn(terminal, `${plugin.id} writes no logs of session ${seen.handle.id}.${advice}\n`);
}
