import type { Random } from '../contract/ports.ts';

/** So many starts are kept. */
const MOST_SAMPLES = 32;
/** A start that took longer has failed somehow, milliseconds. */
const LONGEST_START_MS = 3_600_000;
/** After such a pause older starts count less, milliseconds: services change, and many that start together are one experience. */
const BURST_MS = 3_600_000;

/** What is kept of the starts of one configuration. */
export interface StartRecord {
  readonly v: 1;
  /** How long some starts took, milliseconds, in no order. */
  readonly samplesMs: readonly number[];
  /** How many starts the samples stand for. */
  readonly count: number;
  /** When the last one was added, epoch milliseconds. */
  readonly atMs: number;
}

/** No start is known. */
export const NOTHING: StartRecord = Object.freeze({ v: 1, samplesMs: [], count: 0, atMs: 0 });

/**
 * Adds a start. Once the record is full, each start has the same chance to be in it: of a thousand that become ready one after the
 * other, the last ones alone would be the slowest.
 */
export function withSample(record: StartRecord, startMs: number, nowMs: number, random: Random): StartRecord {
  const { samplesMs } = record;
  const isLater = Math.abs(nowMs - record.atMs) > BURST_MS;
  const count = 1 + (isLater ? Math.min(record.count, samplesMs.length) : record.count);
  const added = { v: 1, count, atMs: nowMs } as const;
  const sample = Math.round(startMs);
  if (samplesMs.length < MOST_SAMPLES) return { ...added, samplesMs: [...samplesMs, sample] };
  const place = Math.floor(random.next() * count);
  return { ...added, samplesMs: place < MOST_SAMPLES ? samplesMs.with(place, sample) : samplesMs };
}

/** Whether a value can be the length of a start, milliseconds. */
export function isSample(value: unknown): value is number {
  return typeof value === 'number' && value > 0 && value <= LONGEST_START_MS;
}

/** Reads a record from a file that anybody may have damaged; `undefined` if it is none. */
export function parseStartRecord(content: unknown): StartRecord | undefined {
  const { v, samplesMs, count, atMs } = Object(content) as Partial<Record<keyof StartRecord, unknown>>;
  if (v !== 1 || typeof count !== 'number' || typeof atMs !== 'number' || !Array.isArray(samplesMs)) return undefined;
  const isWhole = samplesMs.length > 0 && samplesMs.length <= MOST_SAMPLES && samplesMs.every(isSample);
  return isWhole && count >= samplesMs.length ? { v, samplesMs, count, atMs } : undefined;
}
