import type { BatchObservation } from '../../contract/batch-observation.ts';
import type { BatchState } from '../../contract/batch-state.ts';
import { durationText } from '../../provider-kit/duration-text.ts';
import { printTable, type TableColumn } from '../table.ts';
import { note, printJson, type CommandContext } from '../terminal.ts';
import { withBatches } from '../with-environment.ts';

/** The options of `anysession batch list`. */
interface BatchListCommandOptions {
  readonly state?: BatchState;
}

/** Writes the batches of the environment, of all owners, also finished ones whose record still exists. */
export async function runBatchList(context: CommandContext, { state }: BatchListCommandOptions): Promise<void> {
  const { terminal, json } = context;
  const listed: BatchObservation[] = [];
  const where = await withBatches(context, async (batches) => {
    for await (const batch of batches.list({ state, signal: terminal.signal })) listed.push(batch);
    return `${batches.provider.id} (${batches.provider.scope})`;
  });
  if (json) return printJson(terminal, listed, 2);
  if (listed.length > 0) {
    const nowMs = Date.now();
    await printTable(
      terminal,
      COLUMNS,
      listed.map((each) => cells(each, nowMs)),
    );
  }
  const count = listed.length === 0 ? 'no' : String(listed.length);
  note(terminal, [count, state, listed.length === 1 ? 'batch' : 'batches', 'on', where].filter(Boolean).join(' '));
}

const COLUMNS: readonly TableColumn[] = [
  { header: 'batch', isWhole: true },
  'state',
  'native',
  'name',
  { header: 'age', isWhole: true },
];

function cells({ handle, state, nativeState, details }: BatchObservation, nowMs: number): readonly string[] {
  const { name = '', createdAtMs, endedAtMs } = details;
  const age = createdAtMs === undefined ? '' : durationText((endedAtMs ?? nowMs) - createdAtMs);
  return [handle.id, state ?? '?', nativeState, name, age];
}
