import { eachOf } from '../provider-kit/each-of.ts';
import { durationText } from '../provider-kit/duration-text.ts';
import { keptForMs } from './holder-record.ts';
import type { SweepReason } from './sweep-decision.ts';
import type { Liveness } from './holder-socket.ts';
import type { SweepRecords, SweptRecord } from './sweep-records.ts';

/** A record, and why its session is left alone; without a verdict nobody holds it. */
export interface JudgedRecord {
  readonly record: SweptRecord;
  readonly verdict: SweepReason | undefined;
}

/** How many holders are asked at once whether they live. */
const PARALLEL_QUESTIONS = 64;

/** The records of one scope, with what their holders say. */
export async function judgeRecords(
  records: SweepRecords,
  { id, scope }: { readonly id: string; readonly scope: string },
): Promise<readonly JudgedRecord[]> {
  const found = records.recordsOf(id, scope);
  const judged: JudgedRecord[] = [];
  // Each question takes a file descriptor.
  await eachOf(found, PARALLEL_QUESTIONS, async (each) => {
    const { record } = each;
    judged.push({ record, verdict: judgeRecord(record, await each.liveness(), records.uptimeMs()) });
  });
  return judged;
}

/** Why the session of a record is left alone; `undefined` if its holder is dead and nothing keeps it. */
export function judgeRecord(record: SweptRecord, liveness: Liveness, uptimeMs: number): SweepReason | undefined {
  if (liveness === 'living') return { code: 'living-holder', reason: `process ${record.pid} on this host holds it` };
  if (liveness === 'doubtful')
    return { code: 'doubtful-holder', reason: 'its record is of another host, boot or container, or unreadable' };
  const keptMs = keptForMs(record, uptimeMs);
  if (keptMs > 0) return { code: 'kept', reason: `it was detached and is kept for another ${durationText(keptMs)}` };
  return undefined;
}
