import type { BatchPacking } from './rpc-fault.ts';
import { encodeMessage, WireMessage, type FieldValue } from './wire-message.ts';

/** Numbers of `ExecutePlanResponse` and of the batch in it. */
const ARROW_BATCH = 2;
const RESPONSE_TEXTS = [1, 12, 13, 15];
const BATCH = { rowCount: 1, data: 2, startOffset: 3, chunkIndex: 4, chunks: 5 } as const;

/** An answer with rows packed as told; every other answer stays as it is. */
export async function repackBatch(answer: Uint8Array, packing: BatchPacking): Promise<readonly Uint8Array[]> {
  const response = new WireMessage(answer);
  const batch = response.message(ARROW_BATCH);
  if (batch === undefined) return [answer];
  const data = batch.bytes(BATCH.data) ?? new Uint8Array();
  const rows = batch.whole(BATCH.rowCount);
  const start = batch.has(BATCH.startOffset) ? batch.whole(BATCH.startOffset) : undefined;
  const middle = data.length >> 1;
  const pack = (fields: Readonly<Record<number, FieldValue>>): Uint8Array =>
    withBatch(response, { [BATCH.rowCount]: rows, [BATCH.data]: data, [BATCH.startOffset]: start, ...fields });
  const piece = (at: bigint): Uint8Array =>
    pack({
      [BATCH.data]: at === 0n ? data.subarray(0, middle) : data.subarray(middle),
      [BATCH.chunkIndex]: at,
      [BATCH.chunks]: 2n,
    });
  switch (packing) {
    case 'pieces':
      return [piece(0n), piece(1n)];
    case 'pieces-out-of-order':
      return [piece(1n), piece(0n)];
    case 'piece-missing':
      return [piece(0n)];
    case 'wrong-row-count':
      return [pack({ [BATCH.rowCount]: rows + 1n })];
    case 'wrong-start':
      return [pack({ [BATCH.startOffset]: (start ?? 0n) + 1n })];
    case 'no-arrow':
      return [pack({ [BATCH.data]: Uint8Array.of(1, 2, 3) })];
    case 'lz4':
    case 'zstd': {
      const { compressedStream } = await import('./compressed-stream.ts');
      return [pack({ [BATCH.data]: await compressedStream(data, packing) })];
    }
  }
}

/** The answer with another batch; what else it holds are texts. */
function withBatch(response: WireMessage, batch: Readonly<Record<number, FieldValue>>): Uint8Array {
  const fields: Record<number, FieldValue> = { [ARROW_BATCH]: encodeMessage(batch) };
  for (const number of RESPONSE_TEXTS) if (response.has(number)) fields[number] = response.text(number);
  return encodeMessage(fields);
}
